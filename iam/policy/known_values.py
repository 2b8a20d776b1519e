"""Evaluate a condition on a key of which the value is known, or something about it.

What is known of a key holds for every request of a principal. A result is certain only if it is the
same for every value that the key may have; otherwise the condition may hold.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from operator import eq

from iam.policy.automaton import Tokens
from iam.policy.condition_operators import Operator, any_certain, time_of
from iam.policy.glob import pattern_tokens
from iam.policy.match_kinds import covers, overlaps
from iam.policy.step_limit import TooComplex
from iam.text import ascii_lower


class Holds(Enum):
    """Whether conditions hold for the requests of a section."""

    ALWAYS = "always"
    NEVER = "never"
    MAYBE = "maybe"
    UNKNOWN = "unknown"
    UNKNOWN_MAYBE = "unknown, and another condition may hold"


@dataclass(frozen=True, slots=True)
class Between:
    """A time: not before the first one and not after the second one."""

    earliest: datetime
    latest: datetime


@dataclass(frozen=True, slots=True)
class StartingWith:
    """A text of which only the start is known."""

    prefix: str


ABSENT: tuple[str, ...] = ()
"""The key is not in the request."""

KnownValue = tuple[str, ...] | Between | StartingWith
"""All values of a key, one of which is none at all; or what is known of its only value."""

KnownValues = tuple[KnownValue, ...]
"""What a key may have: in each request, one of these."""


def evaluate_known(
    operator: Operator, expected: tuple[str | None, ...], known: KnownValues
) -> Holds:
    """Evaluate a condition on a key of which something is known.

    Args:
        operator: The operator of the condition.
        expected: The values of the condition; None for one that depends on the request.
        known: What is known of the key.

    Returns:
        `ALWAYS`, `NEVER` or `MAYBE`.
    """
    results = {_evaluate(operator, expected, value) for value in known}
    return results.pop() if len(results) == 1 else Holds.MAYBE


def next_change(
    operator: Operator, expected: Iterable[str | None], known: KnownValues
) -> datetime | None:
    """Find when the result of a condition on a time may change.

    Args:
        operator: The operator of the condition.
        expected: The values of the condition.
        known: What is known of the key, now.

    Returns:
        The earliest time of the condition that has not come yet; None if there is none.
    """
    now = max((value.latest for value in known if isinstance(value, Between)), default=None)
    times = [_time(operator, text) for text in expected if text is not None]
    return min((time for time in times if time and now and time > now), default=None)


def result_if_absent(operator: Operator, expected: tuple[str | None, ...]) -> Holds:
    """Evaluate a condition for requests without its key: `ALWAYS`, `NEVER` or `MAYBE`."""
    if operator.compares_as("Null"):
        return _as_holds(as_bool(expected))
    if operator.quantifier == "foranyvalue":
        # AWS does not document which of the two takes precedence.
        return Holds.MAYBE if operator.if_exists else Holds.NEVER
    return _as_holds(
        operator.if_exists or operator.quantifier == "forallvalues" or operator.negated
    )


def as_bool(values: Iterable[str | None]) -> bool | None:
    """Return the Boolean value of a Bool or Null condition.

    Args:
        values: The values of the condition.

    Returns:
        True or False; None if the values are neither, or both.
    """
    folded = {ascii_lower(value) if value else value for value in values}
    return True if folded == {"true"} else False if folded == {"false"} else None


def _as_holds(holds: bool | None) -> Holds:
    return Holds.MAYBE if holds is None else Holds.ALWAYS if holds else Holds.NEVER


def _evaluate(operator: Operator, expected: tuple[str | None, ...], value: KnownValue) -> Holds:
    if value == ABSENT:
        return result_if_absent(operator, expected)
    if operator.compares_as("Null"):
        absent = as_bool(expected)
        return _as_holds(None if absent is None else not absent)
    if not expected:
        return Holds.MAYBE
    if isinstance(value, Between):
        return _as_holds(_negated(operator, _any_in_period(operator, expected, value)))
    if isinstance(value, StartingWith):
        return _as_holds(_negated(operator, _any_by_prefix(operator, expected, value.prefix)))
    if len(value) > 1 and not operator.quantifier:
        return Holds.MAYBE
    results = {_negated(operator, operator.any_holds(expected, each)) for each in value}
    deciding = operator.quantifier == "foranyvalue"
    if deciding in results:
        return _as_holds(deciding)
    return Holds.MAYBE if None in results else _as_holds(not deciding)


def _negated(operator: Operator, holds: bool | None) -> bool | None:
    return holds if holds is None else holds is not operator.negated


def _time(operator: Operator, text: str) -> datetime | None:
    """Parse a time of a Date condition, or of a Numeric one, which has the seconds since 1970."""
    name = operator.comparison.name
    if name.startswith("Date") or (name.startswith("Numeric") and text.isdecimal()):
        return time_of(text)
    return None


def _any_in_period(
    operator: Operator, expected: Iterable[str | None], period: Between
) -> bool | None:
    order = operator.comparison.order
    if order is None:
        return None

    def holds(text: str | None) -> bool | None:
        if text is None or (time := _time(operator, text)) is None:
            return None
        first, last = order(period.earliest, time), order(period.latest, time)
        if order is eq and period.earliest <= time <= period.latest:
            return None  # how exactly AWS compares times is not documented
        return first if first is last else None

    return any_certain(map(holds, expected))


def _any_by_prefix(operator: Operator, expected: Iterable[str | None], prefix: str) -> bool | None:
    name = operator.comparison.name

    def holds(text: str | None) -> bool | None:
        if text is None:
            return None
        if name == "StringEquals":
            return None if text.startswith(prefix) else False
        if name == "StringEqualsIgnoreCase":
            return None if text.casefold().startswith(prefix.casefold()) else False
        if name == "StringLike":
            return _matches_all(pattern_tokens(text), pattern_tokens(f"{prefix}*"))
        return None

    return any_certain(map(holds, expected))


def _matches_all(pattern: Tokens, texts: Tokens) -> bool | None:
    """Return whether a pattern matches all texts or none of them; None for some of them."""
    try:
        return True if covers([pattern], texts) else None if overlaps(pattern, texts) else False
    except TooComplex:
        return None
