"""The terminal before Textual takes it: what to set before its import, and what it can show."""

from __future__ import annotations

import locale
import os

# Over SSH every frame is bytes on a line: nothing moves that does not have to.
_CALM = {"TEXTUAL_ANIMATIONS": "none", "TEXTUAL_SMOOTH_SCROLL": "0"}
_SIXTEEN_COLOURS = ("linux", "screen", "xterm", "vt100", "vt220", "ansi")


def prepare() -> None:
    """Set the defaults that Textual reads when it is imported; what the operator has set stands."""
    for name, value in _CALM.items():
        os.environ.setdefault(name, value)
    if not os.environ.get("TEXTUAL_DRIVER"):  # set to nothing, Textual would import nothing
        os.environ.pop("TEXTUAL_DRIVER", None)


def has_unicode() -> bool:
    """Whether the locale says that the terminal shows UTF-8.

    Python's own answer is no help: it speaks UTF-8 in the C locale too (PEP 538), the terminal
    may not.
    """
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        if value := os.environ.get(name):
            return locale.normalize(value).upper().replace("-", "").endswith("UTF8")
    return False


def has_colour() -> bool:
    """Whether colour is wanted (https://no-color.org)."""
    return not os.environ.get("NO_COLOR")


def has_many_colours() -> bool:
    """Whether the terminal shows more than sixteen colours."""
    if os.environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return True
    return os.environ.get("TERM", "") not in _SIXTEEN_COLOURS
