"""A modal screen that closes once, and only while it is on top."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, TypeVar

from textual.await_complete import AwaitComplete

from tui.type_ahead import TypeAheadScreen

_Result = TypeVar("_Result")
_TIGHT = 70
"""Columns below which a dialog is as wide as the terminal."""
_LOW = 17
"""Lines below which a dialog has no empty ones, and stands below the line with the account."""


class Modal(TypeAheadScreen[_Result]):
    """Closes only itself. Keys may come in a burst: the second of two that close a screen, or one
    that arrives while another screen is on top, would otherwise close that other screen."""

    # For all dialogs, and read with the first of them, so that the first frame does not wait.
    DEFAULT_CSS = Path(__file__).with_name("dialogs.tcss").read_text(encoding="utf-8")
    SCOPED_CSS: ClassVar[bool] = False

    def on_resize(self) -> None:
        """Use all of a small terminal."""
        self.set_class(self.size.width < _TIGHT, "-tight")
        self.set_class(self.size.height < _LOW, "-low")

    def dismiss(self, result: _Result | None = None) -> AwaitComplete:
        """Close with a result; do nothing if another screen is on top."""
        return super().dismiss(result) if self.is_active else AwaitComplete()
