"""Reasons for a verdict besides deciding statements: Allows that never apply, narrow limits."""

from __future__ import annotations

from collections.abc import Iterator

from iam.account.unread import Unread
from iam.policy.condition_text import condition_in_words
from iam.policy.statement_text import outcome_in_words
from iam.verdicts.evidence import Evidence, LimitEvidence
from iam.verdicts.read_documents import DocumentEffects
from iam.verdicts.result import limit_in_words


def excluding(effects: DocumentEffects, evidence: Evidence, requests: int) -> Iterator[str]:
    """Describe the conditions of a policy's Allow statements that never hold for the principal.

    Args:
        effects: Has read the document.
        evidence: The policy.
        requests: The requests in question.
    """
    specialized, document = evidence.read.specialized, evidence.policy.document
    if not evidence.read.excluded & requests or isinstance(document, Unread):
        return
    assert specialized is not None
    for statement in document.statements:
        if not effects.allow_requests(statement) & requests:
            continue
        for decided in specialized.decided.get(statement.index, ()):
            if not decided.holds:
                words = condition_in_words(decided.condition, "Allow", alone=False)
                yield f"{words}{outcome_in_words(decided)}"


def limiting(effects: DocumentEffects, limit: LimitEvidence, requests: int) -> Iterator[str]:
    """Name the policies of a limit that allow less than the principal's own documents.

    A policy of a level that only denies is not among them: what it denies is said of its Denies, if
    they apply to the principal.

    Args:
        effects: Has read the documents.
        limit: The limit, which takes something away.
        requests: The requests in question.
    """
    named = [e for e in limit.policies if limit.level is None or _may_allow(e)]
    for evidence in named:
        name = limit_in_words(*evidence.policy[1:])
        conditions = list(excluding(effects, evidence, requests))
        yield from [f"{name} {condition}" for condition in conditions] or [name]
    if not named and limit.policies:
        yield f"{limit.level}, where no SCP allows anything"
    elif not named:
        yield f"{limit.level}, to which no SCP is attached"


def _may_allow(evidence: Evidence) -> bool:
    """Return whether a policy has a statement that allows something, or that may do so."""
    document = evidence.policy.document
    return isinstance(document, Unread) or any(s.effect != "Deny" for s in document.statements)
