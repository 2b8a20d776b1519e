"""Random keys on a small account: no crash, and no write without a yes in the review dialogue.

`STEPS=5000 SEED=7` for a long run, or to see one again.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Button, Input

from iam.changes.history import read_history
from iam.changes.plan import Plan
from tests.build import ID
from tests.company import Company
from tests.fake_iam import Rule, error
from tests.tui.conftest import Open
from tests.tui.steps import over
from tests.tui.waiting import main_of, toasts
from tui.commands import COMMANDS
from tui.dialogs.batch_progress import BatchScreen
from tui.dialogs.review import ReviewDialog
from tui.main_screen import MainScreen

STEPS = int(os.environ.get("STEPS", "200"))
SEED = int(os.environ.get("SEED", "1"))
SESSION = 250
"""Steps until the app is started anew."""
CONFIRM_ABOVE = 4

OWN = [key for command in COMMANDS for key in command.keys.split(",") if command.id != "quit"]
MOVES = [*"jkgGlhw[]{}", "down", "up", "left", "right", "pagedown", "pageup", "home", "end", "tab"]
ASKING = [*"yncgus", "enter", "escape", "tab", "left", "space", "asterisk", "a", "d", "u", "r"]
ODD = [*"e?c/", "ctrl+p", "ctrl+c", "backspace", "delete", "f1", "shift+tab"]
QUIET = [key for key in (*OWN, *MOVES) if key not in ("y", "enter")]
"""Keys that never say yes."""
FAULTS = (
    lambda: Rule("*", forward=True, delay=0.05, times=5),
    lambda: Rule("*", reply=lambda _: error("ExpiredToken"), times=2),
    lambda: Rule("*", reply=lambda _: error("AccessDenied"), times=1),
    lambda: Rule("AttachUserPolicy", reply=lambda _: error("ExpiredToken"), times=3),
    lambda: Rule("DetachUserPolicy", reply=lambda _: error("AccessDenied"), times=1),
    lambda: Rule("ListAttachedUserPolicies", forward=True, delay=0.1, times=3),
)


class Monkey:
    """Presses keys, and watches what arrives at AWS."""

    def __init__(self, pilot: Pilot[int], company: Company, chance: random.Random) -> None:
        self.pilot = pilot
        self.company = company
        self.chance = chance
        self.pressed: list[str] = []
        self.allowed: set[str] = set()
        """What the last yes was given to."""
        self.seen: Counter[str] = Counter()

    def next(self) -> list[str]:
        """Keys that an operator, or a cat, may press."""
        roll = self.chance.random()
        if isinstance(self.pilot.app.screen, ReviewDialog) and roll < 0.7:
            typed = self.chance.choice([ID, "acme-ml", "acme", "1234"])
            return self.chance.choice([["y"], ["tab", "enter"], ["ctrl+u", *typed, "enter"]])
        if isinstance(self.pilot.app.screen, BatchScreen) and roll < 0.5:
            return [self.chance.choice(["s", "c", "escape", "j"])]
        if isinstance(self.pilot.app.screen, MainScreen) and roll < 0.15:
            return self.chance.choice([["a"], ["d"], ["u"], ["space", "space", "a"], ["4", "a"]])
        pool = self.chance.choices([OWN, MOVES, ASKING, ODD], [3, 4, 4, 1])[0]
        return [self.chance.choice(pool)]

    def yes(self, key: str) -> Plan | None:
        """The plan to which this key says yes, if it does."""
        dialog = self.pilot.app.screen
        if not isinstance(dialog, ReviewDialog):
            return None
        plan, focused = dialog.plan, self.pilot.app.focused
        many = max(len(plan.changes), len(plan.effects)) > CONFIRM_ABOVE
        if isinstance(focused, Input):
            right = focused.value.strip() in (ID, "acme-ml")
            return plan if key == "enter" and right else None
        applies = isinstance(focused, Button) and focused.id == "apply"
        return plan if (key == "y" or (key == "enter" and applies)) and not many else None

    async def press(self, key: str) -> None:
        dialog = self.pilot.app.screen
        plan = self.yes(key)
        if plan is not None:
            assert isinstance(dialog, ReviewDialog)
            self.allowed = _calls(plan)
        self.pressed.append(key)
        await self.pilot.press(key)
        if plan is not None and isinstance(dialog, ReviewDialog):
            self.allowed |= _calls(dialog.plan)  # as AWS has it since the key was pressed
        self.look()

    async def burst(self, keys: Iterable[str]) -> None:
        """Press keys faster than the app takes them; none of them says yes."""
        for key in keys:
            self.pressed.append(key)
            self.pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await self.pilot.pause()
        self.look()

    def look(self) -> None:
        """Hold all that must always hold."""
        app = self.pilot.app
        assert app._exception is None
        assert "Unexpected error" not in toasts(self.pilot)
        assert not [worker for worker in app.workers if worker.error], "a worker failed"
        sent = Counter(self.company.sent)
        new = set(sent - self.seen)
        assert new <= self.allowed, f"sent without a yes: {new - self.allowed}"
        self.seen = sent

    @property
    def left(self) -> bool:
        """The palette leaves the app, too."""
        return self.pilot.app._exit

    async def calm_down(self) -> None:
        """Let what is under way come to its end, and leave all dialogues."""
        self.company.fake.clear()
        for _ in range(200):
            if isinstance(self.pilot.app.screen, MainScreen) and not main_of(self.pilot).changing:
                break
            await self.press(self.chance.choice(["escape", "s"]))
        await over(self.pilot)
        assert not self.company.fake.under_way
        self.look()


def _calls(plan: Plan) -> set[str]:
    return {f"{plan.op.title()}{c.entity.type.title()}Policy {c.entity.name}" for c in plan.changes}


def _agree(company: Company) -> int:
    """Hold the journal against AWS; returns how many changes there were."""
    history = read_history(company.journal)
    assert not history.damaged
    assert not history.open(ID)
    changes = [c for batch in history.batches for c in batch.changes]
    last = {c.entry.principal: c for c in changes if c.state != "failed"}
    for arn, change in last.items():
        holds = arn.rsplit("/", 1)[-1] in company.holding
        assert change.state == "unconfirmed" or holds == (change.entry.op == "attach"), arn
    return len(changes)


@pytest.mark.timeout(120 + STEPS)
async def test_whatever_is_pressed_nothing_is_sent_without_a_yes(
    open_app: Open, company: Company, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)  # for what is exported
    steps = writes = changes = 0
    seed = SEED
    while steps < STEPS:
        chance = random.Random(seed)
        size = chance.choice([(120, 36), (80, 24)])
        async with open_app(replace(company.launch, confirm_above=CONFIRM_ABOVE), size) as pilot:
            company.fake.seen.clear()
            monkey = Monkey(pilot, company, chance)
            try:
                while len(monkey.pressed) < min(SESSION, STEPS) and not monkey.left:
                    if chance.random() < 0.05:
                        company.fake.add(chance.choice(FAULTS)())
                    if chance.random() < 0.05:
                        await monkey.burst(chance.choices(QUIET, k=6))
                    for key in () if monkey.left else monkey.next():
                        await monkey.press(key)
                if not monkey.left:
                    await monkey.calm_down()
            except BaseException:
                print(f"SEED={seed}, keys: {' '.join(monkey.pressed[-300:])}")
                raise
            writes += len(company.sent)
            if not monkey.left:
                changes += _agree(company)
        company.journal.unlink(missing_ok=True)
        steps += len(monkey.pressed)
        seed += 1
    assert writes, "nothing was ever changed, so this proves nothing"
    print(f"{steps} keys, {writes} writes, {changes} changes in the journal")
