"""After a crash: find the changes that were announced and have no answer, and ask AWS for it.

A change that AWS does not show is called failed only after the time that IAM takes to agree with
itself; until then, and where AWS could not be asked, it stays open, to be asked about again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from iam.account import named
from iam.change import not_shown
from iam.client import Aws
from iam.errors import AwsError
from iam.history import Recorded, read_history
from iam.journal import Journal, Phase
from iam.principals import attached_arns
from iam.threads import in_thread

SETTLED = 60.0
"""Seconds after which AWS shows what a call has done, if it has done anything."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """A change that was cut short, and how it ended."""

    change: Recorded
    phase: Phase | None
    """None if it is still open: it is too early to say, or AWS could not be asked."""
    error: AwsError | None = None


async def recover(
    aws: Aws, journal: Journal, account_id: str, settled: float = SETTLED
) -> tuple[Recovered, ...]:
    """Settle the open intents of an account.

    Args:
        aws: The connection.
        journal: With the intents.
        account_id: Whose.
        settled: Seconds after which AWS shows what it has done.

    Returns:
        What was found; nothing if there are no open intents, or if another copy of the app is
        making changes, whose intents are open for good reason.

    Raises:
        JournalError: The journal cannot be read or written.
        AwsError: It is the connection to another account, which knows nothing of these changes.
    """
    aws.require(account_id)
    history = await in_thread(read_history, journal.path)
    if not history.open(account_id):
        return ()
    with journal.settling() as alone:
        if not alone:
            return ()
        # Once more: they may have been answered before the lock was ours.
        history = await in_thread(read_history, journal.path)
        return tuple([await _settle(aws, journal, c, settled) for c in history.open(account_id)])


async def _settle(aws: Aws, journal: Journal, change: Recorded, settled: float) -> Recovered:
    phase, error = await _asked(aws, change, settled)
    if phase is not None:
        told = (error.code, error.sentence) if error else None
        await in_thread(journal.answer, change.entry, phase, None, told)
    return Recovered(change, phase, error)


async def _asked(
    aws: Aws, change: Recorded, settled: float
) -> tuple[Phase | None, AwsError | None]:
    """How a change ended, by what AWS says now."""
    entry = change.entry
    try:
        kind, name = named(entry.principal)
        attached = await attached_arns(aws, kind, name)
    except ValueError as failure:
        return "unconfirmed", AwsError("Malformed", f"The journal names {failure}.", "")
    except AwsError as error:
        if error.code == "NoSuchEntity":
            return "failed", error
        return ("unconfirmed" if error.denied else None), error
    if (entry.policy in attached) == (entry.op == "attach"):
        return "done", None
    if _age(change) < timedelta(seconds=settled):
        return None, not_shown()
    return "failed", _cut_short()


def _age(change: Recorded) -> timedelta:
    try:
        return abs(datetime.now(UTC) - datetime.fromisoformat(change.at))
    except (ValueError, TypeError):
        return timedelta.max


def _cut_short() -> AwsError:
    return AwsError(
        "CutShort",
        "The app ended before AWS answered, and AWS does not show the change.",
        "Make it again if it is still wanted.",
    )
