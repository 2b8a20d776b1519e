"""A pilot that types as a person does: it waits for the app after a text, not after each letter."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Input


class Typist(Pilot[int]):
    """Presses keys one by one, except the letters of a text for a field that has the focus."""

    async def press(self, *keys: str) -> None:
        """Press keys."""
        rest: Sequence[str] = keys
        while rest:
            text: list[str] = []
            if isinstance(self.app.focused, Input):
                text = list(takewhile(lambda key: len(key) == 1, rest))
            for letter in text[:-1]:
                self.app.post_message(Key(letter, letter))
            done = max(1, len(text))
            await super().press(rest[done - 1])
            rest = rest[done:]
