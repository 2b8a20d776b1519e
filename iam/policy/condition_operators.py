"""The condition operators of IAM: which comparison each makes and how it is worded.

To add an operator, add an entry to `COMPARISONS`. Evaluation and wording are derived from it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from operator import eq, ge, gt, le, lt
from typing import Any, NamedTuple

from iam.policy.document import Condition
from iam.policy.value_comparisons import (
    Compare,
    arn_like,
    arn_like_any,
    bools,
    equals,
    equals_any,
    equals_any_ignoring_case,
    equals_ignoring_case,
    like,
    like_any,
    number_of,
    ordered,
    pattern_length,
    time_of,
    without_escapes,
)
from iam.text import ascii_lower

_Holds = Callable[[str, str], bool | None]
_Among = Callable[[tuple[str, ...]], Compare]


class Comparison(NamedTuple):
    """A comparison, shared by an operator and its negation."""

    name: str
    """The operator without negation, as AWS spells it."""
    verb: str
    """The wording that follows the key: `is below`."""
    negation: str | None = None
    """The negated operator, if there is one."""
    holds: _Holds | None = None
    """Compares a value of the condition with a value of the request. It returns None where AWS does
    not document the result. None if the comparison is not implemented: the condition may hold."""
    order: Callable[[Any, Any], bool] | None = None
    """For numbers and times: compares the request's value with that of the condition."""
    among: _Among | None = None
    """Prepares the comparison with many values of a condition at once, with the same results as
    `holds` for each. None if they are compared one by one."""
    holds_escaped: _Holds | None = None
    """As `holds`, if `${*}`, `${?}` and `${$}` in the value of the condition are plain characters.
    None if the operator takes no policy variables."""


def _numeric(
    name: str, verb: str, order: Callable[[Any, Any], bool], negation: str | None = None
) -> Comparison:
    return Comparison(name, verb, negation, ordered(number_of, order), order)


def _date(
    name: str, verb: str, order: Callable[[Any, Any], bool], negation: str | None = None
) -> Comparison:
    return Comparison(name, verb, negation, ordered(time_of, order), order)


def _text(name: str, negation: str, holds: _Holds, among: _Among) -> Comparison:
    return Comparison(
        name,
        "is",
        negation,
        holds,
        among=among,
        holds_escaped=lambda expected, actual: holds(without_escapes(expected), actual),
    )


def _pattern(
    name: str, negation: str, holds: Callable[..., bool | None], among: _Among
) -> Comparison:
    escaped = partial(holds, escapes=True)
    return Comparison(name, "is like", negation, holds, among=among, holds_escaped=escaped)


# ArnEquals and ArnLike behave identically. Both accept wildcards.
COMPARISONS = (
    _text("StringEquals", "StringNotEquals", equals, equals_any),
    _text(
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
        equals_ignoring_case,
        equals_any_ignoring_case,
    ),
    _pattern("StringLike", "StringNotLike", like, like_any),
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
    Comparison("Bool", "is", None, bools),
    Comparison("BinaryEquals", "is"),
    Comparison("IpAddress", "is in", "NotIpAddress"),
    _pattern("ArnEquals", "ArnNotEquals", arn_like, arn_like_any),
    _pattern("ArnLike", "ArnNotLike", arn_like, arn_like_any),
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
            replaced: Further values, of which policy variables have been replaced; None for one
                that is not known. `${*}` is a plain star in them.

        Returns:
            Whether it compares with one of them; None if that is not certain.
        """
        found = _compare_with(self.comparison.name, expected)(actual)
        if found or not replaced:
            return found
        holds = self.comparison.holds_escaped or self.comparison.holds
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
