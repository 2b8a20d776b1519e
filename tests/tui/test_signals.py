"""Signals while the event loop waits for nothing but them."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Iterator
from types import FrameType

import pytest

from tui.signals import woken_by_signals


@pytest.fixture
def handled() -> Iterator[threading.Event]:
    """Set by Python's handler of SIGUSR1."""
    event = threading.Event()

    def handle(_number: int, _frame: FrameType | None) -> None:
        event.set()

    before = signal.signal(signal.SIGUSR1, handle)
    yield event
    signal.signal(signal.SIGUSR1, before)


def test_a_signal_that_another_thread_receives_is_handled_while_the_loop_waits(
    handled: threading.Event,
) -> None:
    async def wait() -> bool:
        loop = asyncio.get_running_loop()
        found = loop.create_future()

        def receive() -> None:
            """Receive some signals, each while the loop most probably waits."""
            in_time = True
            for _ in range(5):
                handled.clear()
                asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result()
                signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)
                in_time = in_time and handled.wait(5)
            loop.call_soon_threadsafe(found.set_result, in_time)

        with woken_by_signals():
            threading.Thread(target=receive).start()
            return bool(await found)

    assert asyncio.run(wait())
    assert signal.set_wakeup_fd(-1) == -1  # as it was before


def test_the_loop_of_another_thread_is_left_alone() -> None:
    found: list[int] = []

    async def enter() -> None:
        with woken_by_signals():
            found.append(1)

    thread = threading.Thread(target=lambda: asyncio.run(enter()))
    thread.start()
    thread.join(10)
    assert found == [1]
