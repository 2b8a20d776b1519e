"""The Bedrock managed policies that come with the app, used when AWS cannot be reached.

The data file, `iam/data/policies.json`, is written by `scripts/make_policies.py`. AWS revises its
managed policies, so show the version and date of a bundled document that is used.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from iam.arn import Arn


@dataclass(frozen=True, slots=True)
class BundledPolicy:
    """One published version of an AWS managed policy."""

    name: str
    arn: str
    version: str
    """The version ID: `v9`."""
    updated: str
    """The date on which AWS published this version: `2026-08-04`."""
    document: dict[str, Any]


@cache
def bundled_policies() -> tuple[BundledPolicy, ...]:
    """Return all bundled policies, AmazonBedrockLimitedAccess first."""
    text = files("iam").joinpath("data/policies.json").read_text(encoding="utf-8")
    return tuple(BundledPolicy(**policy) for policy in json.loads(text))


def bundled_policy(name_or_arn: str) -> BundledPolicy | None:
    """Find a bundled policy.

    Args:
        name_or_arn: The name of the policy, or its ARN in any partition.

    Returns:
        The policy; None if it does not come with the app.
    """
    # The ARN depends on the partition (arn:aws-us-gov:…). The policy is the same.
    arn = Arn.parse(name_or_arn)
    name = arn.resource
    if (arn.service, arn.account, arn.kind) == ("iam", "aws", "policy"):
        name = name.removeprefix("policy/")
    return next((policy for policy in bundled_policies() if policy.name == name), None)
