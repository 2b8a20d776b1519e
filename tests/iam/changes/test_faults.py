"""Batches under faults: whatever happens on the way, the journal says what AWS has.

For every user of a batch: `done` is so at AWS, `failed` is not so, what was not sent is as it was,
and only of `unconfirmed` either may be true. Nothing is lost, nothing is invented.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from iam.account.model import Entity, User
from iam.account.parse import validated
from iam.aws.client import Aws
from iam.changes.apply import Outcome, Timeouts, apply
from iam.changes.batch import Batch
from iam.changes.history import read_history
from iam.changes.journal import Journal, Op
from iam.changes.key_plan import AnyChange
from iam.changes.plan import Change
from tests.build import ID, user
from tests.fake_iam import FakeIam, Rule, error
from tests.iam.accounts import ALLOW
from tests.moto_state import filled

POLICY = f"arn:aws:iam::{ID}:policy/managed"
_QUICK = Timeouts(shown=1, retried=20)


class Run:
    """A batch against moto, through faults."""

    def __init__(self, aws: Aws, fake: FakeIam, iam: Any, folder: Path) -> None:
        self.aws = aws
        self.fake = fake
        self.iam = iam
        self.journal = Journal(folder / "journal.jsonl")
        self.pauses = 0

    def users(self, op: Op, size: int) -> list[Entity]:
        """Users who are to change."""
        names = [f"user-{i:03}" for i in range(size)]

        def make() -> None:
            self.iam.create_policy(PolicyName="managed", PolicyDocument=json.dumps(ALLOW))
            for name in names:
                self.iam.create_user(UserName=name)
                if op == "detach":
                    self.iam.attach_user_policy(UserName=name, PolicyArn=POLICY)

        filled(f"{size} users to {op}", make)
        return [validated(User, user(name)) for name in names]

    async def send(self, change: AnyChange, batch: str, hurry: asyncio.Event) -> Outcome:
        return await apply(
            self.aws,
            self.journal,
            change,
            account_id=ID,
            caller="arn:me",
            batch=batch,
            timeouts=_QUICK,
            hurry=hurry,
        )

    async def make(self, op: Op, size: int) -> Batch:
        """Make the batch; where it pauses, the operator renews the credentials and goes on."""
        users = self.users(op, size)
        self.fake.seen.clear()
        news = asyncio.Event()
        batch = Batch([Change(op, user, POLICY) for user in users], self.send, news.set)
        with self.journal.changing():
            running = asyncio.create_task(batch.run())
            while not running.done():
                await news.wait()
                news.clear()
                if batch.paused and not batch.in_flight:
                    self.pauses += 1
                    batch.go_on()
                if batch.ended.is_set():
                    break
            await running
        return batch

    def at_aws(self, op: Op, name: str) -> bool:
        """Whether AWS has what the change is to bring about."""
        try:
            found = self.iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]
        except self.iam.exceptions.NoSuchEntityException:
            return False
        return bool(found) == (op == "attach")

    def agree(self, op: Op, batch: Batch, size: int) -> Counter[str]:
        """Hold the journal against AWS; returns how the changes ended."""
        self.fake.wait_until_idle()
        history = read_history(self.journal.path)
        assert not history.damaged
        assert not history.open(ID), "every intent has an answer"
        last = {
            c.entry.principal.rsplit("/", 1)[-1]: c.state for b in history.batches for c in b.last
        }
        told = {o.change.entity.name: o.ending for o in batch.outcomes}
        unsent = {c.entity.name for c in batch.unsent}
        assert len(told) + len(unsent) == size
        for i in range(size):
            name = f"user-{i:03}"
            ending = told.get(name, "unsent")
            so = self.at_aws(op, name)
            if ending in ("done", "failed", "unconfirmed") and name in last:
                assert last[name] == ending, name
            if ending == "done" or ending == "unneeded":
                assert so, f"{name} is {ending} and AWS does not have it"
            elif ending in ("failed", "unsent"):
                assert not so, f"{name} is {ending} and AWS has it"
        return Counter(told.values())


@pytest.fixture
def run(aws: Aws, fake: FakeIam, iam: Any, tmp_path: Path) -> Run:
    return Run(aws, fake, iam, tmp_path)


@pytest.fixture
def read_timeout() -> float:
    return 0.6


def refused(code: str, status: int, times: int) -> Callable[[str, str], list[Rule]]:
    def rules(send: str, _: str) -> list[Rule]:
        return [Rule(send, reply=lambda _: error(code, status), skip=1, times=times)]

    return rules


FAULTS: dict[str, tuple[Callable[[str, str], list[Rule]], set[str]]] = {
    # By name: the rules for the writing and the reading call, and how changes may end.
    "nothing": (lambda *_: [], {"done"}),
    "latency": (lambda *_: [Rule("*", forward=True, delay=0.05)], {"done"}),
    "slow bytes": (lambda *_: [Rule("*", forward=True, slow=True)], {"done"}),
    "throttling": (refused("Throttling", 400, 2), {"done"}),
    "500": (refused("ServiceFailure", 500, 2), {"done"}),
    "500 for ever": (refused("ServiceFailure", 500, -1), {"done", "unconfirmed"}),
    "concurrent modification": (refused("ConcurrentModification", 409, 2), {"done"}),
    "denied in the middle": (refused("AccessDenied", 403, -1), {"done", "failed"}),
    "no such entity": (refused("NoSuchEntity", 404, 1), {"done", "failed"}),
    "expired in the middle": (refused("ExpiredToken", 403, 3), {"done"}),
    "reset before": (
        lambda send, _: [Rule(send, cut=True, skip=1, times=4)],
        {"done", "unconfirmed"},
    ),
    "reset after": (
        lambda send, _: [Rule(send, cut=True, forward=True, skip=1, times=4)],
        {"done", "unconfirmed"},
    ),
    "hangs": (lambda send, _: [Rule(send, hang=True, times=1)], {"done", "unconfirmed"}),
    "not read back": (
        lambda _, read: [Rule(read, reply=lambda _: error("AccessDenied", 403), skip=1)],
        {"done", "unconfirmed"},
    ),
    "expired at reading back": (
        lambda _, read: [Rule(read, reply=lambda _: error("ExpiredToken", 403), skip=1, times=1)],
        {"done", "unconfirmed"},
    ),
    "resets everywhere": (
        lambda *_: [Rule("*", cut=True, forward=i % 2 == 0, skip=3 * i, times=1) for i in range(8)],
        {"done", "unconfirmed", "failed"},  # failed: what could not be read before is not sent
    ),
}


# More than are sent at the same time, and one alone, after which nothing else is sent.
@pytest.mark.parametrize(("op", "size"), [("attach", 6), ("detach", 1)])
@pytest.mark.parametrize("fault", FAULTS)
async def test_under_a_fault_the_journal_says_what_aws_has(
    run: Run, fake: FakeIam, fault: str, op: Op, size: int
) -> None:
    rules, allowed = FAULTS[fault]
    for rule in rules(f"{op.title()}UserPolicy", "ListAttachedUserPolicies"):
        fake.add(rule)
    batch = await run.make(op, size)
    endings = run.agree(op, batch, size)
    assert not batch.unsent
    assert endings.keys() <= allowed, endings
    assert bool(run.pauses) == (fault.startswith("expired") and size > 1)


@pytest.mark.parametrize("op", ["attach", "detach"])
async def test_what_somebody_else_did_meanwhile_is_not_sent(
    run: Run, fake: FakeIam, op: Op
) -> None:
    users = run.users(op, 3)
    change = run.iam.attach_user_policy if op == "attach" else run.iam.detach_user_policy
    change(UserName=users[1].name, PolicyArn=POLICY)
    batch = Batch([Change(op, user, POLICY) for user in users], run.send)
    await batch.run()
    assert run.agree(op, batch, 3) == {"done": 2, "unneeded": 1}
    assert fake.actions.count(f"{op.title()}UserPolicy") == 2


@pytest.mark.parametrize("op", ["attach", "detach"])
async def test_stopped_in_the_middle_what_was_not_sent_is_as_it_was(
    run: Run, fake: FakeIam, op: Op
) -> None:
    users = run.users(op, 20)
    fake.add(Rule("*", forward=True, delay=0.02))

    def told() -> None:
        if len(batch.outcomes) >= 5:
            batch.hurry()

    batch = Batch([Change(op, user, POLICY) for user in users], run.send, told)
    await batch.run()
    endings = run.agree(op, batch, 20)
    assert batch.unsent
    assert 5 <= endings.total() < 20
