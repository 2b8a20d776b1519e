"""The overview of an audit that formats for people share: facts, and a row per principal.

Its text is as AWS returned it; each format makes it harmless in its own way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from iam.account.last_use import WHAT_COUNTS, use_in_short
from iam.arn import Arn
from iam.counts import counted
from iam.reports.audit import Audit, Filtered
from iam.reports.formats import Detail
from iam.verdicts.result import PrincipalResult
from iam.verdicts.verdict import Verdict, count_in_words

if TYPE_CHECKING:
    from iam.reports.route_audit import RouteReport

GLYPHS = {
    Verdict.GRANTED: "●",
    Verdict.PARTIAL: "◐",
    Verdict.DENIED: "✗",
    Verdict.NONE: "○",
    Verdict.UNKNOWN: "?",
}


_MOST_ROUTES = 6
"""More routes than this have no columns in a table for people."""


_MOST_REASONS = 3
"""More reasons why routes are blocked are counted."""


def account_name(audit: Audit) -> str:
    """`account 123456789012`, with its alias where it has one, or `2 accounts`."""
    account = audit.account
    if account.id is None:
        return account.label
    return f"account {account.id} ({account.alias})" if account.alias else f"account {account.id}"


def facts(audit: Audit) -> list[str]:
    """What the report is about, a line each: account, policy, action, sums of verdicts."""
    counts = {v: sum(r.verdict is v for _, r in audit.results) for v in Verdict}
    name = account_name(audit)
    return [
        f"{name[0].upper()}{name[1:]}, {audit.source}, {audit.generated_at:%Y-%m-%d %H:%M} UTC",
        f"Policy {audit.managed.name} {audit.managed.version}",
        *_actions(audit),
        *([f"Filter {filter_in_words(audit.filtered)}"] if audit.filtered else []),
        ", ".join(f"{n} {v}" for v, n in counts.items())
        + f", of {counted(len(audit.results), 'principal')}",
        *answers_in_words(audit),
        *use_in_words(audit),
    ]


def use_in_words(audit: Audit) -> list[str]:
    """What the column `used` says, where AWS was asked for it."""
    if (asked := audit.account.use_asked) is None:
        return []
    return [f"Used: the last use of Bedrock, asked at {asked.at:%Y-%m-%d %H:%M} UTC. {WHAT_COUNTS}"]


def answers_in_words(audit: Audit) -> list[str]:
    """How many can invoke models, how many by another policy, and how many only seem to."""
    if (counts := invocation_counts(audit)) is None:
        return []
    unknown = f", {counts.unknown} unknown" if counts.unknown else ""
    can = f"{counts.can} can invoke models, {counts.by_other} of them by another policy"
    hold = "holds" if counts.hold_only == 1 else "hold"
    return [f"{can}; {counts.hold_only} {hold} the policy and cannot{unknown}"]


class InvocationCounts(NamedTuple):
    """How many principals there are with each answer to whether they can invoke models."""

    can: int
    by_other: int
    """Of these, by a policy not specific to Bedrock."""
    hold_only: int
    """Those that have the managed policy and cannot."""
    unknown: int


def invocation_counts(audit: Audit) -> InvocationCounts | None:
    """Count the answers; None if other actions were asked about."""
    answers = [(r.invocation.can, r) for _, r in audit.results if r.invocation is not None]
    if not answers or audit.only:
        return None
    can = [r for answer, r in answers if answer]
    return InvocationCounts(
        can=len(can),
        by_other=sum(bool(r.other_policies) for r in can),
        hold_only=sum(bool(r.attached) for answer, r in answers if answer is False),
        unknown=sum(answer is None for answer, _ in answers),
    )


def _actions(audit: Audit) -> list[str]:
    """What was asked about, where it is not the whole policy."""
    if not audit.only:
        return []
    if audit.routes is not None:
        count = len(audit.routes.routes)
        sources = dict.fromkeys(each.source for each in audit.routes.lists)
        routes = f"{count} route" if count == 1 else f"{count} routes"
        return [
            f"{audit.only}: {routes}",
            *(f"Models: {source}" for source in sources),
            *_by_way(audit.routes, audit),
        ]
    count = sum(len(section.entries) for section in audit.sections)
    return [f"Action {audit.only}"] if count == 1 else [f"{count} actions {audit.only}"]


def _by_way(report: RouteReport, audit: Audit) -> list[str]:
    """How many can invoke the model by each way, if it is one model from one region."""
    if len({(route.model, route.source) for route in report.routes}) > 1 or not audit.results:
        return []
    from iam.verdicts.route_summary import principals_by_way

    counts = principals_by_way([report.by_arn[principal.arn] for principal, _ in audit.results])
    return [f"Can invoke it: {'; '.join(counts)}"]


def filter_in_words(filtered: Filtered) -> str:
    """`invoke:yes, of 47 principals; 3 could not be decided`."""
    name = "only the marked ones" if filtered.marked else filtered.text
    words = f"{name}, of {counted(filtered.of, 'principal')}"
    return f"{words}; {filtered.undecided:,} could not be decided" if filtered.undecided else words


def overview(
    audit: Audit, detail: Detail, *, short: bool = False
) -> tuple[list[str], list[list[str]]]:
    """The titles of the columns, and a row per principal; of several accounts, with its account.

    Args:
        audit: The audit.
        detail: `principals` leaves out the columns of the sections.
        short: Whether a section's column has the short label of the app for a title.
    """
    head, rows = _who_can(audit) if audit.only else _access(audit, detail, short)
    if audit.account.use_asked is not None:
        head = [*head, "used"]
        uses = [use_in_short(principal.bedrock_use) for principal, _ in audit.results]
        rows = [[*row, used] for row, used in zip(rows, uses, strict=True)]
    if audit.account.id is None:
        accounts = [Arn.parse(principal.arn).account for principal, _ in audit.results]
        head = ["account", *head]
        rows = [[account, *row] for account, row in zip(accounts, rows, strict=True)]
    return head, rows


def _access(audit: Audit, detail: Detail, short: bool) -> tuple[list[str], list[list[str]]]:
    sections = len(audit.sections) if detail != "principals" else 0
    titles = [section.label if short else section.sid for section in audit.sections[:sections]]
    head = ["type", "name", "policy", "verdict", "invoke", *titles, "other policy"]
    rows = [
        [
            principal.type,
            principal.name,
            attached_in_words(result),
            f"{GLYPHS[result.verdict]} {result.verdict}",
            invocation_in_words(result),
            *(
                f"{GLYPHS[s.verdict]} {count_in_words(s.verdict, s.granted, s.total)}"
                for s in result.sections[:sections]
            ),
            others_in_words(result),
        ]
        for principal, result in audit.results
    ]
    return head, rows


def _who_can(audit: Audit) -> tuple[list[str], list[list[str]]]:
    titles = route_titles(audit)
    rows = [
        [
            principal.type,
            principal.name,
            attached_in_words(result),
            f"{GLYPHS[result.verdict]} {result.verdict}{_count(result)}",
            *(f"{GLYPHS[e.verdict]} {e.verdict}" for e in result.sections[0].entries if titles),
            by_in_words(audit, result),
        ]
        for principal, result in audit.results
    ]
    return ["type", "name", "policy", "verdict", *titles, "by"], rows


def by_in_words(audit: Audit, result: PrincipalResult, most: int | None = _MOST_REASONS) -> str:
    """What decides about the actions or the routes that were asked about; of routes the first."""
    if audit.routes is None:
        return result.means
    from iam.reports.route_audit import reasons_in_words

    return reasons_in_words(result.sections[0].entries, most)


def route_titles(audit: Audit) -> list[str]:
    """The titles of the columns of routes; none if there are too many for a table."""
    titles = audit.routes.titles if audit.routes is not None else []
    return titles if len(titles) <= _MOST_ROUTES else []


def _count(result: PrincipalResult) -> str:
    """How many of several actions are granted."""
    (section,) = result.sections
    if section.total < 2:
        return ""
    return f" {count_in_words(section.verdict, section.granted, section.total)}"


def others_in_words(result: PrincipalResult) -> str:
    """The policies not specific to Bedrock that let a principal invoke models."""
    return "unknown" if result.other_policies is None else ", ".join(result.other_policies)


def invocation_in_words(result: PrincipalResult) -> str:
    """Whether a principal can invoke models: `◐ Claude in us-east-1`; empty if not asked."""
    answer = result.invocation
    return "" if answer is None else f"{GLYPHS[answer.verdict]} {answer.words}"


def attached_in_words(result: PrincipalResult) -> str:
    """How a principal has the managed policy: `direct`, `by group x`, both, `no`, or `unknown`."""
    attached = result.attached
    return attached.in_words if attached or attached.unknown else "no"
