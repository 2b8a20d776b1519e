"""Hidden grants: principals that can invoke models by a policy that nobody takes for Bedrock's."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from iam.account.effective_policies import EffectivePolicy, policies_of
from iam.account.model import Account, Principal, Unread
from iam.policy.document import Document
from iam.text import ascii_lower
from iam.verdicts.result import PrincipalResult
from iam.verdicts.verdict import Verdict

INVOKES = frozenset(
    {
        "bedrock:InvokeModel",
        "bedrock:InvokeModelWithResponseStream",
        "bedrock-mantle:CreateInference",
    }
)


def hidden_by(account: Account, principal: Principal, result: PrincipalResult) -> tuple[str, ...]:
    """By which policies a principal can invoke models without anybody expecting it.

    Args:
        account: Its account.
        principal: One of its users or roles.
        result: The verdicts on it.

    Returns:
        The names of the policies that allow it. Empty if it cannot invoke models, or if one of
        these policies is Bedrock's own: one that has Bedrock in its name, or that allows nothing
        but Bedrock actions.
    """
    allowing = {
        via
        for section in result.sections
        for entry in section.entries
        if not INVOKES.isdisjoint(entry.concrete)
        and any(entry.concrete.get(a) in (Verdict.GRANTED, Verdict.PARTIAL) for a in INVOKES)
        for via in entry.via
        if via.effect == "Allow" and via.kind != "boundary"
    }
    if not allowing:
        return ()
    documents = {(s.policy, s.kind, s.group): s for s in policies_of(account, principal)}
    return names_of_hidden(documents[via.policy, via.kind, via.group] for via in allowing)


def names_of_hidden(allowing: Iterable[EffectivePolicy]) -> tuple[str, ...]:
    """The names of the policies by which somebody can invoke models; none where one of them is
    Bedrock's own."""
    names: set[str] = set()
    for source in allowing:
        name = source.policy.rpartition("/")[2]
        if "bedrock" in ascii_lower(name) or _only_bedrock(source.document):
            return ()
        names.add(name)
    return tuple(sorted(names))


@lru_cache(maxsize=4_096)
def _only_bedrock(document: Document | Unread) -> bool:
    return isinstance(document, Document) and all(
        s.actions is not None and all(ascii_lower(a).startswith("bedrock") for a in s.actions)
        for s in document.statements
        if s.effect != "Deny"
    )
