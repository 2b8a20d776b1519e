"""Locks that tell unfinished files of a dead process from those of a live one.

The system releases a lock however the process that holds it dies: what is not locked is left over.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ANY_NAME = "?" * 8
"""The characters that `tempfile` puts into a name, as a glob pattern."""


def locked(make: Callable[[], tuple[int, str]]) -> tuple[int, Path]:
    """Create a file or a folder and lock it.

    Args:
        make: Creates it; returns its descriptor and its path. Called again if another process
            removed it before it was locked.

    Returns:
        The descriptor, which holds the lock until it is closed, and the path.
    """
    while True:
        file, name = make()
        with suppress(OSError):  # on a file system without locks nothing is ever removed
            fcntl.flock(file, fcntl.LOCK_EX)
        if Path(name).exists():
            return file, Path(name)
        os.close(file)


@contextmanager
def left_over(path: Path, flags: int) -> Iterator[bool]:
    """Lock a file or a folder if no process holds it.

    Args:
        path: Which one.
        flags: As for `os.open`.

    Yields:
        Whether it is left over, and ours to remove.
    """
    try:
        file = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        yield False  # it was removed meanwhile, or is not ours
        return
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            ours = os.fstat(file).st_uid == os.geteuid()
        except OSError:
            ours = False  # its writer is alive
        yield ours
    finally:
        os.close(file)
