"""Signals that end the app: the terminal is restored, and changes in flight may complete."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from textual.app import App

if TYPE_CHECKING:
    from iam.changes.batch import Batch

_GRACE = 5.0
"""Seconds that changes in flight have to complete when a signal ends the app."""


def end_on_signals(app: App[int], running: Callable[[], Batch | None]) -> None:
    """End the app when the connection drops or somebody asks it to end.

    Args:
        app: The app, which runs.
        running: Returns the batch that is being sent, if there is one.
    """
    loop = asyncio.get_running_loop()
    # ctrl+c is a key for the app; SIGINT comes from outside, such as from `kill` or `timeout`.
    for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, _end, app, running, 128 + number)
        except (ValueError, RuntimeError, NotImplementedError):
            return  # not in the main thread: a test, or an app inside another app


def _end(app: App[int], running: Callable[[], Batch | None], status: int) -> None:
    """End because of a signal: send no more changes, wait a little."""
    batch = running()
    if batch is None:
        app.exit(status, status)
        return

    async def end_after() -> None:
        """End once changes in flight have been answered and recorded, or time is up."""
        with suppress(TimeoutError):
            await asyncio.wait_for(batch.ended.wait(), _GRACE)
        app.exit(status, status)

    batch.hurry()
    app.run_worker(end_after(), group="leave", exclusive=True)
