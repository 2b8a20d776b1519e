"""Keys typed faster than a dialog opens: they are for the dialog, and never for what is below."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
from textual.command import CommandList
from textual.pilot import Pilot
from textual.widgets import Input

from tests.company import Company
from tests.tui.conftest import Open
from tests.tui.steps import ask, batch_screen, mark, over
from tests.tui.waiting import cursor, main_of, names, settled, table_of, toasts, until
from tui.dialogs.choose import ChooseDialog
from tui.dialogs.review import ReviewDialog
from tui.main_screen import MainScreen
from tui.type_ahead import TypeAheadApp

DIALOGS = {
    "p": "ChooseDialog",
    "R": "ChooseDialog",
    "o": "ChooseDialog",
    "w": "ActionDialog",
    "n": "TextScreen",
    "v": "PolicyScreen",
    "O": "TextScreen",
    "e": "ExportDialog",
    "H": "HistoryScreen",
    "a": "ReviewDialog",
    "K": "ApiKeysScreen",
    "x": "SimulationScreen",
    "question_mark": "HelpScreen",
    "ctrl+p": "Palette",
}
"""The keys of the main screen that open a dialog."""


def burst(pilot: Pilot[int], *keys: str) -> None:
    """Type keys that all arrive before the app looks at the first of them."""
    for key in keys:
        pilot.app.simulate_key(key)


async def at_rest(pilot: Pilot[int]) -> None:
    """Wait until no dialog is about to open and none is incomplete."""
    app = pilot.app
    assert isinstance(app, TypeAheadApp)

    def rests() -> bool:
        return not app.opening and getattr(app.screen, "ready", True)

    await until(pilot, rests)


async def ready(pilot: Pilot[int]) -> None:
    """Wait until all that follows a load has been done, so that every key opens its dialog."""
    await until(pilot, lambda: not main_of(pilot).reading and settled(pilot))


@pytest.fixture
def incomplete(company: Company) -> Company:
    """An account of which something cannot be read, so that `n` has something to list."""
    company.fake.refuse("DescribeOrganization", "AccessDeniedException", 400)
    return company


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], threading.Event]:
    """Has a function, which is called in a thread, wait until an event is set."""

    def slowed(name: str) -> threading.Event:
        gate = threading.Event()
        module, _, function = name.rpartition(".")
        original: Any = getattr(__import__(module, fromlist=[function]), function)

        def wait(*args: Any, **more: Any) -> Any:
            assert gate.wait(30)
            return original(*args, **more)

        monkeypatch.setattr(name, wait)
        return gate

    return slowed


@pytest.mark.parametrize("turns", [0, 1, 3])
async def test_a_dialog_that_is_closed_at_once_closes(
    open_app: Open, incomplete: Company, turns: int
) -> None:
    async with open_app(incomplete.launch) as pilot:
        await ready(pilot)
        for key in DIALOGS:
            for each in (key, "escape", key, "escape"):
                burst(pilot, each)
                for _ in range(turns):
                    await asyncio.sleep(0)
            await at_rest(pilot)
            await over(pilot)
            assert pilot.app._exception is None
            assert isinstance(pilot.app.screen, MainScreen)


async def test_keys_typed_in_a_burst_do_not_reach_the_main_screen(
    open_app: Open, incomplete: Company
) -> None:
    async with open_app(incomplete.launch) as pilot:
        await ready(pilot)
        before = cursor(pilot), names(pilot)
        for key, dialog in DIALOGS.items():
            burst(pilot, key, *"j2jdayiH")
            await at_rest(pilot)
            assert [type(screen).__name__ for screen in pilot.app.screen_stack[1:]] == [dialog]
            assert (cursor(pilot), names(pilot)) == before
            await pilot.press("escape")
            await over(pilot)
        assert incomplete.sent == []


@pytest.mark.parametrize(
    ("key", "reads"),
    [
        ("p", "iam.aws.profiles.read_profiles"),
        ("R", "iam.aws.profiles.bedrock_regions"),
        ("o", "iam.account.managed_policies.policies_to_choose"),
    ],
)
async def test_keys_typed_while_choices_are_read_are_typed_into_the_dialog(
    open_app: Open,
    incomplete: Company,
    slow: Callable[[str], threading.Event],
    key: str,
    reads: str,
) -> None:
    async with open_app(incomplete.launch) as pilot:
        await ready(pilot)
        gate = slow(reads)
        await pilot.press(key, "d", "a")
        burst(pilot, "y", "H")
        await pilot.pause()
        assert isinstance(pilot.app.screen, MainScreen)
        gate.set()
        await until(pilot, lambda: isinstance(pilot.app.screen, ChooseDialog))
        await at_rest(pilot)
        assert pilot.app.screen.query_one(Input).value == "dayH"
        assert len(pilot.app.screen_stack) == 2
        assert incomplete.sent == []


async def test_escape_gives_up_a_dialog_that_is_slow_to_open(
    open_app: Open, incomplete: Company, slow: Callable[[str], threading.Event]
) -> None:
    async with open_app(incomplete.launch) as pilot:
        await ready(pilot)
        gate = slow("iam.aws.profiles.read_profiles")
        await pilot.press("p", "d")
        await until(pilot, lambda: "Still reading what the dialog will show" in toasts(pilot))
        await pilot.press("escape", "j")
        assert cursor(pilot) == "team-b"
        gate.set()
        await ready(pilot)
        assert isinstance(pilot.app.screen, MainScreen)
        assert not main_of(pilot).changing


async def test_where_no_dialog_comes_the_keys_typed_for_it_are_dropped(
    open_app: Open, incomplete: Company, slow: Callable[[str], threading.Event]
) -> None:
    def fails() -> None:
        raise OSError

    async with open_app(incomplete.launch) as pilot:
        await ready(pilot)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("iam.aws.profiles.read_profiles", fails)
            gate = slow("iam.aws.profiles.read_profiles")
            await pilot.press("p", "d", "y")
            gate.set()
            await until(pilot, lambda: "Unexpected error" in toasts(pilot))
        await at_rest(pilot)
        assert isinstance(pilot.app.screen, MainScreen)
        assert not main_of(pilot).changing


async def test_a_yes_counts_only_once_the_plan_is_on_the_screen(
    open_app: Open, incomplete: Company
) -> None:
    async with open_app(incomplete.launch) as pilot:
        await ready(pilot)
        burst(pilot, "a", "y", "y")
        await until(
            pilot, lambda: isinstance(pilot.app.screen, ReviewDialog) and pilot.app.screen.checked
        )
        await pilot.pause()
        assert isinstance(pilot.app.screen, ReviewDialog)
        await pilot.press("y")
        await over(pilot)
        assert len(incomplete.sent) == 1


@pytest.mark.parametrize("turns", range(8))
async def test_keys_typed_after_a_yes_do_not_reach_the_list_before_the_progress(
    open_app: Open, incomplete: Company, turns: int
) -> None:
    async with open_app(incomplete.launch) as pilot:
        await ready(pilot)
        gate = incomplete.fake.hold("AttachUserPolicy")
        await mark(pilot, "user-00", "user-01")
        await ask(pilot, "a")
        before = cursor(pilot), names(pilot)
        burst(pilot, "y")
        for _ in range(turns):
            await asyncio.sleep(0)
        burst(pilot, *"j2a", "space", "g")
        await batch_screen(pilot)
        await at_rest(pilot)
        assert (cursor(pilot), names(pilot)) == before
        assert table_of(pilot).marked
        assert len(pilot.app.screen_stack) == 2
        gate.set()
        await over(pilot)


@pytest.mark.parametrize("turns", range(4))
async def test_keys_typed_after_a_no_are_for_the_list(
    open_app: Open, incomplete: Company, turns: int
) -> None:
    async with open_app(incomplete.launch) as pilot:
        await ready(pilot)
        await ask(pilot, "a")
        burst(pilot, "n")
        for _ in range(turns):
            await asyncio.sleep(0)
        burst(pilot, "G", "k", "j")
        await over(pilot)
        await until(pilot, lambda: cursor(pilot) == names(pilot)[-1])
        assert incomplete.sent == []


async def test_while_a_single_change_is_sent_the_list_takes_keys(
    open_app: Open, incomplete: Company
) -> None:
    async with open_app(incomplete.launch) as pilot:
        await ready(pilot)
        gate = incomplete.fake.hold("AttachUserPolicy")
        await ask(pilot, "a")
        burst(pilot, "y", "G")
        await until(pilot, lambda: cursor(pilot) == names(pilot)[-1])
        gate.set()
        await over(pilot)
        assert len(incomplete.sent) == 1


@pytest.mark.parametrize("turns", range(4))
async def test_no_key_typed_after_the_history_reaches_the_list_or_confirms_the_undo(
    open_app: Open, incomplete: Company, turns: int
) -> None:
    async with open_app(incomplete.launch) as pilot:
        await ready(pilot)
        await ask(pilot, "a")
        await pilot.press("y")
        await over(pilot)
        await pilot.press("H")
        await at_rest(pilot)
        before = cursor(pilot), names(pilot)
        burst(pilot, "u")
        for _ in range(turns):
            await asyncio.sleep(0)
        burst(pilot, *"2Gyy")
        await until(
            pilot, lambda: isinstance(pilot.app.screen, ReviewDialog) and pilot.app.screen.checked
        )
        await pilot.pause()
        await at_rest(pilot)
        assert isinstance(pilot.app.screen, ReviewDialog)
        assert (cursor(pilot), names(pilot)) == before
        assert len(incomplete.sent) == 1


@pytest.mark.parametrize("turns", range(8))
async def test_keys_typed_after_a_choice_in_the_palette_are_for_its_dialog(
    open_app: Open, incomplete: Company, turns: int
) -> None:
    async with open_app(incomplete.launch) as pilot:
        await ready(pilot)
        await choose(pilot, "region")
        before = cursor(pilot), names(pilot)
        await pilot.press("enter")
        for _ in range(turns):
            await asyncio.sleep(0)
        burst(pilot, *"2G")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChooseDialog))
        await at_rest(pilot)
        assert (cursor(pilot), names(pilot)) == before


async def choose(pilot: Pilot[int], command: str) -> None:
    """Find a command in the palette, so that Enter does it."""
    await pilot.press("ctrl+p", *command)
    await until(pilot, lambda: bool(pilot.app.screen.query_one(CommandList).option_count))
    await until(pilot, lambda: pilot.app.screen.query_one(CommandList).highlighted is not None)


async def test_the_palette_above_a_dialog_takes_its_keys(
    open_app: Open, incomplete: Company
) -> None:
    async with open_app(incomplete.launch) as pilot:
        await ready(pilot)
        await pilot.press("w")
        await at_rest(pilot)
        await pilot.press("ctrl+p", *"theme")
        assert pilot.app.screen.query_one(Input).value == "theme"
        await pilot.press("escape", "escape", "escape")
        await over(pilot)
