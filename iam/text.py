"""Text from elsewhere made harmless to a terminal: what cannot be seen is shown as an escape.

Names, paths, Sids, conditions and error messages come from AWS or from a file and may hold
anything: escape sequences that move the cursor, marks that turn the reading direction, characters
of no width that make two names look the same. Line breaks and tabs count among them: one text stays
one line.
"""

from __future__ import annotations

import unicodedata


def safe(text: str) -> str:
    r"""Make every character that is not plainly visible visible.

    Args:
        text: Any text, also one with lone surrogates.

    Returns:
        The same text, with control, direction, zero-width, unassigned and surrogate characters and
        line separators written as `\xNN`, `\uNNNN` or `\UNNNNNNNN`; it can be encoded as UTF-8.
    """
    if text.isprintable():
        return text
    return "".join(char if _visible(char) else _escape(char) for char in text)


def _visible(char: str) -> bool:
    # `isprintable` also refuses the spaces of other scripts, which do no harm.
    return char.isprintable() or unicodedata.category(char) == "Zs"


def _escape(char: str) -> str:
    code = ord(char)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
