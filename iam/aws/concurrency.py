"""Run calls side by side; the first error ends all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, TypeVar

from iam.aws.client import IN_FLIGHT
from iam.errors import AwsError

_T = TypeVar("_T")


async def together(jobs: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Run jobs side by side.

    Raises:
        AwsError: The first one raised by a job, not in an exception group; the other jobs are
            cancelled.
    """
    try:
        async with asyncio.TaskGroup() as group:
            for job in jobs:
                group.create_task(job)
    except* AwsError as errors:
        first: BaseException = errors
        while isinstance(first, BaseExceptionGroup):
            first = first.exceptions[0]
        raise first from None


async def for_each(items: Iterable[_T], work: Callable[[_T], Coroutine[Any, Any, None]]) -> None:
    """Do the work for every item, for as many items at a time as calls may be in flight.

    Raises:
        AwsError: As `together`.
    """
    waiting = iter(items)

    async def worker() -> None:
        for item in waiting:
            await work(item)

    await together(worker() for _ in range(IN_FLIGHT))
