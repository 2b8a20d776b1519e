"""The filter: an input whose words narrow the table with every key."""

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
    """Hidden unless open or active; esc clears it, enter keeps it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # Priority: the next key is already meant for the table.
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
        """A message that tells which words to filter by."""

        text: str

    class Closed(Message):
        """A message that returns the focus to the table."""

    def __init__(self, placeholder: str = "words of a name, path or ARN") -> None:
        super().__init__()
        self._placeholder = placeholder

    def furnish(self) -> None:
        """Create the input if there is none yet: the first frame does not need it."""
        if not self.children:
            line = Input(placeholder=self._placeholder, compact=True)
            line.cursor_blink = False  # which would send bytes all the time
            self.mount(
                Label("/ ", markup=False),
                line,
                Label(" enter keep  esc clear", markup=False, classes="hint"),
            )

    @property
    def line(self) -> Input:
        """The input."""
        self.furnish()
        return self.query_one(Input)

    @property
    def text(self) -> str:
        """The active filter."""
        return self.line.value if self.children else ""

    def open(self) -> None:
        """Show the input and focus it."""
        self.display = True
        # At once: keys that are queued already must not be taken for commands.
        self.screen.set_focus(self.line)

    def on_descendant_focus(self) -> None:
        self.query_one(".hint").display = True

    def on_descendant_blur(self) -> None:
        self.query_one(".hint").display = False

    def put(self, text: str) -> None:
        """Set the filter to what the table shows already."""
        if text != self.text:
            with self.prevent(Input.Changed):
                self.line.value = text
        self.display = bool(text)

    async def action_keep(self) -> None:
        """Keep the filter and close."""
        await _all_handled(self.line)  # letters that were typed before
        await self._close()

    async def action_clear(self) -> None:
        """Clear the filter and close."""
        await _all_handled(self.line)
        self.line.value = ""
        await self._close()

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(event.value))

    async def _close(self) -> None:
        """Return the focus, once all ancestors have handled the last changes."""
        line = self.line
        # Twice each: handling the first messages may post another.
        for widget in (line, line, self, self):
            await _all_handled(widget)
        self.display = bool(self.text)
        self.post_message(self.Closed())
        for ancestor in self.ancestors_with_self:
            await _all_handled(ancestor)
            if ancestor is self.screen:
                break


async def _all_handled(pump: MessagePump) -> None:
    """Wait until a widget has handled all messages that it has received so far."""
    handled = asyncio.Event()
    pump.call_later(handled.set)
    # A widget that is being removed handles no more.
    with suppress(TimeoutError):
        await asyncio.wait_for(handled.wait(), 1)
