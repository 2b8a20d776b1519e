"""A limit on work: what a question about patterns costs is counted, and remembered with its answer.

Steps are counted, never seconds, and an answer from memory costs what it cost to find. So the same
questions run into the same limits, whatever was asked before and on whatever machine.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

_Answer = TypeVar("_Answer")

A_PATTERN = 20_000
"""The most steps for one pattern and one type of resource."""
A_WALK = 4_000
"""The most steps for patterns together and one type of resource."""
A_DOCUMENT = 60_000
"""The most steps for all patterns of a document and all types of resources."""
A_PRINCIPAL = 60_000
"""The most steps for the documents of a principal together, counted in the same way."""
A_WILDCARD = 100
"""The steps that a wildcard counts for in documents too simple to be measured."""
A_QUESTION = 100_000
"""The most steps for a verdict on requests about the same resources."""


class TooComplex(Exception):
    """It takes more steps to compare these patterns than there are to spend."""


class Meter:
    """How many steps may still be spent."""

    __slots__ = ("left",)

    def __init__(self, left: float) -> None:
        self.left = left

    def take(self, steps: int) -> None:
        """Spend some steps.

        Raises:
            TooComplex: There are not so many left.
        """
        self.left -= steps
        if self.left < 0:
            raise TooComplex


_GIVEN_UP: Any = object()


def metered(limit: int, size: int) -> Callable[[Callable[..., _Answer]], Callable[..., _Answer]]:
    """Limit what one call of a function may cost, and remember its answers.

    The function takes a meter as its last argument. What it raises TooComplex for is remembered as
    well, and costs the whole limit.

    Args:
        limit: The most steps that a call may take, whatever the caller has left.
        size: How many answers are remembered; then it begins anew.
    """

    def decorated(fn: Callable[..., _Answer]) -> Callable[..., _Answer]:
        table: dict[tuple[Any, ...], tuple[_Answer, float]] = {}

        @wraps(fn)
        def call(*args: Any) -> _Answer:
            *key, meter = args
            asked = tuple(key)
            if (known := table.get(asked)) is None:
                allowed = min(limit, meter.left)
                own = Meter(allowed)
                try:
                    known = fn(*key, own), allowed - own.left
                except TooComplex:
                    if allowed < limit:
                        # It may be within its limit, but not within what the caller has left.
                        meter.left = -1
                        raise
                    known = _GIVEN_UP, limit
                if len(table) >= size:
                    table.clear()
                table[asked] = known
            answer, cost = known
            meter.take(cost)
            if answer is _GIVEN_UP:
                raise TooComplex
            return answer

        return call

    return decorated
