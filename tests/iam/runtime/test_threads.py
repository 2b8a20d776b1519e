"""Functions in threads: what they raise arrives, whatever it is."""

from __future__ import annotations

import asyncio
import threading

import pytest

from iam.runtime import threads
from iam.runtime.threads import in_thread


async def test_what_a_function_returns_and_raises_arrives() -> None:
    assert await in_thread(lambda: threading.current_thread() is threading.main_thread()) is False
    with pytest.raises(ZeroDivisionError):
        await in_thread(lambda: 1 / 0)


async def test_the_end_of_an_iterator_does_not_hang() -> None:
    with pytest.raises(RuntimeError, match="raised StopIteration"):
        await asyncio.wait_for(in_thread(next, iter(())), 10)


async def test_calls_are_under_way_until_they_end() -> None:
    gate = threading.Event()
    call = asyncio.ensure_future(in_thread(gate.wait, 10))
    await asyncio.sleep(0)
    assert threads._under_way
    gate.set()
    assert await call
    while threads._under_way:  # noqa: ASYNC110 (a thread takes it out)
        await asyncio.sleep(0)


async def test_where_no_thread_can_be_started_none_is_under_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> int:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threads._thread, "start_new_thread", refuse)  # type: ignore[attr-defined]
    with pytest.raises(RuntimeError, match="can't start"):
        await in_thread(print)
    assert not threads._under_way
