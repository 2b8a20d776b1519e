"""Conditions: whether one holds for certain, and what it says in words.

Most conditions depend on a request that nobody has made yet: they *may* hold. Only what is
certain is judged: a condition that the section's own statement implies or contradicts, and keys
that a call cannot carry. An operator that IAM does not have makes the answer unknown.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

from iam.catalogue import Action
from iam.document import Condition
from iam.pattern import covers, resource_tokens


class Standing(Enum):
    """Whether a condition holds for the requests of a section."""

    ALWAYS = "always"
    NEVER = "never"
    MAYBE = "maybe"
    UNKNOWN = "unknown"
    UNKNOWN_MAYBE = "unknown, and another condition only may hold"


_OPERATORS = {
    name.lower(): name
    for name in (
        "StringEquals StringNotEquals StringEqualsIgnoreCase StringNotEqualsIgnoreCase StringLike "
        "StringNotLike NumericEquals NumericNotEquals NumericLessThan NumericLessThanEquals "
        "NumericGreaterThan NumericGreaterThanEquals DateEquals DateNotEquals DateLessThan "
        "DateLessThanEquals DateGreaterThan DateGreaterThanEquals Bool BinaryEquals IpAddress "
        "NotIpAddress ArnEquals ArnLike ArnNotEquals ArnNotLike Null"
    ).split()
}

# Keys that only calls to these services carry. Others (aws:, saml:, ec2:SourceInstanceARN,
# lambda:SourceFunctionArn …) may come with the caller's credentials on any call.
_ONLY_IN_THEIR_OWN_CALLS = frozenset(
    {"dynamodb", "iam", "kms", "organizations", "rds", "s3", "secretsmanager", "sns", "sqs"}
)


class _Operator(NamedTuple):
    quantifier: str
    """`forallvalues`, `foranyvalue` or nothing."""
    base: str
    if_exists: bool

    @property
    def negated(self) -> bool:
        return "Not" in self.base


def _operator(written: str) -> _Operator | None:
    quantifier, _, rest = written.rpartition(":")
    if_exists = rest.lower().endswith("ifexists")
    base = _OPERATORS.get(rest[: -len("IfExists")].lower() if if_exists else rest.lower())
    if base is None or quantifier.lower() not in ("", "forallvalues", "foranyvalue"):
        return None
    if base == "Null" and (if_exists or quantifier):
        return None
    return _Operator(quantifier.lower(), base, if_exists)


def is_known(condition: Condition) -> bool:
    """Whether its operator is one of IAM's."""
    return _operator(condition.operator) is not None


def standing(
    conditions: Iterable[Condition], given: Iterable[Condition], action: Action | None
) -> Standing:
    """Tell whether a statement's conditions hold.

    Args:
        conditions: Of the statement; all must hold.
        given: The section's own conditions, which hold for every request that is asked about.
        action: The concrete action of these requests, if the catalogue has it.

    Returns:
        `NEVER` if one never holds; else `UNKNOWN` if one has an operator that is not known
        (`UNKNOWN_MAYBE` if another only may hold as well); else `ALWAYS` or `MAYBE`.
    """
    given = tuple(given)
    found = {_one(condition, given, action) for condition in conditions}
    if Standing.NEVER in found:
        return Standing.NEVER
    if Standing.UNKNOWN in found:
        return Standing.UNKNOWN_MAYBE if Standing.MAYBE in found else Standing.UNKNOWN
    return Standing.MAYBE if Standing.MAYBE in found else Standing.ALWAYS


def _one(condition: Condition, given: tuple[Condition, ...], action: Action | None) -> Standing:
    operator = _operator(condition.operator)
    if operator is None:
        return Standing.UNKNOWN
    if action is not None and _certainly_absent(condition.key, action):
        return _with_absent_key(operator, condition.values)
    for known in given:
        if known.key.lower() == condition.key.lower():
            result = _follows(operator, condition.values, known)
            if result is not Standing.MAYBE:
                return result
    return Standing.MAYBE


def _certainly_absent(key: str, action: Action) -> bool:
    service = key.partition(":")[0].lower()
    if service not in _ONLY_IN_THEIR_OWN_CALLS or service == action.service:
        return False
    name = key.partition("/")[0].lower()
    return all(name != listed.partition("/")[0].lower() for listed in action.conditions)


def _with_absent_key(operator: _Operator, values: tuple[str, ...]) -> Standing:
    if operator.base == "Null":
        holds = _as_bool(values)
        if holds is None:
            return Standing.MAYBE
    elif operator.quantifier == "foranyvalue":
        if operator.if_exists:
            return Standing.MAYBE  # AWS's documentation does not say which of the two wins
        holds = False
    else:
        holds = operator.if_exists or operator.quantifier == "forallvalues" or operator.negated
    return Standing.ALWAYS if holds else Standing.NEVER


def _as_bool(values: tuple[str, ...]) -> bool | None:
    folded = {value.lower() for value in values}
    return {frozenset({"true"}): True, frozenset({"false"}): False}.get(frozenset(folded))


def _follows(operator: _Operator, values: tuple[str, ...], known: Condition) -> Standing:
    """What a condition is worth where another one on the same key is known to hold."""
    given = _operator(known.operator)
    if given is None or any("${" in value for value in (*values, *known.values)):
        return Standing.MAYBE
    if given == operator and known.values:
        wider, narrower = set(values), set(known.values)
        if operator.negated:
            wider, narrower = narrower, wider
        if narrower <= wider:
            return Standing.ALWAYS
    if given != _Operator("", "StringEquals", False) or operator.quantifier or not known.values:
        return Standing.MAYBE
    # The key is present and has one of the known values.
    if operator.base == "Null":
        absent = _as_bool(values)
        if absent is None:
            return Standing.MAYBE
        return Standing.NEVER if absent else Standing.ALWAYS
    if operator.base not in ("StringEquals", "StringLike", "StringNotEquals", "StringNotLike"):
        return Standing.MAYBE
    hits = {
        value in values if "Equals" in operator.base else any(_like(v, value) for v in values)
        for value in known.values
    }
    if len(hits) != 1:
        return Standing.MAYBE
    return Standing.ALWAYS if hits.pop() != operator.negated else Standing.NEVER


def _like(pattern: str, value: str) -> bool:
    return covers([resource_tokens(pattern, variables=False)], tuple(value))


_KEYS = {
    "aws:sourceip": "the source IP",
    "aws:requestedregion": "the region",
    "aws:principalorgid": "the caller's organization",
    "aws:sourcevpce": "the VPC endpoint",
    "aws:sourcevpc": "the VPC",
    "aws:calledvialast": "the service that makes the call",
    "aws:calledvia": "a service on the way",
    "aws:securetransport": "TLS",
    "aws:username": "the user name",
    "aws:currenttime": "the time",
}
_WORDS = {
    "StringEquals": "is", "StringNotEquals": "is not", "StringEqualsIgnoreCase": "is",
    "StringNotEqualsIgnoreCase": "is not", "StringLike": "is like", "StringNotLike": "is not like",
    "NumericEquals": "is", "NumericNotEquals": "is not", "NumericLessThan": "is below",
    "NumericLessThanEquals": "is at most", "NumericGreaterThan": "is above",
    "NumericGreaterThanEquals": "is at least", "DateEquals": "is", "DateNotEquals": "is not",
    "DateLessThan": "is before", "DateLessThanEquals": "is not after",
    "DateGreaterThan": "is after",
    "DateGreaterThanEquals": "is not before", "Bool": "is", "BinaryEquals": "is",
    "IpAddress": "is in", "NotIpAddress": "is not in", "ArnEquals": "is", "ArnLike": "is like",
    "ArnNotEquals": "is not", "ArnNotLike": "is not like",
}  # fmt: skip


def in_words(condition: Condition) -> str:
    """Say a condition for a reader: `with MFA`, `the region is us-east-1 or eu-west-1`."""
    operator = _operator(condition.operator)
    values = " or ".join(condition.values)
    if operator is None:
        return f"unknown operator {condition.operator}: {condition.key} {values}"
    lower = condition.key.lower()
    if lower == "aws:multifactorauthpresent" and operator.base == "Bool":
        true = _as_bool(condition.values)
        if true is not None:
            return "with MFA" if true else "without MFA"
    name = _KEYS.get(lower, condition.key)
    if operator.base == "Null":
        return f"{name} is {'absent' if _as_bool(condition.values) else 'present'}"
    scope = {"forallvalues": "every ", "foranyvalue": "any "}.get(operator.quantifier, "")
    suffix = ", or is absent" if operator.if_exists else ""
    return f"{scope}{name} {_WORDS[operator.base]} {values}{suffix}"
