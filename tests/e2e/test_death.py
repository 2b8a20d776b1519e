"""Signals and death in the middle of a batch: what was sent is accounted for, here or at the next
start."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event

import pytest

from iam.aws.confirmed import SETTLED
from iam.changes.batch import AT_ONCE
from iam.changes.history import read_history
from tests.build import ID
from tests.company import ARN, POLICY, USERS, Company
from tests.e2e.terminal import CREDENTIALS, Terminal, restored

Open = Callable[..., Terminal]


@pytest.fixture
def open_app(start: Callable[..., Terminal], company: Company) -> Open:
    """Start the program on the small account."""

    def opened() -> Terminal:
        options = ["--endpoint-url", company.fake.url, "--policy", POLICY]
        options += ["--journal", str(company.journal), "--confirm-above", "99"]
        terminal = start(*options, **CREDENTIALS)
        terminal.sees(ID, "user-00", "? 0 unknown")
        return terminal

    return opened


def begin_batch(terminal: Terminal, company: Company) -> Event:
    """Begin to attach to 14 users; returns the gate at which the answers are held."""
    terminal.type("/user-\r")
    terminal.until(lambda text: "team-a" not in text)
    terminal.type("*a")
    terminal.sees("Attach a policy", "14 users")
    terminal.until(lambda text: "checking" not in text)
    gate = company.fake.hold("AttachUserPolicy")
    terminal.type("y")
    terminal.until(lambda _: len(company.sent) == AT_ONCE)
    return gate


def states(company: Company) -> dict[str, str]:
    """How the journal says that each change ended, by name."""
    history = read_history(company.journal)
    assert not history.damaged
    return {
        c.entry.principal.rsplit("/", 1)[-1]: c.state for b in history.batches for c in b.changes
    }


def backdate(company: Company) -> None:
    """Make the journal one of an hour ago: by now AWS shows what it has done."""
    text = company.journal.read_text()
    for change in (c for b in read_history(company.journal).batches for c in b.changes):
        at = datetime.fromisoformat(change.at) - timedelta(hours=1, seconds=SETTLED)
        text = text.replace(change.at, at.isoformat(timespec="milliseconds")[:-6] + "Z")
    company.journal.write_text(text)


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT])
def test_after_a_signal_no_more_is_sent_and_what_is_under_way_is_recorded(
    open_app: Open, company: Company, number: signal.Signals
) -> None:
    terminal = open_app()
    gate = begin_batch(terminal, company)
    terminal.child.kill(number)
    terminal.sees("Stopping: waiting for 4 changes in progress")
    gate.set()
    assert terminal.ended() == 128 + number
    assert restored(terminal)
    assert len(company.sent) == AT_ONCE
    assert Counter(states(company).values()) == {"done": AT_ONCE}
    assert states(company).keys() == company.holding


def test_after_a_signal_it_does_not_wait_for_ever(open_app: Open, company: Company) -> None:
    terminal = open_app()
    gate = begin_batch(terminal, company)
    terminal.child.kill(signal.SIGTERM)
    assert terminal.ended() == 128 + signal.SIGTERM
    assert restored(terminal)
    assert Counter(states(company).values()) == {"open": AT_ONCE}
    gate.set()
    company.fake.wait_until_idle()
    assert len(company.sent) == AT_ONCE
    backdate(company)
    terminal = open_app()
    terminal.sees("Interrupted changes", "4 changes had no answer", "4 in effect")
    terminal.type("q")
    assert terminal.ended() == 0
    assert states(company).keys() == company.holding


def test_after_a_kill_the_next_start_tells_what_was_cut_short(
    open_app: Open, company: Company
) -> None:
    terminal = open_app()
    gate = begin_batch(terminal, company)
    terminal.child.kill(signal.SIGKILL)
    assert terminal.ended() == -signal.SIGKILL
    gate.set()
    company.fake.wait_until_idle()
    company.detach("user-00")  # as if it had never arrived
    assert Counter(states(company).values()) == {"open": AT_ONCE}
    backdate(company)
    terminal = open_app()
    terminal.sees("Interrupted changes", "4 changes had no answer", "3 in effect", "1 not made")
    terminal.type("q")
    assert terminal.ended() == 0
    found = states(company)
    assert found.pop("user-00") == "failed"
    assert Counter(found.values()) == {"done": AT_ONCE - 1}
    assert found.keys() == company.holding


def test_two_copies_of_the_app_share_a_journal(open_app: Open, company: Company) -> None:
    first = open_app()
    gate = begin_batch(first, company)
    second = open_app()
    second.type("/worker\r")
    second.until(lambda text: "worker" in text and "user-00" not in text)
    second.type("a")
    second.sees("Attach a policy")
    second.until(lambda text: "checking" not in text)
    second.type("y")
    second.sees("attached to worker")
    # What the first has under way is not taken for cut short.
    assert Counter(states(company).values()) == {"open": AT_ONCE, "done": 1}
    gate.set()
    first.sees("attached to 14 principals")
    for terminal in (first, second):
        terminal.type("q")
        assert terminal.ended() == 0
    assert set(states(company).values()) == {"done"}
    assert states(company).keys() == {*USERS, "worker"} == company.holding
    assert len(company.sent) == len(USERS) + 1
    assert ARN in company.journal.read_text()
