"""Compare the values of a condition with a value of a request, as condition operators do.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TypeVar

from iam.ages import with_zone
from iam.policy.automaton import Tokens
from iam.policy.glob import arn_union_of, matches, union_of
from iam.policy.pattern import LITERAL, resource_tokens
from iam.text import ascii_lower

_Ordered = TypeVar("_Ordered", Decimal, datetime)

Compare = Callable[[str], bool | None]
"""Compares a value of a request with all values of a condition: see `Operator.any_holds`."""


def equals(expected: str, actual: str) -> bool:
    """Compare texts exactly."""
    return expected == actual


def equals_ignoring_case(expected: str, actual: str) -> bool | None:
    """Compare texts regardless of case; None if they differ in the case of letters beyond ASCII."""
    if ascii_lower(expected) == ascii_lower(actual):
        return True
    # How AWS folds letters beyond ASCII is not documented.
    return None if expected.casefold() == actual.casefold() else False


def like(expected: str, actual: str, escapes: bool = False) -> bool:
    """Return whether a text matches a pattern, in which `${*}` may be a plain star."""
    return matches(_tokens(expected, escapes), actual)


@lru_cache(maxsize=4_096)
def _tokens(pattern: str, escapes: bool) -> Tokens:
    """Parse a pattern. Guard rails compare the same few with every principal."""
    return resource_tokens(pattern, variables=escapes)


def arn_like(expected: str, actual: str, escapes: bool = False) -> bool | None:
    """Compare the six components of two ARNs, the first of which may have a `${*}` in it.

    None if a component contains a wildcard that is meant to match more than the component.
    """
    components = list(zip(expected.split(":", 5), actual.split(":", 5), strict=False))
    by_component = len(components) == 6 and all(like(e, a, escapes) for e, a in components)
    return by_component if by_component is like(expected, actual, escapes) else None


def without_escapes(text: str) -> str:
    """Return the text with `*` for `${*}`, `?` for `${?}` and `$` for `${$}`."""
    return LITERAL.sub(r"\1", text) if "${" in text else text


def equals_any(expected: tuple[str, ...]) -> Compare:
    """Prepare `equals` for many texts."""
    return frozenset(expected).__contains__


def equals_any_ignoring_case(expected: tuple[str, ...]) -> Compare:
    """Prepare `equals_ignoring_case` for many texts."""
    lower = {ascii_lower(text) for text in expected}
    folded = {text.casefold() for text in expected}

    def compare(actual: str) -> bool | None:
        return ascii_lower(actual) in lower or (None if actual.casefold() in folded else False)

    return compare


def like_any(expected: tuple[str, ...]) -> Compare:
    """Prepare `like` for many patterns."""
    plain, patterns = _divided(expected)
    if not patterns:
        return plain.__contains__
    union = union_of(patterns)
    return lambda actual: actual in plain or union.fullmatch(actual) is not None


def arn_like_any(expected: tuple[str, ...]) -> Compare:
    """Prepare `arn_like` for many patterns."""
    plain, patterns = _divided(expected)
    if not patterns:
        return lambda actual: (_is_arn(actual) or None) if actual in plain else False
    union, by_component = union_of(patterns), arn_union_of(patterns)

    def compare(actual: str) -> bool | None:
        if actual in plain:
            return _is_arn(actual) or None
        if not union.fullmatch(actual):
            return False
        return True if by_component.fullmatch(actual) else None

    return compare


def _is_arn(text: str) -> bool:
    """Return whether a text has the six components of an ARN."""
    return text.count(":") >= 5


def _divided(values: tuple[str, ...]) -> tuple[frozenset[str], list[str]]:
    """Divide the values of a condition into those without a wildcard and those with one."""
    patterns = [text for text in values if "*" in text or "?" in text]
    return frozenset(values).difference(patterns), patterns


def pattern_length(values: Iterable[str]) -> int:
    """Return how many characters the values with a wildcard have. A `?` counts as many."""
    return sum([len(text) + 20 * text.count("?") for text in values if "*" in text or "?" in text])


def bools(expected: str, actual: str) -> bool | None:
    """Compare truth values; None if one of the two is none."""
    texts = {ascii_lower(expected), ascii_lower(actual)}
    return len(texts) == 1 if texts <= {"true", "false"} else None


def ordered(
    parse: Callable[[str], _Ordered | None], holds: Callable[[_Ordered, _Ordered], bool]
) -> Callable[[str, str], bool | None]:
    """Make a comparison of parsed values: whether it holds for the actual and the expected one."""

    def compare(expected: str, actual: str) -> bool | None:
        wanted, found = parse(expected), parse(actual)
        return None if wanted is None or found is None else holds(found, wanted)

    return compare


def number_of(text: str) -> Decimal | None:
    """Parse a number as in Numeric conditions; None if it is none."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def time_of(text: str) -> datetime | None:
    """Parse a time as in Date conditions: ISO 8601, or seconds since 1970; None if it is neither.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Date
    """
    try:
        if _SECONDS.fullmatch(text):
            return datetime.fromtimestamp(int(text), UTC)
        if not _TIME.fullmatch(text):
            return None
        time = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return with_zone(time)


_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?")
_SECONDS = re.compile(r"[0-9]{9,12}")
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
