"""One line on the terminal while Textual is imported: what is being opened.

It is on the ordinary screen of the terminal, so that nothing has to be restored if the start fails.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from iam.text import safe, without_secrets
from tui.options import Launch
from tui.terminal.capabilities import has_unicode


@contextmanager
def splash(launch: Launch) -> Iterator[None]:
    """Show the line on standard error, where Textual draws, and erase it at the end."""
    with suppress(OSError):
        columns = os.get_terminal_size(sys.stderr.fileno()).columns
        # The last column stays free: some terminals wrap when it is written to.
        _write(line(launch, (columns or 80) - 1, has_unicode()))
    try:
        yield
    finally:
        _write("\r\x1b[K")


def line(launch: Launch, columns: int, unicode: bool) -> str:
    """What is known before any call: the source of the account, and what the session may do.

    Args:
        launch: What the operator asked for.
        columns: The width of the line.
        unicode: Whether the terminal shows UTF-8.
    """
    opening = "opening …" if unicode else "opening ..."
    parts = (_source(launch), *launch.badges, opening)
    text = "bedrock-tui  " + (" · " if unicode else " - ").join(filter(None, parts))
    text = safe(text) if unicode else safe(text).encode("ascii", "backslashreplace").decode()
    return _cut(text, columns)


def _source(launch: Launch) -> str:
    if launch.demo:
        return "the embedded account"
    if launch.snapshot is not None:
        return "standard input" if launch.snapshot == "-" else launch.snapshot
    # As botocore looks it up.
    names = ("AWS_DEFAULT_PROFILE", "AWS_PROFILE")
    profile = launch.profile or next(filter(None, map(os.environ.get, names)), "")
    parts = [f"profile {profile}"] if profile else []
    parts += [without_secrets(launch.endpoint_url)] if launch.endpoint_url else []
    return " at ".join(parts)


def _cut(text: str, columns: int) -> str:
    """As much as fits; wide characters take two columns."""
    room = columns
    for at, char in enumerate(text):
        room -= 2 if unicodedata.east_asian_width(char) in "WF" else 1
        if room < 0:
            return text[:at]
    return text


def _write(text: str) -> None:
    with suppress(OSError):
        sys.stderr.write(text)
        sys.stderr.flush()
