"""Files that the operator saves: complete or not there at all, readable only by their owner.

They are in the working folder, or in the one of the configuration.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from textual.app import App

from iam.runtime.threads import in_thread
from iam.text import safe

_Result = TypeVar("_Result")


class SavingApp(App[_Result]):
    """An app whose operator may choose where files are saved."""

    export_folder = Path()


async def save(app: App[_Result], name: str, suffix: str, text: str) -> None:
    """Write a new file; notify its path, or why it could not be written."""
    folder = app.export_folder if isinstance(app, SavingApp) else Path()
    path = folder / f"bedrock-tui-{name}-{datetime.now():%Y%m%d-%H%M%S}.{suffix}"
    try:
        saved = await in_thread(write_whole, path, [text], replace=False)
    except OSError as error:
        why = safe(error.strerror or str(error))
        app.notify(f"Could not save the file: {why}.", severity="error", markup=False)
    else:
        app.notify(f"Saved as {safe(str(saved))}", markup=False)


def check_writable(path: Path) -> None:
    """Find out whether a file can be written, before what is written in it is made.

    Raises:
        OSError: It is a folder, its folder is missing, or nothing may be written there.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    # A file of no name: what `os.access` says of a folder is not always true.
    tempfile.TemporaryFile(dir=_followed(path).parent).close()


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
