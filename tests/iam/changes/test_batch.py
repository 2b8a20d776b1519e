"""Many changes: a few at a time, stopped, paused, and none lost or sent twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

import pytest

from iam.changes.apply import Ending, Outcome
from iam.changes.batch import AT_ONCE, Batch
from iam.changes.journal import JournalError
from iam.changes.key_plan import AnyChange
from iam.changes.plan import Change
from iam.errors import AwsError
from tests.build import LIMITED, account, the, user

EXPIRED = AwsError("ExpiredToken", "The credentials have expired.", "Renew them.")
NAMES = [f"user-{i:02}" for i in range(20)]
PRINCIPALS = account(*(user(name) for name in NAMES))


def change(name: str) -> Change:
    return Change("attach", the(PRINCIPALS, name), LIMITED)


class Sender:
    """Stands for AWS: says how each change ends, and keeps what was sent."""

    def __init__(self) -> None:
        self.sent: Counter[str] = Counter()
        self.most = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.fail: dict[str, AwsError | Exception] = {}
        """By name, for the next time only."""
        self._under_way = 0

    async def __call__(self, change: AnyChange, batch: str, hurry: asyncio.Event) -> Outcome:
        name = change.entity.name
        self._under_way += 1
        self.most = max(self.most, self._under_way)
        try:
            await asyncio.sleep(0)
            await self.gate.wait()
            fault = self.fail.pop(name, None)
            if isinstance(fault, AwsError):
                return Outcome(change, "failed", fault)
            if fault is not None:
                raise fault
            self.sent[name] += 1
            return Outcome(change, "done")
        finally:
            self._under_way -= 1


@pytest.fixture
async def sender() -> Sender:
    return Sender()


def batch_of(sender: Sender) -> Batch:
    return Batch(map(change, NAMES), sender)


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(1000):
        if holds():
            return
        await asyncio.sleep(0)
    raise AssertionError("it did not come to hold")


def endings(batch: Batch) -> Counter[Ending]:
    return Counter(outcome.ending for outcome in batch.outcomes)


async def test_every_change_is_made_once_a_few_at_a_time(sender: Sender) -> None:
    batch = batch_of(sender)
    await batch.run()
    assert sender.sent == Counter(NAMES)
    assert endings(batch) == {"done": 20}
    assert sender.most == AT_ONCE
    assert batch.ended.is_set()
    assert not batch.unsent


async def test_stopped_it_sends_no_more_and_awaits_what_is_in_flight(sender: Sender) -> None:
    sender.gate.clear()
    batch = batch_of(sender)
    running = asyncio.create_task(batch.run())
    await until(lambda: batch.in_flight == AT_ONCE)
    batch.stop()
    assert not running.done()
    sender.gate.set()
    await running
    assert endings(batch) == {"done": AT_ONCE}
    assert len(batch.unsent) == 20 - AT_ONCE
    assert sender.sent == Counter(NAMES[:AT_ONCE])


async def test_expired_credentials_pause_it_and_it_goes_on_where_it_stopped(
    sender: Sender,
) -> None:
    sender.fail = dict.fromkeys(NAMES[7:11], EXPIRED)
    batch = batch_of(sender)
    running = asyncio.create_task(batch.run())
    await until(lambda: batch.paused is not None and not batch.in_flight)
    assert batch.paused is EXPIRED
    before = sum(sender.sent.values())
    assert before < 20
    sender.fail.clear()
    batch.go_on()
    await running
    assert sender.sent == Counter(NAMES)
    assert endings(batch) == {"done": 20}


async def test_a_pause_can_be_ended_by_stopping(sender: Sender) -> None:
    sender.fail = dict.fromkeys(NAMES, EXPIRED)
    batch = batch_of(sender)
    running = asyncio.create_task(batch.run())
    await until(lambda: batch.paused is not None)
    batch.stop()
    await running
    assert len(batch.unsent) + len(batch.outcomes) == 20
    assert not sender.sent


async def test_a_failure_of_one_is_no_failure_of_the_rest(sender: Sender) -> None:
    sender.fail[NAMES[3]] = AwsError("AccessDenied", "no", "ask")
    batch = batch_of(sender)
    await batch.run()
    assert endings(batch) == {"done": 19, "failed": 1}


async def test_without_a_journal_nothing_more_is_sent(sender: Sender) -> None:
    sender.fail[NAMES[5]] = JournalError("the disk is full")
    batch = batch_of(sender)
    await batch.run()
    assert batch.trouble == "the disk is full"
    assert NAMES[5] in {c.entity.name for c in batch.unsent}
    assert len(batch.unsent) + len(batch.outcomes) == 20


async def test_a_fault_in_one_does_not_cut_the_others_short(sender: Sender) -> None:
    sender.fail[NAMES[1]] = RuntimeError("a fault")
    batch = batch_of(sender)
    with pytest.raises(RuntimeError, match="a fault"):
        await batch.run()
    assert batch.ended.is_set()
    assert sum(sender.sent.values()) == len(batch.outcomes) >= AT_ONCE - 1


async def test_what_was_not_sent_for_hurry_counts_as_unsent(sender: Sender) -> None:
    sender.fail = dict.fromkeys(NAMES, AwsError("Stopped", "stopped", ""))
    batch = batch_of(sender)
    batch.hurry()
    await batch.run()
    assert len(batch.unsent) == 20
    assert not batch.outcomes
