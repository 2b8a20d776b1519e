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
    """Keys may come in a burst: without this the second of two that close it, or one that comes
    while another screen is above, would take away whatever screen is on top."""

    # Of all dialogues, and read with the first of them: the first frame does not wait for it.
    DEFAULT_CSS = Path(__file__).with_name("dialogs.tcss").read_text(encoding="utf-8")
    SCOPED_CSS: ClassVar[bool] = False

    def dismiss(self, result: _Result | None = None) -> AwaitComplete:
        """Close, with a result; nothing, if another screen is on top."""
        return super().dismiss(result) if self.is_active else AwaitComplete()

    async def save(self, name: str, suffix: str, text: str) -> None:
        """Write a new file into the working folder, for the operator's eyes only, and say where it
        is or why there is none."""
        path = Path(f"bedrock-tui-{name}-{datetime.now():%Y%m%d-%H%M%S}.{suffix}")
        try:
            saved = await in_thread(_write, path, text)
        except OSError as error:
            why = safe(error.strerror or str(error))
            self.notify(f"It could not be saved: {why}.", severity="error", markup=False)
        else:
            self.notify(f"Saved as {safe(str(saved))}", markup=False)


def _write(path: Path, text: str) -> Path:
    from iam.runtime.atomic_write import atomic_write

    if os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    with atomic_write(path) as file:
        file.write(text.encode("utf-8", "replace"))
    return path.resolve()
