"""How a command ends: with an exit status, and a sentence if it failed."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from functools import wraps
from typing import NamedTuple, NoReturn, ParamSpec, TypeVar

import click

from iam.text import safe
from tui import is_interrupt

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")
EXIT_FAILED = 1
EXIT_INCOMPLETE = 3
EXIT_DISAGREES = 4
EXIT_INTERRUPTED = 128 + signal.SIGINT


class Ending(NamedTuple):
    """How a report was made."""

    missing: str = ""
    """What could not be read, in a few words; empty if everything could."""
    verified: str = ""
    """What AWS's simulator was asked, and how its answers compare; empty if it was not asked."""
    disagrees: bool = False
    """Whether an answer of the simulator disagrees with a verdict."""


def fail(sentence: str, *, err: bool = True) -> NoReturn:
    """End the program because of what this sentence says, on standard error or output."""
    click.echo(f"bedrock-tui: {safe(sentence)}", err=err)
    leave_with(EXIT_FAILED)


def leave_with(status: int) -> NoReturn:
    """End the program, even if calls hang in threads."""
    from iam.runtime.threads import leave

    leave(status)


def ends_quietly(work: Callable[_Given, _Result]) -> Callable[_Given, _Result]:
    """Decorate a function at whose Ctrl-C the program ends, without a word.

    The operator knows why; click would say "Aborted!".
    """

    @wraps(work)
    def ended(*args: _Given.args, **more: _Given.kwargs) -> _Result:
        try:
            return work(*args, **more)
        except BaseException as error:
            if not is_interrupt(error):
                raise
            # Nothing is imported: an import that was cut short may not be repeatable. Before this
            # module is there, no thread has been started.
            threads = sys.modules.get("iam.runtime.threads")
            leave: Callable[[int], NoReturn] = getattr(threads, "leave", sys.exit)
            leave(EXIT_INTERRUPTED)

    return ended
