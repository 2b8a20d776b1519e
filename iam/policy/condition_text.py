"""Describe a condition in words: `with MFA`, `if the region is us-east-1`.

A Deny with a single, negated condition is described with "unless", which is easier to read. With
several conditions it is not, because "unless A and unless B" is ambiguous.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from iam.policy.condition_operators import Operator, operator_of
from iam.policy.document import Condition, Effect
from iam.policy.known_values import as_bool
from iam.text import ascii_lower

_KEYS = {
    "aws:calledvia": "the service on the way",
    "aws:calledviafirst": "the first service on the way",
    "aws:calledvialast": "the service that makes the call",
    "aws:currenttime": "the time",
    "aws:principalaccount": "the caller's account",
    "aws:principalarn": "the caller's ARN",
    "aws:principalorgid": "the caller's organization",
    "aws:principalorgpaths": "the caller's place in the organization",
    "aws:principaltype": "the caller's type",
    "aws:requestedregion": "the region",
    "aws:resourceaccount": "the resource's account",
    "aws:resourceorgid": "the resource's organization",
    "aws:sourceip": "the source IP",
    "aws:sourcevpc": "the VPC",
    "aws:sourcevpce": "the VPC endpoint",
    "aws:userid": "the caller's ID",
    "aws:username": "the user name",
    "aws:vpcsourceip": "the source IP in the VPC",
    "bedrock:bearertokentype": "the type of the API key",
    "bedrock:guardrailidentifier": "the guardrail",
    "bedrock:inferenceprofilearn": "the inference profile",
    "bedrock:servicetier": "the service tier",
}
_TAGS = {
    "aws:principaltag": "the caller's tag",
    "aws:requesttag": "the request's tag",
    "aws:resourcetag": "the resource's tag",
}
_MFA = {
    (True, False): "with MFA",
    (False, False): "with temporary credentials without MFA",
    (True, True): "with MFA or with long-term credentials",
    (False, True): "without MFA",
}
"""By value and IfExists. The key is absent from requests with long-term credentials.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-multifactorauthpresent
"""
_YES_NO = {
    "aws:securetransport": ("over TLS", "without TLS"),
    "aws:viaawsservice": ("when an AWS service calls on its behalf", "when it calls directly"),
}
"""Keys that are present in every request: the phrases for true and false."""


def condition_in_words(condition: Condition, effect: Effect | None, alone: bool) -> str:
    """Describe a condition in words.

    Args:
        condition: A condition of a statement.
        effect: The effect of the statement.
        alone: Whether it is the statement's only condition.

    Returns:
        A phrase that follows a description of what is allowed or denied.
    """
    operator = operator_of(condition)
    values = [value or '""' for value in condition.values] or ["(nothing)"]
    if operator is None:
        return f"if unknown operator {condition.operator}: {condition.key} {' or '.join(values)}"
    truth = as_bool(condition.values)
    if operator.compares_as("Bool") and not operator.quantifier and truth is not None:
        if (key := ascii_lower(condition.key)) == "aws:multifactorauthpresent":
            return _MFA[truth, operator.if_exists]
        if key in _YES_NO:
            return _YES_NO[key][0 if truth else 1]
    name = _name(condition.key)
    if operator.compares_as("Null") and truth is not None:
        return f"if {name} is {'absent' if truth else 'present'}"
    if operator.compares_as("Null"):
        return f"if {name} is absent: {' or '.join(values)}"
    verb = operator.comparison.verb
    if operator.negated and effect == "Deny" and alone and not operator.quantifier:
        return f"unless {name} {verb} {' or '.join(values)}"
    if operator.negated:
        verb = verb.replace("is", "is not", 1)
    if quantifier := _QUANTIFIERS.get(operator.quantifier):
        name = f"{quantifier} {_ONE_OF_SEVERAL.get(ascii_lower(condition.key), f'value of {name}')}"
    comparison = f"{name} {verb} {(' nor ' if operator.negated else ' or ').join(values)}"
    return f"if {comparison}{_absent_suffix(operator)}"


_QUANTIFIERS = {"forallvalues": "every", "foranyvalue": "any"}
_ONE_OF_SEVERAL = {
    "aws:calledvia": "service on the way",
    "aws:principalorgpaths": "place of the caller in the organization",
}
"""Names of keys with several values that can follow `every` and `any`."""


def _absent_suffix(operator: Operator) -> str:
    """Describe the result for requests without the key, where the wording does not imply it."""
    if operator.quantifier == "forallvalues":
        return ", or there is none"
    return ", or is absent" if operator.if_exists and not operator.negated else ""


def _name(key: str) -> str:
    kind, slash, tag = key.partition("/")
    if slash and ascii_lower(kind) in _TAGS:
        return f"{_TAGS[ascii_lower(kind)]} {tag}"
    return _KEYS.get(ascii_lower(key), key)
