"""The filter: an input that narrows a list with every key, and completes its language."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, NamedTuple, Protocol

from rich.cells import cell_len
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.message_pump import MessagePump
from textual.suggester import Suggester
from textual.widgets import Input, Label
from textual.widgets.input import Selection


class Advice(NamedTuple):
    """What the line says about the text in it."""

    problem: str = ""
    """Why it cannot be applied; empty if it can be."""
    hint: str = ""
    """What may follow."""
    half_typed: bool = False
    """Whether the problem may go away by typing on."""


class Language(Protocol):
    """The language of a filter that has more than words."""

    def advice(self, text: str) -> Advice:
        """What to say about a filter."""

    def completions(self, text: str) -> list[str]:
        """What its end may be completed to."""

    def words_at(self, text: str) -> int:
        """Where the words at its end begin, in place of which others can be typed at once."""


class FilterBar(Horizontal):
    """Hidden unless open or active; enter keeps it, and esc takes back what was typed.

    A text that the language refuses is not told to anybody, and enter does not keep it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        # Priority: the next key is already meant for the table.
        Binding("enter", "keep", "Keep", show=False, priority=True, id="filter.keep"),
        Binding("escape", "clear", "Clear", show=False, priority=True, id="filter.clear"),
        Binding("tab", "complete", "Complete", show=False, priority=True, id="filter.complete"),
    ]
    DEFAULT_CSS = """
    FilterBar {
        height: 1;
        padding: 0 1;
        display: none;
        background: $panel;
        & Label { color: $accent; text-style: bold; }
        & .hint { color: $text-muted; text-style: none; }
        & .-problem { color: $text-error; text-style: bold; }
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

    def __init__(
        self,
        placeholder: str = "words of a name, path or ARN",
        language: Callable[[], Language] | None = None,
    ) -> None:
        """Start hidden.

        Args:
            placeholder: What can be typed.
            language: Returns the language; called with the first text, after the first frame.
        """
        super().__init__()
        self._placeholder = placeholder
        self._make_language = language
        self._opened_with = ""
        self._offered: list[str] = []
        """The completions that `tab` goes through."""

    @cached_property
    def _language(self) -> Language | None:
        return self._make_language() if self._make_language else None

    def furnish(self) -> None:
        """Create the input if there is none yet: the first frame does not need it."""
        if not self.children:
            suggester = _Suggester(self._language) if self._language else None
            line = Input(
                placeholder=self._placeholder,
                compact=True,
                suggester=suggester,
                select_on_focus=False,
            )
            line.cursor_blink = False  # which would send bytes all the time
            hint = Label(_KEYS, markup=False, classes="hint")
            hint.display = False  # a key may put a filter without opening the line
            self.mount(
                Label("/ ", markup=False),
                line,
                hint,
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
        self._opened_with = text = self.text
        start = self._language.words_at(text) if self._language else 0
        if start == len(text) > 0:
            text += " "  # the first word follows
            start += 1
        if text != self.text:
            with self.prevent(Input.Changed):
                self.line.value = text
        self.line.selection = Selection(start, len(text))
        # At once: keys that are queued already must not be taken for commands.
        self.screen.set_focus(self.line)

    def on_descendant_focus(self) -> None:
        self.query_one(".hint").display = True
        self._advise(self.text)

    def on_descendant_blur(self) -> None:
        self.query_one(".hint").display = False

    def put(self, text: str) -> None:
        """Set the filter to what the table shows already."""
        if text != self.text:
            with self.prevent(Input.Changed):
                self.line.value = text
        self.display = bool(text)

    async def action_keep(self) -> None:
        """Keep the filter and close; one that is malformed stays open."""
        await _all_handled(self.line)  # letters that were typed before
        if self._advice(self.text).problem:
            self._advise(self.text, final=True)
        else:
            await self._close()

    async def action_clear(self) -> None:
        """Take back what was typed since the line was opened, else clear it; close."""
        await _all_handled(self.line)
        unchanged = self.text.strip() == self._opened_with.strip()
        self.line.value = "" if unchanged else self._opened_with
        await self._close()

    def action_complete(self) -> None:
        """Complete the end of the text; again for the next completion."""
        if self._language is None:
            return
        line = self.line
        if line.value in self._offered and not line.value.endswith(":"):
            at = self._offered.index(line.value) + 1
        else:
            self._offered, at = self._language.completions(line.value), 0
        if self._offered:
            line.value = self._offered[at % len(self._offered)]
            line.action_end()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the tab key to the screen where there is nothing to complete."""
        return action != "complete" or self._language is not None

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self._advise(event.value)
        if not self._advice(event.value).problem:
            self.post_message(self.Changed(event.value))

    def _advice(self, text: str) -> Advice:
        return self._language.advice(text) if self._language else Advice()

    def _advise(self, text: str, *, final: bool = False) -> None:
        """Say what is wrong, or what may follow."""
        advice = self._advice(text)
        wrong = bool(advice.problem) and (final or not advice.half_typed)
        width = self.size.width
        room = max(width // 2, width - cell_len(text) - _BESIDE)
        words = (advice.problem if wrong else advice.hint) or _KEYS.strip()
        if wrong and advice.hint and cell_len(words) > room:
            words = advice.hint  # the same in short
        label = self.query_one(".hint", Label)
        label.set_class(wrong, "-problem")
        label.update(f" {_whole_words(words, room)}")

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


class _Suggester(Suggester):
    """Shows the first completion behind the cursor."""

    def __init__(self, language: Language) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._language = language

    async def get_suggestion(self, value: str) -> str | None:
        completions = self._language.completions(value)
        return next((each for each in completions if each.startswith(value)), None)


_BESIDE = 8
"""Cells for the slash, the cursor and spaces."""
_KEYS = " enter keep  esc clear"


def _whole_words(text: str, width: int) -> str:
    """As many words as fit."""
    if len(text) <= width:
        return text
    return f"{text[: max(width - 1, 0)].rpartition(' ')[0]} …"


async def _all_handled(pump: MessagePump) -> None:
    """Wait until a widget has handled all messages that it has received so far."""
    handled = asyncio.Event()
    pump.call_later(handled.set)
    # A widget that is being removed handles no more.
    with suppress(TimeoutError):
        await asyncio.wait_for(handled.wait(), 1)
