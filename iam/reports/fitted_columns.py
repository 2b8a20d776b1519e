"""Fit the columns of a table to a width: cut what is long, then leave out the last columns."""

from __future__ import annotations

import unicodedata

GAP = 2
"""Cells between two columns."""
_LEAST = {"name": 20, "policy": 16, "invoke": 20, "by": 20, "user": 16, "works": 20}
"""Columns that are cut, and how much is left of them at least."""


def fitted(
    rows: list[list[str]], width: int, ellipsis: str, keep: str = "verdict"
) -> tuple[list[list[str]], list[str]]:
    """Fit a table to a width.

    Args:
        rows: The cells; the first row holds the titles.
        width: Cells that there are.
        ellipsis: Takes the place of what is cut.
        keep: The title of the last column that is always there.

    Returns:
        The table, and the titles of the columns that are left out: the last ones, as far as there
        is no room for them.
    """
    head = rows[0]
    widths = [max(map(width_of, column)) for column in zip(*rows, strict=True)]
    least = [min(have, _LEAST.get(title, have)) for title, have in zip(head, widths, strict=True)]
    count = len(head)
    while count > head.index(keep) + 1 and _total(least[:count]) > width:
        count -= 1
    spare = width - _total(least[:count])
    rooms = least[:count]
    while spare > 0 and rooms != widths[:count]:
        for at in [at for at in range(count) if rooms[at] < widths[at]][:spare]:
            rooms[at] += 1
            spare -= 1
    cut = [
        [
            _cut(cell, room, ellipsis, at_end=title in ("invoke", "works"))
            for cell, room, title in zip(row, rooms, head, strict=False)
        ]
        for row in rows
    ]
    return cut, head[count:]


def _total(widths: list[int]) -> int:
    return sum(widths) + GAP * (len(widths) - 1)


def width_of(text: str) -> int:
    """How many cells of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(map(_width, text))


def _width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _cut(text: str, room: int, ellipsis: str, *, at_end: bool) -> str:
    """A text without its end, or without its middle, as names differ at both ends."""
    if width_of(text) <= room:
        return text
    last = 0 if at_end else (room - 1) // 2
    return _beginning(text, room - 1 - last) + ellipsis + _beginning(text[::-1], last)[::-1]


def _beginning(text: str, room: int) -> str:
    """The beginning of a text, as far as there is room."""
    for end, char in enumerate(text):
        room -= _width(char)
        if room < 0:
            return text[:end]
    return text
