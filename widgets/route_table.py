"""A table of verdicts on routes: a line per model or principal, a column per way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from iam.verdicts.verdict import Verdict
from widgets.glyphs import Glyphs
from widgets.route_rows import (
    MOST_SIGNS,
    Place,
    RouteRow,
    RouteRows,
    Widths,
    laid_out,
    nearest,
)
from widgets.table_lines import fit
from widgets.verdict_lines import VerdictLines

_LEAST_NAME = 16
_LEAST_NOTE = 20


class RouteTable(VerdictLines):
    """Lines to move in, up and down by line and to the sides by verdict.

    | Key(s) | Description |
    | :- | :- |
    | j, k, up, down | Move by a line. |
    | h, l, left, right | Move to another verdict of the line. |
    | pageup, pagedown | Move by a page. |
    | g, G, home, end | Go to the first or last line. |
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l,right", "side(1)", "Right", show=False, id="routes.right"),
        Binding("h,left", "side(-1)", "Left", show=False, id="routes.left"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"route-table--group"}
    DEFAULT_CSS = """
    RouteTable .route-table--group { color: $text-accent; }
    """

    @dataclass
    class Highlighted(Message):
        """A message that says that the cursor is elsewhere, or on something else."""

    def __init__(
        self, glyphs: Glyphs, group: str, name: str, note: str = "", column: str = ""
    ) -> None:
        """Start empty.

        Args:
            glyphs: The signs of this terminal.
            group: The heading of the groups.
            name: The heading of the names.
            note: The heading of the notes.
            column: Where the cursor is first, if there is such a column.
        """
        super().__init__()
        self.glyphs = glyphs
        self.headings = group, name, note
        self._laid_out = laid_out(self.headings, (column,) if column else (), ())
        self.shown: Sequence[RouteRow] = ()
        """Those that have all words of the filter."""
        self.empty = ""
        """What is said where there is no line."""
        self.words = ""
        """Of the filter."""
        self._cursor = 0
        self._place: Place = (0, 0)
        """Where the cursor is to be, as far as the line has something there."""

    # What is shown

    @property
    def columns(self) -> tuple[str, ...]:
        """The headings of the verdicts."""
        return self._laid_out.columns

    @property
    def all(self) -> Sequence[RouteRow]:
        """All lines, shown or not."""
        return self._laid_out.rows

    @property
    def line_count(self) -> int:
        return len(self.shown)

    @property
    def cursor_line(self) -> int:
        return self._cursor

    @property
    def chosen(self) -> RouteRow | None:
        """The line under the cursor."""
        return self.shown[self._cursor] if self._cursor < len(self.shown) else None

    @property
    def place(self) -> Place | None:
        """The column under the cursor, and the place in its cell; None if the line is empty."""
        row = self.chosen
        return nearest(row.places, self._place) if row is not None else None

    def show_rows(self, made: RouteRows) -> None:
        """Show these lines; the cursor stays on what it is on, if that is among them.

        Args:
            made: Laid out for the headings of this table.
        """
        place, columns = self._place, made.columns
        if columns != self.columns and place[0] < len(self.columns):
            way = self.columns[place[0]]
            self._place = (columns.index(way) if way in columns else 0), place[1]
        self._laid_out = made
        self._arrange()

    def narrow(self, text: str) -> None:
        """Show only the lines that have all of these words."""
        self.words = text
        self._arrange()

    def go_to(self, key: str) -> None:
        """Put the cursor on a line, if it is shown."""
        if (at := self._index(key)) is not None:
            self.move_to(at)

    def _arrange(self) -> None:
        key = self.chosen.key if self.chosen is not None else ""
        words = self.words.lower().split()
        made = self._laid_out
        self.shown = [
            row
            for row, text in zip(made.rows, made.searched, strict=True)
            if all(word in text for word in words)
        ]
        self._cursor = self._index(key) or 0
        self.measure(in_passing=False)
        self.keep_cursor_visible()
        self.refresh()
        self.post_message(self.Highlighted())

    def _index(self, key: str) -> int | None:
        return next((at for at, row in enumerate(self.shown) if row.key == key), None)

    # Moving

    def move_to(self, at: int) -> None:
        if not self.shown:
            return
        before, self._cursor = self._cursor, max(0, min(at, len(self.shown) - 1))
        if before != self._cursor:
            self.redraw_line(before)
            self.redraw_line(self._cursor)
            self.keep_cursor_visible()
            self.post_message(self.Highlighted())

    def keep_cursor_visible(self) -> None:
        top = self.top_line
        super().keep_cursor_visible()
        if self.top_line != top:
            self.refresh()  # the topmost line names its group

    def action_side(self, by: int) -> None:
        """Go to another verdict of the line."""
        row, place = self.chosen, self.place
        if row is None or place is None:
            return
        places = row.places
        self._put(places[max(0, min(places.index(place) + by, len(places) - 1))])

    def _put(self, place: Place) -> None:
        if place != self._place:
            self._place = place
            self.redraw_line(self._cursor)
            self.post_message(self.Highlighted())

    def on_click(self, event: events.Click) -> None:
        at = event.get_content_offset(self)
        if at is None or not 1 <= at.y <= len(self.shown) - self.top_line:
            return
        self.move_to(at.y - 1 + self.top_line)
        widths = self._widths(self.scrollable_content_region.width)
        left = widths.group + widths.name
        for column, width in enumerate(widths.columns):
            if left <= at.x < left + width and (row := self.chosen) and row.cells[column]:
                self._put((column, min((at.x - left) // 2, len(row.cells[column]) - 1)))
            left += width

    # Drawing

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        base = self.rich_style
        at = y - 1 + self.top_line
        if y == 0:
            line = self._header(width)
        elif at < len(self.shown):
            line = self._line(at, width)
            if at == self._cursor:
                base += self._style("cursor")
        else:
            text = self.empty if y == 1 and not self.shown else ""
            line = [Segment(fit(text, width, self.glyphs.cut), self._style("dim"))]
        return Strip(line).adjust_cell_length(width).apply_style(base)

    def _header(self, width: int) -> list[Segment]:
        group, name, note = self.headings
        widths = self._widths(width)
        text = set_cell_size(group, widths.group) + set_cell_size(name, widths.name)
        for column, room in zip(self.columns, widths.columns, strict=True):
            text += set_cell_size(f" {column}", room)
        text += note if widths.note else ""
        return [Segment(text, self._style("header"))]

    def _line(self, at: int, width: int) -> list[Segment]:
        row, widths, cut = self.shown[at], self._widths(width), self.glyphs.cut
        begins = at in (0, self.top_line) or self.shown[at - 1].group != row.group
        line = []
        if widths.group:
            group = fit(row.group if begins else "", widths.group - 1, cut)
            line.append(Segment(f"{group} ", self._component_style("route-table--group")))
        line.append(Segment(f"{fit(row.name, widths.name - 1, cut)} "))
        place = self.place if at == self._cursor else None
        for column, room in enumerate(widths.columns):
            chosen = place[1] if place is not None and place[0] == column else None
            line += self._cell(row.cells[column], room, chosen)
        if widths.note:
            line.append(Segment(fit(row.note, widths.note, cut), self._style("dim")))
        return line

    def _cell(
        self, verdicts: tuple[Verdict | None, ...], room: int, chosen: int | None
    ) -> list[Segment]:
        """The signs of a cell; that under the cursor is in brackets, which need no colour."""
        first = max(0, (chosen or 0) - MOST_SIGNS + 1)
        line = [Segment("[" if chosen == first else " ")]
        used = 1
        for number, verdict in enumerate(verdicts[first : first + MOST_SIGNS], first):
            pending = verdict is None
            sign = self.glyphs.pending_verdict if verdict is None else self.glyphs.of(verdict)
            after = "]" if number == chosen else "[" if number + 1 == chosen else " "
            line += [
                Segment(sign, self._style("dim" if pending else f"{verdict}")),
                Segment(after),
            ]
            used += 2
        if first + MOST_SIGNS < len(verdicts):
            line.append(Segment(self.glyphs.cut, self._style("dim")))
            used += 1
        return [*line, Segment(" " * max(0, room - used))]

    def _widths(self, width: int) -> Widths:
        """Divide the width: verdicts come before names, names before groups, notes come last."""
        grouped, wanted, columns, _ = self._laid_out.wanted
        room = width - sum(columns)
        if room - grouped < _LEAST_NAME:
            grouped = 0
        named = max(4, min(wanted, room - grouped))
        left = room - grouped - named
        return Widths(grouped, named, columns, left if left >= _LEAST_NOTE else 0)

    def _style(self, name: str) -> Style:
        return self._component_style(f"principal-table--{name}")
