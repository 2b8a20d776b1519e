"""The audit of an account: every principal with its verdicts, and what could not be read.

It can be narrowed to the principals that match a filter, or that a list shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from iam.account.api_keys import ApiKey
from iam.account.attachments import Attachment
from iam.account.model import Account, ManagedPolicy, Principal, in_order
from iam.account.unread import Unread
from iam.reports.not_read import unread_of
from iam.verdicts.api_key_use import KeyUse, uses_by_user
from iam.verdicts.evaluator import Evaluator
from iam.verdicts.parsed_filter import PrincipalFilter
from iam.verdicts.result import PrincipalResult, SectionResult
from iam.verdicts.section import Section
from iam.verdicts.verdict import Verdict, sum_up

if TYPE_CHECKING:
    from iam.reports.route_audit import RouteReport
    from iam.verdicts.simulation import Verification

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
    verified: Verification | None = None
    """What AWS's simulator answered about some of the principals; None if it was not asked."""
    routes: RouteReport | None = None
    """The routes to models that were asked about; None if the question was another one."""
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
        lists = self.routes.lists if self.routes else ()
        of_models = (unread for each in lists for unread in each.unread)
        return (
            *self.unread,
            *account.organization.unread,
            *account.api_keys.unread,
            *dict.fromkeys(of_models),
        )

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
