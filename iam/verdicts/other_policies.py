"""Find the other policies: those not specific to Bedrock that let a principal invoke models."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from iam.account.effective_policies import EffectivePolicy
from iam.account.unread import Unread
from iam.arn import Arn
from iam.policy.document import Document
from iam.text import ascii_lower


def other_policies(allowing: Iterable[EffectivePolicy], managed: str) -> tuple[str, ...]:
    """Name the policies not specific to Bedrock.

    A policy is specific to Bedrock if its name contains "bedrock", or if it allows only Bedrock
    actions.

    Args:
        allowing: The policies that allow a principal to invoke models.
        managed: The ARN of the managed policy in question, which is no other policy.

    Returns:
        Their names, sorted.
    """
    names = {
        Arn.parse(each.policy).name
        for each in allowing
        if each.policy != managed and not _is_specific(each.policy, each.document)
    }
    return tuple(sorted(names))


def may_be_other(policy: EffectivePolicy, managed: str) -> bool:
    """Return whether a policy that could not be read or understood may be an other policy."""
    return policy.policy != managed and not _is_specific(policy.policy, policy.document)


@lru_cache(maxsize=8_192)
def _is_specific(policy: str, document: Document | Unread) -> bool:
    if "bedrock" in ascii_lower(Arn.parse(policy).name):
        return True
    return isinstance(document, Document) and all(
        s.actions is not None and all(ascii_lower(a).startswith("bedrock") for a in s.actions)
        for s in document.statements
        if s.effect != "Deny"
    )
