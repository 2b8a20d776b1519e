"""Terminals for tests, and what can be seen on them."""

from __future__ import annotations

from typing import Any

import pyte
from wcwidth import wcwidth

_SEEN_ON_BLANKS = ("underscore", "strikethrough", "reverse", "blink")


class Screen(pyte.Screen):
    """A terminal that treats the halves of a wide character as all terminals but pyte do.

    Where one is overwritten, the other becomes blank; what combines is with the first.
    """

    def __init__(self, columns: int, lines: int) -> None:
        # By line, of those that have not changed since: what a person sees, and reads.
        self._looks: dict[int, list[tuple[Any, ...]]] = {}
        self._texts: dict[int, str] = {}
        super().__init__(columns, lines)

    @property
    def looks(self) -> list[list[tuple[Any, ...]]]:
        """What a person sees: of a blank, the background only, unless it is underlined or so."""
        self._forget_changed()
        for y in range(self.lines):
            if y not in self._looks:
                self._looks[y] = [_look(self.buffer[y][x]) for x in range(self.columns)]
        return [self._looks[y] for y in range(self.lines)]

    @property
    def display(self) -> list[str]:
        """The text of each line; after the first half of a wide character there is nothing."""
        self._forget_changed()
        for y in range(self.lines):
            if y not in self._texts:
                line = self.buffer[y]
                self._texts[y] = "".join([line[x].data for x in range(self.columns)])
        return [self._texts[y] for y in range(self.lines)]

    def _forget_changed(self) -> None:
        for y in self.dirty:
            self._looks.pop(y, None)
            self._texts.pop(y, None)
        self.dirty.clear()

    def draw(self, data: str) -> None:
        self.dirty.add(self.cursor.y)
        for character in data:
            width = wcwidth(character)
            line = self.buffer[self.cursor.y]
            x, end = self.cursor.x, self.cursor.x + width
            if width == 0 and x > 1 and line[x - 1].data == "":
                line[x - 2] = line[x - 2]._replace(data=line[x - 2].data + character)
                continue
            if width > 0 and 0 < x < self.columns and line[x].data == "":
                line[x - 1] = line[x - 1]._replace(data=" ")
            if width > 0 and end < self.columns and line[end].data == "":
                line[end] = line[end]._replace(data=" ")
            super().draw(character)


def fed(output: str, size: tuple[int, int]) -> Screen:
    """The terminal after some output."""
    screen = Screen(*size)
    pyte.Stream(screen).feed("\x1b[?7l" + output)
    return screen


def differences(one: Screen, other: Screen) -> list[str]:
    """Where the two look different."""
    return [
        f"({x}, {y}): {here} {there}"
        for y, (row, row_there) in enumerate(zip(one.looks, other.looks, strict=True))
        for x, (here, there) in enumerate(zip(row, row_there, strict=True))
        if here != there
    ]


def _look(cell: Any) -> tuple[Any, ...]:
    if cell.data == " " and not any(getattr(cell, name) for name in _SEEN_ON_BLANKS):
        return (" ", cell.bg)
    return tuple(cell)
