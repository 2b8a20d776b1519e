"""The search in the details: an input whose words find a line of the tree with every key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Label


class TreeSearch(Horizontal):
    """Shown while it is open; enter goes to the next match, esc closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # Priority: before the keys of the same name that the screen has.
        Binding("enter,down", "next", "Next", show=False, priority=True, id="search.next"),
        Binding("escape", "close", "Close", show=False, priority=True, id="search.close"),
    ]
    DEFAULT_CSS = """
    TreeSearch {
        height: 1; padding: 0 1; display: none; background: $panel;
        & Label { color: $accent; text-style: bold; }
        & .hint { color: $text-muted; text-style: none; }
        & Input { width: 1fr; border: none; height: 1; padding: 0; background: $panel; }
        & Input:focus { border: none; }
    }
    """

    @dataclass
    class Searched(Message):
        """A message that asks for a match."""

        text: str
        next: bool
        """Whether the match after the present one is wanted."""

    class Closed(Message):
        """A message that returns the focus to the tree."""

    def compose(self) -> ComposeResult:
        yield Label("/ ", markup=False)
        yield Input(placeholder="an action or a policy", compact=True)
        yield Label("", markup=False, classes="hint")

    def open(self) -> None:
        """Show the input, empty, and focus it."""
        self.display = True
        line = self.query_one(Input)
        line.clear()
        self.say("")
        line.focus()

    def say(self, text: str) -> None:
        """Say something beside the input: that nothing matches."""
        self.query_one(".hint", Label).update(f" {text or 'enter next  esc close'}")

    def action_next(self) -> None:
        self.post_message(self.Searched(self.query_one(Input).value, next=True))

    def action_close(self) -> None:
        self.display = False
        self.post_message(self.Closed())

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Searched(event.value, next=False))
