"""Read what is attached to one user, role or group now, and again where the answer may be stale."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Literal

from iam.aws.answers import required
from iam.aws.client import Aws
from iam.aws.confirmed import contradicted
from iam.aws.paging import listed

PATIENCE = 10.0
"""Seconds for which a read that contradicts a confirmed change is repeated."""

_Kind = Literal["user", "role", "group"]


async def attached_arns(aws: Aws, kind: _Kind, name: str) -> tuple[str, ...]:
    """The ARNs of the managed policies that are attached to a user, role or group now.

    Raises:
        AwsError: They could not be read; `NoSuchEntity` if it does not exist.
    """
    found, missing = await listed(
        aws, f"list_attached_{kind}_policies", "AttachedPolicies", **{f"{kind.title()}Name": name}
    )
    if missing is not None:
        raise missing
    return tuple(required(item, "PolicyArn") for item in found)


async def attached_now(
    aws: Aws,
    kind: _Kind,
    name: str,
    confirmed: Mapping[str, bool],
    deadline: float,
    hurry: asyncio.Event | None = None,
) -> tuple[str, ...]:
    """Read what is attached, again while it contradicts what was confirmed.

    Args:
        aws: The connection.
        kind: Of the holder.
        name: Of the holder.
        confirmed: What AWS confirmed of the holder lately.
        deadline: The time of `time.monotonic` after which a contradiction is believed.
        hurry: Once set, nothing is waited for any more.

    Returns:
        The ARNs of the attached policies.

    Raises:
        AwsError: They could not be read; `NoSuchEntity` if the holder does not exist.
    """
    hurry = hurry or asyncio.Event()
    pause = 0.1
    while True:
        attached = await attached_arns(aws, kind, name)
        if not contradicted(confirmed, attached):
            return attached
        if hurry.is_set() or time.monotonic() + pause > deadline:
            return attached
        await sleep(pause, hurry)
        pause = min(pause * 2, 2.0)


async def sleep(seconds: float, hurry: asyncio.Event) -> None:
    """Sleep, unless or until there is a hurry."""
    with suppress(TimeoutError):
        await asyncio.wait_for(hurry.wait(), seconds)
