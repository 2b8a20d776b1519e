"""The Bedrock policies that come with the app, for when AWS cannot be asked.

The data is `iam/data/policies.json`, written by `scripts/make_policies.py`. AWS revises its
policies: show the version and the date wherever one of these stands in for the live document.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from iam.arn import Arn


@dataclass(frozen=True, slots=True)
class ShippedPolicy:
    """A managed policy as AWS had published it on a certain day."""

    name: str
    arn: str
    version: str
    """AWS's name for it: `v9`."""
    updated: str
    """The day on which AWS published this version: `2026-08-04`."""
    document: dict[str, Any]


@cache
def shipped_policies() -> tuple[ShippedPolicy, ...]:
    """All of them, AmazonBedrockLimitedAccess first."""
    text = files("iam").joinpath("data/policies.json").read_text(encoding="utf-8")
    return tuple(ShippedPolicy(**policy) for policy in json.loads(text))


def shipped(name_or_arn: str) -> ShippedPolicy | None:
    """The policy of this name or ARN, of any partition; None if it does not come with the app."""
    # ARNs differ between partitions (arn:aws-us-gov:…), the policy does not.
    arn = Arn.parse(name_or_arn)
    name = arn.resource
    if (arn.service, arn.account, arn.kind) == ("iam", "aws", "policy"):
        name = name.removeprefix("policy/")
    return next((policy for policy in shipped_policies() if policy.name == name), None)
