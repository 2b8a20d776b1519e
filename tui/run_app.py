"""Run the app: from the session to the exit status, with all that a person reads if it fails."""

from __future__ import annotations

import os
import sys

from iam.counts import counted
from iam.text import safe
from tui.app import BedrockApp, DriverError
from tui.config import Config
from tui.options import Launch
from tui.session.reader_process import ReaderProcess
from tui.session.session import Session

_SWITCH_INTERVAL = 0.0005
"""Seconds for which a thread may keep the event loop waiting; with Python's default of 5 ms, frames
and keys wait for 20 ms and more while a large account is read."""


def run(launch: Launch, reader: ReaderProcess | None = None, config: Config | None = None) -> int:
    """Run the app until the operator quits.

    Args:
        launch: What the operator asked for.
        reader: The reader of the account, if it has been started.
        config: What the operator prefers.

    Returns:
        The exit status: 0, or 128 plus the signal that ended it.
    """
    if launch.snapshot == "-":
        try:
            _read_snapshot_from_pipe()
        except OSError as error:
            print(f"bedrock-tui: no terminal to read keys from: {error.strerror}", file=sys.stderr)
            return 1
    sys.setswitchinterval(_SWITCH_INTERVAL)
    session = Session(launch, reader, other_process=True)
    app: BedrockApp | None = None
    try:
        app = BedrockApp(launch, session, config=config)
        app.run(mouse=app.config.mouse)
    except DriverError as error:
        print(f"bedrock-tui: {safe(str(error))}", file=sys.stderr)
        return 1
    finally:
        # Not of the account that was opened first: that one has been closed.
        (app.session if app is not None else session).close()
    if (batch := app.session.changes.running) is not None and batch.unanswered:
        count = counted(batch.unanswered, "change")
        print(
            f"bedrock-tui: {count} may have been sent without an answer; "
            "the next start of the app asks AWS what happened.",
            file=sys.stderr,
        )
    return app.return_code or 0


def _read_snapshot_from_pipe() -> None:
    """Read the snapshot from the pipe on standard input, and keys from the terminal."""
    pipe = os.dup(sys.stdin.fileno())
    terminal = os.open("/dev/tty", os.O_RDWR)
    os.dup2(terminal, 0)
    sys.stdin = os.fdopen(pipe, encoding="utf-8")
