"""After a crash: find the changes that have no answer in the journal, and ask AWS how they ended.

IAM is eventually consistent, so a change that AWS does not show counts as failed only after some
time. Until then, and if AWS cannot be asked, it stays open and is asked about again.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial

from iam.aws.attached import PATIENCE, read_until
from iam.aws.client import Aws
from iam.aws.confirmed import SETTLED, Confirmed, contradicted
from iam.changes.apply import not_shown
from iam.changes.history import History, RecordedChange, read_history, seconds_since
from iam.changes.journal import Journal, Phase, Sign
from iam.changes.state import read_state
from iam.errors import AwsError
from iam.runtime.threads import in_thread


@dataclass(frozen=True, slots=True)
class RecoveredChange:
    """An interrupted change, and how it ended."""

    change: RecordedChange
    phase: Phase | None
    """None if it is still open: it is too early to tell, or AWS could not be asked."""
    error: AwsError | None = None


async def recover(
    aws: Aws,
    journal: Journal,
    account_id: str,
    settled: float = SETTLED,
    confirmed: Confirmed | None = None,
) -> tuple[RecoveredChange, ...]:
    """Resolve the open intents of an account.

    Args:
        aws: The connection.
        journal: The journal.
        account_id: The account.
        settled: The seconds after which AWS shows every change that it has made.
        confirmed: Receives the changes that the journal has as recently confirmed.

    Returns:
        The interrupted changes; none if another copy of the app is making changes, because its
        intents are open rightly.

    Raises:
        JournalError: The journal cannot be read or written.
        AwsError: The connection belongs to another account.
    """
    aws.require(account_id)
    confirmed = confirmed or Confirmed()
    history = await in_thread(read_history, journal.path)
    for change in await in_thread(_recently_confirmed, history, account_id):
        confirmed.note(*change[0], seconds_ago=change[1])
    if not history.open(account_id):
        return ()
    with journal.settling() as locked:
        if not locked:
            return ()
        # Read again: they may have been answered before the lock was taken.
        history = await in_thread(read_history, journal.path)
        query = _Query(aws, confirmed, settled, time.monotonic() + PATIENCE)
        return tuple([await _resolve(query, journal, c) for c in history.open(account_id)])


def _recently_confirmed(history: History, account_id: str) -> list[tuple[Sign, float]]:
    """The recent changes that any run of the app saw confirmed, and how many seconds ago."""
    return [
        (change.entry.sign, seconds)
        for batch in history.of(account_id)
        for change in batch.changes
        if change.state == "done" and (seconds := seconds_since(change)) < SETTLED
    ]


@dataclass(frozen=True, slots=True)
class _Query:
    """What is needed to ask AWS about interrupted changes."""

    aws: Aws
    confirmed: Confirmed
    settled: float
    deadline: float
    """The `time.monotonic` time after which any read is accepted, whatever it contradicts."""


async def _resolve(query: _Query, journal: Journal, change: RecordedChange) -> RecoveredChange:
    entry = change.entry
    phase, error = await _outcome(query, change)
    if phase is not None:
        await in_thread(journal.answer, entry, phase, None, error)
        if phase == "done":
            query.confirmed.note(*entry.sign)
    return RecoveredChange(change, phase, error)


async def _outcome(query: _Query, change: RecordedChange) -> tuple[Phase | None, AwsError | None]:
    """How a change ended, as far as AWS shows it now."""
    entry = change.entry
    try:
        # If this change was to reverse a confirmed one, a stale read of the state before both looks
        # as if this one had been made.
        confirmed = query.confirmed.of(entry.subject)
        state = await read_until(
            partial(read_state, query.aws, entry),
            lambda found: not contradicted(confirmed, found),
            query.deadline,
        )
    except ValueError as failure:
        return "unconfirmed", AwsError("Malformed", f"The journal names {failure}.", "")
    except AwsError as error:
        if error.code == "NoSuchEntity":
            return "failed", error
        return ("unconfirmed" if error.denied else None), error
    if entry.sign.shown_by(state):
        return "done", None
    if seconds_since(change) < query.settled:  # also if the clock has been set back since
        return None, not_shown()
    return "failed", _interrupted()


def _interrupted() -> AwsError:
    return AwsError(
        "CutShort",
        "The app ended before AWS answered, and AWS does not show the change.",
        "Repeat it if it is still needed.",
    )
