"""Rows of principals, drawn: only the lines on the screen, as quick at 10,000 rows as at ten."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.content import Content
from textual.message import Message
from textual.strip import Strip

from widgets.empty_table import why_empty
from widgets.glyphs import Glyphs
from widgets.missing_words import MissingWords
from widgets.rows import SectionColumn
from widgets.shown_rows import ShownRows
from widgets.table_lines import TableLines, fit
from widgets.table_titles import titles
from widgets.verdict_lines import VerdictLines

if TYPE_CHECKING:
    from widgets.row import Row


class DrawnRows(VerdictLines):
    """A title with counts, a header, and a line for each row, in the colours of its verdicts."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"principal-table--mark"}
    DEFAULT_CSS = """
    DrawnRows .principal-table--mark { color: $focus; text-style: bold; }
    """

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
        self.rows = ShownRows()
        """Which rows are shown. A subclass changes them."""
        self.lines = TableLines(glyphs, self._component_style, shows_sections=sections)
        self.empty_note = ""
        """What to say if there are no rows of a kind, which takes the place of `{}`."""
        self.incomplete = False
        """Rows are still to come, or to be evaluated."""
        self._titles = "", ""
        self._missing_words = MissingWords(self.lines.words, self.call_later, self._ask_for_words)

    @property
    def line_count(self) -> int:
        return len(self.rows)

    @property
    def cursor_line(self) -> int:
        return self.rows.cursor

    def visible_rows(self) -> list[Row]:
        """The rows on the screen."""
        top = self.top_line
        return self.rows.in_order[top : top + self.page_size + 1]

    def set_sections(self, sections: Sequence[SectionColumn], asked: str = "") -> None:
        """Set the columns.

        Args:
            sections: One for each column.
            asked: The only action that is asked about; the notes of the rows are shown then.
        """
        self.lines.sections = tuple(sections)
        self.lines.action = asked
        self.show_titles()
        self.refresh()

    def show_titles(self) -> None:
        """Show what the rows are, and how many."""
        # No rows so far does not mean none.
        counting = self.incomplete or not (self.rows.all or self.empty_note)
        lines = self.lines
        named = titles(self.rows, lines.sections, lines.action, lines.glyphs, counting=counting)
        if named != self._titles:  # Textual draws the whole table again for a title
            self._titles = named
            # Content: the operator may type what would be markup.
            self.border_title, self.border_subtitle = map(Content, named)

    def put_words(self, words: Mapping[str, str]) -> None:
        """Say how far principals can invoke models, or why they cannot.

        Args:
            words: By ARN.
        """
        self.lines.words |= words
        top = self.top_line
        for at, row in enumerate(self.visible_rows(), top):
            if row.arn in words:
                self.redraw_line(at)

    def forget_words(self, arns: Iterable[str]) -> None:
        """Forget the words of some principals: they are asked for again where they are shown."""
        self._missing_words.forget(arns)

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        base = self.rich_style
        rows = self.rows
        at = y - 1 + self.top_line
        if y == 0:
            line = self.lines.header(width, self.rows.view)
        elif at < len(rows):
            line = self._line(rows.in_order[at], width)
            if at == rows.cursor:
                base += self._component_style("principal-table--cursor")
        else:
            why = why_empty(rows, self.empty_note, incomplete=self.incomplete) if not rows else ()
            text = fit(why[y - 1], width - 1, self.glyphs.cut).rstrip() if y <= len(why) else ""
            line = [Segment(f" {text}", self._component_style("principal-table--dim"))]
        return Strip(line).adjust_cell_length(width).apply_style(base)

    def _line(self, row: Row, width: int) -> list[Segment]:
        rows = self.rows
        asked = row.arn in self._missing_words
        if not asked and self.lines.wants_words(row, width, rows.question):
            self._missing_words.want(row.arn)
        return self.lines.row(row, width, question=rows.question, marked=row.arn in rows.marks)

    def _ask_for_words(self, arns: frozenset[str]) -> None:
        self.post_message(self.Unexplained(arns))
