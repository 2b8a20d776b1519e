"""The cells of a screen: a character and a style each, and how text is drawn into them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from rich.cells import cell_len

from tui.terminal.sgr import PLAIN, Style

UNKNOWN = "\x00"
"""The content of a cell about which nothing is known."""


@lru_cache(4096)
def cells_of(text: str) -> tuple[str, ...]:
    """The cells that a text takes.

    Returns:
        One string a cell: the second cell of a wide character is empty, and a character without a
        width of its own stands with the one before it.
    """
    cells: list[str] = []
    before = 0
    for end, character in enumerate(text, 1):
        width = cell_len(text[:end])
        more, before = width - before, width
        # A joiner takes in the character that follows; a selector widens the one before.
        if cells and (more == 0 or character == "\ufe0f"):
            lead = len(cells) - 1 - (cells[-1] == "")
            cells[lead] += character
            cells += [""] * more
        elif more > 0:
            cells += [character, *[""] * (more - 1)]
    return tuple(cells)


def each_is_one_cell(row: list[str]) -> bool:
    """Whether every character of a row takes one cell, on any terminal."""
    return "" not in row and len("".join(row)) == len(row)


class Cells:
    """The characters and styles of a screen, row by row."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.characters = [[UNKNOWN] * width for _ in range(height)]
        self.styles = [[PLAIN] * width for _ in range(height)]

    def resized(self, width: int, height: int) -> Cells:
        """A screen of another size with as much of this one as fits."""
        cells = Cells(width, height)
        for y in range(min(height, self.height)):
            row = self.characters[y]
            cells.characters[y][: self.width] = row[:width]
            cells.styles[y][: self.width] = self.styles[y][:width]
            if row[width : width + 1] == [""]:
                cells.characters[y][-1] = UNKNOWN  # half of a wide character
        return cells

    def draw(self, x: int, y: int, text: str, style: Style) -> int:
        """Draw a text; what does not fit is cut off.

        Returns:
            The column after it.
        """
        cells: Sequence[str] = text if text.isascii() else cells_of(text)
        after = end = x + len(cells)
        if y >= self.height or x >= self.width:
            return after
        row = self.characters[y]
        if x and (marks := len(text) - sum(map(len, cells))):
            row[x - 1 - (row[x - 1] == "")] += text[:marks]  # they belong to what is before
        if end > self.width:
            end = self.width
            cut = cells[end - x] == ""
            cells = [*cells[: end - x - cut], *[UNKNOWN] * cut]
        if not cells:
            return after
        # When a wide character loses one half, the other becomes blank.
        if row[x] == "":
            row[x - 1] = " "
        row[x:end] = cells
        if end < self.width and row[end] == "":
            row[end] = " "
        self.styles[y][x:end] = [style] * (end - x)
        return after
