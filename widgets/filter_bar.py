"""The filter: a line to type words into, that narrows the table with every key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Label


class FilterBar(Horizontal):
    """Hidden unless open or in force; esc clears it, enter keeps it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear", "Clear", show=False, id="filter.clear"),
    ]
    DEFAULT_CSS = """
    FilterBar {
        height: 1;
        padding: 0 1;
        display: none;
        background: $panel;
        & Label { color: $accent; text-style: bold; }
        & Input { border: none; height: 1; padding: 0; background: $panel; }
        & Input:focus { border: none; }
    }
    """

    @dataclass
    class Changed(Message):
        """A message that says what the table is to be narrowed to."""

        text: str

    class Closed(Message):
        """A message that gives the keys back to the table."""

    def compose(self) -> ComposeResult:
        yield Label("/ ", markup=False)
        yield Input(placeholder="words of a name, a path or an ARN", compact=True)

    @property
    def text(self) -> str:
        """The filter in force."""
        return self.query_one(Input).value

    def open(self) -> None:
        """Take the keys."""
        self.display = True
        # At once: keys that wait already are to be typed into it, and not to be taken for commands.
        self.screen.set_focus(self.query_one(Input))

    def action_clear(self) -> None:
        """Clear the filter and close."""
        self.query_one(Input).value = ""
        self._close()

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        if event.value:
            self.display = True  # a key that was on its way when the bar was closed
        self.post_message(self.Changed(event.value))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._close()

    def _close(self) -> None:
        self.display = bool(self.text)
        self.post_message(self.Closed())
