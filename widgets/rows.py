"""The rows of the table as data: which are shown, and in which order. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from iam.verdict import Attachment, PrincipalResult, Verdict

Kind = Literal["all", "users", "roles", "groups"]
Sort = Literal["name", "verdict", "policy", "type"]


@dataclass(frozen=True, slots=True)
class SectionColumn:
    """A column for one section."""

    sid: str
    label: str
    entries: int
    """How many entries its statement has: the `44` of `29/44`."""

    @property
    def width(self) -> int:
        """Of a column with sign and count, and a space after it."""
        return max(len(self.label), len(f"x {self.entries}/{self.entries}")) + 1


@dataclass(frozen=True, slots=True)
class Row:
    """One principal."""

    arn: str
    type: Literal["user", "role", "group"]
    name: str
    path: str
    attached: Attachment | None
    """None while it is not known which policy is asked about."""
    result: PrincipalResult | None
    """None while it is being judged."""
    invokes: Verdict | None = None
    """Whether it can invoke models; None where that is not asked."""
    hidden: tuple[str, ...] = ()
    """The policies by which it can invoke models though nobody takes them for Bedrock's."""
    note: str = ""
    """What decides, where a single action is asked about."""
    members: int | None = None
    """Of a group."""
    unconfirmed: bool = False
    """AWS has not confirmed its last change."""


@dataclass(frozen=True, slots=True)
class View:
    """What is shown, and how it is sorted."""

    kind: Kind = "all"
    """`all` are users and roles; groups are shown by themselves."""
    text: str = ""
    verdict: Verdict | None = None
    hidden: bool = False
    """Hidden grants only."""
    sort: Sort = "type"

    @property
    def narrowed(self) -> bool:
        """Whether it may leave rows out."""
        chosen = self.verdict is not None or self.hidden or self.kind != "all"
        return chosen or bool(self.text.strip())

    def of(self, rows: Iterable[Row]) -> list[Row]:
        """The rows that are shown, in order."""
        words = self.text.lower().split()
        shown = [row for row in rows if self._has(row, words)]
        shown.sort(key=self._key)
        return shown

    def _has(self, row: Row, words: list[str]) -> bool:
        if row.type == "group" if self.kind == "all" else row.type != self.kind[:-1]:
            return False
        if self.verdict is not None and (row.result is None or row.result.verdict != self.verdict):
            return False
        if self.hidden and not row.hidden:
            return False
        arn = row.arn.lower()
        return all(word in arn for word in words)

    def _key(self, row: Row) -> tuple[object, ...]:
        name = (row.name.lower(), row.arn)
        if self.sort == "name":
            return name
        kind = row.type == "role"
        if self.sort == "verdict":
            order = list(Verdict)
            return (order.index(row.result.verdict) if row.result else len(order), kind, *name)
        if self.sort == "policy":
            attached = row.attached or Attachment()
            return (not attached.direct, not attached.groups, kind, *name)
        return (kind, *name)
