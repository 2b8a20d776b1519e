"""A modal screen that closes once, and only while it is on top."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen

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
