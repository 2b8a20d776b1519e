"""What resource control policies affect, and what AWS says that they do not."""

from __future__ import annotations

import pytest

from iam.policy.action_catalogue import catalogue
from iam.policy.resource_control import affects


@pytest.mark.parametrize(
    ("name", "affected"),
    [
        ("kms:DescribeKey", True),
        ("KMS:decrypt", True),
        ("kms:RetireGrant", False),  # AWS names it as not affected
        ("kms:CreateKey", False),  # it is about no resource
        ("kms:ListKeys", False),
        ("kms:NewAction*", True),  # nobody knows what it is about
        ("bedrock:InvokeModel", False),
        ("iam:ListRoles", False),
    ],
)
def test_they_affect_requests_about_a_key(name: str, affected: bool) -> None:
    assert affects(name, catalogue().find(name)) is affected
