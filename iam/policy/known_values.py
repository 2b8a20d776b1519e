"""Evaluate a condition on a key of which the value is known, or something about it.

What is known of a key holds for every request of a principal. A result is certain only if it is the
same for every value that the key may have; otherwise the condition may hold.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import lru_cache
from operator import eq

from iam.policy.condition_operators import Operator, any_certain
from iam.policy.glob import matches, pattern_tokens, union_of
from iam.policy.value_comparisons import time_of
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
    operator: Operator,
    expected: tuple[str, ...],
    known: KnownValues,
    replaced: tuple[str | None, ...] | None = None,
) -> Holds:
    """Evaluate a condition on a key of which something is known.

    Args:
        operator: The operator of the condition.
        expected: The values of the condition that have no policy variables.
        known: What is known of the key.
        replaced: The others, with the values of their variables; None for one that depends on the
            request, and without those that nothing matches. None if there are no others.

    Returns:
        `ALWAYS`, `NEVER` or `MAYBE`.
    """
    results = {_evaluate(operator, expected, replaced, value) for value in known}
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
    if now is None:
        return None
    times = [_time(operator, text) for text in expected if text is not None]
    return min((time for time in times if time and time > now), default=None)


def result_if_absent(operator: Operator, expected: Iterable[str | None]) -> Holds:
    """Evaluate a condition for requests without its key.

    Args:
        operator: The operator of the condition.
        expected: The values of the condition; None for one with a variable that may be absent too.

    Returns:
        `ALWAYS`, `NEVER` or `MAYBE`.
    """
    expected = tuple(expected)
    if operator.compares_as("Null"):
        return _as_holds(as_bool(expected))
    if operator.quantifier == "foranyvalue":
        # AWS does not document which of the two takes precedence.
        return Holds.MAYBE if operator.if_exists else Holds.NEVER
    if operator.negated and None in expected:
        # Whether the statement is invalid then is not documented: see `condition_values.replaced`.
        return Holds.MAYBE
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


def _evaluate(
    operator: Operator,
    expected: tuple[str, ...],
    replaced: tuple[str | None, ...] | None,
    value: KnownValue,
) -> Holds:
    is_empty = not expected and replaced is None
    replaced = replaced or ()
    if value == ABSENT:
        return result_if_absent(operator, (*expected, *replaced))
    if operator.compares_as("Null"):
        absent = as_bool((*expected, *replaced))
        return _as_holds(None if absent is None else not absent)
    if is_empty:
        return Holds.MAYBE
    if isinstance(value, Between):
        found = _any_in_period(operator, (*expected, *replaced), value)
        return _as_holds(_negated(operator, found))
    if isinstance(value, StartingWith):
        found = _any_by_prefix(operator, expected, replaced, value.prefix)
        return _as_holds(_negated(operator, found))
    if len(value) > 1 and not operator.quantifier:
        return Holds.MAYBE
    results = {_negated(operator, operator.any_holds(expected, each, replaced)) for each in value}
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


def _any_by_prefix(
    operator: Operator,
    expected: tuple[str, ...],
    replaced: tuple[str | None, ...],
    prefix: str,
) -> bool | None:
    """Compare all texts with a prefix at once; None if the result is not the same for all."""
    texts = [text for text in replaced if text is not None]
    match operator.comparison.name:
        case "StringEquals":
            may_compare = _some_starts(_sorted(expected, False), texts, prefix)
        case "StringEqualsIgnoreCase":
            folded = [text.casefold() for text in texts]
            may_compare = _some_starts(_sorted(expected, True), folded, prefix.casefold())
        case "StringLike":
            if _open_union(expected).fullmatch(prefix) or any(
                _is_open(text) and matches(pattern_tokens(text), prefix) for text in texts
            ):
                return True
            may_compare = any(_may_match(text, prefix) for text in (*expected, *texts))
        case _:
            return None
    return None if may_compare or len(texts) < len(replaced) else False


def _some_starts(ordered: tuple[str, ...], others: Iterable[str], prefix: str) -> bool:
    at = bisect_left(ordered, prefix)
    return any(text.startswith(prefix) for text in (*ordered[at : at + 1], *others))


@lru_cache(maxsize=1_024)
def _sorted(texts: tuple[str, ...], fold: bool) -> tuple[str, ...]:
    return tuple(sorted(map(str.casefold, texts) if fold else texts))


@lru_cache(maxsize=1_024)
def _open_union(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Match the prefixes with which every text matches the same one of several patterns.

    Such a pattern has a star at its end, and the prefix alone matches it.
    """
    return union_of(filter(_is_open, patterns))


def _is_open(pattern: str) -> bool:
    """Return whether a pattern ends in a star: in normal form, a `?` never follows one."""
    return pattern.rstrip("?").endswith("*")


def _may_match(pattern: str, prefix: str) -> bool:
    """Return whether a pattern matches some text with a prefix."""
    start, star, _ = pattern.partition("*")
    if len(start) < len(prefix) and not star:
        return False
    if "?" not in start:
        return start.startswith(prefix) or prefix.startswith(start)
    return all(one in ("?", char) for one, char in zip(start, prefix, strict=False))
