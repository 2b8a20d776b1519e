"""Evaluate conditions without a request: always, never, maybe or unknown.

The result of most conditions depends on the request, so they *may* hold. A condition is decided
only where it is certain: where the condition of the section's own statement implies or contradicts
it, and where the key cannot be present in a request. Policy variables have the values that the
section's own statement requires. An operator that IAM does not have makes the result unknown.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from iam.policy.action_catalogue import Action
from iam.policy.condition_operators import Operator, operator_named, operator_of
from iam.policy.condition_values import comparable, divided, replaced
from iam.policy.document import Condition
from iam.policy.known_values import (
    ABSENT,
    Holds,
    KnownValues,
    as_bool,
    evaluate_known,
    result_if_absent,
)
from iam.text import ascii_lower

# Services whose condition keys are present only in requests to the service itself. Other keys
# (aws:, saml:, ec2:SourceInstanceARN, lambda:SourceFunctionArn …) may be present in any request,
# since they can depend on the caller's credentials.
_SERVICE_SPECIFIC = frozenset(
    {"dynamodb", "iam", "kms", "organizations", "rds", "s3", "secretsmanager", "sns", "sqs"}
)


_SECURE_TRANSPORT = "aws:securetransport"
_ONLY_HTTPS = frozenset(
    {"bedrock", "bedrock-mantle", "bedrock-websearch", "kms", "iam", "aws-marketplace"}
)
"""Services whose endpoints accept no plain HTTP. Those of EC2 do.

https://docs.aws.amazon.com/general/latest/gr/rande.html
"""


_SINGLE_VALUED = frozenset({"aws:requestedregion", "bedrock:inferenceprofilearn"})
"""Keys with one value at most, for which `ForAnyValue:` and `ForAllValues:` change nothing if the
key is present."""


class _Values(NamedTuple):
    """The values of a condition."""

    written: tuple[str, ...]
    plain: tuple[str, ...]
    """Those without policy variables."""
    replaced: tuple[str | None, ...] | None
    """The others: see `evaluate_known`."""

    @property
    def resolved(self) -> tuple[str | None, ...]:
        """All of them, as far as they are known."""
        return (*self.plain, *(self.replaced or ()))


def evaluate_conditions(
    conditions: Iterable[Condition],
    given: Iterable[Condition],
    action: Action | None,
    variables: bool = True,
) -> Holds:
    """Evaluate the conditions of a statement for the requests of a section.

    Args:
        conditions: The conditions of the statement. All of them must hold.
        given: The conditions of the section's own statement, which hold for all of its requests.
            `${…}` must have the same meaning in both statements.
        action: The concrete action of the requests, if the catalogue has it.
        variables: Whether `${…}` is a policy variable.

    Returns:
        `NEVER` if a condition never holds. Otherwise `UNKNOWN` if one has an unknown operator, or
        `UNKNOWN_MAYBE` if, in addition, another one may or may not hold. Otherwise `MAYBE` if one
        may or may not hold, else `ALWAYS`.
    """
    given = _with_implied(given)
    results = {_evaluate(condition, given, action, variables) for condition in conditions}
    if Holds.NEVER in results:
        return Holds.NEVER
    if Holds.UNKNOWN in results:
        return Holds.UNKNOWN_MAYBE if Holds.MAYBE in results else Holds.UNKNOWN
    return Holds.MAYBE if Holds.MAYBE in results else Holds.ALWAYS


@lru_cache(maxsize=4_096)
def values_in(given: tuple[Condition, ...]) -> Mapping[str, KnownValues]:
    """Find what requests have in condition keys, given conditions that hold for all of them.

    Args:
        given: The conditions.

    Returns:
        By key, in lower case, its only value, or that it is absent.
    """
    found: dict[str, KnownValues] = {}
    for condition in given:
        operator, values = operator_of(condition), condition.values
        if operator is None or any("${" in value for value in values):
            continue
        if operator == _STRING_EQUALS and len(values) == 1:
            found[ascii_lower(condition.key)] = (values,)
        elif operator.compares_as("Null") and as_bool(values):
            found[ascii_lower(condition.key)] = (ABSENT,)
    return found


def _evaluate(
    condition: Condition, given: tuple[Condition, ...], action: Action | None, variables: bool
) -> Holds:
    operator = operator_of(condition)
    if operator is None:
        return Holds.UNKNOWN
    key, known = ascii_lower(condition.key), condition.known
    if action is not None and _is_absent(condition.key, action):
        values = _values(condition, operator, given, variables)
        return result_if_absent(operator, values.resolved)
    if action is not None and action.service in _ONLY_HTTPS and key == _SECURE_TRANSPORT:
        known = (("true",),)
    on_key = [other for other in given if ascii_lower(other.key) == key]
    if not on_key and known is None:
        return Holds.MAYBE
    values = _values(condition, operator, given, variables)
    for other in on_key:
        result = _implied_result(operator, values, other)
        if result is not Holds.MAYBE:
            return result
    if known is None:
        return Holds.MAYBE
    return evaluate_known(operator, values.plain, known, values.replaced)


def _values(
    condition: Condition, operator: Operator, given: tuple[Condition, ...], variables: bool
) -> _Values:
    plain, varying = divided(condition.values, variables)
    texts = None
    if varying:
        texts = comparable(operator, replaced(operator, varying, values_in(given).get))
    return _Values(condition.values, plain, texts)


def depends_on_service(key: str) -> bool:
    """Return whether the result of a condition on a key depends on the service of the action.

    Some keys are present only in requests to their own service.
    """
    name = ascii_lower(key)
    return name.partition(":")[0] in _SERVICE_SPECIFIC or name == _SECURE_TRANSPORT


def _is_absent(key: str, action: Action) -> bool:
    service = ascii_lower(key.partition(":")[0])
    if service not in _SERVICE_SPECIFIC or service == action.service:
        return False
    name = ascii_lower(key.partition("/")[0])
    return all(name != ascii_lower(listed.partition("/")[0]) for listed in action.conditions)


def _with_implied(given: Iterable[Condition]) -> tuple[Condition, ...]:
    """Add the conditions that follow from the given ones.

    If aws:CalledViaLast is present, the request is part of a forward access session, so
    aws:ViaAWSService, aws:CalledVia and aws:CalledViaFirst are present as well.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html
    """
    implied: list[Condition] = []
    for condition in given:
        implied.append(condition)
        if ascii_lower(condition.key) == "aws:calledvialast" and _requires_key(condition):
            implied += [
                Condition(operator="Bool", key="aws:ViaAWSService", values=("true",)),
                Condition(operator="Null", key="aws:CalledVia", values=("false",)),
                Condition(operator="Null", key="aws:CalledViaFirst", values=("false",)),
            ]
            if operator_of(condition) == _STRING_EQUALS:
                implied.append(
                    Condition(
                        operator="ForAnyValue:StringEquals",
                        key="aws:CalledVia",
                        values=condition.values,
                    )
                )
    return tuple(implied)


_STRING_EQUALS = operator_named("stringequals")
_ANY_STRING_EQUALS = operator_named("stringequals", "foranyvalue")


def _requires_key(condition: Condition) -> bool:
    """Return whether a condition holds only if its key is present."""
    operator = operator_of(condition)
    if operator is None or not condition.values or operator.if_exists or operator.negated:
        return False
    if operator.compares_as("Null"):
        return as_bool(condition.values) is False
    return operator.quantifier != "forallvalues"


def _implied_result(operator: Operator, values: _Values, given: Condition) -> Holds:
    """Evaluate a condition, given that another one on the same key holds."""
    given_operator = operator_of(given)
    if given_operator is None:
        return Holds.MAYBE
    if given_operator == operator and given.values:
        wider, narrower = set(values.written), set(given.values)
        if operator.negated:
            wider, narrower = narrower, wider
        if narrower <= wider:
            return Holds.ALWAYS
    if given_operator.compares_as("Null") and as_bool(given.values):
        return result_if_absent(operator, values.resolved)
    if any("${" in value for value in given.values):
        return Holds.MAYBE
    if operator.compares_as("Null"):
        absent = as_bool(values.written)
        if absent is None or not _requires_key(given):
            return Holds.MAYBE
        return Holds.NEVER if absent else Holds.ALWAYS
    if (
        given_operator.compares_as("Bool")
        and operator.compares_as("Bool")
        and not operator.quantifier
    ):
        expected, actual = as_bool(values.written), as_bool(given.values)
        if expected is None or actual is None or not _requires_key(given):
            return Holds.MAYBE
        return Holds.ALWAYS if expected is actual else Holds.NEVER
    if not values.written:
        return Holds.MAYBE  # what AWS makes of no values at all is not documented
    hits = {operator.any_holds(values.plain, each, values.replaced or ()) for each in given.values}
    if not given.values or None in hits:
        return Holds.MAYBE
    if given_operator == _ANY_STRING_EQUALS and operator.quantifier == "foranyvalue":
        # At least one value of the key is known. The key may have others, so never NEVER.
        return Holds.ALWAYS if hits == {not operator.negated} else Holds.MAYBE
    several = operator.quantifier and ascii_lower(given.key) not in _SINGLE_VALUED
    if given_operator != _STRING_EQUALS or several or len(hits) != 1:
        return Holds.MAYBE
    # The key is present and has one of the given values.
    return Holds.ALWAYS if hits.pop() != operator.negated else Holds.NEVER
