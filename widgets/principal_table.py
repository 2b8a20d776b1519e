"""The table of principals: which rows are shown, the cursor on them, and the marks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from operator import is_
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from iam.verdicts.parsed_filter import PrincipalFilter
from widgets.drawn_rows import DrawnRows
from widgets.row_order import Sort
from widgets.rows import View

if TYPE_CHECKING:
    from widgets.row import Row


class PrincipalTable(DrawnRows):
    """Users and roles, a line each.

    | Key(s) | Description |
    | :- | :- |
    | j, k, up, down | Move by a row. |
    | pageup, pagedown | Move by a page. |
    | g, G, home, end | Go to the first or last row. |
    | space | Mark or unmark the row. |
    | * | Mark all that is shown, or unmark them. |
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", show=False, id="table.open"),
        Binding(
            "space", "mark", "mark", key_display="space", id="table.mark", tooltip="Mark this row"
        ),
        Binding(
            "asterisk", "mark_all", "Mark all", show=False, id="table.mark_all",
            tooltip="Mark all that is shown",
        ),
    ]  # fmt: skip

    @dataclass
    class Highlighted(Message):
        """A message that says which principal is under the cursor."""

        row: Row | None

    @dataclass
    class Opened(Message):
        """A message that asks for the details of a principal."""

        row: Row

    # What is shown

    @property
    def view(self) -> View:
        """What is shown, and how it is sorted."""
        return self.rows.view

    @property
    def cursor_row(self) -> Row | None:
        """The principal under the cursor."""
        return self.rows.cursor_row

    @property
    def marked(self) -> frozenset[str]:
        """The ARNs of the marked principals."""
        return frozenset(self.rows.marks)

    @property
    def shown(self) -> Sequence[Row]:
        """The rows that the filter lets through, in order."""
        return self.rows.in_order

    @property
    def chosen(self) -> Sequence[Row]:
        """The marked rows, shown or not; where none is marked, all that are shown. In order."""
        return self.rows.chosen

    @property
    def undecided(self) -> int:
        """How many more may match the filter, because something about them is not known."""
        return self.rows.undecided

    def show_use(self, shown: bool) -> None:
        """Show a column that says when Bedrock was last used, or none."""
        if shown != self.lines.shows_use:
            self.lines.shows_use = shown
            self.refresh()

    def ask(self) -> int:
        """Begin another question: results of the rows so far do not answer it and are not shown.

        Returns:
            The number of the question, for the rows that answer it.
        """
        self.rows.question += 1
        self._arrange()
        return self.rows.question

    def put_rows(self, rows: Iterable[Row], *, more: bool = False) -> None:
        """Add rows; a row replaces the one of the same ARN.

        What is on the screen stays where it is: the cursor on its principal, and that on its line.

        Args:
            rows: In any order.
            more: Others follow in a moment: nothing is drawn that would look the same, and the
                title shows the count when all have come.
        """
        self.incomplete = more
        rows = list(rows)
        self.forget_words([row.arn for row in rows])
        self.rows.all.put(rows)
        self._arrange(more=more)

    def keep_rows(self, arns: Collection[str], note: str = "", *, more: bool = False) -> None:
        """Drop all other rows.

        Args:
            arns: Of the rows that stay.
            note: What to say if there are none of the kind that is shown, which takes the place
                of `{}`.
            more: Others follow.
        """
        self.incomplete = more
        self.rows.all.keep(arns)
        self.rows.keep_marks(arns)
        self.empty_note = note
        self._arrange()
        self.keep_cursor_visible()

    def show(self, **changes: Any) -> None:
        """Change the view: any of `kind`, `filter`, `sort`, `reverse`."""
        self.rows.view = self.view._replace(**changes)
        before = self.cursor_row
        self._arrange()
        if self.rows.return_to_anchor(before):
            self.post_message(self.Highlighted(self.cursor_row))
        self.keep_cursor_visible()

    def would_show_any(self, chosen: PrincipalFilter) -> bool:
        """Whether another filter would let any row through."""
        return self.rows.would_show_any(chosen)

    def sort_by_next(self) -> None:
        """Sort by the next column."""
        sorts = self.lines.sorts()
        at = sorts.index(self.view.sort) if self.view.sort in sorts else -1
        self.show(sort=sorts[(at + 1) % len(sorts)], reverse=False)

    def sort_by(self, sort: Sort) -> None:
        """Sort by a column, the other way round if the rows are sorted by it already."""
        self.show(sort=sort, reverse=sort == self.view.sort and not self.view.reverse)

    def go_to(self, arn: str) -> None:
        """Put the cursor on a row, if it is shown."""
        if (at := self.rows.index_of(arn)) is not None:
            self.move_to(at)

    def unmark(self, arns: Iterable[str]) -> None:
        """Take the marks off these principals."""
        self.rows.marks.difference_update(arns)
        self._marks_changed()

    def _arrange(self, *, more: bool = False) -> None:
        """Filter and sort, keeping the cursor on its principal, and the screen where it is."""
        rows = self.rows
        before, top = self.cursor_row, self.top_line
        fixed, line = self._row_to_hold()
        visible = self.visible_rows()
        gone = rows.arrange()
        self.measure(in_passing=more)
        self.show_titles()
        if rows.anchor is not None and fixed is not None:
            at = rows.cursor if fixed is before else rows.index_of(fixed.arn)
            if at is not None and at - line != top:
                self.scroll_to_line(max(0, at - line))
        if gone:
            self.keep_cursor_visible()
        unchanged = len(visible) > self.page_size and all(map(is_, visible, self.visible_rows()))
        if not (more and unchanged):
            self.refresh()
        if self.cursor_row is not before:
            self.post_message(self.Highlighted(self.cursor_row))

    def _row_to_hold(self) -> tuple[Row | None, int]:
        """The row that stays on its line, and that line: the row of the cursor, or the topmost if
        the cursor is scrolled out of sight."""
        rows, top = self.rows, self.top_line
        line = rows.cursor - top
        if 0 <= line < self.page_size:
            return self.cursor_row, line
        return (rows.in_order[top] if top < len(rows) else None), 0

    # Moving and marking

    def move_to(self, at: int) -> None:
        if not self.rows:
            return
        before = self.rows.move_to(at)
        if before != self.rows.cursor:
            self.redraw_line(before)
            self.redraw_line(self.rows.cursor)
            self.keep_cursor_visible()
            self.post_message(self.Highlighted(self.cursor_row))

    def action_open(self) -> None:
        if row := self.cursor_row:
            self.post_message(self.Opened(row))

    def action_mark(self) -> None:
        if row := self.cursor_row:
            self.rows.marks ^= {row.arn}
            self._marks_changed()
            self.move_to(self.rows.cursor + 1)

    def action_mark_all(self) -> None:
        self.rows.mark_all()
        self._marks_changed()

    def _marks_changed(self) -> None:
        self.show_titles()
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        at = event.get_content_offset(self)
        if at is not None and at.y == 0:
            sort = self.lines.sort_at(at.x, self.scrollable_content_region.width)
            if sort is not None:
                self.sort_by(sort)
        elif at is not None:
            row = at.y - 1 + self.top_line
            if row < len(self.rows):
                opens = row == self.rows.cursor and event.chain == 2
                self.move_to(row)
                if opens:
                    self.action_open()
