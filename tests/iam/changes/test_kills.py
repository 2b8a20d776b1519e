"""Batches killed at random moments: after the recovery, the journal says what AWS has.

`KILLS=100` for a long run, `SEED=…` for other moments.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from iam.aws.client import Aws
from iam.changes.history import read_history
from iam.changes.journal import Journal, Op
from iam.changes.recover import recover
from tests.build import ID
from tests.fake_iam import FakeIam
from tests.iam.accounts import ALLOW
from tests.iam.changes.killed import POLICY, work

KILLS = int(os.environ.get("KILLS", "4"))
SEED = int(os.environ.get("SEED", "1"))
NAMES = [f"user-{i:03}" for i in range(60)]


class Victim:
    """Users at moto, and one process after another that changes them and is killed."""

    def __init__(self, aws: Aws, fake: FakeIam, iam: Any, journal: Path) -> None:
        self.aws = aws
        self.fake = fake
        self.iam = iam
        self.journal = Journal(journal)
        self.processes = multiprocessing.get_context("forkserver")
        self.processes.set_forkserver_preload(["tests.iam.changes.killed"])
        self.chance = random.Random(SEED)
        iam.create_policy(PolicyName="managed", PolicyDocument=json.dumps(ALLOW))
        for name in NAMES:
            iam.create_user(UserName=name)

    def holding(self) -> set[str]:
        """Who has the policy at AWS."""
        said = self.iam.get_paginator("list_entities_for_policy").paginate(PolicyArn=POLICY)
        return {user["UserName"] for page in said for user in page["PolicyUsers"]}

    def kill(self, op: Op, after: int) -> bool:
        """Kill a batch once so many calls have come; returns whether it was still alive."""
        self.fake.seen.clear()
        child = self.processes.Process(
            target=work, args=(self.fake.url, self.journal.path, op, NAMES)
        )
        child.start()
        self.fake.wait_until_seen(after, child.is_alive)
        time.sleep(self.chance.uniform(0, 0.01))  # between two calls as well as in one
        child.kill()
        child.join()
        code = child.exitcode
        child.close()
        self.fake.wait_until_idle()
        assert code in (0, -signal.SIGKILL)
        return code != 0


@pytest.fixture
def victim(
    aws: Aws, fake: FakeIam, iam: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Victim:
    # moto shows every change at once: what contradicts an earlier one is no stale read.
    monkeypatch.setattr("iam.changes.recover.PATIENCE", 0)
    return Victim(aws, fake, iam, tmp_path / "journal.jsonl")


@pytest.mark.timeout(120 + 20 * KILLS)
async def test_killed_at_any_moment_nothing_is_lost_and_nothing_invented(victim: Victim) -> None:
    killed = open_after = 0
    chance = victim.chance
    print(f"SEED={SEED}")  # the moments differ all the same: they depend on the machine
    before = victim.holding()
    for i in range(KILLS):
        op: Op = "detach" if len(before) > chance.randrange(len(NAMES) + 1) else "attach"
        to_do = len(before) if op == "detach" else len(NAMES) - len(before)
        batches = len(read_history(victim.journal.path).batches)
        killed += victim.kill(op, chance.randrange(1, len(NAMES) + 2 * to_do))
        open_after += len(read_history(victim.journal.path).open(ID))
        await recover(victim.aws, victim.journal, ID, settled=0)
        history = read_history(victim.journal.path)
        assert not history.damaged
        assert not history.open(ID), "every intent has an answer"
        (batch,) = history.batches[batches:] or (None,)
        states = (
            {c.entry.principal.rsplit("/", 1)[-1]: c.state for c in batch.last} if batch else {}
        )
        now = victim.holding()
        told = {name for name, state in states.items() if state == "done"}
        assert set(states.values()) <= {"done", "failed"}
        assert told == now ^ before, (
            f"kill {i}: lost {(now ^ before) - told}, invented {told - (now ^ before)}"
        )
        assert now == (before | told if op == "attach" else before - told)
        before = now
    assert killed, "each had ended before it was killed"
    print(f"{killed} of {KILLS} killed in the middle, {open_after} intents settled after it")
