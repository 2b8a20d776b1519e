"""Limits on the number of steps that comparing patterns may take.

Steps are counted instead of seconds, and a cached result costs as many steps as it took to compute.
So the limits are reproducible: they do not depend on the machine or on what is cached.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

_Result = TypeVar("_Result")

PATTERN_LIMIT = 20_000
"""Maximum steps for one pattern and one resource type."""
EXPLORATION_LIMIT = 4_000
"""Maximum steps for several patterns together and one resource type."""
DOCUMENT_LIMIT = 60_000
"""Maximum steps for all patterns of a document and all resource types."""
PRINCIPAL_LIMIT = 60_000
"""Maximum steps for all documents of a principal, counted in the same way."""
WILDCARD_STEPS = 100
"""Estimated steps per wildcard, for documents so simple that their steps are not counted."""
VERDICT_LIMIT = 100_000
"""Maximum steps for one verdict on the requests of a scope."""
CONDITION_LIMIT = 3_000
"""Maximum steps to decide the conditions and variables of all documents of a principal."""
STATEMENT_STEPS = 4
"""Steps for a statement that depends on the principal."""
CONDITION_STEPS = 6
"""Steps for a condition on a key that may be known."""
VALUE_STEPS = 10
"""Steps for a value of a condition that is compared on its own, such as a number or a time."""
PLAIN_VALUES_PER_STEP = 10
"""How many values without wildcards are compared in one step, at most."""
VARIABLE_STEPS = 40
"""Steps for a text with policy variables."""
PATTERN_PER_STEP, TEXT_PER_STEP = 20, 100
"""How many characters of patterns are compared with how many of a known value in one step. Hardly
any value is longer, so the steps of a document are the same for nearly all principals."""


class TooComplex(Exception):
    """Comparing these patterns takes more steps than the limit allows."""


class StepBudget:
    """The number of steps that are left."""

    __slots__ = ("left",)

    def __init__(self, left: float) -> None:
        self.left = left

    def spend(self, steps: int) -> None:
        """Deduct steps from the budget.

        Raises:
            TooComplex: The budget is exceeded.
        """
        self.left -= steps
        if self.left < 0:
            raise TooComplex


_TOO_COMPLEX: Any = object()


def step_limited(
    limit: int, cache_size: int
) -> Callable[[Callable[..., _Result]], Callable[..., _Result]]:
    """Cache the results of a function and limit the steps of each call.

    The function takes a `StepBudget` as its last argument. A call that raises `TooComplex` is
    cached too, and costs the whole limit.

    Args:
        limit: Maximum steps of a call, even if the caller's budget is larger.
        cache_size: Maximum number of cached results. The cache is cleared when it is full.

    Returns:
        A decorator for such a function.
    """

    def decorate(fn: Callable[..., _Result]) -> Callable[..., _Result]:
        cache: dict[tuple[Any, ...], tuple[_Result, float]] = {}

        @wraps(fn)
        def call(*args: Any) -> _Result:
            *key, budget = args
            arguments = tuple(key)
            if (entry := cache.get(arguments)) is None:
                available = min(limit, budget.left)
                call_budget = StepBudget(available)
                try:
                    entry = fn(*key, call_budget), available - call_budget.left
                except TooComplex:
                    if available < limit:
                        # The call exceeds the caller's budget, but may be within its own limit.
                        budget.left = -1
                        raise
                    entry = _TOO_COMPLEX, limit
                if len(cache) >= cache_size:
                    cache.clear()
                cache[arguments] = entry
            result, cost = entry
            budget.spend(cost)
            if result is _TOO_COMPLEX:
                raise TooComplex
            return result

        return call

    return decorate
