"""The filter: a line to type words into, that narrows the table with every key."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.message_pump import MessagePump
from textual.widgets import Input, Label


class FilterBar(Horizontal):
    """Hidden unless open or in force; esc clears it, enter keeps it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # Handled before the next key is looked at, which is meant for the table already.
        Binding("enter", "keep", "Keep", show=False, priority=True, id="filter.keep"),
        Binding("escape", "clear", "Clear", show=False, priority=True, id="filter.clear"),
    ]
    DEFAULT_CSS = """
    FilterBar {
        height: 1;
        padding: 0 1;
        display: none;
        background: $panel;
        & Label { color: $accent; text-style: bold; }
        & .hint { color: $text-muted; text-style: none; }
        & Input { width: 1fr; border: none; height: 1; padding: 0; background: $panel; }
        & Input:focus { border: none; }
    }
    """

    @dataclass
    class Changed(Message):
        """A message that says what the table is to be narrowed to."""

        text: str

    class Closed(Message):
        """A message that gives the keys back to the table."""

    def __init__(self, placeholder: str = "words of a name, a path or an ARN") -> None:
        super().__init__()
        self._placeholder = placeholder

    def furnish(self) -> None:
        """Make the line to type into, if there is none yet: the first frame does not need it."""
        if not self.children:
            self.mount(
                Label("/ ", markup=False),
                Input(placeholder=self._placeholder, compact=True),
                Label(" enter keeps, esc clears", markup=False, classes="hint"),
            )

    @property
    def line(self) -> Input:
        """The line to type into."""
        self.furnish()
        return self.query_one(Input)

    @property
    def text(self) -> str:
        """The filter in force."""
        return self.line.value if self.children else ""

    def open(self) -> None:
        """Take the keys."""
        self.display = True
        # At once: keys that wait already are to be typed into it, and not to be taken for commands.
        self.screen.set_focus(self.line)

    def on_descendant_focus(self) -> None:
        self.query_one(".hint").display = True

    def on_descendant_blur(self) -> None:
        self.query_one(".hint").display = False

    def put(self, text: str) -> None:
        """Let it say what the table shows already."""
        if text != self.text:
            with self.prevent(Input.Changed):
                self.line.value = text
        self.display = bool(text)

    async def action_keep(self) -> None:
        """Keep the filter in force, and close."""
        await _settled(self.line)  # letters that were typed before
        await self._close()

    async def action_clear(self) -> None:
        """Clear the filter, and close."""
        await _settled(self.line)
        self.line.value = ""
        await self._close()

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(event.value))

    async def _close(self) -> None:
        """Hand back the keys, and let everybody above have heard of it."""
        typed = self.line
        # Twice each: what is handled first may leave another message behind.
        for widget in (typed, typed, self, self):
            await _settled(widget)
        self.display = bool(self.text)
        self.post_message(self.Closed())
        for above in self.ancestors_with_self:
            await _settled(above)
            if above is self.screen:
                break


async def _settled(pump: MessagePump) -> None:
    """Wait until all messages that a widget has got so far are handled."""
    handled = asyncio.Event()
    pump.call_later(handled.set)
    # Nobody is kept waiting by a widget that is being taken down.
    with suppress(TimeoutError):
        await asyncio.wait_for(handled.wait(), 1)
