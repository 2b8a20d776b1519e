"""Attach or detach one managed policy: announced in the journal, sent once, read back, recorded.

A change touches exactly one pair of a holder (user, role or group) and a policy; nothing ever sets
a list. What AWS has already as wanted is not sent, so that an undo cannot take away what somebody
else gave. An answer that was lost on the way is never guessed: AWS is asked for the state, and that
is recorded.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachUserPolicy.html
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from iam.arn import Arn
from iam.aws.attached import attached_now, sleep
from iam.aws.client import Aws
from iam.aws.confirmed import Confirmed, contradicted
from iam.changes.journal import Entry, Journal, JournalError
from iam.changes.plan import Change
from iam.errors import AwsError
from iam.runtime.threads import in_thread

Ending = Literal["done", "failed", "unconfirmed", "unneeded"]
"""`unneeded`: AWS had it as wanted before, and nothing was sent."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds."""

    shown: float = 10.0
    """Until AWS shows a change; IAM is eventually consistent."""
    again: float = 60.0
    """While AWS asks to come again later: it limits the rate, or somebody else is at it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a change ended."""

    change: Change
    ending: Ending
    error: AwsError | None = None
    attached: tuple[str, ...] | None = None
    """The policies that AWS lists now; None if that could not be read, or if the holder does not
    exist any more."""
    request_id: str | None = None
    sent: bool = True
    """Whether anything was sent that could change something."""
    unrecorded: str = ""
    """Why the journal does not say how it ended, in a sentence; empty if it does."""


def new_batch() -> str:
    """An ID for changes that belong together."""
    return uuid.uuid4().hex[:12]


async def apply(
    aws: Aws,
    journal: Journal,
    change: Change,
    *,
    account_id: str,
    caller: str,
    batch: str,
    patience: Patience | None = None,
    hurry: asyncio.Event | None = None,
    confirmed: Confirmed | None = None,
) -> Outcome:
    """Make one change.

    Args:
        aws: The connection.
        journal: Where it is announced and recorded.
        change: What to do.
        account_id: For the journal.
        caller: Who does it, for the journal.
        batch: The ID of the changes that it belongs to.
        patience: How long to wait.
        hurry: Once set, nothing is waited for any more.
        confirmed: What AWS confirmed a moment ago; it takes this change, too.

    Returns:
        `done` once AWS shows it, `failed` if AWS refused it, `unconfirmed` if AWS did not show it
        in time or could not be asked: it may still come. `unneeded` if there was nothing to do.

    Raises:
        JournalError: The intent could not be written, and nothing was sent.
    """
    patience, hurry = patience or Patience(), hurry or asyncio.Event()
    try:
        for account in {account_id, Arn.parse(change.entity.arn).account}:
            aws.require(account)
    except AwsError as wrong:
        return Outcome(change, "failed", wrong, sent=False)
    confirmed = confirmed or Confirmed()
    arn, policy = change.entity.arn, change.policy_arn
    known = confirmed.of(arn)
    before, unreadable = await _read(aws, change, known, patience.shown, hurry)
    doubtful = hurry.is_set() and before is not None and contradicted(known, before)
    if before is not None and change.shown_by(before) and not doubtful:
        confirmed.believe(arn, before)
        return Outcome(change, "unneeded", attached=before, sent=False)
    if unreadable is not None and not unreadable.denied:
        return Outcome(change, "failed", unreadable, sent=False)
    if hurry.is_set():
        stopped = AwsError("Stopped", "It was stopped before it was sent.", "")
        return Outcome(change, "failed", stopped, sent=False)
    entry = Entry(
        change=batch,
        account=account_id,
        caller=caller,
        op=change.op,
        principal=arn,
        policy=policy,
    )
    await in_thread(journal.intent, entry)
    outcome = await _carry_out(aws, change, patience, hurry)
    if outcome.ending == "done":
        confirmed.note(arn, policy, change.op == "attach")
    else:
        confirmed.forget(arn, policy)
    error = outcome.error
    told = (error.code, error.sentence) if error else None
    assert outcome.ending != "unneeded"
    try:
        await in_thread(journal.answer, entry, outcome.ending, outcome.request_id, told)
    except JournalError as failure:
        return replace(outcome, unrecorded=str(failure))
    return outcome


async def _carry_out(aws: Aws, change: Change, patience: Patience, hurry: asyncio.Event) -> Outcome:
    try:
        request_id = await _send(aws, change, patience.again, hurry)
        error = None
    except AwsError as refused:
        request_id, error = refused.request_id, refused
    # A definite refusal needs no waiting; that something is not there does say how things stand.
    certain = error is not None and not error.lost
    if certain and error is not None and error.code != "NoSuchEntity":
        sent = error.code not in ("ReadOnly", "WrongAccount")
        return Outcome(change, "failed", error, None, request_id, sent=sent)
    wait = 0.0 if certain else patience.shown
    attached, unreadable = await _read_back(aws, change, wait, hurry)
    if certain:
        return Outcome(change, "failed", error, attached, request_id)
    if attached is not None and change.shown_by(attached):
        return Outcome(change, "done", None, attached, request_id)
    if unreadable is not None and unreadable.code == "NoSuchEntity":
        return Outcome(change, "failed", unreadable, None, request_id)
    # Whether a request whose answer was lost has been carried out, IAM may show later only.
    return Outcome(change, "unconfirmed", error or unreadable or not_shown(), attached, request_id)


async def _send(aws: Aws, change: Change, patience: float, hurry: asyncio.Event) -> str | None:
    """Send it, and again while AWS says to come later; returns AWS's ID of the request."""
    kind = change.entity.type
    method: Any = getattr(aws.iam, f"{change.op}_{kind}_policy")
    name = {f"{kind.title()}Name": change.entity.name}
    deadline = time.monotonic() + patience
    pause = 0.5
    lost = False
    while True:
        try:
            answer = await aws.call(method, **name, PolicyArn=change.policy_arn)
        except AwsError as error:
            # An earlier try whose answer was lost may have done it, whatever is said now.
            lost = error.lost = lost or error.lost
            if not error.passing or hurry.is_set() or time.monotonic() + pause > deadline:
                raise
        else:
            request_id = answer["ResponseMetadata"].get("RequestId")
            return str(request_id) if request_id else None
        await sleep(pause, hurry)
        pause = min(pause * 2, 8.0)


async def _read(
    aws: Aws,
    change: Change,
    known: Mapping[str, bool],
    patience: float,
    hurry: asyncio.Event,
) -> tuple[tuple[str, ...] | None, AwsError | None]:
    """The attached policies, or the error if they could not be read.

    They are read again while they contradict what is known, until time is up.
    """
    entity, deadline = change.entity, time.monotonic() + patience
    try:
        return await attached_now(aws, entity.type, entity.name, known, deadline, hurry), None
    except AwsError as error:
        return None, error


async def _read_back(
    aws: Aws, change: Change, patience: float, hurry: asyncio.Event
) -> tuple[tuple[str, ...] | None, AwsError | None]:
    """Ask for the attached policies until they show the change, or time is up.

    Returns:
        The attached policies as last read, and the error if they could not be read.
    """
    deadline = time.monotonic() + patience
    pause = 0.1
    attached: tuple[str, ...] | None = None
    while True:
        found, error = await _read(aws, change, {}, 0, hurry)
        attached = attached if found is None else found
        if error is not None and not error.lost:
            return None, error
        if attached is not None and change.shown_by(attached):
            return attached, None
        if hurry.is_set() or time.monotonic() + pause > deadline:
            return attached, error
        await sleep(pause, hurry)
        pause = min(pause * 2, 2.0)


def not_shown() -> AwsError:
    """AWS took a change and does not show it."""
    return AwsError(
        "Unconfirmed",
        "AWS accepted the change but does not show it yet.",
        "Reload in a minute: IAM takes a while to agree with itself.",
    )
