"""Wait for what a test needs to see, never for a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from textual.pilot import Pilot

from tui.main_screen import MainScreen
from widgets.principal_table import PrincipalTable


async def until(pilot: Pilot[int], holds: Callable[[], object], seconds: float = 30) -> None:
    """Let the app go on until something holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come to hold in time"
        await pilot.pause()
        await asyncio.sleep(0.01)
    await pilot.pause()


def settled(pilot: Pilot[int]) -> bool:
    """Whether everything that follows the cursor and the rows a moment later is shown."""
    main = main_of(pilot)
    return main.controllers.details.up_to_date and main.controllers.invocation_words.up_to_date


def main_of(pilot: Pilot[int]) -> MainScreen:
    """The main screen, whatever is on top of it."""
    return next(s for s in pilot.app.screen_stack if isinstance(s, MainScreen))


def table_of(pilot: Pilot[int]) -> PrincipalTable:
    """The table of principals."""
    return main_of(pilot).query_one(PrincipalTable)


def names(pilot: Pilot[int]) -> list[str]:
    """The names that the table shows, in order."""
    return [row.name for row in table_of(pilot).shown]


def cursor(pilot: Pilot[int]) -> str | None:
    """The name under the cursor."""
    row = table_of(pilot).cursor_row
    return row.name if row else None


def toasts(pilot: Pilot[int]) -> str:
    """What the toasts say."""
    return "\n".join(f"{n.title} {n.message}" for n in pilot.app._notifications)
