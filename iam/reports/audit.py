"""The audit of an account: every principal with its verdicts, and what could not be read.

The screen, `bedrock-tui audit` and the tests all take theirs from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from iam.account.model import (
    Account,
    ManagedPolicy,
    Principal,
    Unread,
    in_order,
    unread_documents,
)
from iam.verdicts.evaluator import Evaluator
from iam.verdicts.result import (
    TOO_COMPLEX,
    DecidingStatement,
    PrincipalResult,
    SectionResult,
    Summary,
)
from iam.verdicts.section import Section
from iam.verdicts.verdict import Verdict

SourceName = Literal["live", "demo", "snapshot"]


@dataclass(frozen=True, slots=True)
class Audit:
    """An account as judged at one moment."""

    generated_at: datetime
    source: SourceName
    account: Account
    caller: str | None
    managed: ManagedPolicy
    sections: tuple[Section, ...]
    results: tuple[tuple[Principal, PrincipalResult], ...]
    """Users, then roles, each by name."""
    unread: tuple[Unread, ...]
    only: str | None = None
    """The action that alone was asked about."""

    @property
    def complete(self) -> bool:
        """Whether everything could be read and understood."""
        return not self.unread


def take_audit(
    account: Account, evaluator: Evaluator, *, now: datetime, source: SourceName, caller: str | None
) -> Audit:
    """Judge all principals of an account.

    Args:
        account: As far as it could be read.
        judge: For the policy that is managed.
        now: The time to put on it, in UTC.
        source: Where the account's data comes from.
        caller: The ARN of who asked AWS; None without AWS.
    """
    principals = sorted(account.principals.values(), key=in_order)
    results = tuple((p, evaluator.result(account, p)) for p in principals)
    return Audit(
        generated_at=now,
        source=source,
        account=account,
        caller=caller,
        managed=evaluator.managed,
        sections=evaluator.sections,
        results=results,
        unread=unread_of(account, evaluator.managed, results),
        only=evaluator.only.id if evaluator.only else None,
    )


def unread_of(
    account: Account,
    managed: ManagedPolicy,
    results: Iterable[tuple[Principal, PrincipalResult]],
) -> tuple[Unread, ...]:
    """All that could not be read or understood, each once.

    Args:
        account: As far as it could be read.
        managed: The policy that is managed.
        results: The verdicts on all principals; those of whom some verdict is unknown are enough
            (`uncertain_results`).
    """
    return tuple(
        dict.fromkeys(
            (
                *account.unread,
                *unread_documents(account),
                *_unread_policy(managed),
                *not_understood(results),
            )
        )
    )


def uncertain_results(
    account: Account, evaluator: Evaluator, summaries: Iterable[tuple[Principal, Summary]]
) -> Iterator[tuple[Principal, PrincipalResult]]:
    """The verdicts on those principals of whom some verdict is unknown, for `unread_of`.

    Args:
        account: Its account.
        judge: For the policy that is managed.
        summaries: Of all principals, as the judge made them.
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
    """The statements that were read but not understood, where they leave a verdict unknown."""
    found: dict[Unread, None] = {}
    # Principals with the same documents share their entries.
    open_: dict[int, tuple[tuple[SectionResult, ...], list[DecidingStatement]]] = {}
    for principal, result in results:
        key = id(result.sections)
        if key not in open_:
            open_[key] = result.sections, _undecided_by(result)
        for via in open_[key][1]:
            where = via.policy
            if via.kind == "inline":
                where += f" ({'group ' + via.group if via.group else principal.arn})"
            if via.too_complex:  # all of its statements are, that have such patterns
                unread = Unread(where, "TooComplex", TOO_COMPLEX)
            else:
                number = via.sid or via.statement + 1
                unread = Unread(
                    f"statement {number} of {where}", "NotUnderstood", "; ".join(via.scope)
                )
            found[unread] = None
        if any(entry.too_complex for section in result.sections for entry in section.entries):
            found[Unread(f"some verdicts on {principal.arn}", "TooComplex", TOO_COMPLEX)] = None
    return tuple(found)


def _undecided_by(result: PrincipalResult) -> list[DecidingStatement]:
    """The statements not understood that leave a verdict unknown."""
    return [
        via
        for section in result.sections
        for entry in section.entries
        if Verdict.UNKNOWN in entry.concrete.values()
        for via in entry.via
        if not via.understood
    ]
