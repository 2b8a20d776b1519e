"""A list to choose one line from: columns, narrowed by words, the current line marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.widgets.option_list import Option

from iam.text import safe
from widgets.glyphs import Glyphs
from widgets.option_pages import PagedList

_GAP = 2
_LEAST_NAME = 16
_LEAST_CUT = 8
"""Cells that the last column shown may be cut to."""
_MOST = 200
"""Lines shown at once; nobody reads more, and each takes time to draw."""


class Choice(NamedTuple):
    """A line of the list."""

    value: str
    """What is chosen by it."""
    cells: tuple[str, ...]
    """The name first; the others matter less from left to right."""
    current: bool = False
    styles: tuple[str, ...] = ()
    """Of the cells; none for all of them in the colour of the text."""


class ChoiceList(PagedList):
    """Shows choices in columns; where there is no room, the last columns are left out."""

    DEFAULT_CSS = """
    ChoiceList {
        height: auto;
        border: none;
        padding: 0;
        background: $surface;
        scrollbar-size-vertical: 1;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        & > .option-list--option-highlighted {
            color: $text;
            background: $primary-darken-3;
            text-style: bold;
        }
        &:light > .option-list--option-highlighted { color: white; }
        /* Textual does not reverse the lines of an OptionList. */
        &:nocolor > .option-list--option-highlighted { text-style: bold underline; }
    }
    """

    def __init__(
        self, choices: Sequence[Choice], titles: tuple[str, ...], needed: int, glyphs: Glyphs
    ) -> None:
        """Take what is shown.

        Args:
            choices: The lines, whose texts may come from anywhere.
            titles: Of the columns.
            needed: How many columns are always shown; the name is cut for them.
            glyphs: The signs of this terminal.
        """
        super().__init__(markup=False, compact=True)
        self.can_focus = False  # keys are for the input above
        self.titles = titles
        self.needed = needed
        self.glyphs = glyphs
        self.choices = [
            choice._replace(cells=tuple(safe(cell) for cell in choice.cells)) for choice in choices
        ]
        lines = [titles, *(choice.cells for choice in self.choices)]
        self._full = [max(cell_len(line[i]) for line in lines) for i in range(len(titles))]
        """The width of each column that would cut nothing."""
        self.matching = self.choices
        """Those that have all words of the filter."""
        self._typed = ""

    def on_resize(self, event: events.Resize) -> None:
        self._show()

    def narrow(self, text: str, typed: str = "") -> None:
        """Show the choices that have all these words, those that have them in their names first.

        Args:
            text: The words.
            typed: What can be chosen besides, as it was typed; empty for nothing.
        """
        words = text.lower().split()
        matching = [
            choice
            for choice in self.choices
            if all(word in " ".join((*choice.cells, choice.value)).lower() for word in words)
        ]
        # Who types and presses Enter means a name: its beginning, else a part of it.
        self.matching = sorted(matching, key=lambda choice: _distance(choice.cells[0], words))
        self._typed = typed
        self._show()
        current = next((i for i, choice in enumerate(self.matching) if choice.current), 0)
        if self.option_count:
            self.highlighted = current if not words and current < _MOST else 0

    @property
    def chosen(self) -> str | None:
        """The value under the cursor; None if there is none."""
        at = self.highlighted
        if at is None or at >= self.option_count:
            return None
        shown = self.matching[:_MOST]
        return shown[at].value if at < len(shown) else self._typed

    @property
    def header(self) -> Content:
        """The titles of the columns, above the lines."""
        return Content.assemble("  ", self._line(self.titles, (), "dim"))

    @property
    def more(self) -> int:
        """How many matching choices are not shown."""
        return max(0, len(self.matching) - _MOST)

    def _show(self) -> None:
        at = self.highlighted
        mark = self.glyphs.mark
        lines = [
            Content.assemble(
                (f"{mark} " if choice.current else "  ", "$text-accent"),
                self._line(choice.cells, choice.styles, "bold" if choice.current else ""),
            )
            for choice in self.matching[:_MOST]
        ]
        if self._typed:
            lines.append(Content.assemble("  ", ("as typed: ", "dim"), safe(self._typed)))
        self.set_options([Option(line) for line in lines])
        if at is not None and at < len(lines):
            self.highlighted = at

    def _line(self, cells: tuple[str, ...], styles: tuple[str, ...], style: str) -> Content:
        parts = [
            Content.styled(
                cell + " " * (width - cell_len(cell))
                if cell_len(cell) <= width
                else _cut(cell, width),
                styles[n] if n < len(styles) else style,
            )
            for n, (cell, width) in enumerate(zip(cells, self._widths(), strict=False))
        ]
        return Content(" " * _GAP).join(parts).rstrip()

    def _widths(self) -> list[int]:
        """The width of each column that there is room for."""
        full = self._full
        room = (self.scrollable_content_region.width or 70) - 2
        name = room - sum(width + _GAP for width in full[1 : self.needed])
        widths = [min(full[0], max(_LEAST_NAME, name)), *full[1 : self.needed]]
        for width in full[self.needed :]:
            left = room - sum(widths) - _GAP * len(widths)
            if width <= left or left >= _LEAST_CUT:
                widths.append(min(width, left))
            if width > left:
                break
        return widths


def _cut(text: str, width: int) -> str:
    return Content(text).truncate(width, ellipsis=True).plain


def _distance(name: str, words: Sequence[str]) -> int:
    """How far a name is from what was typed: the same, its beginning, a part, in other columns."""
    name, typed = name.lower(), " ".join(words)
    if not typed or name == typed:
        return 0
    if name.startswith(typed):
        return 1
    return 2 if all(word in name for word in words) else 3
