"""The app: command line, screens, key bindings and the stylesheet."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType


def is_interrupt(error: BaseException) -> bool:
    """Whether an error is Ctrl-C, or what the creation of a class has made of it."""
    return any(isinstance(each, KeyboardInterrupt) for each in (error, error.__cause__))


def _report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Report what ends the program, but not a Ctrl-C: the operator knows.

    Set here, because most of the time until the command line is known goes into imports.
    """
    if not is_interrupt(error):
        sys.__excepthook__(kind, error, trace)


sys.excepthook = _report
