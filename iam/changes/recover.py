"""After a crash: find the changes that were announced and have no answer, and ask AWS for it.

A change that AWS does not show is called failed only after the time that IAM takes to agree with
itself; until then, and where AWS could not be asked, it stays open, to be asked about again.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from iam.account.model import kind_and_name
from iam.aws.attached import PATIENCE, attached_now
from iam.aws.client import Aws
from iam.aws.confirmed import SETTLED, Confirmed
from iam.changes.apply import not_shown
from iam.changes.history import History, Recorded, age, read_history
from iam.changes.journal import Journal, Phase
from iam.errors import AwsError
from iam.runtime.threads import in_thread


@dataclass(frozen=True, slots=True)
class Recovered:
    """A change that was cut short, and how it ended."""

    change: Recorded
    phase: Phase | None
    """None if it is still open: it is too early to say, or AWS could not be asked."""
    error: AwsError | None = None


async def recover(
    aws: Aws,
    journal: Journal,
    account_id: str,
    settled: float = SETTLED,
    confirmed: Confirmed | None = None,
) -> tuple[Recovered, ...]:
    """Settle the open intents of an account.

    Args:
        aws: The connection.
        journal: With the intents.
        account_id: Whose.
        settled: Seconds after which AWS shows what it has done.
        confirmed: Takes what the journal says was confirmed a moment ago.

    Returns:
        What was found; nothing if there are no open intents, or if another copy of the app is
        making changes, whose intents are open for good reason.

    Raises:
        JournalError: The journal cannot be read or written.
        AwsError: It is the connection to another account, which knows nothing of these changes.
    """
    aws.require(account_id)
    confirmed = confirmed or Confirmed()
    history = await in_thread(read_history, journal.path)
    for done in await in_thread(_done_lately, history, account_id):
        confirmed.note(*done)
    if not history.open(account_id):
        return ()
    with journal.settling() as alone:
        if not alone:
            return ()
        # Once more: they may have been answered before the lock was ours.
        history = await in_thread(read_history, journal.path)
        asking = _Asking(aws, confirmed, settled, time.monotonic() + PATIENCE)
        return tuple([await _settle(asking, journal, c) for c in history.open(account_id)])


def _done_lately(history: History, account_id: str) -> list[tuple[str, str, bool, float]]:
    """What an earlier run of the app, too, saw confirmed a moment ago, as `Confirmed` notes it."""
    return [
        (change.entry.principal, change.entry.policy, change.entry.op == "attach", seconds)
        for batch in history.of(account_id)
        for change in batch.changes
        if change.state == "done" and (seconds := age(change)) < SETTLED
    ]


@dataclass(frozen=True, slots=True)
class _Asking:
    """How AWS is asked about changes that were cut short."""

    aws: Aws
    confirmed: Confirmed
    settled: float
    deadline: float
    """Until when reads are repeated that contradict what was confirmed, by `time.monotonic`."""


async def _settle(asking: _Asking, journal: Journal, change: Recorded) -> Recovered:
    entry = change.entry
    phase, error = await _asked(asking, change)
    if phase is not None:
        told = (error.code, error.sentence) if error else None
        await in_thread(journal.answer, entry, phase, None, told)
        if phase == "done":
            asking.confirmed.note(entry.principal, entry.policy, entry.op == "attach")
    return Recovered(change, phase, error)


async def _asked(asking: _Asking, change: Recorded) -> tuple[Phase | None, AwsError | None]:
    """How a change ended, by what AWS says now."""
    entry = change.entry
    try:
        kind, name = kind_and_name(entry.principal)
        # A read that shows the state before a confirmed change looks as if this one, which was to
        # reverse it, had been made.
        confirmed = asking.confirmed.of(entry.principal)
        attached = await attached_now(asking.aws, kind, name, confirmed, asking.deadline)
    except ValueError as failure:
        return "unconfirmed", AwsError("Malformed", f"The journal names {failure}.", "")
    except AwsError as error:
        if error.code == "NoSuchEntity":
            return "failed", error
        return ("unconfirmed" if error.denied else None), error
    if (entry.policy in attached) == (entry.op == "attach"):
        return "done", None
    if age(change) < asking.settled:  # also where the clock has been set back since
        return None, not_shown()
    return "failed", _cut_short()


def _cut_short() -> AwsError:
    return AwsError(
        "CutShort",
        "The app ended before AWS answered, and AWS does not show the change.",
        "Make it again if it is still wanted.",
    )
