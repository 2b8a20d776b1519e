"""What comes while an account is read and judged, shown a few times a second and not with every
page: on a slow line the frames would queue up before the operator's keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textual.message_pump import MessagePump
from textual.timer import Timer

from widgets.rows import Row

_FRAME = 0.25
"""Seconds."""


class Arrivals:
    """Rows that have come, and words on how far it is, until they are shown."""

    def __init__(
        self, pump: MessagePump, show: Callable[[list[Row], str, float | None], None]
    ) -> None:
        """Make it empty.

        Args:
            pump: Whose timers are used.
            show: Called with the rows that came since, the words, and from 0 to 1 how far it is.
        """
        self._pump = pump
        self._show = show
        self._rows: list[Row] = []
        self._words = ""
        self._done: float | None = None
        self._new = False
        self._timer: Timer | None = None

    def say(self, words: str, done: float | None) -> None:
        """Say how far it is."""
        self._words, self._done, self._new = words, done, True

    def put(self, rows: Iterable[Row]) -> None:
        """Take rows; the first are shown at once."""
        self._rows += rows
        self._new = True
        if self._timer is None:
            self.flush()
            self._timer = self._pump.set_timer(_FRAME, self._due)

    def flush(self) -> None:
        """Show all that has come."""
        if self._new:
            rows, self._rows, self._new = self._rows, [], False
            self._show(rows, self._words, self._done)

    def clear(self) -> None:
        """Forget what has come: it is of a load that is over."""
        self._rows, self._new = [], False
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _due(self) -> None:
        self._timer = None
        if self._new:
            self.put(())
