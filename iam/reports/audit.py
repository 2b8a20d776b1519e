"""The audit of an account: every principal with its verdicts, and what could not be read.

The reports, the screen's list of what could not be read, and the tests use this module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from iam.account.api_keys import ApiKey
from iam.account.attachments import Attachment
from iam.account.model import Account, ManagedPolicy, Principal, in_order
from iam.account.unread import Unread
from iam.account.unread_documents import unread_documents
from iam.verdicts.api_key_use import KeyUse, uses_by_user
from iam.verdicts.evaluator import Evaluator
from iam.verdicts.parsed_filter import PrincipalFilter
from iam.verdicts.result import (
    TOO_COMPLEX,
    DecidingStatement,
    PrincipalResult,
    SectionResult,
    Summary,
)
from iam.verdicts.section import Section
from iam.verdicts.verdict import Verdict, sum_up

SourceName = Literal["live", "demo", "snapshot"]


@dataclass(frozen=True, slots=True)
class Filtered:
    """How the principals of an audit were chosen, and whom that left out."""

    text: str
    """The filter; empty where they were marked."""
    of: int
    """The number of principals among which they were chosen."""
    undecided: int
    """How many of those left out may match, because something about them is not known."""
    marked: bool = False
    """Whether the operator marked each of them, instead of a filter."""


@dataclass(frozen=True, slots=True)
class Audit:
    """An account and its verdicts at one moment."""

    generated_at: datetime
    source: SourceName
    account: Account
    caller: str | None
    managed: ManagedPolicy
    sections: tuple[Section, ...]
    results: tuple[tuple[Principal, PrincipalResult], ...]
    """Users, then roles, each by name; in an export from the app, as its table shows them."""
    unread: tuple[Unread, ...]
    only: str | None = None
    """The action or the pattern of the actions that was evaluated; None if all of the policy was.

    There is one section then, whose entries are those actions."""
    filtered: Filtered | None = None
    """What the results were chosen by; None if they are those of all principals."""
    key_uses: Mapping[str, tuple[KeyUse, ...]] = field(default_factory=dict)
    """The Bedrock API keys, by the name of their user."""

    def keys_of(self, principal: Principal) -> tuple[KeyUse, ...] | None:
        """The API keys of a principal; None if none is known, and it is not known that it has none.

        Only users have keys.
        """
        if principal.type != "user":
            return ()
        found = self.key_uses.get(principal.name, ())
        return found if found or self.account.api_keys.complete else None

    @property
    def gaps(self) -> tuple[Unread, ...]:
        """All that could not be read: `unread`, and what leaves the verdicts as they are."""
        account = self.account
        return (*self.unread, *account.organization.unread, *account.api_keys.unread)

    @property
    def complete(self) -> bool:
        """Whether everything could be read and understood."""
        return not self.unread


Watch = Callable[[Sequence[Principal]], Iterable[Principal]]
"""Passes principals on one by one, and may raise to stop."""


def take_audit(
    account: Account,
    evaluator: Evaluator,
    *,
    now: datetime,
    source: SourceName,
    caller: str | None,
    watch: Watch = iter,
) -> Audit:
    """Evaluate all principals of an account.

    Args:
        account: The account, as far as it could be read.
        evaluator: The evaluator of the managed policy.
        now: The time of the audit, in UTC.
        source: Where the account's data comes from.
        caller: The ARN of the operator's identity; None without AWS.
        watch: Follows the progress.
    """
    principals = sorted(account.principals.values(), key=in_order)
    results = tuple((p, evaluator.result(account, p)) for p in watch(principals))
    sections, only = evaluator.sections, evaluator.only
    if only is not None and len(sections) > 1:
        sections, results = _in_one_section(only.id, sections, results)
    return Audit(
        generated_at=now,
        source=source,
        account=account,
        caller=caller,
        managed=evaluator.managed,
        sections=sections,
        results=results,
        unread=unread_of(account, evaluator.managed, results),
        only=only.id if only else None,
        key_uses=uses_by_user(account, evaluator, now),
    )


_Results = tuple[tuple[Principal, PrincipalResult], ...]


def _in_one_section(
    name: str, sections: tuple[Section, ...], results: _Results
) -> tuple[tuple[Section, ...], _Results]:
    """Join the sections of single actions into one, which is named as the actions were written."""
    joined: dict[int, tuple[SectionResult, ...]] = {}

    def join(result: PrincipalResult) -> tuple[SectionResult, ...]:
        # Principals with the same documents share their sections, and go on sharing them.
        if (known := joined.get(id(result.sections))) is None:
            entries = tuple(entry for section in result.sections for entry in section.entries)
            one = SectionResult(
                sid=name,
                title=name,
                verdict=sum_up(section.verdict for section in result.sections),
                entries=entries,
                granted=sum(section.granted for section in result.sections),
                total=len(entries),
            )
            known = joined[id(result.sections)] = (one,)
        return known

    entries = tuple(entry for section in sections for entry in section.entries)
    section = replace(sections[0], sid=name, title=name, entries=entries)
    return (section,), tuple((p, replace(r, sections=join(r))) for p, r in results)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A principal with its result, as a filter looks at it."""

    entity: Principal
    result: PrincipalResult
    uses: tuple[KeyUse, ...] | None = None

    @property
    def arn(self) -> str:
        return self.entity.arn

    @property
    def searched(self) -> str:
        return self.entity.arn.lower()

    @property
    def type(self) -> Literal["user", "role"]:
        return self.entity.type

    @property
    def attached(self) -> Attachment:
        return self.result.attached

    @property
    def invokes(self) -> Verdict | None:
        return None if self.result.invocation is None else self.result.invocation.verdict

    @property
    def can_invoke(self) -> bool | None:
        return None if self.result.invocation is None else self.result.invocation.can

    @property
    def other_policies(self) -> tuple[str, ...] | None:
        return self.result.other_policies

    @property
    def keys(self) -> tuple[ApiKey, ...] | None:
        return None if self.uses is None else tuple(use.key for use in self.uses)


def narrowed(audit: Audit, chosen: PrincipalFilter) -> Audit:
    """Leave out the principals that do not match a filter, and those about which it cannot decide.

    What could not be read stays listed, because it is about the account.
    """
    selection = chosen.select(
        [_Candidate(p, result, audit.keys_of(p)) for p, result in audit.results]
    )
    return replace(
        audit,
        results=tuple((each.entity, each.result) for each in selection.matching),
        filtered=Filtered(chosen.text, len(audit.results), selection.undecided),
    )


def with_only(
    audit: Audit, arns: Iterable[str], filtered: Filtered | None, doubts: Iterable[Unread] = ()
) -> Audit:
    """Leave only the principals that a list shows, in its order.

    Args:
        audit: The audit of everybody.
        arns: The principals. One that the account does not have is listed as unread.
        filtered: How they were chosen; None if they are all.
        doubts: What else is not known about the account.
    """
    by_arn = {each[0].arn: each for each in audit.results}
    wanted = tuple(arns)
    missing = [
        Unread(arn, "Missing", "it is in the list, but not in the account as it was read")
        for arn in wanted
        if arn not in by_arn
    ]
    return replace(
        audit,
        results=tuple(by_arn[arn] for arn in wanted if arn in by_arn),
        unread=(*doubts, *audit.unread, *missing),
        filtered=filtered,
    )


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
