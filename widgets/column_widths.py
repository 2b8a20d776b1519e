"""The widths of the columns of the table of principals, for a given width of the table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

FIXED = 4 + 2
"""The mark, the sign of the verdict and the type, with the spaces between them."""
POLICY = 8
SIGN = 4
"""The column about invoking models where it shows a sign only."""
SECTION_SIGN = 2
"""The column of a section where it shows a sign only."""
_LEAST_NAME = 17
_NAME = 30
_LEAST_WORDS = 16
_WORDS = 26
_MOST_WORDS = 50


class Widths(NamedTuple):
    """The widths of the columns that give way, in cells."""

    name: int
    invoke: int = 0
    """With words if it is wider than `SIGN`; 0 if there is no such column."""
    sections: tuple[int, ...] = ()
    """With counts, with signs only, or empty if there is no room for the sections."""


def widths_for(width: int, sections: Sequence[int], *, asked: bool) -> Widths:
    """Divide the width of the table: words about invoking models come before counts and names.

    Args:
        width: Of the table.
        sections: The widths of the sections with counts.
        asked: Whether one action is asked about: its reasons take the room after the name.
    """
    room = width - FIXED - POLICY
    if asked:
        return Widths(max(4, min(room, _NAME)))
    signs = tuple(SECTION_SIGN for _ in sections)
    with_words = room - _LEAST_NAME - _LEAST_WORDS
    # Signs give way to words, where that is enough, and to the name.
    if 0 <= with_words < sum(signs) or room - _LEAST_NAME - SIGN < sum(signs):
        signs = ()
    name, invoke, columns = _LEAST_NAME, SIGN, signs
    room -= name + invoke + sum(columns)
    if room < 0:
        return Widths(max(4, name + room), invoke)
    if room < _LEAST_WORDS - SIGN:
        return Widths(name + room, invoke, columns)

    def given(wanted: int) -> int:
        """Take from the room what is wanted, as far as there is any."""
        nonlocal room
        taken = min(room, wanted)
        room -= taken
        return taken

    invoke += given(_WORDS - invoke)
    name += given(_NAME - name)
    if signs and room >= (more := sum(sections) - sum(signs)):
        given(more)
        columns = tuple(sections)
    invoke += given(_MOST_WORDS - invoke)
    return Widths(name + room, invoke, columns)
