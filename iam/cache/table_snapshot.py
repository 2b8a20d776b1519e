"""What the table shows of an account, as plain JSON: the part of the cache that is quick to read.

Verdicts are those of the day of the load, by the policy managed then. Light: no pydantic, and
nothing is evaluated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from iam.account.attachments import Attachment, MemberCount
from iam.account.unread import Unread
from iam.verdicts.result import SectionSum, Summary
from iam.verdicts.verdict import Verdict

Json = dict[str, Any]


class TableRow(NamedTuple):
    """A row of the table: a user, a role or a group."""

    arn: str
    type: Literal["user", "role", "group"]
    name: str
    path: str
    members: MemberCount | None
    """How many users are in it, of a group."""
    summary: Summary


@dataclass(frozen=True, slots=True)
class TableSnapshot:
    """What the table shows of an account."""

    account_id: str
    alias: str | None
    policy: tuple[str, str, str]
    """ARN, name and version."""
    columns: tuple[tuple[str, str, int], ...]
    """The Sid, the column header and the number of entries of each section."""
    lines: tuple[TableRow, ...]
    unread: tuple[Unread, ...]


def to_json(picture: TableSnapshot) -> Json:
    """Convert to JSON; a summary shared by many lines is stored once."""
    summaries: dict[Summary, int] = {}
    lines = [
        [*line[:-1], summaries.setdefault(line.summary, len(summaries))] for line in picture.lines
    ]
    return {
        "account": picture.account_id,
        "alias": picture.alias,
        "policy": picture.policy,
        "columns": picture.columns,
        "summaries": [_summary_to_json(summary) for summary in summaries],
        "lines": lines,
        "unread": [[u.what, u.error, u.message, u.hides] for u in picture.unread],
    }


def from_json(raw: Mapping[str, Any]) -> TableSnapshot:
    """Convert from JSON.

    Raises:
        KeyError, TypeError, ValueError, IndexError: It is malformed.
    """
    summaries = [_summary_from_json(*each) for each in raw["summaries"]]
    arn, name, version = raw["policy"]
    return TableSnapshot(
        account_id=raw["account"],
        alias=raw["alias"],
        policy=(arn, name, version),
        columns=tuple((sid, label, entries) for sid, label, entries in raw["columns"]),
        lines=tuple(_line(each, summaries) for each in raw["lines"]),
        unread=tuple(Unread(*each) for each in raw["unread"]),
    )


def _line(raw: list[Any], summaries: list[Summary]) -> TableRow:
    *texts, members, index = raw
    arn, kind, name, path = texts
    if kind not in ("user", "role", "group") or not all(isinstance(text, str) for text in texts):
        raise ValueError("not a user, role or group")
    count = None if members is None else MemberCount(*members)
    return TableRow(arn, kind, name, path, count, summaries[index])


def _summary_to_json(summary: Summary) -> list[Any]:
    return [
        summary.verdict,
        [[s.verdict, s.granted, s.total] for s in summary.sections],
        [summary.attached.direct, summary.attached.groups],
        summary.invokes,
        summary.can_invoke,
        summary.other_policies,
        summary.uncertain,
    ]


def _summary_from_json(
    verdict: str,
    sections: Iterable[tuple[str, int, int]],
    attached: tuple[bool | None, Iterable[str] | None],
    invokes: str,
    can_invoke: bool | None,
    others: Iterable[str] | None,
    uncertain: bool,
) -> Summary:
    direct, groups = attached
    return Summary(
        verdict=Verdict(verdict),
        sections=tuple(SectionSum(Verdict(v), granted, total) for v, granted, total in sections),
        attached=Attachment(direct, None if groups is None else tuple(groups)),
        invokes=Verdict(invokes),
        can_invoke=can_invoke,
        other_policies=None if others is None else tuple(others),
        uncertain=uncertain,
    )
