"""Amazon Resource Names, taken apart in one place.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

from __future__ import annotations

from typing import NamedTuple

_RANKS = {"user": 0, "role": 1, "group": 2}


def sort_key(type: str, name: str, arn: str) -> str:
    """The key that sorts entities everywhere: users, then roles, then groups, each by name.

    Case makes no difference. Entities of the same name are sorted by ARN.
    """
    return f"{_RANKS[type]}{name.lower()}\0{arn}"


class Arn(NamedTuple):
    """The parts of an ARN: `arn:partition:service:region:account:resource`.

    Text that is not an ARN, such as the name of an inline policy, is all `resource`: its other
    parts are empty. Names from AWS and from files are parsed without a check beforehand.
    """

    partition: str
    """`aws`, `aws-cn`, `aws-us-gov` …"""
    service: str
    region: str
    """Empty for IAM, which has no regions."""
    account: str
    """The account ID; `aws` for AWS managed policies."""
    resource: str
    """`user/engineering/alice`, `policy/Name`, `assumed-role/Role/session` …"""

    @classmethod
    def parse(cls, text: str) -> Arn:
        """Split an ARN into its parts; any other text becomes the resource."""
        parts = text.split(":", 5)
        if len(parts) == 6 and parts[0] == "arn":
            return tuple.__new__(cls, parts[1:])
        return cls("", "", "", "", text)

    @property
    def kind(self) -> str:
        """The resource type: `user`, `role`, `group`, `policy`, `assumed-role`, `root` …"""
        return self.resource.partition("/")[0]

    @property
    def name(self) -> str:
        """The resource name without its type and path: `alice` of `user/engineering/alice`."""
        return self.resource.rpartition("/")[2]
