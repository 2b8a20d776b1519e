"""Private files: opened only if no other user can have written them."""

from __future__ import annotations

import os
import shlex
import stat
from pathlib import Path


class NotPrivate(OSError):
    """Why a file is not used: a few words, for the middle of a sentence."""


def open_private(path: Path, flags: int, refused: int = 0o022) -> int:
    """Open a file that no other user can have written.

    It is checked after it was opened, so that it cannot be exchanged in between. A symbolic link is
    followed: the file that it leads to is checked. The folder is not: nobody else can put a file of
    ours into it.

    Args:
        path: The file.
        flags: As for `os.open`. A new file gets mode 0600.
        refused: The bits of the mode that the file must not have.

    Returns:
        The descriptor, which the caller closes.

    Raises:
        NotPrivate: It is not a regular file, belongs to another user, or is open to others.
        OSError: It cannot be opened.
    """
    # O_NONBLOCK: opening a pipe would wait for its other end.
    file = os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC, 0o600)
    try:
        status = os.fstat(file)
        if not stat.S_ISREG(status.st_mode):
            raise NotPrivate("it is not a regular file")
        if status.st_uid != os.geteuid():
            raise NotPrivate(f"it belongs to another user, ID {status.st_uid}; use one of your own")
        if open_bits := stat.S_IMODE(status.st_mode) & refused:
            may = "write to it" if open_bits & 0o022 else "read it"
            fix = f"chmod 600 {shlex.quote(str(path))}"
            raise NotPrivate(f"other users may {may}; check its content, then run {fix}")
    except BaseException:
        os.close(file)
        raise
    return file


def make_private_folder(folder: Path) -> None:
    """Create a folder, and its missing parents, with mode 0700."""
    missing = [folder, *folder.parents]
    for path in reversed([p for p in missing if not p.exists()]):
        path.mkdir(mode=0o700, exist_ok=True)
