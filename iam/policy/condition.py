"""Conditions: whether one holds for certain.

Most conditions depend on a request that nobody has made yet: they *may* hold. Only what is
certain is judged: a condition that the section's own statement implies or contradicts, and keys
that a call cannot carry. An operator that IAM does not have makes the answer unknown.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from iam.policy.action_catalogue import Action
from iam.policy.condition_operators import Operator, named, operator_of
from iam.policy.document import Condition
from iam.text import ascii_lower


class Standing(Enum):
    """Whether a condition holds for the requests of a section."""

    ALWAYS = "always"
    NEVER = "never"
    MAYBE = "maybe"
    UNKNOWN = "unknown"
    UNKNOWN_MAYBE = "unknown, and another condition only may hold"


# Keys that only calls to these services carry. Others (aws:, saml:, ec2:SourceInstanceARN,
# lambda:SourceFunctionArn …) may come with the caller's credentials on any call.
_ONLY_IN_THEIR_OWN_CALLS = frozenset(
    {"dynamodb", "iam", "kms", "organizations", "rds", "s3", "secretsmanager", "sns", "sqs"}
)


def standing(
    conditions: Iterable[Condition], given: Iterable[Condition], action: Action | None
) -> Standing:
    """Tell whether a statement's conditions hold.

    Args:
        conditions: Of the statement; all must hold.
        given: The section's own conditions, which hold for every request that is asked about. A
            policy variable in them must mean the same as in the statement's.
        action: The concrete action of these requests, if the catalogue has it.

    Returns:
        `NEVER` if one never holds; else `UNKNOWN` if one has an operator that is not known
        (`UNKNOWN_MAYBE` if another only may hold as well); else `ALWAYS` or `MAYBE`.
    """
    given = _and_what_follows(given)
    found = {_one(condition, given, action) for condition in conditions}
    if Standing.NEVER in found:
        return Standing.NEVER
    if Standing.UNKNOWN in found:
        return Standing.UNKNOWN_MAYBE if Standing.MAYBE in found else Standing.UNKNOWN
    return Standing.MAYBE if Standing.MAYBE in found else Standing.ALWAYS


def _one(condition: Condition, given: tuple[Condition, ...], action: Action | None) -> Standing:
    operator = operator_of(condition)
    if operator is None:
        return Standing.UNKNOWN
    if action is not None and _certainly_absent(condition.key, action):
        return _with_absent_key(operator, condition.values)
    for known in given:
        if ascii_lower(known.key) == ascii_lower(condition.key):
            result = _follows(operator, condition.values, known)
            if result is not Standing.MAYBE:
                return result
    return Standing.MAYBE


def may_be_absent(key: str) -> bool:
    """Whether a key is certain to be absent from the calls of some actions, so that it is not the
    same for all whether a condition on it holds."""
    return ascii_lower(key.partition(":")[0]) in _ONLY_IN_THEIR_OWN_CALLS


def _certainly_absent(key: str, action: Action) -> bool:
    service = ascii_lower(key.partition(":")[0])
    if not may_be_absent(key) or service == action.service:
        return False
    name = ascii_lower(key.partition("/")[0])
    return all(name != ascii_lower(listed.partition("/")[0]) for listed in action.conditions)


def _with_absent_key(operator: Operator, values: tuple[str, ...]) -> Standing:
    if operator.is_("Null"):
        holds = as_bool(values)
        if holds is None:
            return Standing.MAYBE
    elif operator.quantifier == "foranyvalue":
        if operator.if_exists:
            return Standing.MAYBE  # AWS's documentation does not say which of the two wins
        holds = False
    else:
        holds = operator.if_exists or operator.quantifier == "forallvalues" or operator.negated
    return Standing.ALWAYS if holds else Standing.NEVER


def as_bool(values: tuple[str, ...]) -> bool | None:
    """The truth value that a condition asks for; None if it is none, or both."""
    folded = {ascii_lower(value) for value in values}
    return {frozenset({"true"}): True, frozenset({"false"}): False}.get(frozenset(folded))


def _and_what_follows(given: Iterable[Condition]) -> tuple[Condition, ...]:
    """Add what must be true of the calls that these conditions let through.

    A call by way of a service is a forward access session: all of the keys that tell of it are
    there. https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html
    """
    found: list[Condition] = []
    for known in given:
        found.append(known)
        if ascii_lower(known.key) == "aws:calledvialast" and _makes_present(known):
            found += [
                Condition(operator="Bool", key="aws:ViaAWSService", values=("true",)),
                Condition(operator="Null", key="aws:CalledVia", values=("false",)),
                Condition(operator="Null", key="aws:CalledViaFirst", values=("false",)),
            ]
            if operator_of(known) == _IS:
                found.append(
                    Condition(
                        operator="ForAnyValue:StringEquals",
                        key="aws:CalledVia",
                        values=known.values,
                    )
                )
    return tuple(found)


_IS = named("stringequals")
_ONE_IS = named("stringequals", "foranyvalue")


def _makes_present(known: Condition) -> bool:
    """Whether a condition holds only where its key is present."""
    operator = operator_of(known)
    if operator is None or not known.values or operator.if_exists or operator.negated:
        return False
    if operator.is_("Null"):
        return as_bool(known.values) is False
    return operator.quantifier != "forallvalues"


def _follows(operator: Operator, values: tuple[str, ...], known: Condition) -> Standing:
    """What a condition is worth where another one on the same key is known to hold."""
    given = operator_of(known)
    if given is None:
        return Standing.MAYBE
    if given == operator and known.values:
        wider, narrower = set(values), set(known.values)
        if operator.negated:
            wider, narrower = narrower, wider
        if narrower <= wider:
            return Standing.ALWAYS
    if any("${" in value for value in (*values, *known.values)):
        return Standing.MAYBE
    if operator.is_("Null"):
        absent = as_bool(values)
        if absent is None or not _makes_present(known):
            return Standing.MAYBE
        return Standing.NEVER if absent else Standing.ALWAYS
    if given.is_("Bool") and operator.is_("Bool") and not operator.quantifier:
        asked, told = as_bool(values), as_bool(known.values)
        if asked is None or told is None or not _makes_present(known):
            return Standing.MAYBE
        return Standing.ALWAYS if asked is told else Standing.NEVER
    holds = operator.comparison.holds
    if not known.values or holds is None:
        return Standing.MAYBE
    hits = {any(holds(asked, value) for asked in values) for value in known.values}
    if given == _ONE_IS and operator.quantifier == "foranyvalue":
        # One of the key's values is one of these; there may be others, so it is never NEVER.
        return Standing.ALWAYS if hits == {not operator.negated} else Standing.MAYBE
    if given != _IS or operator.quantifier or len(hits) != 1:
        return Standing.MAYBE
    # The key is present and has one of the known values.
    return Standing.ALWAYS if hits.pop() != operator.negated else Standing.NEVER
