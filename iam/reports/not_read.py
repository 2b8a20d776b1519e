"""List what could not be read or understood of an account, the managed policy and the verdicts.

The reports and the screen show the same list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from iam.account.model import Account, ManagedPolicy, Principal
from iam.account.unread import Unread
from iam.account.unread_documents import unread_documents
from iam.verdicts.evaluator import Evaluator
from iam.verdicts.result import (
    TOO_COMPLEX,
    DecidingStatement,
    PrincipalResult,
    SectionResult,
    Summary,
)
from iam.verdicts.verdict import Verdict


def unread_of(
    account: Account,
    managed: ManagedPolicy,
    results: Iterable[tuple[Principal, PrincipalResult]],
) -> tuple[Unread, ...]:
    """Everything that could not be read or understood, without duplicates.

    Args:
        account: The account, as far as it could be read.
        managed: The managed policy.
        results: The results of all principals, or only of those with unknown verdicts
            (`uncertain_results`).
    """
    return tuple(
        dict.fromkeys(
            (
                *account.unread,
                *account.use_unread,
                *unread_documents(account),
                *_unread_policy(managed),
                *not_understood(results),
            )
        )
    )


def uncertain_results(
    account: Account, evaluator: Evaluator, summaries: Iterable[tuple[Principal, Summary]]
) -> Iterator[tuple[Principal, PrincipalResult]]:
    """The results of the principals with unknown verdicts, for `unread_of`.

    Args:
        account: The account.
        evaluator: The evaluator of the managed policy.
        summaries: The summaries of all principals, from the same evaluator.
    """
    for principal, summary in summaries:
        if summary.uncertain:
            yield principal, evaluator.result(account, principal)


def _unread_policy(managed: ManagedPolicy) -> Iterable[Unread]:
    if isinstance(managed.document, Unread):
        yield Unread(f"policy {managed.arn}", managed.document.error, managed.document.message)


def not_understood(
    results: Iterable[tuple[Principal, PrincipalResult]],
) -> tuple[Unread, ...]:
    """The statements that were not understood, if they leave a verdict unknown."""
    problems: dict[Unread, None] = {}
    # Principals with the same documents share their sections.
    undecided: dict[int, tuple[tuple[SectionResult, ...], list[DecidingStatement]]] = {}
    for principal, result in results:
        key = id(result.sections)
        if key not in undecided:
            undecided[key] = result.sections, _undecided_by(result)
        for via in undecided[key][1]:
            where = via.policy
            if via.kind == "inline":
                where += f" ({'group ' + via.group if via.group else principal.arn})"
            if via.level:
                where = via.origin
            if via.too_complex:
                unread = Unread(where, "TooComplex", TOO_COMPLEX)
            else:
                number = via.sid or via.statement + 1
                unread = Unread(
                    f"statement {number} of {where}", "NotUnderstood", "; ".join(via.scope)
                )
            problems[unread] = None
        if any(entry.too_complex for section in result.sections for entry in section.entries):
            problems[Unread(f"some verdicts on {principal.arn}", "TooComplex", TOO_COMPLEX)] = None
    return tuple(problems)


def _undecided_by(result: PrincipalResult) -> list[DecidingStatement]:
    """The statements of a result that were not understood and leave a verdict unknown."""
    return [
        via
        for section in result.sections
        for entry in section.entries
        if Verdict.UNKNOWN in entry.concrete.values()
        for via in entry.via
        if not via.understood
    ]
