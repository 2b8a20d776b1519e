"""Signals that end the program: the app restores the terminal, and changes in flight may complete.

It imports nothing heavy: commands without a screen use it as well.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.app import App

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


@contextmanager
def woken_by_signals() -> Iterator[None]:
    """Have handlers of `signal.signal` run at once while the event loop waits.

    Python runs them between two steps of the main thread. A signal that another thread receives, or
    that comes just before the loop begins to wait, does not end the wait: without this, its handler
    would run at the loop's next event, which may be minutes away.

    https://docs.python.org/3/library/signal.html#signal.set_wakeup_fd
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # it receives no signals
        return
    loop = asyncio.get_running_loop()
    woken, waking = socket.socketpair()
    with woken, waking:
        woken.setblocking(False)
        waking.setblocking(False)
        loop.add_reader(woken, woken.recv, 4096)
        before = signal.set_wakeup_fd(waking.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            loop.remove_reader(woken)
