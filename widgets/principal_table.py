"""The table of principals: only visible lines are drawn, as quick at 10,000 as at ten."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from operator import is_
from typing import TYPE_CHECKING, Any, ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from iam.text import safe
from iam.verdicts.verdict import Verdict
from widgets.glyphs import Glyphs
from widgets.rows import Row, Rows, SectionColumn, View

if TYPE_CHECKING:
    from iam.account.attachments import Attachment
    from iam.verdicts.result import SectionResult, SectionSum

_GLYPH_SECTION = 4
_POLICY = 7
_INVOKES = 4
_LEAST_NAME = 18
_MOST_NAME = 26
"""Where notes follow."""
_PARTS: dict[Verdict, str] = {
    Verdict.GRANTED: "principal-table--granted",
    Verdict.PARTIAL: "principal-table--partial",
    Verdict.DENIED: "principal-table--denied",
    Verdict.NONE: "principal-table--none",
    Verdict.UNKNOWN: "principal-table--unknown",
}


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
        *_PARTS.values(),
    }
    DEFAULT_CSS = """
    PrincipalTable {
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
        overflow-x: hidden;
        overflow-y: auto;
        & .principal-table--header { text-style: bold dim; }
        & .principal-table--cursor { background: $surface-lighten-2; }
        &:focus .principal-table--cursor { background: $primary-darken-3; text-style: bold; }
        & .principal-table--mark { color: $accent; text-style: bold; }
        & .principal-table--dim { text-style: dim; }
        & .principal-table--granted { color: $success; }
        & .principal-table--partial { color: $warning; }
        & .principal-table--denied { color: $text-error; }
        & .principal-table--none { text-style: dim; }
        & .principal-table--unknown { color: $accent; text-style: bold; }
        &:light:focus .principal-table--cursor { color: white; }
        &:nocolor .principal-table--cursor { text-style: underline; }
        &:nocolor:focus .principal-table--cursor { text-style: reverse; }
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

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self.glyphs = glyphs
        self.view = View()
        self._sections: Sequence[SectionColumn] = ()
        self._rows = Rows()
        self._shown: list[Row] = []
        self._cursor = 0
        self._marks: set[str] = set()
        self._note = ""
        self._more = False
        """Rows are still to come, or to be judged."""
        self._asked = ""
        self._question = 0
        self._titles = "", ""
        self._anchor: str | None = None
        """The ARN under the cursor when the operator last moved it, if ever; it goes back there
        when it can."""
        self._parts: dict[str, Style] = {}

    # What is shown

    @property
    def cursor_row(self) -> Row | None:
        """The principal under the cursor."""
        return self._shown[self._cursor] if self._shown else None

    @property
    def marked(self) -> frozenset[str]:
        """The ARNs of the marked principals."""
        return frozenset(self._marks)

    @property
    def shown(self) -> Sequence[Row]:
        """The rows that the filter lets through, in order."""
        return self._shown

    def set_sections(self, sections: Sequence[SectionColumn], asked: str = "") -> None:
        """Set the columns.

        Args:
            sections: One each.
            asked: The action that alone is asked about; the notes of the rows are shown then.
        """
        self._sections = tuple(sections)
        self._asked = asked
        self._title()
        self.refresh()

    def ask(self) -> int:
        """Ask something else: what the rows say is no answer to it, and is not shown.

        Returns:
            The number of the question, for the rows that answer it.
        """
        self._question += 1
        self._arrange()
        return self._question

    def put_rows(self, rows: Iterable[Row], *, more: bool = False) -> None:
        """Add rows, each in place of the one of the same ARN.

        What is on the screen stays where it is: the cursor on its principal, and that on its line.

        Args:
            rows: In any order.
            more: Others follow in a moment: nothing is drawn that would look the same, and the
                title counts when all have come.
        """
        self._more = more
        self._rows.put(rows)
        self._arrange(more=more)

    def keep_rows(self, arns: Collection[str], note: str = "", *, more: bool = False) -> None:
        """Drop the rows of all others.

        Args:
            arns: Of those that stay.
            note: What to say where there are none.
            more: Others follow.
        """
        self._more = more
        self._rows.keep(arns)
        self._marks &= set(arns)
        self._note = note
        self._arrange()
        self._keep_cursor_visible()

    def show(self, **changes: Any) -> None:
        """Change the view: any of `kind`, `text`, `verdict`, `hidden`, `sort`."""
        self.view = self.view._replace(**changes)
        before = self.cursor_row
        self._arrange()
        # Back to where the operator was, else still on the same, else on the first that matches.
        home = None if self._anchor is None else self._place(self._anchor)
        if home is not None or self.cursor_row is not before:
            self._cursor = home or 0
            self.post_message(self.Highlighted(self.cursor_row))
        self._keep_cursor_visible()

    def go_to(self, arn: str) -> None:
        """Put the cursor on a row, if it is shown."""
        if (at := self._place(arn)) is not None:
            self._move_to(at)

    def _place(self, arn: str) -> int | None:
        return next((at for at, row in enumerate(self._shown) if row.arn == arn), None)

    def unmark(self, arns: Iterable[str]) -> None:
        """Take the marks off these principals."""
        self._marks.difference_update(arns)
        self._marks_changed()

    def _arrange(self, *, more: bool = False) -> None:
        """Filter and sort, keeping the cursor on its principal, and the screen where it is."""
        before, top = self.cursor_row, self.scroll_offset.y
        held, line = self._held()
        seen = self._in_sight()
        self._shown = self.view.of(self._rows.in_order, self._question)
        # Until the operator moves, the cursor is on top, whatever rows arrive.
        moved = self._anchor is not None
        at = self._place(before.arn) if before and moved else None
        gone = moved and at is None
        self._cursor = max(0, min(self._cursor, len(self._shown) - 1)) if gone else at or 0
        self._measure(in_passing=more)
        self._title()
        if moved and held is not None:
            at = self._cursor if held is before else self._place(held.arn)
            if at is not None and at - line != top:
                self.scroll_to(y=max(0, at - line), animate=False, immediate=True)
        if gone:
            self._keep_cursor_visible()
        same = len(seen) > self._page_size() and all(map(is_, seen, self._in_sight()))
        if not (more and same):
            self.refresh()
        if self.cursor_row is not before:
            self.post_message(self.Highlighted(self.cursor_row))

    def _in_sight(self) -> list[Row]:
        """The rows on the screen."""
        top = self.scroll_offset.y
        return self._shown[top : top + self._page_size() + 1]

    def _measure(self, *, in_passing: bool) -> None:
        """Tell Textual how many lines there are; in passing only the scrollbar hears of it."""
        size = Size(0, len(self._shown) + 1)
        if in_passing and self.show_vertical_scrollbar and size.height > self.size.height:
            self.set_reactive(PrincipalTable.virtual_size, size)
            self.vertical_scrollbar.window_virtual_size = size.height
        else:
            self.virtual_size = size

    def _held(self) -> tuple[Row | None, int]:
        """The row that is to stay on its line: the cursor's, or the topmost if that is scrolled
        out of sight."""
        line = self._cursor - self.scroll_offset.y
        if 0 <= line < self._page_size():
            return self.cursor_row, line
        top = self.scroll_offset.y
        return (self._shown[top] if top < len(self._shown) else None), 0

    def _title(self) -> None:
        kind = "Users and roles" if self.view.kind == "all" else self.view.kind.capitalize()
        count = f"{len(self._shown):,}"
        groups = self._rows.groups
        of = groups if self.view.kind == "groups" else len(self._rows) - groups
        if len(self._shown) != of:
            count += f" of {of:,}"
        if self._more or not (self._rows or self._note):  # none so far is not none
            count = self.glyphs.pending
        dot = f" {self.glyphs.dot} "
        parts = [f"{kind} {count}"]
        if self._asked:
            parts = [f"Who can {self._asked}?", count]
        if self.view.verdict is not None:
            parts.append(f"{self.glyphs.of(self.view.verdict)} {self.view.verdict}")
        if self.view.hidden:
            parts.append("hidden grants")
        if self._marks:
            parts.append(f"{len(self._marks):,} marked")
        titles = dot.join(parts), f"sorted by {self.view.sort}" if self._rows else ""
        if titles != self._titles:  # Textual draws all of the table for it
            self._titles = titles
            self.border_title, self.border_subtitle = titles

    # Moving and marking

    def _move_to(self, at: int) -> None:
        if not self._shown:
            return
        before, self._cursor = self._cursor, max(0, min(at, len(self._shown) - 1))
        self._anchor = self._shown[self._cursor].arn
        if before != self._cursor:
            self._refresh_row(before)
            self._refresh_row(self._cursor)
            self._keep_cursor_visible()
            self.post_message(self.Highlighted(self.cursor_row))

    def _page_size(self) -> int:
        return max(1, self.scrollable_content_region.height - 1)

    def _keep_cursor_visible(self) -> None:
        top, size = self.scroll_offset.y, self._page_size()
        if self._cursor < top:
            self.scroll_to(y=self._cursor, animate=False, immediate=True)
        elif self._cursor >= top + size:
            self.scroll_to(y=self._cursor - size + 1, animate=False, immediate=True)

    def action_move(self, rows: int) -> None:
        self._move_to(self._cursor + rows)

    def action_page(self, pages: int) -> None:
        self._move_to(self._cursor + pages * self._page_size())

    def action_first(self) -> None:
        self._move_to(0)

    def action_last(self) -> None:
        self._move_to(len(self._shown) - 1)

    def action_open(self) -> None:
        if row := self.cursor_row:
            self.post_message(self.Opened(row))

    def action_mark(self) -> None:
        if row := self.cursor_row:
            self._marks ^= {row.arn}
            self._marks_changed()
            self._move_to(self._cursor + 1)

    def action_mark_all(self) -> None:
        shown = {row.arn for row in self._shown}
        self._marks = self._marks - shown if shown <= self._marks else self._marks | shown
        self._marks_changed()

    def _marks_changed(self) -> None:
        self._title()
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        at = event.get_content_offset(self)
        if at is not None and at.y >= 1:
            row = at.y - 1 + self.scroll_offset.y
            if row < len(self._shown):
                again = row == self._cursor and event.chain == 2
                self._move_to(row)
                if again:
                    self.action_open()

    # Drawing

    def _refresh_row(self, at: int) -> None:
        y = at - self.scroll_offset.y + 1
        if 1 <= y < self.scrollable_content_region.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._parts.clear()

    def on_focus(self) -> None:
        self._parts.clear()

    def on_blur(self) -> None:
        self._parts.clear()

    def _part(self, name: str) -> Style:
        if (style := self._parts.get(name)) is None:
            style = self._parts[name] = self.get_component_rich_style(name, partial=True)
        return style

    def _widths(self) -> tuple[int, list[int]]:
        """Of the name, and of each section's column: with counts, signs only, or none at all."""
        width = self.scrollable_content_region.width
        rest = width - 4 - 2 - _POLICY - (0 if self._asked else _INVOKES)
        wide = [column.width for column in self._sections]
        if rest - sum(wide) < _LEAST_NAME:
            wide = [_GLYPH_SECTION] * len(wide)
        if rest - sum(wide) < _LEAST_NAME:
            wide = []
        name = max(4, rest - sum(wide))
        return (min(name, _MOST_NAME) if self._asked else name), wide

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        base = self.rich_style
        at = y - 1 + self.scroll_offset.y
        if y == 0:
            line = self._header()
        elif at < len(self._shown):
            line = self._line(self._shown[at])
            if at == self._cursor:
                base += self._part("principal-table--cursor")
        else:
            text = self._empty() if at == len(self._shown) == 0 else ""
            line = [Segment(f" {text}", self._part("principal-table--dim"))]
        return Strip(line).adjust_cell_length(width).apply_style(base)

    def _empty(self) -> str:
        groups = self._rows.groups
        if groups if self.view.kind == "groups" else len(self._rows) - groups:
            if self._more:
                return "nothing so far; not everybody has been read and judged"
            return "nothing matches; esc shows all again"
        return self._note

    def _header(self) -> list[Segment]:
        name, widths = self._widths()
        text = "    " + "Name".ljust(name) + "T " + "Policy".ljust(_POLICY)
        if not self._asked:
            text += "Inv".ljust(_INVOKES)
        for number, (column, width) in enumerate(zip(self._sections, widths, strict=False), 1):
            label = safe(column.label)
            if width == _GLYPH_SECTION and len(self._sections) > 8:
                label = str(number)
            text += set_cell_size(label, width - 1) + " "
        if self._asked:
            text += "By"
        return [Segment(text, self._part("principal-table--header"))]

    def _line(self, row: Row) -> list[Segment]:
        if row.question != self._question:
            row = replace(row, attached=None, result=None, invokes=None, hidden=(), note="")
        name, widths = self._widths()
        dim = self._part("principal-table--dim")
        marked = row.arn in self._marks
        mark = self.glyphs.mark if marked else " "
        line = [Segment(f"{mark} ", self._part("principal-table--mark"))]
        verdict = row.result.verdict if row.result else None
        line.append(self._glyph(verdict))
        line += [
            Segment(" "),
            *self._named(row, name),
            Segment(f"{row.type[0].upper()} ", dim),
            self._policy(row),
        ]
        if not self._asked:
            sign = Segment(" ") if row.invokes is None else self._glyph(row.invokes)
            line += [Segment(" "), sign, Segment(" " * (_INVOKES - 2))]
        if row.result is not None:
            sections: Sequence[SectionSum | SectionResult] = row.result.sections
            for result, width in zip(sections, widths, strict=False):
                line.append(self._section(result, width))
        if row.note:
            room = self.scrollable_content_region.width - sum(part.cell_length for part in line)
            line.append(Segment(_fit(safe(row.note), max(room, 0), self.glyphs.pending), dim))
        return line

    def _named(self, row: Row, width: int) -> list[Segment]:
        """The name, and after that of a group how many are in it."""
        more = "" if row.members is None else f" ({row.members:,})"
        text = _fit(safe(row.name), width - 1 - len(more), self.glyphs.pending).rstrip()
        dim = self._part("principal-table--dim")
        return [Segment(text), Segment(more, dim), Segment(" " * (width - cell_len(text + more)))]

    def _policy(self, row: Row) -> Segment:
        if row.unconfirmed:
            text = f"{_policy(row.attached, self.glyphs)}?"
            return Segment(text.ljust(_POLICY), self._part("principal-table--unknown"))
        if row.hidden and not row.attached:
            return Segment("hidden".ljust(_POLICY), self._part("principal-table--partial"))
        style = None if row.attached else self._part("principal-table--dim")
        return Segment(_policy(row.attached, self.glyphs).ljust(_POLICY), style)

    def _glyph(self, verdict: Verdict | None) -> Segment:
        if verdict is None:
            return Segment(self.glyphs.pending, self._part("principal-table--dim"))
        return Segment(self.glyphs.of(verdict), self._part(_PARTS[verdict]))

    def _section(self, result: SectionSum | SectionResult, width: int) -> Segment:
        """Sign and count in one colour: half of the bytes that two would take."""
        sign = self.glyphs.of(result.verdict)
        text = sign if width == _GLYPH_SECTION else f"{sign} {result.granted}/{result.total}"
        return Segment(text.ljust(width), self._part(_PARTS[result.verdict]))


def _fit(text: str, width: int, more: str) -> str:
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(set_cell_size(text, width - cell_len(more)) + more, width)


def _policy(attached: Attachment | None, glyphs: Glyphs) -> str:
    if attached is None:
        return glyphs.pending
    if attached.direct:
        return "both" if attached.groups else "direct"
    return "group" if attached.groups else glyphs.nothing
