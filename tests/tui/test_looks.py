"""What the screens look like, at both sizes. `pytest --snapshot-update` accepts a new look."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.tui.waiting import main_of, until
from tui.app import BedrockApp
from tui.launch import Launch
from tui.policy_screen import PolicyScreen
from tui.review_dialog import ReviewDialog

Compare = Callable[..., bool]
SIZES = pytest.mark.parametrize("size", [(120, 36), (80, 24)], ids=["120x36", "80x24"])
Size = tuple[int, int]


def looks(compare: Compare, launch: Launch, size: Size, *keys: str, unicode: bool = True) -> bool:
    """Whether the app looks as it did, once the account is read and these keys are pressed."""

    async def act(pilot: Pilot[int]) -> None:
        await until(pilot, lambda: main_of(pilot).loaded)
        for key in keys:
            await pilot.press(key)
        # The details follow the cursor a moment later.
        await until(pilot, lambda: main_of(pilot).details_rest)

    return compare(BedrockApp(launch, unicode=unicode), terminal_size=size, run_before=act)


@SIZES
def test_main_screen(snap_compare: Compare, from_file: Launch, size: Size) -> None:
    assert looks(snap_compare, from_file, size, "j", "space", "j")


@SIZES
def test_details(snap_compare: Compare, from_file: Launch, size: Size) -> None:
    keys = ("j", "j", "enter", "l", "j", "l")
    assert looks(snap_compare, from_file, size, *keys)


@SIZES
def test_help(snap_compare: Compare, from_file: Launch, size: Size) -> None:
    assert looks(snap_compare, from_file, size, "question_mark")


@SIZES
def test_filter(snap_compare: Compare, from_file: Launch, size: Size) -> None:
    assert looks(snap_compare, from_file, size, "slash", *"user", "enter", "f")


@SIZES
def test_nothing_matches(snap_compare: Compare, from_file: Launch, size: Size) -> None:
    assert looks(snap_compare, from_file, size, "slash", *"zzz")


@SIZES
def test_hostile_names(snap_compare: Compare, from_file: Launch, size: Size) -> None:
    assert looks(snap_compare, from_file, size, "G", "enter")


def test_ascii(snap_compare: Compare, from_file: Launch) -> None:
    assert looks(snap_compare, from_file, (80, 24), "j", "enter", "l", unicode=False)


def test_no_colour(
    snap_compare: Compare, from_file: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert looks(snap_compare, from_file, (80, 24), "j", "space")


async def open_policy(pilot: Pilot[int]) -> None:
    await until(pilot, lambda: main_of(pilot).loaded)
    await pilot.press("v")
    await until(
        pilot, lambda: isinstance(pilot.app.screen, PolicyScreen) and pilot.app.screen.rests
    )


@SIZES
def test_policy(snap_compare: Compare, versions_account: Path, size: Size) -> None:
    app = BedrockApp(Launch(snapshot=str(versions_account)), unicode=True)
    assert snap_compare(app, terminal_size=size, run_before=open_policy)


@pytest.mark.parametrize("plain", ["ascii", "no_colour"])
def test_policy_on_a_plain_terminal(
    snap_compare: Compare, versions_account: Path, monkeypatch: pytest.MonkeyPatch, plain: str
) -> None:
    if plain == "no_colour":
        monkeypatch.setenv("NO_COLOR", "1")

    app = BedrockApp(Launch(snapshot=str(versions_account)), unicode=plain != "ascii")
    assert snap_compare(app, terminal_size=(80, 24), run_before=open_policy)


@SIZES
def test_error(snap_compare: Compare, size: Size) -> None:
    async def act(pilot: Pilot[int]) -> None:
        await until(pilot, lambda: main_of(pilot).query_one("#trouble").display)

    app = BedrockApp(Launch(snapshot="none.json"), unicode=True)
    assert snap_compare(app, terminal_size=size, run_before=act)


@SIZES
def test_loading(snap_compare: Compare, tmp_path: Path, size: Size) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)

    async def act(pilot: Pilot[int]) -> None:
        await until(pilot, lambda: main_of(pilot).query_one("LoadProgress").display)

    app = BedrockApp(Launch(snapshot=str(path)), unicode=True)
    assert snap_compare(app, terminal_size=size, run_before=act)
    # Let the thread that reads the pipe go.
    os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))


@SIZES
@pytest.mark.parametrize("op", ["attach", "detach"])
def test_dialogue(
    snap_compare: Compare, small_account: Path, size: Size, op: str, monkeypatch: Any
) -> None:
    """Of a file that may be changed, for the looks; `test_changes.py` has the real thing."""
    monkeypatch.setattr(Launch, "writable", property(lambda _: True))

    async def act(pilot: Pilot[int]) -> None:
        await until(pilot, lambda: main_of(pilot).loaded)
        main_of(pilot).session.launch = Launch()
        for key in ("slash", *("frank" if op == "attach" else "alice"), "enter", op[0]):
            await pilot.press(key)
        await until(
            pilot, lambda: isinstance(pilot.app.screen, ReviewDialog) and pilot.app.screen.checked
        )

    app = BedrockApp(Launch(snapshot=str(small_account)), unicode=True)
    assert snap_compare(app, terminal_size=size, run_before=act)
