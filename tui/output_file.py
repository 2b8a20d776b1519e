"""Write files for the operator: complete or not there at all, readable only by their owner."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from iam.text import safe


def check_writable(path: Path) -> None:
    """Find out whether a file can be written, before what is written in it is made.

    Raises:
        OSError: It is a folder, its folder is missing, or nothing may be written there.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    # A file of no name: what `os.access` says of a folder is not always true.
    tempfile.TemporaryFile(dir=_followed(path).parent).close()


def check_target(path: Path, *, replace: bool) -> None:
    """Find out whether a report can be written to a file, before it is made.

    Args:
        path: The file.
        replace: Whether it may be there already.

    Raises:
        OSError: It cannot be written. `FileExistsError`: it is there and is not to be replaced.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        raise OSError("it is not an ordinary file")
    if not replace and os.path.lexists(path) and not path.is_dir():
        raise FileExistsError
    check_writable(path)


def write_whole(path: Path, pieces: Iterable[str], *, replace: bool = True) -> Path:
    """Write a file completely or not at all.

    Only its owner may read a new file; one that is replaced keeps its mode.

    Args:
        path: The file. A link stays; the file that it leads to is replaced.
        pieces: The text, which may be made while it is written; if that raises, nothing is left.
        replace: Whether it may be there already.

    Returns:
        The whole path.

    Raises:
        OSError: It could not be written. `FileExistsError`: it is there and is not to be replaced.
    """
    from iam.runtime.atomic_write import atomic_write

    def refuse_to_replace() -> None:
        if not replace and os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))

    refuse_to_replace()
    whole = _followed(path)
    mode = whole.stat().st_mode & 0o777 if whole.exists() else 0o600
    with atomic_write(whole, mode) as file:
        file.writelines(piece.encode("utf-8", "replace") for piece in pieces)
        refuse_to_replace()  # a long report takes a while, and another program may write the file
    return whole


def typed_path(text: str) -> Path:
    """The whole path of a file that the operator has typed. `~` is a home folder, all else is taken
    literally.

    Raises:
        ValueError: It cannot be a name, in one sentence.
        OSError: There is no present folder.
    """
    if not text.strip():
        raise ValueError("Type the name of a file.")
    if not text.isprintable():
        raise ValueError(f"There is an invisible character in {safe(text)}.")
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError:
        raise ValueError(f"There is no home folder {Path(text).parts[0]}.") from None


def _followed(path: Path) -> Path:
    """What a path leads to; unlike `Path.resolve`, this does not fail where links form a circle."""
    return Path(os.path.realpath(path))
