"""A small account at moto behind a layer of faults, for changes that go wrong on the way."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.build import ID, allow, document
from tests.fake_iam import FakeIam
from tui.options import Launch

POLICY = "bedrock-limited"
ARN = f"arn:aws:iam::{ID}:policy/{POLICY}"
USERS = tuple(f"user-{i:02}" for i in range(14))
ROLES = ("worker", "trainer")
TEAM = ("team-a", "team-b", "team-c")
"""The users of the group `team`."""
TRUST = '{"Version": "2012-10-17", "Statement": []}'


@dataclass
class Company:
    """14 users, 3 more in a group, 2 roles, and a policy that nobody has yet."""

    fake: FakeIam
    iam: Any
    """A client that goes straight to moto."""
    launch: Launch

    def fill(self) -> None:
        """Make the account."""
        statements = (
            {**allow(["bedrock:InvokeModel", "bedrock:List*"]), "Sid": "BedrockAPIs"},
            {**allow("kms:DescribeKey"), "Sid": "DescribeKey"},
        )
        self.iam.create_account_alias(AccountAlias="acme-ml")
        self.iam.create_policy(PolicyName=POLICY, PolicyDocument=json.dumps(document(*statements)))
        self.iam.create_group(GroupName="team")
        for name in (*USERS, *TEAM):
            self.iam.create_user(UserName=name)
        for name in TEAM:
            self.iam.add_user_to_group(GroupName="team", UserName=name)
        for name in ROLES:
            self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)

    def attach(self, *names: str) -> None:
        """Attach the policy behind the app's back."""
        for name in names:
            self.iam.attach_user_policy(UserName=name, PolicyArn=ARN)

    def detach(self, *names: str) -> None:
        """Detach the policy behind the app's back."""
        for name in names:
            self.iam.detach_user_policy(UserName=name, PolicyArn=ARN)

    @property
    def journal(self) -> Path:
        """Where the app records its changes."""
        return Path(str(self.launch.journal))

    @property
    def holding(self) -> set[str]:
        """The names of all to which the policy is attached at AWS."""
        said = self.iam.list_entities_for_policy(PolicyArn=ARN)
        return {
            entity[f"{kind}Name"]
            for kind in ("User", "Role", "Group")
            for entity in said[f"Policy{kind}s"]
        }

    @property
    def sent(self) -> list[str]:
        """The writes that arrived, such as `AttachUserPolicy user-00`."""
        found = []
        for call in self.fake.writes:
            name = next(v for k, v in call.items() if k in ("UserName", "RoleName", "GroupName"))
            found.append(f"{call['Action']} {name}")
        return found
