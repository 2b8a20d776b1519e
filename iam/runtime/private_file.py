"""Files for the operator alone: opened only if nobody else can have written them, replaced as a
whole, and cleared away by the next writer where a death left something unfinished.

A file that is being written has a name of its own in the same folder, and a temporary folder one
that tells whose it is. Both are locked for as long as their writer lives: the system gives the
lock back however the writer dies, so what is not locked is left over.
"""

from __future__ import annotations

import fcntl
import os
import shlex
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

_PART = (".bedrock-tui-", ".part")
"""How the name of a file that is being written begins and ends."""
_FOLDER = "bedrock-tui-demo-"
"""How the name of a temporary folder begins."""
_ANY = "?" * 8
"""What tempfile puts into a name, as a pattern."""


class NotPrivate(OSError):
    """Why a file is not used: a few words, for the middle of a sentence."""


def open_private(path: Path, flags: int, refused: int = 0o022) -> int:
    """Open a file that nobody else can have written; an open file, so that it cannot be exchanged.

    A link is followed: what counts is the file that it leads to. The folder does not count, since
    nobody else can put a file of ours into it.

    Args:
        path: The file.
        flags: As for `os.open`. A new file is for its owner only.
        refused: The bits of the mode that the file must not have.

    Returns:
        The descriptor, which the caller closes.

    Raises:
        NotPrivate: It is not a regular file, belongs to another user, or is open to others.
        OSError: It cannot be opened.
    """
    # O_NONBLOCK: a pipe would keep us waiting for its other end.
    file = os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC, 0o600)
    try:
        facts = os.fstat(file)
        if not stat.S_ISREG(facts.st_mode):
            raise NotPrivate("it is not a regular file")
        if facts.st_uid != os.geteuid():
            raise NotPrivate(f"it belongs to another user, ID {facts.st_uid}; use one of your own")
        if found := stat.S_IMODE(facts.st_mode) & refused:
            may = "write to it" if found & 0o022 else "read it"
            fix = f"chmod 600 {shlex.quote(str(path))}"
            raise NotPrivate(f"other users may {may}; check what it holds, then run {fix}")
    except BaseException:
        os.close(file)
        raise
    return file


def make_private_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for their owner only."""
    missing = [folder, *folder.parents]
    for path in reversed([p for p in missing if not p.exists()]):
        path.mkdir(mode=0o700, exist_ok=True)


@contextmanager
def replacing(path: Path, mode: int = 0o600) -> Iterator[BinaryIO]:
    """Write a file in place of an earlier one, complete or not at all.

    Args:
        path: The file; its folder exists.
        mode: Of the complete file. Until then it is for its owner only.

    Raises:
        OSError: It cannot be written.
    """
    clear_leftovers(path.parent)
    file, temporary = _locked(lambda: tempfile.mkstemp(_PART[1], _PART[0], path.parent))
    try:
        with os.fdopen(file, "wb") as writing:
            yield writing
            writing.flush()
            os.fchmod(file, mode)
            os.fsync(file)
            temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def clear_leftovers(folder: Path) -> None:
    """Remove the unfinished files of writers that are dead."""
    for path in folder.glob(_ANY.join(_PART)):
        with _unlocked(path, os.O_RDWR) as left:
            if left:
                path.unlink(missing_ok=True)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Have a folder that is removed afterwards, or by the next one that has such a folder."""
    for left_over in Path(tempfile.gettempdir()).glob(_FOLDER + _ANY):
        with _unlocked(left_over, os.O_RDONLY | os.O_DIRECTORY) as left:
            if left:
                shutil.rmtree(left_over, ignore_errors=True)

    def make() -> tuple[int, str]:
        while True:
            name = tempfile.mkdtemp(prefix=_FOLDER)
            with suppress(FileNotFoundError):  # another process took it for left over
                return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC), name

    file, folder = _locked(make)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(file)


def _locked(make: Callable[[], tuple[int, str]]) -> tuple[int, Path]:
    """Make something and lock it; again, if another process took it for left over in between."""
    while True:
        file, name = make()
        with suppress(OSError):  # where there are no locks, nothing is ever taken for left over
            fcntl.flock(file, fcntl.LOCK_EX)
        if Path(name).exists():
            return file, Path(name)
        os.close(file)


@contextmanager
def _unlocked(path: Path, flags: int) -> Iterator[bool]:
    """Lock something of ours, if it is left over; yields whether it is."""
    try:
        file = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        yield False  # it has been removed meanwhile, or is not ours to remove
        return
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left = os.fstat(file).st_uid == os.geteuid()
        except OSError:
            left = False  # its writer lives
        yield left
    finally:
        os.close(file)
