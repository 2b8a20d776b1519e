"""A modal screen that closes once, and only while it is on top."""

from __future__ import annotations

import errno
import os
from datetime import datetime
from pathlib import Path
from typing import ClassVar, TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen

from iam.runtime.threads import in_thread
from iam.text import safe

_Result = TypeVar("_Result")


class Modal(ModalScreen[_Result]):
    """Closes only itself. Keys may come in a burst: the second of two that close a screen, or one
    that arrives while another screen is on top, would otherwise close that other screen."""

    # For all dialogs, and read with the first of them, so that the first frame does not wait.
    DEFAULT_CSS = Path(__file__).with_name("dialogs.tcss").read_text(encoding="utf-8")
    SCOPED_CSS: ClassVar[bool] = False

    def dismiss(self, result: _Result | None = None) -> AwaitComplete:
        """Close with a result; do nothing if another screen is on top."""
        return super().dismiss(result) if self.is_active else AwaitComplete()

    async def save(self, name: str, suffix: str, text: str) -> None:
        """Write a new file in the working directory, readable only by its owner; notify its path,
        or why it could not be written."""
        path = Path(f"bedrock-tui-{name}-{datetime.now():%Y%m%d-%H%M%S}.{suffix}")
        try:
            saved = await in_thread(_write, path, text)
        except OSError as error:
            why = safe(error.strerror or str(error))
            self.notify(f"Could not save the file: {why}.", severity="error", markup=False)
        else:
            self.notify(f"Saved as {safe(str(saved))}", markup=False)


def _write(path: Path, text: str) -> Path:
    from iam.runtime.private_file import replacing

    if os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    with replacing(path) as file:
        file.write(text.encode("utf-8", "replace"))
    return path.resolve()
