"""Blocking functions in threads that never hold up the exit. Light: it imports nothing heavy."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn, ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")
_PREFIX = "bedrock-tui-"


async def in_thread(fn: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """Run a blocking function in a daemon thread of its own.

    Threads of an executor are joined when Python exits, so that a hung call would keep the
    program alive after it has quit; daemon threads are not. If the await is cancelled, what the
    function returns is dropped.
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
        except BaseException as error:
            failure = error
        # The loop may be closed: then the program is on its way out and nobody waits.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, result, failure)

    name = getattr(fn, "__name__", "call")
    threading.Thread(target=run, name=f"{_PREFIX}{name}", daemon=True).start()
    return await future


def leave(status: int) -> NoReturn:
    """End the program, though calls may still be under way in threads.

    Python ends daemon threads in the middle when it takes itself down, which aborts the process if
    one is in compiled code just then. Without such threads it is an ordinary exit.
    """
    if any(thread.name.startswith(_PREFIX) for thread in threading.enumerate()):
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                if stream is not None:
                    stream.flush()
        os._exit(status)
    sys.exit(status)
