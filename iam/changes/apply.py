"""Make one change: announce it, send it, read it back, record the outcome.

A change concerns exactly one entity (user, role or group) and one policy, or one API key; nothing
ever replaces the list of an entity's policies. A change that AWS already shows is not sent, so that
an undo cannot remove what somebody else attached. If an answer was lost, the outcome is never
guessed: what AWS shows now is read and recorded.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachUserPolicy.html
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

from iam.arn import Arn
from iam.aws.attached import read_until, sleep
from iam.aws.client import Aws
from iam.aws.confirmed import Confirmed, contradicted
from iam.changes.journal import Journal, JournalEntry, JournalError
from iam.changes.key_plan import AnyChange, KeyChange
from iam.changes.refusal import UNEXPLAINED, Explanation
from iam.changes.state import read_state
from iam.errors import AwsError
from iam.runtime.threads import in_thread

Ending = Literal["done", "failed", "unconfirmed", "unneeded"]
"""`unneeded`: AWS showed the change already, and nothing was sent."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait, in seconds."""

    shown: float = 10.0
    """Until AWS shows a change; IAM is eventually consistent."""
    retried: float = 60.0
    """While AWS asks to retry: it throttles requests, or another change is in progress."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a change ended."""

    change: AnyChange
    ending: Ending
    error: AwsError | None = None
    state: tuple[str, ...] | None = None
    """What AWS shows now: the attached policies, or what is true of the key; None if that could not
    be read, or if the entity no longer exists."""
    request_id: str | None = None
    sent: bool = True
    """Whether a request that could change something was sent."""
    unrecorded: str = ""
    """Why the outcome is not in the journal, in a sentence; empty if it is."""
    refusal: Explanation = UNEXPLAINED
    """Which policy refused it, where AWS denied it for lack of permission."""


async def apply(
    aws: Aws,
    journal: Journal,
    change: AnyChange,
    *,
    account_id: str,
    caller: str,
    batch: str,
    undoes: str = "",
    timeouts: Timeouts | None = None,
    hurry: asyncio.Event | None = None,
    confirmed: Confirmed | None = None,
) -> Outcome:
    """Make one change.

    Args:
        aws: The connection.
        journal: Where the change is announced and recorded.
        change: The change.
        account_id: The account that it is meant for.
        caller: The ARN of the caller, for the journal.
        batch: The ID of its batch.
        undoes: The ID of the batch that this one reverses; empty if it reverses none.
        timeouts: How long to wait.
        hurry: Once set, nothing is waited for.
        confirmed: The recently confirmed changes; this one is added.

    Returns:
        `done` if AWS shows the change; `failed` if AWS refused it; `unconfirmed` if AWS did not
        show it in time or could not be asked, so that it may still take effect; `unneeded` if there
        was nothing to do.

    Raises:
        JournalError: The intent could not be recorded, and nothing was sent.
    """
    timeouts, hurry = timeouts or Timeouts(), hurry or asyncio.Event()
    try:
        # The last check before a write: the connection, the account and the entity belong together.
        for account in {account_id, Arn.parse(change.entity.arn).account}:
            aws.require(account)
    except AwsError as wrong_account:
        return Outcome(change, "failed", wrong_account, sent=False)
    confirmed = confirmed or Confirmed()
    entry = JournalEntry(
        change=batch,
        account=account_id,
        caller=caller,
        op=change.op,
        principal=change.entity.arn,
        policy=change.policy_arn,
        undoes=undoes,
        credential=change.credential,
    )
    sign = entry.sign
    recent, deadline = confirmed.of(sign.subject), time.monotonic() + timeouts.shown
    try:
        before = await read_until(
            partial(read_state, aws, entry),
            lambda state: not contradicted(recent, state),
            deadline,
            hurry,
        )
    except AwsError as error:
        # Who may write and not read can still make the change.
        if not error.denied:
            return Outcome(change, "failed", error, sent=False)
    else:
        stale = hurry.is_set() and contradicted(recent, before)
        if sign.shown_by(before) and not stale:
            confirmed.believe(sign.subject, before)
            return Outcome(change, "unneeded", state=before, sent=False)
    if hurry.is_set():
        stopped = AwsError("Stopped", "The batch was stopped before this change was sent.", "")
        return Outcome(change, "failed", stopped, sent=False)
    await in_thread(journal.intent, entry)
    outcome = await _send_and_read_back(aws, change, entry, timeouts, hurry)
    if outcome.ending == "done":
        confirmed.note(*sign)
    else:
        confirmed.forget(sign.subject, sign.name)
    assert outcome.ending != "unneeded"
    try:
        await in_thread(journal.answer, entry, outcome.ending, outcome.request_id, outcome.error)
    except JournalError as failure:
        return replace(outcome, unrecorded=str(failure))
    return outcome


async def _send_and_read_back(
    aws: Aws, change: AnyChange, entry: JournalEntry, timeouts: Timeouts, hurry: asyncio.Event
) -> Outcome:
    try:
        request_id = await _send(aws, change, timeouts.retried, hurry)
        error = None
    except AwsError as failure:
        request_id, error = failure.request_id, failure
    # A refusal is final. `NoSuchEntity` may mean that the policy is already detached: read.
    refused = error is not None and not error.lost
    if refused and error is not None and error.code != "NoSuchEntity":
        sent = error.code not in ("ReadOnly", "WrongAccount")
        return Outcome(change, "failed", error, None, request_id, sent=sent)
    state, unreadable = await _read_back(aws, entry, 0.0 if refused else timeouts.shown, hurry)
    if refused:
        return Outcome(change, "failed", error, state, request_id)
    if state is not None and entry.sign.shown_by(state):
        return Outcome(change, "done", None, state, request_id)
    if unreadable is not None and unreadable.code == "NoSuchEntity":
        return Outcome(change, "failed", unreadable, None, request_id)
    # AWS may have carried out the change and show it only later.
    return Outcome(change, "unconfirmed", error or unreadable or not_shown(), state, request_id)


async def _send(aws: Aws, change: AnyChange, seconds: float, hurry: asyncio.Event) -> str | None:
    """Send the change, and again while AWS asks to retry.

    Returns:
        AWS's ID of the request.
    """
    method, parameters = _call(aws, change)
    deadline = time.monotonic() + seconds
    pause = 0.5
    lost = False
    while True:
        try:
            answer = await aws.call(method, **parameters)
        except AwsError as error:
            # An earlier attempt whose answer was lost may have succeeded, whatever this one says.
            lost = error.lost = lost or error.lost
            if not error.passing or hurry.is_set() or time.monotonic() + pause > deadline:
                raise
        else:
            request_id = answer["ResponseMetadata"].get("RequestId")
            return str(request_id) if request_id else None
        await sleep(pause, hurry)
        pause = min(pause * 2, 8.0)


def _call(aws: Aws, change: AnyChange) -> tuple[Any, dict[str, str]]:
    """The method that makes a change, and its parameters."""
    if isinstance(change, KeyChange):
        which = {"UserName": change.entity.name, "ServiceSpecificCredentialId": change.credential}
        if change.status is None:
            return aws.iam.delete_service_specific_credential, which
        return aws.iam.update_service_specific_credential, {**which, "Status": change.status}
    kind = change.entity.type
    method = getattr(aws.iam, f"{change.op}_{kind}_policy")
    return method, {f"{kind.title()}Name": change.entity.name, "PolicyArn": change.policy_arn}


async def _read_back(
    aws: Aws, entry: JournalEntry, seconds: float, hurry: asyncio.Event
) -> tuple[tuple[str, ...] | None, AwsError | None]:
    """Read what the change concerns until it shows the change or the time is up.

    Returns:
        What was read last, and the error if it could not be read.
    """
    deadline = time.monotonic() + seconds
    read = partial(read_state, aws, entry)
    try:
        return await read_until(read, entry.sign.shown_by, deadline, hurry, retry_lost=True), None
    except AwsError as error:
        return None, error


def not_shown() -> AwsError:
    """The error of a change that AWS accepted and does not show."""
    return AwsError(
        "Unconfirmed",
        "AWS accepted the change but does not show it yet.",
        "Reload in a minute: IAM is eventually consistent.",
    )
