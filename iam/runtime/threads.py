"""Blocking functions in threads that never hold up the exit. Light: it imports nothing heavy."""

from __future__ import annotations

import _thread
import asyncio
import atexit
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import NoReturn, ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")
_PREFIX = "bedrock-tui-"
"""Of threads that may be in the middle of a call."""
_under_way: set[object] = set()
"""One for each function that runs in a thread."""

_last: list[Callable[[], None]] = []
"""What is done before the program ends."""

one_at_a_time = threading.Lock()
"""For work in threads that only takes time of the processor: side by side it would be no sooner
done, and the event loop would wait for each in turn."""


async def in_thread(fn: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """Run a blocking function in a thread of its own.

    Threads of an executor are joined when Python exits, so that a hung call would keep the
    program alive after it has quit; these are not. If the await is cancelled, what the function
    returns is dropped.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[_T] = loop.create_future()

    def settle(result: _T | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is None:
            future.set_result(result)  # type: ignore[arg-type]
        else:
            future.set_exception(error)

    def run() -> None:
        result: _T | None = None
        failure: BaseException | None = None
        try:
            result = fn(*args, **kwargs)
        except StopIteration as error:  # which no future takes
            failure = RuntimeError(f"{fn} has no more")
            failure.__cause__ = error
        except BaseException as error:
            failure = error
        # The loop may be closed: then the program is on its way out and nobody waits.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, result, failure)
        _under_way.discard(call)

    call = object()
    _under_way.add(call)
    # Not threading.Thread, whose start waits until the new thread has had a turn: 20 ms and more,
    # in the event loop, while another thread reads a large answer.
    try:
        _thread.start_new_thread(run, ())
    except BaseException:
        _under_way.discard(call)
        raise
    return await future


def import_for(*names: str) -> None:
    """Import modules of `iam`, and what they bring along, in the thread that asks for it.

    The event loop imports them too, where they are used; it would be away for 200 ms and more if it
    were the first to do so.
    """
    for name in names:
        import_module(f"iam.{name}")


def before_leaving(fn: Callable[[], None]) -> Callable[[], None]:
    """Have a function called when the program ends by `leave` or by itself; a decorator."""
    _last.append(fn)
    atexit.register(fn)
    return fn


def leave_nothing() -> None:
    """Do what is to be done before the program ends, where `os._exit` ends it."""
    for fn in _last:
        fn()


def leave(status: int) -> NoReturn:
    """End the program, though calls may still be under way in threads.

    Python ends daemon threads in the middle when it takes itself down, which aborts the process if
    one is in compiled code just then. Without such threads it is an ordinary exit.
    """
    if _under_way or any(thread.name.startswith(_PREFIX) for thread in threading.enumerate()):
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                if stream is not None:
                    stream.flush()
        leave_nothing()
        os._exit(status)
    sys.exit(status)
