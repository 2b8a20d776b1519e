"""Rows that arrive while an account is read, shown a few times a second.

Not with every page: on a slow line the frames would queue up before the operator's keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui.controllers.view import MainView
    from widgets.row import Row

_FRAME = 0.25
"""Seconds."""


class RowBuffer:
    """Holds rows and the progress of a load until they are shown."""

    def __init__(
        self, view: MainView, show: Callable[[list[Row], str, float | None], None]
    ) -> None:
        """Make it empty.

        Args:
            view: Whose timers are used.
            show: Called with the rows that arrived since, the progress in words, and from 0 to 1.
        """
        self._view = view
        self._show = show
        self._rows: list[Row] = []
        self._progress = ""
        self._done: float | None = None
        self._new = False
        self._timer: Timer | None = None

    def show_progress(self, text: str, done: float | None) -> None:
        """Set the progress, from 0 to 1; it is shown with the next rows."""
        self._progress, self._done, self._new = text, done, True

    def put(self, rows: Iterable[Row]) -> None:
        """Add rows; the first are shown at once."""
        self._rows += rows
        self._new = True
        if self._timer is None:
            self.flush()
            self._timer = self._view.set_timer(_FRAME, self._due)

    def flush(self) -> None:
        """Show everything that has arrived."""
        if self._new:
            rows, self._rows, self._new = self._rows, [], False
            self._show(rows, self._progress, self._done)

    def clear(self) -> None:
        """Discard what has arrived: it belongs to a load that has ended."""
        self._rows, self._progress, self._new = [], "", False
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _due(self) -> None:
        self._timer = None
        if self._new:
            self.put(())
