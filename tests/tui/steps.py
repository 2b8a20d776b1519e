"""What an operator does on the way to a change, in a line each."""

from __future__ import annotations

from typing import Any

from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import RichLog

from tests.tui.waiting import cursor, main_of, table_of, until
from tui.dialogs.batch_progress import BatchScreen
from tui.dialogs.review import ReviewDialog


async def go_to(pilot: Pilot[int], name: str) -> None:
    """Narrow the table to one name."""
    await pilot.press("slash", *name, "enter")
    assert cursor(pilot) == name


async def mark(pilot: Pilot[int], *wanted: str) -> None:
    """Mark these, which the table shows."""
    table = table_of(pilot)
    await pilot.press("g")
    while len(table.marked) < len(wanted):
        before = cursor(pilot)
        await pilot.press("space" if before in wanted else "j")
        assert cursor(pilot) != before or len(table.marked) == len(wanted)


def dialogue(pilot: Pilot[int]) -> str:
    """What the dialogue says."""
    return words_of(pilot.app.screen)


def words_of(screen: Screen[Any]) -> str:
    """What is written on a screen, and in the log on it."""
    said = [str(s.render()) for s in screen.query("Static") if s.display]
    said += [line.text for log in screen.query(RichLog) for line in log.lines]
    return "\n".join(said)


def review(pilot: Pilot[int]) -> ReviewDialog:
    """The review dialogue, which is open."""
    shown = pilot.app.screen
    assert isinstance(shown, ReviewDialog)
    return shown


async def ask(pilot: Pilot[int], key: str) -> str:
    """Press a key that opens the dialogue; returns what it says once AWS has been asked."""
    await pilot.press(key)
    await until(
        pilot, lambda: isinstance(pilot.app.screen, ReviewDialog) and pilot.app.screen.checked
    )
    return dialogue(pilot)


async def batch_screen(pilot: Pilot[int]) -> BatchScreen:
    """The screen of a batch, once it is open."""
    await until(pilot, lambda: isinstance(pilot.app.screen, BatchScreen))
    shown = pilot.app.screen
    assert isinstance(shown, BatchScreen)
    return shown


async def over(pilot: Pilot[int]) -> None:
    """Wait until the change has come to its end, and the main screen is on top again."""
    await until(pilot, lambda: not main_of(pilot).changing and pilot.app.screen is main_of(pilot))
