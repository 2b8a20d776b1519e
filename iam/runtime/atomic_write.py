"""Write a file completely or not at all.

Until it is complete, a file has a temporary name in the same folder. The next writer in that folder
removes what a killed one left there.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from iam.runtime.leftovers import ANY_NAME, left_over, locked

_PART = (".bedrock-tui-", ".part")
"""How the temporary name of a file begins and ends."""


@contextmanager
def atomic_write(path: Path, mode: int = 0o600) -> Iterator[BinaryIO]:
    """Write a file in place of an earlier one, which stays if anything goes wrong.

    Args:
        path: The file; its folder exists.
        mode: Of the complete file. Until then it is 0600.

    Yields:
        The file to write to.

    Raises:
        OSError: It cannot be written.
    """
    clear_leftovers(path.parent)
    file, temporary = locked(lambda: tempfile.mkstemp(_PART[1], _PART[0], path.parent))
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
    """Remove the unfinished files of dead writers from a folder."""
    for path in folder.glob(ANY_NAME.join(_PART)):
        with left_over(path, os.O_RDWR) as removable:
            if removable:
                path.unlink(missing_ok=True)
