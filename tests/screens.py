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

    def draw(self, data: str) -> None:
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


def looks(screen: pyte.Screen) -> list[list[tuple[Any, ...]]]:
    """What a person sees: of a blank, the background only, unless it is underlined or the like."""
    return [
        [_look(screen.buffer[y][x]) for x in range(screen.columns)] for y in range(screen.lines)
    ]


def differences(one: pyte.Screen, other: pyte.Screen) -> list[str]:
    """Where the two look different."""
    return [
        f"({x}, {y}): {here} {there}"
        for y, (row, row_there) in enumerate(zip(looks(one), looks(other), strict=True))
        for x, (here, there) in enumerate(zip(row, row_there, strict=True))
        if here != there
    ]


def _look(cell: Any) -> tuple[Any, ...]:
    if cell.data == " " and not any(getattr(cell, name) for name in _SEEN_ON_BLANKS):
        return (" ", cell.bg)
    return tuple(cell)
