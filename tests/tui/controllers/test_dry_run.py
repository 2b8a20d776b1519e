"""Sessions that send nothing, and changes as commands of the AWS CLI."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Static

from tests.company import ARN, USERS, Company
from tests.tui.conftest import Open
from tests.tui.steps import ask, dialogue, go_to, mark, over
from tests.tui.waiting import main_of, toasts, until
from tui.dialogs.review import ReviewDialog
from tui.dialogs.text import TextScreen
from tui.options import Launch
from widgets.account_bar import AccountBar

COMMAND = f"aws iam attach-user-policy --user-name=user-05 --policy-arn={ARN}"


@pytest.mark.parametrize(
    ("more", "badges"),
    [
        ({"read_only": True}, ("READ-ONLY",)),
        ({"dry_run": True}, ("DRY-RUN",)),
        ({"dry_run": True, "read_only": True}, ("DRY-RUN",)),
        ({}, ()),
    ],
)
async def test_the_badges_say_what_a_session_may_do(
    open_app: Open, company: Company, more: dict[str, Any], badges: tuple[str, ...]
) -> None:
    async with open_app(replace(company.launch, **more)) as pilot:
        bar = "\n".join(str(s.render()) for s in main_of(pilot).query_one(AccountBar).query(Static))
        shown = bar or str(main_of(pilot).query_one(AccountBar).render())
        assert tuple(badge for badge in ("READ-ONLY", "DRY-RUN") if badge in shown) == badges


@pytest.mark.parametrize("more", [{}, {"read_only": True}])
async def test_a_dry_run_shows_the_commands_and_sends_nothing(
    open_app: Open, company: Company, more: dict[str, Any]
) -> None:
    launch = replace(company.launch, dry_run=True, confirm_above=0, **more)
    async with open_app(launch) as pilot:
        await mark(pilot, *USERS[:3])
        said = await ask(pilot, "a")
        assert "3 → ● granted" in said
        await pilot.press("y")
        await until(pilot, lambda: isinstance(pilot.app.screen, TextScreen))
        said = dialogue(pilot)
        assert "Dry run: nothing was sent" in said
        assert said.count("aws iam attach-user-policy") == 3
        await pilot.press("enter")
        await over(pilot)
    assert company.fake.writes == []
    assert not Path(str(launch.journal)).exists()


async def test_a_snapshot_can_be_planned_on(open_app: Open, from_file: Launch) -> None:
    async with open_app(replace(from_file, dry_run=True)) as pilot:
        await go_to(pilot, "frank")
        await ask(pilot, "a")
        await pilot.press("y")
        await until(pilot, lambda: isinstance(pilot.app.screen, TextScreen))
        assert "--user-name=frank" in dialogue(pilot)
        await pilot.press("escape")
        await over(pilot)


async def test_c_shows_the_commands_to_copy_and_to_save(
    open_app: Open, company: Company, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    async with open_app(company.launch) as pilot:
        await go_to(pilot, "user-05")
        await ask(pilot, "a")
        await pilot.press("c")
        await until(pilot, lambda: isinstance(pilot.app.screen, TextScreen))
        assert COMMAND in " ".join(dialogue(pilot).split())
        await pilot.press("c")
        assert pilot.app.clipboard.splitlines()[-2] == COMMAND
        await pilot.press("s")
        await until(pilot, lambda: "Saved as" in toasts(pilot))
        (path,) = tmp_path.glob("bedrock-tui-attach-*.sh")
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.read_text() == pilot.app.clipboard
        assert path.read_text().startswith("(\nset -e\n")
        await pilot.press("y", "escape")  # back in the dialogue, which stands as before
        assert isinstance(pilot.app.screen, ReviewDialog)
        await pilot.press("n")
        await over(pilot)
    assert company.sent == []


async def test_where_the_commands_cannot_be_saved_it_says_so(
    open_app: Open, company: Company, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    async with open_app(company.launch) as pilot:
        await ask(pilot, "a")
        folder.rmdir()
        await pilot.press("c", "s")
        await until(pilot, lambda: "Could not save the file" in toasts(pilot))
        await pilot.press("escape", "n")
        await over(pilot)
