"""Undo, and the history that it is made from."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from iam.changes import preflight
from tests.build import ID
from tests.company import ARN, USERS, Company
from tests.iam.journals import lines_of
from tests.tui.conftest import Open
from tests.tui.steps import ask, dialogue, go_to, mark, over
from tests.tui.waiting import main_of, table_of, toasts, until
from tui.dialogs.history import HistoryScreen
from widgets.history_tree import HistoryTree

THREE = USERS[:3]


async def change(pilot: Pilot[int], key: str, *names: str) -> str:
    """Change these, or what an undo changes; returns what the dialogue said."""
    if names:
        await mark(pilot, *names)
    said = await ask(pilot, key)
    await pilot.press("y")
    await over(pilot)
    return said


async def history(pilot: Pilot[int]) -> HistoryTree:
    await pilot.press("H")
    await until(pilot, lambda: isinstance(pilot.app.screen, HistoryScreen))
    return pilot.app.screen.query_one(HistoryTree)


def lines(tree: HistoryTree) -> list[str]:
    """The lines that the tree shows."""
    return [tree.render_line(y).text.strip() for y in range(tree.last_line + 1)]


async def test_each_u_goes_back_one_step_and_each_capital_u_takes_one_back(
    open_app: Open, company: Company
) -> None:
    company.attach("user-07")
    async with open_app(company.launch) as pilot:
        await change(pilot, "a", *THREE)
        await change(pilot, "a", "worker")
        assert "attach of " in await change(pilot, "u")
        assert company.holding == {*THREE, "user-07"}
        said = await change(pilot, "u")
        assert "3 users  user-00, user-01, user-02" in said
        assert company.holding == {"user-07"}
        assert "detached from 3 principals. Press U to redo." in toasts(pilot)
        await pilot.press("u")
        await until(pilot, lambda: "Everything has been undone" in toasts(pilot))
        await over(pilot)
        assert "undo of " in await change(pilot, "U")
        assert company.holding == {*THREE, "user-07"}
        await change(pilot, "U")
        assert company.holding == {*THREE, "user-07", "worker"}
        await pilot.press("U")
        await until(pilot, lambda: "Nothing to redo" in toasts(pilot))


async def test_the_history_names_whom_and_marks_what_is_undone(
    open_app: Open, company: Company
) -> None:
    async with open_app(company.launch) as pilot:
        await change(pilot, "a", *THREE)
        await change(pilot, "u", "user-01")
        undo, batch = lines(await history(pilot))
        assert "detach → user-01  ● 1 done  undo  bedrock-limited" in undo
        assert "attach → user-00, +2  ● 3 done  1 undone  bedrock-limited" in batch
        await pilot.press("escape")
        await over(pilot)
        await change(pilot, "u")
        *_, batch = lines(await history(pilot))
        assert "● 3 done  undone  bedrock-limited" in batch
        await pilot.press("G", "u")
        await until(pilot, lambda: "undone already" in toasts(pilot))


async def test_an_undo_leaves_alone_what_somebody_else_has_changed_since(
    open_app: Open, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preflight, "PATIENCE", 0.5)
    async with open_app(company.launch) as pilot:
        await change(pilot, "a", *THREE)
        company.detach("user-01")
        company.iam.detach_user_policy(UserName="user-02", PolicyArn=ARN)
        company.iam.delete_user(UserName="user-02")
        said = await ask(pilot, "u")
        assert "Undo: detach a policy" in str(pilot.app.screen.query_one("#dialog").border_title)
        assert "User     user-00" in said
        assert "bedrock-limited has been detached since\n    user-01" in said
        assert "it no longer exists\n    user-02" in said
        await pilot.press("y")
        await over(pilot)
    assert company.sent[3:] == ["DetachUserPolicy user-00"]
    assert company.holding == set()


async def test_an_undo_does_not_take_a_stale_read_for_a_change_by_somebody_else(
    open_app: Open, company: Company
) -> None:
    async with open_app(company.launch) as pilot:
        await mark(pilot, *THREE)
        await ask(pilot, "a")
        before = company.fake.state
        await pilot.press("y")
        await over(pilot)
        company.fake.show(before, "ListAttachedUserPolicies", times=len(THREE) + 1)
        said = await change(pilot, "u")
        assert "3 users  user-00, user-01, user-02" in said
        await over(pilot)
    assert company.holding == set()


async def test_after_a_stale_load_the_change_is_in_doubt_and_can_be_undone(
    open_app: Open, company: Company
) -> None:
    async with open_app(company.launch) as pilot:

        def in_doubt() -> bool:
            return next(row.unconfirmed for row in table_of(pilot).shown if row.name == "user-00")

        before = company.fake.state
        await change(pilot, "a", "user-00")
        company.fake.show(before, "GetAccountAuthorizationDetails", times=3)
        await pilot.press("r")
        await until(pilot, in_doubt)
        await change(pilot, "u")
        assert company.holding == set()
        await until(pilot, lambda: not in_doubt())


async def test_with_marks_only_the_marked_are_reversed(open_app: Open, company: Company) -> None:
    async with open_app(company.launch) as pilot:
        await change(pilot, "a", *THREE)
        await change(pilot, "u", "user-01")
        assert company.holding == {"user-00", "user-02"}
        await mark(pilot, "user-09")
        await pilot.press("u")
        await until(pilot, lambda: "did not affect the marked ones" in toasts(pilot))
        await over(pilot)
    assert company.holding == {"user-00", "user-02"}


async def test_there_is_nothing_to_undo(open_app: Open, company: Company) -> None:
    async with open_app(company.launch) as pilot:
        await pilot.press("u")
        await until(
            pilot, lambda: "bedrock-tui has changed nothing in this account" in toasts(pilot)
        )
        await over(pilot)
        tree = await history(pilot)
        assert lines(tree) == ["no changes by bedrock-tui yet"]
        await pilot.press("u", "enter", "slash", *"zz", "enter", "escape", "escape")
        await over(pilot)
    assert company.sent == []


async def test_what_failed_is_not_undone(open_app: Open, company: Company) -> None:
    async with open_app(company.launch) as pilot:
        company.fake.refuse("AttachUserPolicy", "AccessDenied", times=1)
        await go_to(pilot, "user-05")
        await change(pilot, "a")
        await pilot.press("u")
        await until(pilot, lambda: "bedrock-tui has changed nothing" in toasts(pilot))
        await history(pilot)
        await pilot.press("u")
        await until(pilot, lambda: "Nothing to undo" in toasts(pilot))
        await pilot.press("escape")
        await over(pilot)


async def test_an_older_batch_is_reversed_from_the_history(
    open_app: Open, company: Company
) -> None:
    async with open_app(company.launch) as pilot:
        await change(pilot, "a", "user-00", "user-01")
        await change(pilot, "a", "worker")
        tree = await history(pilot)
        newest, oldest = lines(tree)
        assert "attach → worker  ● 1 done  bedrock-limited" in newest
        assert "attach → user-00, +1  ● 2 done  bedrock-limited" in oldest
        await pilot.press("j", "enter", "j", "u")  # the batch of a change under the cursor
        await until(pilot, lambda: "2 users  user-00, user-01" in dialogue(pilot))
        await until(pilot, lambda: "checking" not in dialogue(pilot))
        await pilot.press("y")
        await over(pilot)
    assert company.holding == {"worker"}


async def test_a_read_only_session_shows_the_history_and_cannot_undo(
    open_app: Open, company: Company
) -> None:
    company.journal.write_text(
        "\n".join(lines_of("attach", {"arn:aws:iam::123456789012:user/user-00": "done"}))
    )
    async with open_app(replace(company.launch, read_only=True)) as pilot:
        tree = await history(pilot)
        assert "1 done" in lines(tree)[0]
        await pilot.press("u")
        assert isinstance(pilot.app.screen, HistoryScreen)
        await pilot.press("q")
        await over(pilot)
        assert "Undo" not in {c.title for c in pilot.app.get_system_commands(main_of(pilot))}


@pytest.fixture
def recorded(company: Company, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Company:
    """A journal with two batches, one of another account, and a line that a crash cut short."""
    monkeypatch.chdir(tmp_path)
    arn = "arn:aws:iam::123456789012:user/"
    elsewhere = lines_of("attach", {f"{arn}cy": "done"}, "b3")
    text = [
        *lines_of("attach", {f"{arn}ann": "done", f"{arn}ben": "failed"}),
        *lines_of("detach", {f"{arn}=cmd": "unconfirmed"}, "b2"),
        *(line.replace("123456789012", "210987654321") for line in elsewhere),
        '{"at": "2026-11-2',
    ]
    company.journal.write_text("\n".join(text))
    return company


async def test_the_history_is_filtered_as_one_types_and_tells_of_damaged_lines(
    open_app: Open, recorded: Company
) -> None:
    async with open_app(recorded.launch) as pilot:
        tree = await history(pilot)
        assert [line.split()[3] for line in lines(tree)] == ["detach", "attach"]
        foot = pilot.app.screen.query_one("#history-foot", Static)
        assert "journal (1 line unreadable)" in str(foot.render())
        await pilot.press("slash", *"ben q")
        assert lines(tree) == ["nothing matches"]
        await pilot.press("backspace", "backspace", "enter")
        assert [line.split()[3] for line in lines(tree)] == ["attach"]
        await pilot.press("escape")  # the filter first
        assert len(lines(tree)) == 2
        await pilot.press("escape")
        await over(pilot)


async def test_what_the_history_shows_is_saved_as_csv(
    open_app: Open, recorded: Company, tmp_path: Path
) -> None:
    async with open_app(recorded.launch) as pilot:
        await history(pilot)
        await pilot.press("slash", *"detach", "enter", "e")
        await until(pilot, lambda: "Saved as" in toasts(pilot))
        (path,) = tmp_path.glob("bedrock-tui-changes-*.csv")
        assert path.stat().st_mode & 0o777 == 0o600
        assert str(path) in toasts(pilot)
        (row,) = csv.DictReader(path.read_text().splitlines())
        assert row["op"] == "detach"
        assert "unconfirmed" in row.values()
        await pilot.press("e")  # within the same second: nothing is overwritten
        await until(
            pilot,
            lambda: len(re.findall("Saved as|Could not save the file", toasts(pilot))) == 2,
        )
        await pilot.press("escape", "escape")


async def test_where_the_history_cannot_be_saved_it_says_so(
    open_app: Open, recorded: Company, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    locked = tmp_path / "locked"
    locked.mkdir()
    monkeypatch.chdir(locked)
    async with open_app(recorded.launch) as pilot:
        await history(pilot)
        locked.rmdir()
        await pilot.press("e")
        await until(pilot, lambda: "Could not save the file: No such file" in toasts(pilot))
        await pilot.press("escape")


async def test_a_journal_that_cannot_be_read_is_told_and_hides_nothing_else(
    open_app: Open, company: Company
) -> None:
    company.journal.mkdir()
    async with open_app(company.launch) as pilot:
        await until(pilot, lambda: "cannot be read (it is not a regular file)" in toasts(pilot))
        assert not main_of(pilot).query_one("#trouble").display
        assert len(table_of(pilot).shown) == 19
        await pilot.press("escape")
        await until(pilot, lambda: not toasts(pilot))
        await pilot.press("H")
        await until(pilot, lambda: "cannot be read (it is not a regular file)" in toasts(pilot))
        await ask(pilot, "a")
        await pilot.press("y")
        await over(pilot)
        assert "so no change is sent" in toasts(pilot)
    assert company.sent == []


async def test_a_journal_that_somebody_else_can_have_written_undoes_nothing(
    open_app: Open, company: Company
) -> None:
    forged = lines_of("detach", {f"arn:aws:iam::{ID}:user/user-03": "done"})
    company.journal.write_text("\n".join(forged))
    company.journal.chmod(0o666)
    async with open_app(company.launch) as pilot:
        await until(pilot, lambda: "chmod 600" in toasts(pilot))
        pilot.app.clear_notifications()
        await pilot.press("u")
        await until(pilot, lambda: "chmod 600" in toasts(pilot))
        assert pilot.app.screen is main_of(pilot)
    assert company.sent == []
