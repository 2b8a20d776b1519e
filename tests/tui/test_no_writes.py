"""Every key and every command, in sessions that may not write: AWS gets no write at all."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from textual.binding import Binding
from textual.pilot import Pilot
from textual.widgets import Input, Tree

from tests.build import ID
from tests.company import USERS, Company
from tests.tui.conftest import Open
from tests.tui.steps import mark
from tests.tui.waiting import main_of, until
from tui.app import BedrockApp
from tui.commands import COMMANDS
from tui.dialogs.api_key_change import ApiKeyDialog
from tui.dialogs.api_keys import ApiKeysScreen
from tui.dialogs.batch_progress import BatchScreen
from tui.dialogs.export import ExportDialog
from tui.dialogs.help import HelpScreen
from tui.dialogs.history import HistoryScreen
from tui.dialogs.policy_versions import PolicyScreen
from tui.dialogs.review import ReviewDialog
from tui.dialogs.text import TextScreen
from tui.main_screen import MainScreen
from widgets.cursor_lines import CursorLines
from widgets.filter_bar import FilterBar
from widgets.history_tree import HistoryTree
from widgets.key_list import KeyList
from widgets.principal_table import PrincipalTable
from widgets.section_tree import SectionTree

OWNERS: tuple[Any, ...] = (
    BedrockApp, MainScreen, CursorLines, PrincipalTable, SectionTree, Tree, FilterBar, HelpScreen,
    PolicyScreen, HistoryScreen, HistoryTree, ReviewDialog, TextScreen, BatchScreen, ExportDialog,
    ApiKeysScreen, ApiKeyDialog, KeyList,
)  # fmt: skip
KEYS = sorted(
    {
        key.strip()
        for owner in OWNERS
        for binding in owner.BINDINGS
        for key in (binding.key if isinstance(binding, Binding) else binding[0]).split(",")
    }
    - {"q"}  # leaves
)
PLACES = {"read_only": ("", "enter", "H", "K"), "dry_run": ("", "H", "a", "K")}
"""The keys that lead to the screens where changes are asked for, by session."""
SMALL = (80, 24)
"""The size of the screen, which is drawn after each key."""
SESSIONS = pytest.mark.parametrize("more", [{"read_only": True}, {"dry_run": True}], ids=list)


async def back(pilot: Pilot[int]) -> None:
    """Say yes to whatever asks, and go back to the table."""
    if isinstance(pilot.app.screen, ReviewDialog):
        await until(
            pilot,
            lambda: not isinstance(pilot.app.screen, ReviewDialog) or pilot.app.screen.checked,
        )
        typed = ["ctrl+u", *ID, "enter"] if isinstance(pilot.app.focused, Input) else ["y"]
        await pilot.press(*typed)
    if isinstance(pilot.app.screen, ApiKeyDialog):
        await pilot.press("y")
    for _ in range(12):
        main = main_of(pilot)
        if pilot.app.screen is main and main.table.has_focus and not main.changing:
            return
        await pilot.press("escape")
        await pilot.pause()
    await until(pilot, lambda: pilot.app.screen is main_of(pilot))


@SESSIONS
async def test_no_key_sends_a_write(
    open_app: Open,
    company: Company,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    more: dict[str, Any],
) -> None:
    monkeypatch.chdir(tmp_path)  # for what is exported
    company.attach("user-03")
    company.iam.create_service_specific_credential(
        UserName="user-03", ServiceName="bedrock.amazonaws.com"
    )
    assert {key for command in COMMANDS for key in command.keys.split(",")} - {"q"} <= set(KEYS)
    company.fake.seen.clear()
    async with open_app(replace(company.launch, confirm_above=1, **more), SMALL) as pilot:
        await mark(pilot, *USERS[:2])
        for place in PLACES[next(iter(more))]:
            for key in KEYS:
                if place != "a" and isinstance(pilot.app.screen, ReviewDialog | ApiKeyDialog):
                    await back(pilot)
                await until(pilot, lambda: main_of(pilot).loaded)
                if place and pilot.app.screen is main_of(pilot):
                    await pilot.press(place)
                await pilot.press(key)
            await back(pilot)
    assert "GetAccountAuthorizationDetails" in company.fake.actions
    assert company.fake.writes == []
    assert company.holding == {"user-03"}


@SESSIONS
async def test_no_command_of_the_palette_and_no_action_sends_a_write(
    open_app: Open,
    company: Company,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    more: dict[str, Any],
) -> None:
    monkeypatch.chdir(tmp_path)
    company.attach("user-03")
    company.fake.seen.clear()
    async with open_app(replace(company.launch, **more), SMALL) as pilot:
        await mark(pilot, *USERS[:2])
        main = main_of(pilot)
        offered = {c.title: c.callback for c in pilot.app.get_system_commands(main)}
        writing = {c.name: partial(main.action_command, c.id) for c in COMMANDS if c.writes}
        assert bool(offered.keys() & writing.keys()) == bool(more.get("dry_run"))
        for name, callback in {**offered, **writing}.items():
            if name == "Quit":
                continue
            await until(pilot, lambda: main.loaded)
            result = callback()
            if result is not None:
                await result
            await pilot.pause()
            await until(pilot, lambda: not main.changing or pilot.app.screen is not main)
            await back(pilot)
    assert company.fake.writes == []
    assert company.holding == {"user-03"}


async def test_the_same_keys_do_write_in_a_session_that_may(
    open_app: Open, company: Company
) -> None:
    """What the tests above press would change something, were it not for the session."""
    async with open_app(replace(company.launch, confirm_above=1)) as pilot:
        await mark(pilot, *USERS[:2])
        await pilot.press("a")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReviewDialog))
        await back(pilot)
        await until(pilot, lambda: not main_of(pilot).changing)
    assert len(company.fake.writes) == 2
