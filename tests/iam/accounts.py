"""An account for moto: two users, a role, a group, a boundary."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from tests.moto_state import filled

TRUST = '{"Version": "2012-10-17", "Statement": []}'
BOUNDARY = "arn:aws:iam::123456789012:policy/limits/bounds"
SHARED = "arn:aws:iam::123456789012:policy/shared"


def allowing(action: str) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}],
    }


ALLOW = allowing("bedrock:InvokeModel")


def fill(iam: Any) -> None:
    """Make the account at moto, which is empty."""
    filled("accounts", partial(_make, iam))


def _make(iam: Any) -> None:
    iam.create_policy(PolicyName="shared", PolicyDocument=json.dumps(allowing("bedrock:Get*")))
    iam.create_policy(
        PolicyName="bounds", Path="/limits/", PolicyDocument=json.dumps(allowing("bedrock:*"))
    )
    iam.create_group(GroupName="team")
    iam.attach_group_policy(GroupName="team", PolicyArn=SHARED)
    iam.create_user(UserName="alice")
    iam.add_user_to_group(GroupName="team", UserName="alice")
    iam.put_user_policy(UserName="alice", PolicyName="own", PolicyDocument=json.dumps(ALLOW))
    iam.create_user(UserName="bob")
    iam.attach_user_policy(UserName="bob", PolicyArn=SHARED)
    # moto knows no boundaries of users.
    iam.create_role(RoleName="worker", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=BOUNDARY)
