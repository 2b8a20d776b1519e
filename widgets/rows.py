"""The rows of the table as data: how they are kept, filtered and sorted."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable
from operator import attrgetter
from typing import TYPE_CHECKING, Literal, NamedTuple

from iam.verdicts.parsed_filter import NO_FILTER, PrincipalFilter, Selection
from widgets.row_order import Sort, sort_rows

if TYPE_CHECKING:
    from widgets.row import Row

Kind = Literal["all", "users", "roles", "groups"]


class SectionColumn(NamedTuple):
    """A column for one section."""

    sid: str
    label: str
    entries: int
    """How many entries its statement has: the `44` of `29/44`."""

    @property
    def width(self) -> int:
        """The width of a column with sign and count, and a space after it."""
        return max(len(self.label), len(f"x {self.entries}/{self.entries}")) + 1


class View(NamedTuple):
    """What is shown, and how it is sorted."""

    kind: Kind = "all"
    """`all` means users and roles; groups are shown by themselves."""
    filter: PrincipalFilter = NO_FILTER
    sort: Sort = "type"
    reverse: bool = False

    @property
    def lists(self) -> Kind:
        """The kind that is listed: a filter may ask for groups."""
        return "groups" if self.filter.of_groups and self.kind == "all" else self.kind

    def of(self, rows: Iterable[Row], question: int = 0) -> Selection[Row]:
        """The rows that are shown, in order, and how many more may belong to them.

        Args:
            rows: In the order of `Row.order`, which equal rows keep in any other order.
            question: The question whose answers count.
        """

        def answered(row: Row) -> bool:
            return row.question == question

        # One plain loop for each filter: ten thousand rows take a few milliseconds.
        if (lists := self.lists) == "all":
            listed = [row for row in rows if row.type != "group"]
        else:
            kind = lists[:-1]
            listed = [row for row in rows if row.type == kind]
        selection = self.filter.select(listed, answered)
        sort_rows(selection.matching, self.sort, answered, reverse=self.reverse)
        return selection


_order = attrgetter("order")
_MANY = 300
"""From this number of rows on, going through all is quicker than looking up each."""


class Rows:
    """All rows, one per ARN, kept in the order of `Row.order` while they arrive and change."""

    def __init__(self) -> None:
        self.in_order: list[Row] = []
        self._by_arn: dict[str, Row] = {}
        self._groups = 0

    def __len__(self) -> int:
        return len(self.in_order)

    @property
    def groups(self) -> int:
        """How many of them are groups."""
        return self._groups

    def put(self, rows: Iterable[Row]) -> None:
        """Add rows; a row replaces the one of the same ARN."""
        new: list[Row] = []
        replacing: dict[str, Row] = {}
        """Rows that take the place of another."""
        latest = {row.arn: row for row in rows}
        for arn, row in latest.items():
            before = self._by_arn.get(arn)
            if before is not None and before.order == row.order:
                replacing[arn] = row
            else:
                if before is not None:
                    self.in_order = [other for other in self.in_order if other is not before]
                    self._groups -= before.type == "group"
                new.append(row)
                self._groups += row.type == "group"
        if len(replacing) > _MANY:
            self.in_order = [replacing.get(row.arn, row) for row in self.in_order]
        else:
            for arn, row in replacing.items():
                self.in_order[self._index_of(self._by_arn[arn])] = row
        self._by_arn |= latest
        if new:
            self.in_order += new
            self.in_order.sort(key=_order)  # quick: the rows from before are sorted

    def _index_of(self, row: Row) -> int:
        at = bisect_left(self.in_order, row.order, key=_order)
        while self.in_order[at] is not row:
            at += 1
        return at

    def keep(self, arns: Collection[str]) -> None:
        """Drop all other rows."""
        if self._by_arn.keys() <= set(arns):
            return
        self.in_order = [row for row in self.in_order if row.arn in arns]
        self._by_arn = {row.arn: row for row in self.in_order}
        self._groups = sum(row.type == "group" for row in self.in_order)
