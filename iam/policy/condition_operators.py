"""The condition operators of IAM: how each compares values and how it is worded.

To add an operator, add an entry to `COMPARISONS`. Evaluation and wording are derived from it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from iam.policy.document import Condition
from iam.policy.glob import matches
from iam.policy.pattern import resource_tokens
from iam.text import ascii_lower


def _equals(expected: str, actual: str) -> bool:
    return expected == actual


def _like(expected: str, actual: str) -> bool:
    return matches(resource_tokens(expected, variables=False), actual)


class Comparison(NamedTuple):
    """A comparison, shared by an operator and its negation."""

    name: str
    """The operator without negation, as AWS spells it."""
    verb: str
    """The wording that follows the key: `is below`."""
    negation: str | None = None
    """The negated operator, if there is one."""
    holds: Callable[[str, str], bool] | None = None
    """Compares a value of the condition with a value of the request. None if the comparison is not
    implemented: such a condition may hold."""


# ArnEquals and ArnLike behave identically. Both accept wildcards.
COMPARISONS = (
    Comparison("StringEquals", "is", "StringNotEquals", _equals),
    Comparison("StringEqualsIgnoreCase", "is", "StringNotEqualsIgnoreCase"),
    Comparison("StringLike", "is like", "StringNotLike", _like),
    Comparison("NumericEquals", "is", "NumericNotEquals"),
    Comparison("NumericLessThan", "is below"),
    Comparison("NumericLessThanEquals", "is at most"),
    Comparison("NumericGreaterThan", "is above"),
    Comparison("NumericGreaterThanEquals", "is at least"),
    Comparison("DateEquals", "is", "DateNotEquals"),
    Comparison("DateLessThan", "is before"),
    Comparison("DateLessThanEquals", "is not after"),
    Comparison("DateGreaterThan", "is after"),
    Comparison("DateGreaterThanEquals", "is not before"),
    Comparison("Bool", "is"),
    Comparison("BinaryEquals", "is"),
    Comparison("IpAddress", "is in", "NotIpAddress"),
    Comparison("ArnEquals", "is like", "ArnNotEquals"),
    Comparison("ArnLike", "is like", "ArnNotLike"),
    Comparison("Null", "is absent"),
)

_BY_NAME = {ascii_lower(c.name): (c, False) for c in COMPARISONS} | {
    ascii_lower(c.negation): (c, True) for c in COMPARISONS if c.negation
}
_QUANTIFIERS = ("", "forallvalues", "foranyvalue")


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
