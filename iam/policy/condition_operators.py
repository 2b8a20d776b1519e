"""The condition operators of IAM, one entry each: how it compares values, and its words.

To add an operator, add an entry here: evaluation and words follow from it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from iam.policy.document import Condition
from iam.policy.glob import matches
from iam.policy.pattern import resource_tokens
from iam.text import ascii_lower


def _equals(asked: str, value: str) -> bool:
    return asked == value


def _like(asked: str, value: str) -> bool:
    return matches(resource_tokens(asked, variables=False), value)


class Comparison(NamedTuple):
    """How an operator compares, whether it is negated or not."""

    name: str
    """The operator that is not negated, as AWS spells it."""
    verb: str
    """What follows the key in words: `is below`."""
    negation: str | None = None
    """The operator that holds where this one does not."""
    holds: Callable[[str, str], bool] | None = None
    """Whether a value of the condition matches a value of the request. None where that is not known
    here: such a condition may hold."""


# ArnEquals and ArnLike are one and the same, wildcards and all.
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

_BY_NAME = {ascii_lower(one.name): (one, False) for one in COMPARISONS} | {
    ascii_lower(one.negation): (one, True) for one in COMPARISONS if one.negation
}
_QUANTIFIERS = ("", "forallvalues", "foranyvalue")


class Operator(NamedTuple):
    """The operator of a condition, taken apart."""

    quantifier: str
    """`forallvalues`, `foranyvalue` or nothing."""
    comparison: Comparison
    negated: bool = False
    if_exists: bool = False

    def is_(self, name: str) -> bool:
        """Whether it compares as the operator of this name does, negated or not."""
        return self.comparison.name == name


def operator_of(condition: Condition) -> Operator | None:
    """Read the operator of a condition; None if it is not one of IAM's."""
    quantifier, _, rest = ascii_lower(condition.operator).rpartition(":")
    if if_exists := rest.endswith("ifexists"):
        rest = rest.removesuffix("ifexists")
    if rest not in _BY_NAME or quantifier not in _QUANTIFIERS:
        return None
    comparison, negated = _BY_NAME[rest]
    if comparison.name == "Null" and (if_exists or quantifier):
        return None
    return Operator(quantifier, comparison, negated, if_exists)


def named(name: str, quantifier: str = "") -> Operator:
    """The operator of a name in lower case, which must be one of IAM's."""
    comparison, negated = _BY_NAME[name]
    return Operator(quantifier, comparison, negated)
