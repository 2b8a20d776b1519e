"""A temporary folder that does not outlive its process by long."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from iam.runtime.leftovers import ANY_NAME, left_over, locked

_FOLDER = "bedrock-tui-demo-"
"""How the name of a temporary folder begins."""


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Create a folder that is removed afterwards, or, after a kill, by the next call of this.

    Yields:
        The folder, mode 0700.
    """
    for path in Path(tempfile.gettempdir()).glob(_FOLDER + ANY_NAME):
        with left_over(path, os.O_RDONLY | os.O_DIRECTORY) as removable:
            if removable:
                shutil.rmtree(path, ignore_errors=True)

    def make() -> tuple[int, str]:
        while True:
            name = tempfile.mkdtemp(prefix=_FOLDER)
            with suppress(FileNotFoundError):  # another process took it for left over
                return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC), name

    file, folder = locked(make)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(file)
