"""Attach or detach one managed policy: announced in the journal, sent once, read back, recorded.

A change touches exactly one pair of a principal and a policy; nothing ever sets a list. An answer
that was lost on the way is never guessed: AWS is asked for the state, and that is recorded.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from dataclasses import dataclass, replace
from typing import Any, Literal

from iam.account import Account, Principal
from iam.client import Aws
from iam.errors import AwsError
from iam.journal import Entry, Journal, JournalError, Phase
from iam.principals import attached_arns
from iam.threads import in_thread

PATIENCE = 10.0
"""Seconds to wait until AWS shows a change; IAM is eventually consistent."""


@dataclass(frozen=True, slots=True)
class Change:
    """One policy, to be attached to or detached from one principal."""

    op: Literal["attach", "detach"]
    principal: Principal
    policy_arn: str

    def shown_by(self, attached: tuple[str, ...]) -> bool:
        """Whether these attached policies are what the change is to bring about."""
        return (self.policy_arn in attached) == (self.op == "attach")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a change ended."""

    change: Change
    phase: Phase
    error: AwsError | None
    principal: Principal | None
    """With the attached policies as AWS lists them now; None if they could not be read, or if the
    principal does not exist any more."""
    request_id: str | None
    unrecorded: str = ""
    """Why the journal does not say how it ended, in a sentence; empty if it does."""


def new_batch() -> str:
    """An ID for changes that belong together."""
    return uuid.uuid4().hex[:12]


def protected(principal: Principal) -> str | None:
    """Why AWS will not let anybody change this principal, in words; None if it will."""
    if principal.type != "role":
        return None
    if principal.path.startswith("/aws-service-role/"):
        service = principal.path.split("/")[2]
        return f"it is a service-linked role, which only {service} can change"
    if principal.path.startswith("/aws-reserved/") or principal.name.startswith("AWSReservedSSO_"):
        return "it belongs to IAM Identity Center: change its permission set there"
    return None


async def apply(
    aws: Aws,
    journal: Journal,
    change: Change,
    *,
    account_id: str,
    caller: str,
    account: Account,
    batch: str | None = None,
    patience: float = PATIENCE,
) -> Outcome:
    """Make one change.

    Args:
        aws: The connection.
        journal: Where it is announced and recorded.
        change: What to do.
        account_id: For the journal.
        caller: Who does it, for the journal.
        account: For the principal as it is known now.
        batch: The ID of the changes that it belongs to; None for one by itself.
        patience: Seconds to wait until AWS shows it.

    Returns:
        `done` once AWS shows it, `failed` if AWS refused it, `unconfirmed` if AWS did not show it
        in time or could not be asked: it may still come.

    Raises:
        JournalError: The intent could not be written, and nothing was sent.
    """
    entry = Entry(
        change=batch or new_batch(),
        account=account_id,
        caller=caller,
        op=change.op,
        principal=change.principal.arn,
        policy=change.policy_arn,
    )
    await in_thread(journal.intent, entry)
    outcome = await _carry_out(aws, change, account, patience)
    error = outcome.error
    told = (error.code, error.sentence) if error else None
    try:
        await in_thread(journal.answer, entry, outcome.phase, outcome.request_id, told)
    except JournalError as failure:
        return replace(outcome, unrecorded=str(failure))
    return outcome


async def _carry_out(aws: Aws, change: Change, account: Account, patience: float) -> Outcome:
    try:
        request_id = await _send(aws, change)
        error = None
    except AwsError as refused:
        request_id, error = refused.request_id, refused
    # A definite refusal needs no waiting; that something is not there does say how things stand.
    certain = error is not None and not error.lost
    if certain and error is not None and error.code != "NoSuchEntity":
        return Outcome(change, "failed", error, None, request_id)
    attached, unreadable = await _read_back(aws, change, 0 if certain else patience)
    known = account.principals.get(change.principal.arn, change.principal)
    shown = None if attached is None else known.model_copy(update={"attached": attached})
    if certain:
        return Outcome(change, "failed", error, shown, request_id)
    if attached is not None and change.shown_by(attached):
        return Outcome(change, "done", None, shown, request_id)
    if unreadable is not None and unreadable.code == "NoSuchEntity":
        return Outcome(change, "failed", unreadable, None, request_id)
    # Whether a request whose answer was lost has been carried out, IAM may show later only.
    return Outcome(change, "unconfirmed", error or unreadable or _not_shown(), shown, request_id)


async def _send(aws: Aws, change: Change) -> str | None:
    kind = change.principal.type
    method: Any = getattr(aws.iam, f"{change.op}_{kind}_policy")
    name = {f"{kind.title()}Name": change.principal.name}
    answer = await aws.call(method, **name, PolicyArn=change.policy_arn)
    request_id = answer["ResponseMetadata"].get("RequestId")
    return str(request_id) if request_id else None


async def _read_back(
    aws: Aws, change: Change, patience: float
) -> tuple[tuple[str, ...] | None, AwsError | None]:
    """Ask for the attached policies until they show the change, or time is up.

    Returns:
        The attached policies as last read, and the error if they could not be read.
    """
    deadline = time.monotonic() + patience
    pause = 0.1
    attached: tuple[str, ...] | None = None
    while True:
        try:
            attached, error = await attached_arns(aws, change.principal), None
        except AwsError as failure:
            error = failure
            if not failure.lost:
                return None, failure
        if attached is not None and change.shown_by(attached):
            return attached, None
        if time.monotonic() + pause > deadline:
            return attached, error
        await asyncio.sleep(pause)
        pause = min(pause * 2, 2.0)


def _not_shown() -> AwsError:
    return AwsError(
        "Unconfirmed",
        "AWS accepted the change but does not show it yet.",
        "Reload in a minute: IAM takes a while to agree with itself.",
    )
