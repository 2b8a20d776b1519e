"""What the terminal can show, and what to set before Textual is imported."""

from __future__ import annotations

import locale
import os

# Over SSH every frame costs bytes: nothing moves that does not have to.
_NO_ANIMATION = {"TEXTUAL_ANIMATIONS": "none", "TEXTUAL_SMOOTH_SCROLL": "0"}
_MANY_COLOURS = ("256color", "kitty")
"""What the names of terminals end with, as Rich knows them, which sends the colours."""


def prepare() -> None:
    """Set defaults that Textual reads when it is imported; what the operator has set is kept."""
    for name, value in _NO_ANIMATION.items():
        os.environ.setdefault(name, value)
    if not os.environ.get("TEXTUAL_DRIVER"):  # if empty, Textual would fail
        os.environ.pop("TEXTUAL_DRIVER", None)


def has_unicode() -> bool:
    """Whether the terminal shows UTF-8, according to the locale.

    Python's own answer does not help: it uses UTF-8 in the C locale too (PEP 538), the terminal
    may not.
    """
    if os.environ.get("TERM") == "linux":
        return False  # the console decodes UTF-8, but its fonts lack the signs
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        if value := os.environ.get(name):
            return locale.normalize(value).upper().replace("-", "").endswith("UTF8")
    return False


def has_colour() -> bool:
    """Whether colour is wanted (https://no-color.org), and the terminal may have any."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def has_many_colours() -> bool:
    """Whether the terminal shows more than sixteen colours."""
    if os.environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return True
    return os.environ.get("TERM", "").lower().rpartition("-")[2] in _MANY_COLOURS
