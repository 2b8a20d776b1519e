"""Detect hidden grants: access to models through policies not obviously related to Bedrock."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from iam.account.effective_policies import EffectivePolicy
from iam.account.unread import Unread
from iam.arn import Arn
from iam.policy.document import Document
from iam.text import ascii_lower

INVOKES = frozenset(
    {
        "bedrock:InvokeModel",
        "bedrock:InvokeModelWithResponseStream",
        "bedrock-mantle:CreateInference",
    }
)
"""The actions that invoke models."""


def hidden_grants(allowing: Iterable[EffectivePolicy]) -> tuple[str, ...]:
    """Name the policies that hide a grant.

    Args:
        allowing: The policies that allow a principal to invoke models.

    Returns:
        Their names, sorted. Empty if one of them is obviously related to Bedrock: its name contains
        "bedrock", or it allows only Bedrock actions.
    """
    names: set[str] = set()
    for policy in allowing:
        if (name := _unrelated_name(policy.policy)) is None or _only_bedrock(policy.document):
            return ()
        names.add(name)
    return tuple(sorted(names))


@lru_cache(maxsize=4_096)
def _unrelated_name(policy: str) -> str | None:
    """Return the name of a policy; None if it contains "bedrock"."""
    name = Arn.parse(policy).name
    return None if "bedrock" in ascii_lower(name) else name


@lru_cache(maxsize=4_096)
def _only_bedrock(document: Document | Unread) -> bool:
    return isinstance(document, Document) and all(
        s.actions is not None and all(ascii_lower(a).startswith("bedrock") for a in s.actions)
        for s in document.statements
        if s.effect != "Deny"
    )
