"""Run blocking functions in threads that never delay the exit. Light: it imports nothing heavy."""

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
"""How the names of threads begin that may be in the middle of a call."""
_under_way: set[object] = set()
"""One object for each function that runs in a thread."""

_last: list[Callable[[], None]] = []
"""Functions called before the program ends."""

one_at_a_time = threading.Lock()
"""Held by CPU-bound work in threads: in parallel it would not finish sooner, and it would slow down
the event loop."""


async def in_thread(fn: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """Run a blocking function in a thread of its own.

    Threads of an executor are joined when Python exits, so that a hung call would keep the program
    running; these are not joined. If the await is cancelled, the result is dropped.
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
        except StopIteration as error:  # futures do not accept it
            failure = RuntimeError(f"{fn} raised StopIteration")
            failure.__cause__ = error
        except BaseException as error:
            failure = error
        # The loop may be closed: then the program is exiting and nothing waits for the result.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, result, failure)
        _under_way.discard(call)

    call = object()
    _under_way.add(call)
    # Not threading.Thread, whose start waits until the new thread runs: that blocks the event loop
    # for 20 ms and more while another thread parses a large response.
    try:
        _thread.start_new_thread(run, ())
    except BaseException:
        _under_way.discard(call)
        raise
    return await future


def import_for(*names: str) -> None:
    """Import modules of `iam` in the calling thread, before the event loop needs them.

    The first import of some takes 200 ms and more, during which the event loop would be blocked.
    """
    for name in names:
        import_module(f"iam.{name}")


def before_leaving(fn: Callable[[], None]) -> Callable[[], None]:
    """Decorate a function to be called when the program ends, by `leave` or by itself."""
    _last.append(fn)
    atexit.register(fn)
    return fn


def leave_nothing() -> None:
    """Call the functions registered with `before_leaving`: for before `os._exit`."""
    for fn in _last:
        fn()


def leave(status: int) -> NoReturn:
    """End the program, even if calls are still running in threads.

    Python stops daemon threads at exit, which aborts the process if one is in compiled code at that
    moment. If there are such threads, this skips Python's exit; otherwise it is a normal exit.
    """
    if _under_way or any(thread.name.startswith(_PREFIX) for thread in threading.enumerate()):
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                if stream is not None:
                    stream.flush()
        leave_nothing()
        os._exit(status)
    sys.exit(status)
