"""The app on files that hold less or more than one ordinary account."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Static

from tests.build import ID, allow, details, group, role, user
from tests.tui.conftest import Open
from tests.tui.waiting import main_of, table_of, toasts, until
from tui.dialogs.history import HistoryScreen
from tui.options import Launch
from widgets.account_bar import AccountBar

OTHER = "210987654321"


@pytest.fixture
def file_of(tmp_path: Path) -> Callable[..., Launch]:
    """Write a file of users, roles and groups."""

    def write(*items: dict[str, Any], **options: Any) -> Launch:
        path = tmp_path / "saved.json"
        path.write_text(json.dumps(details(*items)))
        return Launch(snapshot=str(path), **options)

    return write


def elsewhere(item: dict[str, Any]) -> dict[str, Any]:
    moved: dict[str, Any] = json.loads(json.dumps(item).replace(ID, OTHER))
    return moved


HERE = [user("alice", allow("bedrock:*"), groups=["ops"]), group("ops")]
THERE = [elsewhere(item) for item in (role("bob"), user("carol", groups=["ops"]), group("ops"))]


@pytest.mark.parametrize(
    ("key", "says"),
    [("2", "there are no users"), ("4", "there are no groups"), ("3", "only")],
)
async def test_a_list_without_rows_says_of_what_there_is_nothing(
    open_app: Open, file_of: Callable[..., Launch], key: str, says: str
) -> None:
    async with open_app(file_of(role("only", allow("bedrock:*")))) as pilot:
        await pilot.press(key)
        assert says in table_of(pilot).render_line(1).text


async def test_groups_that_may_be_missing_are_not_said_to_be_none(
    open_app: Open, file_of: Callable[..., Launch]
) -> None:
    async with open_app(file_of(user("alice", groups=["gone"]))) as pilot:
        await pilot.press("4")
        line = table_of(pilot).render_line(1).text
        assert "no groups were read; n lists what could not be read" in line


async def test_the_bar_says_how_many_accounts_a_file_holds(
    open_app: Open, file_of: Callable[..., Launch]
) -> None:
    async with open_app(file_of(*HERE, *THERE)) as pilot:
        bar = str(main_of(pilot).query_one(AccountBar).render())
        assert bar.split()[:2] == ["2", "accounts"]
        assert ID not in bar


async def test_the_details_and_the_filter_tell_accounts_apart(
    open_app: Open, file_of: Callable[..., Launch]
) -> None:
    async with open_app(file_of(*HERE, *THERE)) as pilot:
        screen = main_of(pilot)
        await pilot.press("slash", *OTHER, "enter")
        assert [row.name for row in table_of(pilot).shown] == ["carol", "bob"]
        await pilot.press("4", "enter")
        facts = screen.details.query_one("#facts", Static)
        await until(pilot, lambda: "Members" in str(facts.render()))
        text = str(facts.render())
        assert f"arn:aws:iam::{OTHER}:" in text
        assert "carol" in text
        assert "alice" not in text


async def test_no_change_is_planned_for_two_accounts(
    open_app: Open, file_of: Callable[..., Launch]
) -> None:
    async with open_app(file_of(*HERE, *THERE, dry_run=True)) as pilot:
        await pilot.press("a")
        assert "The file holds 2 accounts; a change is planned for one account." in toasts(pilot)


async def test_the_history_is_that_of_all_accounts(
    open_app: Open, file_of: Callable[..., Launch]
) -> None:
    async with open_app(file_of(*HERE, *THERE)) as pilot:
        await pilot.press("H")
        await until(pilot, lambda: isinstance(pilot.app.screen, HistoryScreen))
        title = str(pilot.app.screen.query_one("#history").border_title)
        assert title == "Changes in 2 accounts"
