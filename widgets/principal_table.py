"""The table of principals: only visible lines are drawn, as quick at 10,000 as at ten."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import is_
from typing import Any, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from iam.text import safe
from iam.verdicts.principal_filter import PrincipalFilter
from widgets.glyphs import Glyphs
from widgets.row_order import Sort
from widgets.rows import Row, SectionColumn, View
from widgets.shown_rows import ShownRows
from widgets.table_lines import VERDICT_STYLES, TableLines, fit


class PrincipalTable(ScrollView, can_focus=True):
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
        Binding("j,down", "move(1)", "Down", show=False, id="table.down", tooltip="One row down"),
        Binding("k,up", "move(-1)", "Up", show=False, id="table.up", tooltip="One row up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="table.pagedown"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="table.pageup"),
        Binding("g,home", "first", "First", show=False, id="table.first"),
        Binding("G,end", "last", "Last", show=False, id="table.last"),
        Binding("enter", "open", "Open", show=False, id="table.open"),
        Binding(
            "space", "mark", "mark", key_display="space", id="table.mark", tooltip="Mark this row"
        ),
        Binding(
            "asterisk", "mark_all", "Mark all", show=False, id="table.mark_all",
            tooltip="Mark all that is shown",
        ),
    ]  # fmt: skip
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "principal-table--header",
        "principal-table--cursor",
        "principal-table--mark",
        "principal-table--dim",
        *VERDICT_STYLES.values(),
    }
    DEFAULT_CSS = """
    PrincipalTable {
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
        overflow-x: hidden;
        overflow-y: auto;
        & .principal-table--header { text-style: bold dim; }
        & .principal-table--cursor { background: $cursor-blurred; }
        &:focus .principal-table--cursor {
            background: $cursor; color: $cursor-text; text-style: bold;
        }
        & .principal-table--mark { color: $focus; text-style: bold; }
        & .principal-table--dim { text-style: dim; }
        & .principal-table--granted { color: $verdict-granted; }
        & .principal-table--partial { color: $verdict-partial; }
        & .principal-table--denied { color: $verdict-denied; }
        & .principal-table--none { color: $verdict-none; }
        & .principal-table--unknown { color: $verdict-unknown; text-style: bold; }
        &:ansi .principal-table--cursor { text-style: underline; }
        &:ansi:focus .principal-table--cursor { text-style: reverse; }
    }
    """

    @dataclass
    class Highlighted(Message):
        """A message that says which principal is under the cursor."""

        row: Row | None

    @dataclass
    class Opened(Message):
        """A message that asks for the details of a principal."""

        row: Row

    @dataclass
    class Unexplained(Message):
        """A message that asks how far some principals can invoke models, in words."""

        arns: frozenset[str]

    def __init__(self, glyphs: Glyphs, *, sections: bool = True) -> None:
        """Start empty.

        Args:
            glyphs: The signs of this terminal.
            sections: Whether sections are shown as columns, where there is room.
        """
        super().__init__()
        self.glyphs = glyphs
        self._rows = ShownRows()
        self._lines = TableLines(glyphs, self._component_style, shows_sections=sections)
        self._styles: dict[str, Style] = {}
        """Of component classes, until focus or theme change."""
        self._empty_note = ""
        self._incomplete = False
        """Rows are still to come, or to be evaluated."""
        self._titles = "", ""
        self._unexplained: set[str] = set()
        """Principals whose words were asked for, or are to be."""
        self._asking = False

    # What is shown

    @property
    def view(self) -> View:
        """What is shown, and how it is sorted."""
        return self._rows.view

    @property
    def cursor_row(self) -> Row | None:
        """The principal under the cursor."""
        return self._rows.cursor_row

    @property
    def marked(self) -> frozenset[str]:
        """The ARNs of the marked principals."""
        return frozenset(self._rows.marks)

    @property
    def shown(self) -> Sequence[Row]:
        """The rows that the filter lets through, in order."""
        return self._rows.in_order

    @property
    def chosen(self) -> Sequence[Row]:
        """The marked rows, shown or not; where none is marked, all that are shown. In order."""
        return self._rows.chosen

    @property
    def undecided(self) -> int:
        """How many more may match the filter, because something about them is not known."""
        return self._rows.undecided

    def set_sections(self, sections: Sequence[SectionColumn], asked: str = "") -> None:
        """Set the columns.

        Args:
            sections: One for each column.
            asked: The only action that is asked about; the notes of the rows are shown then.
        """
        self._lines.sections = tuple(sections)
        self._lines.action = asked
        self._show_titles()
        self.refresh()

    def show_use(self, shown: bool) -> None:
        """Show a column that says when Bedrock was last used, or none."""
        if shown != self._lines.shows_use:
            self._lines.shows_use = shown
            self.refresh()

    def ask(self) -> int:
        """Begin another question: results of the rows so far do not answer it and are not shown.

        Returns:
            The number of the question, for the rows that answer it.
        """
        self._rows.question += 1
        self._arrange()
        return self._rows.question

    def put_rows(self, rows: Iterable[Row], *, more: bool = False) -> None:
        """Add rows; a row replaces the one of the same ARN.

        What is on the screen stays where it is: the cursor on its principal, and that on its line.

        Args:
            rows: In any order.
            more: Others follow in a moment: nothing is drawn that would look the same, and the
                title shows the count when all have come.
        """
        self._incomplete = more
        rows = list(rows)
        self.forget_words([row.arn for row in rows])
        self._rows.all.put(rows)
        self._arrange(more=more)

    def keep_rows(self, arns: Collection[str], note: str = "", *, more: bool = False) -> None:
        """Drop all other rows.

        Args:
            arns: Of the rows that stay.
            note: What to say if there are none of the kind that is shown, which takes the place
                of `{}`.
            more: Others follow.
        """
        self._incomplete = more
        self._rows.all.keep(arns)
        self._rows.keep_marks(arns)
        self._empty_note = note
        self._arrange()
        self._keep_cursor_visible()

    def show(self, **changes: Any) -> None:
        """Change the view: any of `kind`, `filter`, `sort`, `reverse`."""
        self._rows.view = self.view._replace(**changes)
        before = self.cursor_row
        self._arrange()
        if self._rows.return_to_anchor(before):
            self.post_message(self.Highlighted(self.cursor_row))
        self._keep_cursor_visible()

    def put_words(self, words: Mapping[str, str]) -> None:
        """Say how far principals can invoke models, or why they cannot.

        Args:
            words: By ARN.
        """
        self._lines.words |= words
        top = self.scroll_offset.y
        for at, row in enumerate(self._visible_rows(), top):
            if row.arn in words:
                self._refresh_row(at)

    def forget_words(self, arns: Iterable[str]) -> None:
        """Forget the words of some principals: they are asked for again where they are shown."""
        if self._unexplained:
            self._unexplained.difference_update(arns)
            for arn in arns:
                self._lines.words.pop(arn, None)

    def would_show_any(self, chosen: PrincipalFilter) -> bool:
        """Whether another filter would let any row through."""
        return self._rows.would_show_any(chosen)

    def sort_by_next(self) -> None:
        """Sort by the next column."""
        sorts = self._lines.sorts()
        at = sorts.index(self.view.sort) if self.view.sort in sorts else -1
        self.show(sort=sorts[(at + 1) % len(sorts)], reverse=False)

    def sort_by(self, sort: Sort) -> None:
        """Sort by a column, the other way round if the rows are sorted by it already."""
        self.show(sort=sort, reverse=sort == self.view.sort and not self.view.reverse)

    def go_to(self, arn: str) -> None:
        """Put the cursor on a row, if it is shown."""
        if (at := self._rows.index_of(arn)) is not None:
            self._move_to(at)

    def unmark(self, arns: Iterable[str]) -> None:
        """Take the marks off these principals."""
        self._rows.marks.difference_update(arns)
        self._marks_changed()

    def _arrange(self, *, more: bool = False) -> None:
        """Filter and sort, keeping the cursor on its principal, and the screen where it is."""
        rows = self._rows
        before, top = self.cursor_row, self.scroll_offset.y
        fixed, line = self._row_to_hold()
        visible = self._visible_rows()
        gone = rows.arrange()
        self._measure(in_passing=more)
        self._show_titles()
        if rows.anchor is not None and fixed is not None:
            at = rows.cursor if fixed is before else rows.index_of(fixed.arn)
            if at is not None and at - line != top:
                self.scroll_to(y=max(0, at - line), animate=False, immediate=True)
        if gone:
            self._keep_cursor_visible()
        unchanged = len(visible) > self._page_size() and all(
            map(is_, visible, self._visible_rows())
        )
        if not (more and unchanged):
            self.refresh()
        if self.cursor_row is not before:
            self.post_message(self.Highlighted(self.cursor_row))

    def _visible_rows(self) -> list[Row]:
        """The rows on the screen."""
        top = self.scroll_offset.y
        return self._rows.in_order[top : top + self._page_size() + 1]

    def _measure(self, *, in_passing: bool) -> None:
        """Tell Textual how many lines there are; in passing, tell only the scrollbar."""
        size = Size(0, len(self._rows) + 1)
        if in_passing and self.show_vertical_scrollbar and size.height > self.size.height:
            self.set_reactive(PrincipalTable.virtual_size, size)
            self.vertical_scrollbar.window_virtual_size = size.height
        else:
            self.virtual_size = size

    def _row_to_hold(self) -> tuple[Row | None, int]:
        """The row that stays on its line, and that line: the row of the cursor, or the topmost if
        the cursor is scrolled out of sight."""
        rows, top = self._rows, self.scroll_offset.y
        line = rows.cursor - top
        if 0 <= line < self._page_size():
            return self.cursor_row, line
        return (rows.in_order[top] if top < len(rows) else None), 0

    def _show_titles(self) -> None:
        # No rows so far does not mean none.
        counting = self._incomplete or not (self._rows.all or self._empty_note)
        titles = self._lines.titles(self._rows, counting=counting)
        if titles != self._titles:  # Textual draws the whole table again for a title
            self._titles = titles
            # Content: the operator may type what would be markup.
            self.border_title, self.border_subtitle = map(Content, titles)

    # Moving and marking

    def _move_to(self, at: int) -> None:
        if not self._rows:
            return
        before = self._rows.move_to(at)
        if before != self._rows.cursor:
            self._refresh_row(before)
            self._refresh_row(self._rows.cursor)
            self._keep_cursor_visible()
            self.post_message(self.Highlighted(self.cursor_row))

    def _page_size(self) -> int:
        return max(1, self.scrollable_content_region.height - 1)

    def _keep_cursor_visible(self) -> None:
        cursor, top, size = self._rows.cursor, self.scroll_offset.y, self._page_size()
        if cursor < top:
            self.scroll_to(y=cursor, animate=False, immediate=True)
        elif cursor >= top + size:
            self.scroll_to(y=cursor - size + 1, animate=False, immediate=True)

    def action_move(self, rows: int) -> None:
        self._move_to(self._rows.cursor + rows)

    def action_page(self, pages: int) -> None:
        self._move_to(self._rows.cursor + pages * self._page_size())

    def action_first(self) -> None:
        self._move_to(0)

    def action_last(self) -> None:
        self._move_to(len(self._rows) - 1)

    def action_open(self) -> None:
        if row := self.cursor_row:
            self.post_message(self.Opened(row))

    def action_mark(self) -> None:
        if row := self.cursor_row:
            self._rows.marks ^= {row.arn}
            self._marks_changed()
            self._move_to(self._rows.cursor + 1)

    def action_mark_all(self) -> None:
        self._rows.mark_all()
        self._marks_changed()

    def _marks_changed(self) -> None:
        self._show_titles()
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        at = event.get_content_offset(self)
        if at is not None and at.y == 0:
            sort = self._lines.sort_at(at.x, self.scrollable_content_region.width)
            if sort is not None:
                self.sort_by(sort)
        elif at is not None:
            row = at.y - 1 + self.scroll_offset.y
            if row < len(self._rows):
                opens = row == self._rows.cursor and event.chain == 2
                self._move_to(row)
                if opens:
                    self.action_open()

    # Drawing

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        base = self.rich_style
        rows = self._rows
        at = y - 1 + self.scroll_offset.y
        if y == 0:
            line = self._lines.header(width, self.view)
        elif at < len(rows):
            line = self._line(rows.in_order[at], width)
            if at == rows.cursor:
                base += self._component_style("principal-table--cursor")
        else:
            why = self._why_empty() if not rows else ()
            text = fit(why[y - 1], width - 1, self.glyphs.cut).rstrip() if y <= len(why) else ""
            line = [Segment(f" {text}", self._component_style("principal-table--dim"))]
        return Strip(line).adjust_cell_length(width).apply_style(base)

    def _line(self, row: Row, width: int) -> list[Segment]:
        rows = self._rows
        if row.arn not in self._unexplained and self._lines.wants_words(row, width, rows.question):
            self._unexplained.add(row.arn)
            if not self._asking:
                self._asking = True
                self.call_later(self._ask_for_words)
        return self._lines.row(row, width, question=rows.question, marked=row.arn in rows.marks)

    def _ask_for_words(self) -> None:
        self._asking = False
        missing = self._unexplained - self._lines.words.keys()
        if missing:
            self.post_message(self.Unexplained(frozenset(missing)))

    def _why_empty(self) -> tuple[str, ...]:
        """Why no rows are shown, and which key shows all again; one or two lines."""
        view = self.view
        kind = "users or roles" if view.lists == "all" else view.lists
        if not self._rows.all_of_this_kind and not (self._incomplete and self._rows.all):
            note = self._empty_note.format(kind)
            others = note and view.lists != "all" and self._rows.all.groups < len(self._rows.all)
            return (note, "1 shows users and roles") if others else (note,)
        if self._incomplete:
            return ("nothing so far: principals are still being read",)
        certain = f" for certain; {self._rows.undecided:,} unknown" if self._rows.undecided else ""
        return f"no {kind} match {safe(view.filter.text.strip())}{certain}", "esc goes back"

    def _refresh_row(self, at: int) -> None:
        y = at - self.scroll_offset.y + 1
        if 1 <= y < self.scrollable_content_region.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def _component_style(self, name: str) -> Style:
        if (style := self._styles.get(name)) is None:
            style = self._styles[name] = self.get_component_rich_style(name, partial=True)
        return style

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles.clear()

    def on_resize(self) -> None:
        """Keep the cursor in sight where a message takes some lines."""
        self._keep_cursor_visible()

    def on_focus(self) -> None:
        self._styles.clear()

    def on_blur(self) -> None:
        self._styles.clear()
