"""How a command ends: with an exit status, and a sentence if it failed."""

from __future__ import annotations

from typing import NoReturn

import click

from iam.text import safe

EXIT_FAILED = 1
EXIT_INCOMPLETE = 3


def fail(sentence: str, *, err: bool = True) -> NoReturn:
    """End the program because of what this sentence says, on standard error or output."""
    click.echo(f"bedrock-tui: {safe(sentence)}", err=err)
    leave_with(EXIT_FAILED)


def leave_with(status: int) -> NoReturn:
    """End the program, even if calls hang in threads."""
    from iam.runtime.threads import leave

    leave(status)
