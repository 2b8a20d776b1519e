"""How a command ends: with an exit status, and a sentence if it failed."""

from __future__ import annotations

from typing import NamedTuple, NoReturn

import click

from iam.text import safe

EXIT_FAILED = 1
EXIT_INCOMPLETE = 3
EXIT_DISAGREES = 4


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
