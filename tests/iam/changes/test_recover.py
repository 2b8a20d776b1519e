"""Changes that a crash cut short: AWS is asked how they ended, and that is recorded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from iam.aws.client import Aws
from iam.changes.history import read_history
from iam.changes.journal import Journal, JournalEntry, Op
from iam.changes.recover import RecoveredChange, recover
from tests.build import ID
from tests.fake_iam import FakeIam, attached
from tests.iam.accounts import SHARED, fill
from tests.iam.aws.test_load_account import arn


class Crash:
    """A journal with an intent that has no answer."""

    def __init__(self, aws: Aws, iam: Any, folder: Path) -> None:
        self.aws = aws
        self.iam = iam
        self.journal = Journal(folder / "journal.jsonl")

    def intent(self, op: Op, who: str = "", account: str = ID) -> None:
        self.journal.intent(
            JournalEntry("b1", account, "arn:me", op, who or arn("user", "bob"), SHARED)
        )

    async def recover(self, settled: float = 0) -> tuple[RecoveredChange, ...]:
        return await recover(self.aws, self.journal, ID, settled)

    @property
    def states(self) -> list[str]:
        history = read_history(self.journal.path)
        assert not history.damaged
        return [c.state for b in history.batches for c in b.changes]


@pytest.fixture
def crash(aws: Aws, iam: Any, fake: FakeIam, tmp_path: Path) -> Crash:
    fill(iam)
    return Crash(aws, iam, tmp_path)


async def test_without_a_journal_nothing_is_asked(crash: Crash, fake: FakeIam) -> None:
    assert await crash.recover() == ()
    assert fake.actions == []


async def test_a_change_that_aws_shows_is_done(crash: Crash) -> None:
    crash.intent("attach")
    (found,) = await crash.recover()
    assert found.phase == "done"
    assert crash.states == ["done"]
    assert await crash.recover() == ()


async def test_a_change_that_aws_does_not_show_has_failed(crash: Crash) -> None:
    crash.intent("detach")
    (found,) = await crash.recover()
    assert (found.phase, found.error and found.error.code) == ("failed", "CutShort")
    assert crash.states == ["failed"]


async def test_as_long_as_iam_may_still_come_to_show_it_it_stays_open(crash: Crash) -> None:
    crash.intent("detach")
    (found,) = await crash.recover(settled=600)
    assert found.phase is None
    assert crash.states == ["open"]
    crash.iam.detach_user_policy(UserName="bob", PolicyArn=SHARED)
    (found,) = await crash.recover(settled=600)
    assert found.phase == "done"


async def test_of_somebody_who_is_gone_it_has_failed(crash: Crash) -> None:
    crash.intent("attach", arn("user", "nobody"))
    (found,) = await crash.recover()
    assert (found.phase, found.error and found.error.code) == ("failed", "NoSuchEntity")


@pytest.mark.parametrize(("fault", "state"), [("denied", "unconfirmed"), ("network", "open")])
async def test_what_cannot_be_asked_is_not_guessed(
    crash: Crash, fake: FakeIam, fault: str, state: str
) -> None:
    crash.intent("attach")
    if fault == "denied":
        fake.refuse("ListAttachedUserPolicies", "AccessDenied")
    else:
        fake.cut_before("ListAttachedUserPolicies")
    await crash.recover()
    assert crash.states == [state]


async def test_a_group_and_a_role_with_a_path_are_asked_by_name(
    crash: Crash, fake: FakeIam
) -> None:
    crash.intent("attach", f"arn:aws:iam::{ID}:group/team")
    crash.intent("attach", f"arn:aws:iam::{ID}:role/some/path/worker")
    crash.intent("attach", "arn:of:nothing")
    phases = [found.phase for found in await crash.recover()]
    assert phases == ["done", "failed", "unconfirmed"]
    assert fake.actions == ["ListAttachedGroupPolicies", "ListAttachedRolePolicies"]


async def test_intents_of_another_account_are_left_alone(crash: Crash, fake: FakeIam) -> None:
    crash.intent("attach", account="210987654321")
    assert await crash.recover() == ()
    assert crash.states == ["open"]
    assert fake.actions == []


async def test_intents_of_a_copy_that_is_at_work_are_left_alone(
    crash: Crash, fake: FakeIam
) -> None:
    crash.intent("attach")
    with Journal(crash.journal.path).changing():
        assert await crash.recover() == ()
    assert crash.states == ["open"]
    assert fake.actions == []
    assert len(await crash.recover()) == 1


async def test_where_the_clock_was_set_back_it_is_too_early_to_say(crash: Crash) -> None:
    crash.intent("detach")
    text = crash.journal.path.read_text()
    now = datetime.now(UTC)
    ahead = (now + timedelta(days=1)).isoformat(timespec="milliseconds").removesuffix("+00:00")
    (intent,) = read_history(crash.journal.path).open(ID)
    crash.journal.path.write_text(text.replace(intent.at, f"{ahead}Z"))
    (found,) = await crash.recover(settled=60)
    assert found.phase is None
    assert crash.states == ["open"]


async def test_a_stale_read_of_what_was_confirmed_before_the_crash_settles_nothing(
    crash: Crash, fake: FakeIam
) -> None:
    # Attached and confirmed; the detach that followed was announced and never arrived.
    attach = JournalEntry("b0", ID, "arn:me", "attach", arn("user", "bob"), SHARED)
    crash.journal.intent(attach)
    crash.journal.answer(attach, "done")
    crash.intent("detach")
    fake.answer("ListAttachedUserPolicies", lambda _: attached(), times=2)
    (found,) = await crash.recover(settled=60)
    assert found.phase is None
    assert crash.states == ["done", "open"]


async def test_an_old_intent_without_a_sensible_time_is_settled_too(crash: Crash) -> None:
    crash.intent("detach")
    text = crash.journal.path.read_text()
    year = f"{datetime.now(UTC):%Y}-"
    crash.journal.path.write_text(text.replace(f'"at": "{year}', '"at": "never'))
    (found,) = await crash.recover(settled=600)
    assert found.phase == "failed"
