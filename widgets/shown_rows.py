"""Which rows the table shows, which one is under the cursor and which are marked. No drawing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from iam.verdicts.parsed_filter import PrincipalFilter
from widgets.row_order import sort_rows
from widgets.rows import Rows, View

if TYPE_CHECKING:
    from widgets.row import Row


class ShownRows:
    """The rows that the view lets through, with the cursor and the marks on them."""

    def __init__(self) -> None:
        self.all = Rows()
        self.view = View()
        self.in_order: list[Row] = []
        """The rows that are shown."""
        self.undecided = 0
        """How many more may match the filter, because something about them is not known."""
        self.cursor = 0
        self.marks: set[str] = set()
        """ARNs of principals, shown or not."""
        self.question = 0
        """Rows that answer another question count as not evaluated."""
        self.anchor: str | None = None
        """The ARN under the cursor when the operator last moved it, if ever; the cursor returns
        there when it can."""

    def __len__(self) -> int:
        return len(self.in_order)

    @property
    def cursor_row(self) -> Row | None:
        """The row under the cursor."""
        return self.in_order[self.cursor] if self.in_order else None

    @property
    def of_this_kind(self) -> int:
        """How many rows there are of the kind that is shown, before any other filter."""
        groups = self.all.groups
        return groups if self.view.lists == "groups" else len(self.all) - groups

    @property
    def all_of_this_kind(self) -> Sequence[Row]:
        """All rows of the kind that is shown, whatever other filter is in force."""
        return View(self.view.lists).of(self.all.in_order).matching

    @property
    def chosen(self) -> Sequence[Row]:
        """The marked rows, shown or not, in the order of the view; where none is marked, all that
        are shown."""
        if not self.marks:
            return self.in_order
        marked = [row for row in self.all.in_order if row.arn in self.marks]
        sort_rows(marked, self.view.sort, self._answered, reverse=self.view.reverse)
        return marked

    def _answered(self, row: Row) -> bool:
        return row.question == self.question

    def would_show_any(self, chosen: PrincipalFilter) -> bool:
        """Whether another filter would let any row through."""
        view = self.view._replace(filter=chosen, sort="type")
        return bool(view.of(self.all.in_order, self.question).matching)

    def index_of(self, arn: str) -> int | None:
        """The place of a principal among the rows that are shown."""
        return next((at for at, row in enumerate(self.in_order) if row.arn == arn), None)

    def arrange(self) -> bool:
        """Filter and sort again, and keep the cursor on its principal.

        Until the operator moves, the cursor is on top, whatever rows arrive.

        Returns:
            Whether the principal under the cursor is no longer shown.
        """
        before = self.cursor_row
        self.in_order, self.undecided = self.view.of(self.all.in_order, self.question)
        moved = self.anchor is not None
        at = self.index_of(before.arn) if before and moved else None
        gone = moved and at is None
        self.cursor = max(0, min(self.cursor, len(self.in_order) - 1)) if gone else at or 0
        return gone

    def return_to_anchor(self, before: Row | None) -> bool:
        """Put the cursor where the operator left it, else on the row where it was, else on top.

        Args:
            before: The row under the cursor before the view changed.

        Returns:
            Whether the cursor may be on another row.
        """
        home = None if self.anchor is None else self.index_of(self.anchor)
        if home is None and self.cursor_row is before:
            return False
        self.cursor = home or 0
        return True

    def move_to(self, at: int) -> int:
        """Move the cursor, as the operator does; there must be rows.

        Returns:
            Where it was before.
        """
        before, self.cursor = self.cursor, max(0, min(at, len(self.in_order) - 1))
        self.anchor = self.in_order[self.cursor].arn
        return before

    def keep_marks(self, arns: Iterable[str]) -> None:
        """Drop the marks of all other principals."""
        self.marks &= set(arns)

    def mark_all(self) -> None:
        """Mark every row that is shown; where all are marked, unmark them."""
        shown = {row.arn for row in self.in_order}
        self.marks = self.marks - shown if shown <= self.marks else self.marks | shown
