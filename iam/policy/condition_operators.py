"""The condition operators of IAM: how each compares values and how it is worded.

To add an operator, add an entry to `COMPARISONS`. Evaluation and wording are derived from it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from operator import eq, ge, gt, le, lt
from typing import Any, NamedTuple, TypeVar

from iam.policy.automaton import Tokens
from iam.policy.document import Condition
from iam.policy.glob import arn_union_of, matches, union_of
from iam.policy.pattern import resource_tokens
from iam.text import ascii_lower

_Ordered = TypeVar("_Ordered", Decimal, datetime)

Compare = Callable[[str], bool | None]
"""Compares a value of a request with all values of a condition: see `Operator.any_holds`."""


def _equals(expected: str, actual: str) -> bool:
    return expected == actual


def _equals_ignoring_case(expected: str, actual: str) -> bool | None:
    if ascii_lower(expected) == ascii_lower(actual):
        return True
    # How AWS folds letters beyond ASCII is not documented.
    return None if expected.casefold() == actual.casefold() else False


def _like(expected: str, actual: str) -> bool:
    return matches(_tokens(expected), actual)


@lru_cache(maxsize=4_096)
def _tokens(pattern: str) -> Tokens:
    """Parse a pattern. Guard rails compare the same few with every principal."""
    return resource_tokens(pattern, variables=False)


def _arn_like(expected: str, actual: str) -> bool | None:
    """Compare the six components of two ARNs.

    None if a component contains a wildcard that is meant to match more than the component.
    """
    components = list(zip(expected.split(":", 5), actual.split(":", 5), strict=False))
    by_component = len(components) == 6 and all(_like(e, a) for e, a in components)
    return by_component if by_component is _like(expected, actual) else None


def _equals_any(expected: tuple[str, ...]) -> Compare:
    return frozenset(expected).__contains__


def _equals_any_ignoring_case(expected: tuple[str, ...]) -> Compare:
    lower = {ascii_lower(text) for text in expected}
    folded = {text.casefold() for text in expected}

    def compare(actual: str) -> bool | None:
        return ascii_lower(actual) in lower or (None if actual.casefold() in folded else False)

    return compare


def _like_any(expected: tuple[str, ...]) -> Compare:
    plain, patterns = _divided(expected)
    if not patterns:
        return plain.__contains__
    union = union_of(patterns)
    return lambda actual: actual in plain or union.fullmatch(actual) is not None


def _arn_like_any(expected: tuple[str, ...]) -> Compare:
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


def _bools(expected: str, actual: str) -> bool | None:
    texts = {ascii_lower(expected), ascii_lower(actual)}
    return len(texts) == 1 if texts <= {"true", "false"} else None


def _ordered(
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
    return time if time.tzinfo else time.replace(tzinfo=UTC)


_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?")
_SECONDS = re.compile(r"[0-9]{9,12}")
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)


class Comparison(NamedTuple):
    """A comparison, shared by an operator and its negation."""

    name: str
    """The operator without negation, as AWS spells it."""
    verb: str
    """The wording that follows the key: `is below`."""
    negation: str | None = None
    """The negated operator, if there is one."""
    holds: Callable[[str, str], bool | None] | None = None
    """Compares a value of the condition with a value of the request. It returns None where AWS does
    not document the result. None if the comparison is not implemented: the condition may hold."""
    order: Callable[[Any, Any], bool] | None = None
    """For numbers and times: compares the request's value with that of the condition."""
    among: Callable[[tuple[str, ...]], Compare] | None = None
    """Prepares the comparison with many values of a condition at once, with the same results as
    `holds` for each. None if they are compared one by one."""


def _numeric(
    name: str, verb: str, order: Callable[[Any, Any], bool], negation: str | None = None
) -> Comparison:
    return Comparison(name, verb, negation, _ordered(number_of, order), order)


def _date(
    name: str, verb: str, order: Callable[[Any, Any], bool], negation: str | None = None
) -> Comparison:
    return Comparison(name, verb, negation, _ordered(time_of, order), order)


# ArnEquals and ArnLike behave identically. Both accept wildcards.
COMPARISONS = (
    Comparison("StringEquals", "is", "StringNotEquals", _equals, among=_equals_any),
    Comparison(
        "StringEqualsIgnoreCase",
        "is",
        "StringNotEqualsIgnoreCase",
        _equals_ignoring_case,
        among=_equals_any_ignoring_case,
    ),
    Comparison("StringLike", "is like", "StringNotLike", _like, among=_like_any),
    _numeric("NumericEquals", "is", eq, "NumericNotEquals"),
    _numeric("NumericLessThan", "is below", lt),
    _numeric("NumericLessThanEquals", "is at most", le),
    _numeric("NumericGreaterThan", "is above", gt),
    _numeric("NumericGreaterThanEquals", "is at least", ge),
    _date("DateEquals", "is", eq, "DateNotEquals"),
    _date("DateLessThan", "is before", lt),
    _date("DateLessThanEquals", "is not after", le),
    _date("DateGreaterThan", "is after", gt),
    _date("DateGreaterThanEquals", "is not before", ge),
    Comparison("Bool", "is", None, _bools),
    Comparison("BinaryEquals", "is"),
    Comparison("IpAddress", "is in", "NotIpAddress"),
    Comparison("ArnEquals", "is like", "ArnNotEquals", _arn_like, among=_arn_like_any),
    Comparison("ArnLike", "is like", "ArnNotLike", _arn_like, among=_arn_like_any),
    Comparison("Null", "is absent"),
)

_BY_NAME = {ascii_lower(c.name): (c, False) for c in COMPARISONS} | {
    ascii_lower(c.negation): (c, True) for c in COMPARISONS if c.negation
}


@lru_cache(maxsize=4_096)
def _compare_with(name: str, expected: tuple[str, ...]) -> Compare:
    """Prepare the comparison with all values of a condition."""
    comparison, _ = _BY_NAME[ascii_lower(name)]
    holds = comparison.holds
    if holds is None:
        return lambda actual: None if expected else False
    # It takes longer to prepare a single pattern than to match it.
    if comparison.among is not None and (len(expected) > 1 or not pattern_length(expected)):
        return comparison.among(expected)
    return lambda actual: any_certain([holds(text, actual) for text in expected])


_QUANTIFIERS = ("", "forallvalues", "foranyvalue")


def any_certain(results: Iterable[bool | None]) -> bool | None:
    """Return whether one of several results is true; None if that is not certain.

    Args:
        results: Each is None if it is not certain.
    """
    found = set(results)
    return True if True in found else None if None in found else False


class Operator(NamedTuple):
    """The parsed operator of a condition."""

    quantifier: str
    """`forallvalues`, `foranyvalue` or empty."""
    comparison: Comparison
    negated: bool = False
    if_exists: bool = False

    def compares_as(self, name: str) -> bool:
        """Return whether this is the operator of this name or its negation."""
        return self.comparison.name == name

    def any_holds(
        self, expected: tuple[str, ...], actual: str, replaced: Iterable[str | None] = ()
    ) -> bool | None:
        """Compare a value of a request with the values of a condition, without negation.

        Args:
            expected: The values of the condition, which are prepared once for all requests.
            actual: The value of the request.
            replaced: Further values, which differ between principals; None for one that is not
                known.

        Returns:
            Whether it compares with one of them; None if that is not certain.
        """
        found = _compare_with(self.comparison.name, expected)(actual)
        if found or not replaced:
            return found
        holds = self.comparison.holds
        return any_certain(
            [found, *[None if holds is None or e is None else holds(e, actual) for e in replaced]]
        )


def operator_of(condition: Condition) -> Operator | None:
    """Parse the operator of a condition; None if IAM has no such operator."""
    quantifier, _, rest = ascii_lower(condition.operator).rpartition(":")
    if if_exists := rest.endswith("ifexists"):
        rest = rest.removesuffix("ifexists")
    if rest not in _BY_NAME or quantifier not in _QUANTIFIERS:
        return None
    comparison, negated = _BY_NAME[rest]
    if comparison.name == "Null" and (if_exists or quantifier):
        return None
    return Operator(quantifier, comparison, negated, if_exists)


def operator_named(name: str, quantifier: str = "") -> Operator:
    """Return an operator by name.

    Args:
        name: The name of an IAM operator, in lower case.
        quantifier: `forallvalues`, `foranyvalue` or empty.

    Raises:
        KeyError: IAM has no such operator.
    """
    comparison, negated = _BY_NAME[name]
    return Operator(quantifier, comparison, negated)
