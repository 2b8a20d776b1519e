"""Files that the operator asks for, in the working folder and for the operator's eyes only."""

from __future__ import annotations

import errno
import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from iam.runtime.threads import in_thread
from iam.text import safe

if TYPE_CHECKING:
    from textual.app import App


async def save(app: App[int], name: str, suffix: str, text: str) -> None:
    """Write a new file, and say where it is or why there is none."""
    path = Path(f"bedrock-tui-{name}-{datetime.now():%Y%m%d-%H%M%S}.{suffix}")
    try:
        saved = await in_thread(_write, path, text)
    except OSError as error:
        why = safe(error.strerror or str(error))
        app.notify(f"It could not be saved: {why}.", severity="error", markup=False)
    else:
        app.notify(f"Saved as {safe(str(saved))}", markup=False)


def _write(path: Path, text: str) -> Path:
    from iam.runtime.atomic_write import atomic_write

    if os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    with atomic_write(path) as file:
        file.write(text.encode("utf-8", "replace"))
    return path.resolve()
