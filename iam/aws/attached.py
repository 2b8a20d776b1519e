"""Read what a change concerns, such as attached policies, again if it may be stale."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Literal

from iam.aws.answers import required
from iam.aws.client import Aws
from iam.aws.confirmed import contradicted
from iam.aws.paging import listed
from iam.errors import AwsError

PATIENCE = 10.0
"""Seconds for which a read that contradicts a confirmed change is repeated."""

_Kind = Literal["user", "role", "group"]


async def attached_arns(aws: Aws, kind: _Kind, name: str) -> tuple[str, ...]:
    """Read the ARNs of the managed policies attached to a user, role or group.

    Raises:
        AwsError: They could not be read; `NoSuchEntity` if it does not exist.
    """
    policies, missing = await listed(
        aws, f"list_attached_{kind}_policies", "AttachedPolicies", **{f"{kind.title()}Name": name}
    )
    if missing is not None:
        raise missing
    return tuple(required(policy, "PolicyArn") for policy in policies)


async def attached_now(
    aws: Aws,
    kind: _Kind,
    name: str,
    confirmed: Mapping[str, bool],
    deadline: float,
    hurry: asyncio.Event | None = None,
) -> tuple[str, ...]:
    """Read what is attached, and again while it contradicts a confirmed change.

    Args:
        aws: The connection.
        kind: Of the entity.
        name: Of the entity.
        confirmed: The recently confirmed changes of the entity, as `Confirmed.of` returns them.
        deadline: The `time.monotonic` time after which a contradicting read is accepted.
        hurry: Once set, reads are no longer repeated.

    Returns:
        The ARNs of the attached policies.

    Raises:
        AwsError: They could not be read; `NoSuchEntity` if the entity does not exist.
    """
    read = partial(attached_arns, aws, kind, name)
    return await read_until(
        read, lambda attached: not contradicted(confirmed, attached), deadline, hurry
    )


async def read_until(
    read: Callable[[], Awaitable[tuple[str, ...]]],
    expected: Callable[[tuple[str, ...]], bool],
    deadline: float,
    hurry: asyncio.Event | None = None,
    *,
    retry_lost: bool = False,
) -> tuple[str, ...]:
    """Read something, and again until it is as expected or the time is up.

    Args:
        read: Reads it, such as the ARNs of attached policies.
        expected: Whether a read shows what is waited for.
        deadline: The `time.monotonic` time after which whatever is read is accepted.
        hurry: Once set, reads are no longer repeated.
        retry_lost: Whether to read again when an answer was lost, too.

    Returns:
        What was read last.

    Raises:
        AwsError: It could not be read; `NoSuchEntity` if the entity does not exist.
    """
    hurry = hurry or asyncio.Event()
    found: tuple[str, ...] | None = None
    pause = 0.1
    while True:
        failure: AwsError | None = None
        try:
            found = await read()
        except AwsError as error:
            if not (retry_lost and error.lost):
                raise
            failure = error
        if found is not None and expected(found):
            return found
        if hurry.is_set() or time.monotonic() + pause > deadline:
            if found is None and failure is not None:
                raise failure
            return found or ()
        await sleep(pause, hurry)
        pause = min(pause * 2, 2.0)


async def sleep(seconds: float, hurry: asyncio.Event) -> None:
    """Sleep until the time is up or `hurry` is set."""
    with suppress(TimeoutError):
        await asyncio.wait_for(hurry.wait(), seconds)
