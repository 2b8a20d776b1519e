"""At the start: changes that an earlier run announced and did not see the end of."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import NoReturn

import pytest

from iam.changes.history import read_history
from iam.changes.journal import Journal
from tests.build import ID
from tests.company import ARN, Company
from tests.iam.journals import line
from tests.tui.conftest import Open
from tests.tui.steps import ask, go_to, over
from tests.tui.waiting import main_of, table_of, toasts, until
from tui.controllers import recovery


def leave_open(company: Company, *names: str, op: str = "attach", at: str | None = None) -> None:
    """Write intents without an answer, of long ago unless a time is given."""
    when = {"at": at} if at else {}
    text = [
        line(f"arn:aws:iam::{ID}:user/{name}", op=op, policy=ARN, **when) + "\n" for name in names
    ]
    company.journal.write_text("".join(text))


def states(company: Company) -> list[str]:
    history = read_history(company.journal)
    return [change.state for batch in history.batches for change in batch.changes]


@pytest.mark.parametrize(("happened", "told"), [(True, "in effect"), (False, "not made")])
async def test_an_open_intent_is_settled_at_aws_and_told(
    open_app: Open, company: Company, happened: bool, told: str
) -> None:
    leave_open(company, "user-05")
    if happened:
        company.attach("user-05")
    async with open_app(company.launch) as pilot:
        await until(pilot, lambda: "Interrupted changes" in toasts(pilot))
        assert "attach bedrock-limited, user-05: " in toasts(pilot)
        assert told in toasts(pilot)
    assert states(company) == ["done" if happened else "failed"]
    assert company.sent == []


async def test_of_several_it_is_told_how_many_ended_how(open_app: Open, company: Company) -> None:
    leave_open(company, "user-00", "user-01", "user-02", "nobody")
    company.attach("user-01")
    async with open_app(company.launch) as pilot:
        await until(pilot, lambda: "4 changes had no answer" in toasts(pilot))
        assert "1 in effect, 3 not made. H lists them." in toasts(pilot)
    assert states(company) == ["failed", "done", "failed", "failed"]


async def test_of_one_that_is_too_young_aws_is_asked_again(
    open_app: Open, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "_ASK_AGAIN", 0.2)
    leave_open(company, "user-05", at=datetime.now(UTC).isoformat().replace("+00:00", "Z"))
    async with open_app(company.launch) as pilot:
        asked = "ListAttachedUserPolicies"
        await until(pilot, lambda: company.fake.actions.count(asked) >= 2)
        assert states(company) == ["open"]
        assert toasts(pilot) == ""
        company.attach("user-05")
        await until(pilot, lambda: "user-05: in effect" in toasts(pilot))
    assert states(company) == ["done"]


async def test_while_another_copy_makes_changes_its_intents_are_left_alone(
    open_app: Open, company: Company
) -> None:
    leave_open(company, "user-05")
    with Journal(company.journal).changing():
        async with open_app(company.launch) as pilot:
            await until(pilot, lambda: main_of(pilot).loaded)
            assert len(table_of(pilot).shown) == 19
            assert toasts(pilot) == ""
    assert states(company) == ["open"]


async def test_a_journal_that_cannot_be_written_any_more_does_not_end_the_app(
    open_app: Open, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "_ASK_AGAIN", 0.2)
    leave_open(company, "user-05", at=datetime.now(UTC).isoformat().replace("+00:00", "Z"))
    path = company.journal
    async with open_app(company.launch) as pilot:
        await until(pilot, lambda: "ListAttachedUserPolicies" in company.fake.actions)
        path.unlink()
        path.mkdir()
        await until(pilot, lambda: "cannot be read (it is not a regular file)" in toasts(pilot))
        assert pilot.app.is_running


@pytest.mark.parametrize("read_only", [False, True])
async def test_without_a_home_folder_the_account_is_read_and_a_change_asks_for_a_journal(
    open_app: Open, company: Company, monkeypatch: pytest.MonkeyPatch, read_only: bool
) -> None:
    def unknown(uid: int) -> NoReturn:
        raise KeyError(uid)

    monkeypatch.setattr("pwd.getpwuid", unknown)
    monkeypatch.delenv("HOME")
    monkeypatch.delenv("XDG_STATE_HOME")
    async with open_app(replace(company.launch, journal=None, read_only=read_only)) as pilot:
        assert len(table_of(pilot).shown) == 19
        await until(pilot, lambda: main_of(pilot).controllers.recovery.finished)
        assert ("--journal" in toasts(pilot)) is not read_only
        pilot.app.clear_notifications()
        if not read_only:
            await go_to(pilot, "user-00")
            await ask(pilot, "a")
            await pilot.press("y")
            await over(pilot)
            assert "name a file for it with --journal" in toasts(pilot)
    assert company.sent == []
