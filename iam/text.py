"""Make text from outside safe to show: invisible characters are written as escapes.

Names, paths, Sids, conditions and error messages come from AWS or from a file and may contain
anything: escape sequences that move the cursor, marks that change the reading direction, zero-width
characters that make two names look the same. Line breaks and tabs are escaped, too: a text stays on
one line. `without_secrets` removes passwords from the URLs in a text.
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum
from functools import lru_cache

_BLANK = frozenset(
    chr(code)
    for first, last in (
        # Default_Ignorable_Code_Point, as far as Python takes it for printable:
        # https://www.unicode.org/Public/UCD/latest/ucd/DerivedCoreProperties.txt
        (0x034F, 0x034F),  # combining grapheme joiner
        (0x115F, 0x1160),  # Hangul fillers
        (0x17B4, 0x17B5),  # Khmer inherent vowels
        (0x180B, 0x180F),  # Mongolian variation selectors
        (0x3164, 0x3164),  # Hangul filler
        (0xFE00, 0xFE0F),  # variation selectors
        (0xFFA0, 0xFFA0),  # half-width Hangul filler
        (0xE0100, 0xE01EF),  # variation selectors
        # Symbols whose picture is empty:
        (0x2800, 0x2800),  # Braille pattern blank
        (0x1107F, 0x1107F),  # Brahmi number joiner
        (0x13441, 0x13442),  # Egyptian blanks, from Unicode 15 on
        (0x16FE4, 0x16FE4),  # Khitan filler
        (0x1D159, 0x1D159),  # musical null notehead
    )
    for code in range(first, last + 1)
)
"""Characters that are invisible although Python considers them printable."""
_JAMO = ((0x1160, 0x11FF), (0xD7B0, 0xD7FF))
"""Hangul vowels and finals, which are drawn into the preceding consonant."""
_MARKS = 3
"""The most combining marks on one letter: Hebrew, Thai and Vietnamese need no more."""
# Up to the last @ of the line: a password may contain anything.
_BEFORE = r"(?:(?<=://)|(?<=Invalid endpoint: ))"
_USER = re.compile(rf"{_BEFORE}.*@")
_QUERY = re.compile(rf"{_BEFORE}([^\s\"'<>?#]*)[?#][^\s\"'<>]*")
# Python's message about a URL whose password contains a slash, the part before it taken for a port.
_PORT = re.compile(r"(?<=integer value as ).*")


def safe(text: str) -> str:
    r"""Escape every character that is not plainly visible.

    Args:
        text: Any text, also one with lone surrogates.

    Returns:
        The same text, with everything that looks like nothing or like a blank, except U+0020,
        written as `\xNN`, `\uNNNN` or `\UNNNNNNNN`: control, direction, zero-width, filler,
        unassigned and surrogate characters, line separators, other spaces. So are marks without a
        letter, and more than three on one letter. It can be encoded as UTF-8.
    """
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    marks = _MARKS  # a mark at the beginning would be drawn on whatever precedes the text
    for char in text:
        kind = _kind(char)
        if kind is _Kind.MARK:
            marks += 1
            visible = marks <= _MARKS
        else:
            visible = kind is _Kind.VISIBLE
            marks = 0 if visible and char != " " else _MARKS
        shown.append(char if visible else _escape(char))
    return "".join(shown)


def without_secrets(text: str) -> str:
    """Remove user names, passwords and queries from the URLs in a text.

    Args:
        text: A URL, or a message that may contain some. In doubt, more is removed rather than less.
    """
    return _PORT.sub("…", _QUERY.sub(r"\1", _USER.sub("", text)))


def ascii_lower(text: str) -> str:
    """Fold case as AWS does: for A to Z only.

    `str.lower` turns the KELVIN SIGN into a `k`, and a case-insensitive pattern matches LATIN SMALL
    LETTER LONG S with `s`; for AWS they are different letters.
    """
    return text.lower() if text.isascii() else text.translate(_ASCII_LOWER)


_ASCII_LOWER = {ord(upper): ord(upper) + 32 for upper in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


class _Kind(Enum):
    VISIBLE, MARK, BLANK = range(3)


@lru_cache(4096)
def _kind(char: str) -> _Kind:
    if not char.isprintable() or char in _BLANK:
        return _Kind.BLANK
    if unicodedata.category(char)[0] == "M" or any(a <= ord(char) <= b for a, b in _JAMO):
        return _Kind.MARK
    return _Kind.VISIBLE


def _escape(char: str) -> str:
    code = ord(char)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
