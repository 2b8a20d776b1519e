"""The managed policies that can be chosen in an account: those of AWS for Bedrock, and its own."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from iam.account.model import Account
from iam.arn import Arn

_FOR_BEDROCK = (
    "AmazonBedrockLimitedAccess",
    "AmazonBedrockFullAccess",
    "AmazonBedrockReadOnly",
    "AmazonBedrockMarketplaceAccess",
    "AmazonBedrockMantleFullAccess",
    "AmazonBedrockMantleInferenceAccess",
    "AmazonBedrockMantleReadOnly",
    "BedrockAgentCoreFullAccess",
)
"""https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html"""


class PolicyToChoose(NamedTuple):
    """A managed policy, and how many users, roles and groups have it by themselves."""

    arn: str
    name: str
    of_aws: bool
    attached: int


def policies_to_choose(account: Account, known: frozenset[str] | None) -> list[PolicyToChoose]:
    """List policies: those of AWS for Bedrock first, then the others, the most attached first.

    Args:
        account: The account.
        known: The names of the policies of AWS whose documents can be had; None for all of them.
    """
    counts = Counter(arn for entity in account.entities for arn in entity.attached)
    first = [
        f"arn:{account.partition}:iam::aws:policy/{name}"
        for name in _FOR_BEDROCK
        if known is None or name in known
    ]
    own = {arn for arn in account.policies if Arn.parse(arn).account != "aws"}
    others = (counts.keys() | own) - set(first)
    arns = [*first, *sorted(others, key=lambda arn: (-counts[arn], Arn.parse(arn).name, arn))]
    return [
        PolicyToChoose(arn, (parsed := Arn.parse(arn)).name, parsed.account == "aws", counts[arn])
        for arn in arns
    ]
