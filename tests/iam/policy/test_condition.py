"""Evaluating conditions without a request."""

from __future__ import annotations

import pytest

from iam.policy.action_catalogue import catalogue
from iam.policy.condition import evaluate_conditions
from iam.policy.condition_operators import operator_of
from iam.policy.document import Condition
from iam.policy.known_values import Holds

INVOKE = catalogue().find("bedrock:InvokeModel")
ALWAYS, NEVER, MAYBE, UNKNOWN = (
    Holds.ALWAYS, Holds.NEVER, Holds.MAYBE, Holds.UNKNOWN,
)  # fmt: skip


def condition(operator: str, key: str, *values: str) -> Condition:
    return Condition(operator=operator, key=key, values=values)


def evaluate(made: Condition, *given: Condition) -> Holds:
    return evaluate_conditions([made], given, INVOKE)


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("StringEquals", NEVER),
        ("StringNotEquals", ALWAYS),
        ("stringequalsifexists", ALWAYS),
        ("ForAllValues:StringEquals", ALWAYS),
        ("ForAnyValue:StringEquals", NEVER),
        ("ForAnyValue:StringNotEquals", NEVER),
        ("ArnLike", NEVER),
        ("ArnNotLikeIfExists", ALWAYS),
        ("StringResembles", UNKNOWN),
        ("ForSomeValues:StringEquals", UNKNOWN),
        ("NullIfExists", UNKNOWN),
    ],
)
def test_conditions_on_an_absent_key_are_decided(operator: str, expected: Holds) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html"""
    assert evaluate(condition(operator, "s3:prefix", "x")) is expected


@pytest.mark.parametrize(("value", "expected"), [("true", ALWAYS), ("False", NEVER), ("x", MAYBE)])
def test_null_tests_whether_a_key_is_absent(value: str, expected: Holds) -> None:
    assert evaluate(condition("Null", "s3:prefix", value)) is expected


@pytest.mark.parametrize(
    "key", ["aws:SourceIp", "aws:MultiFactorAuthPresent", "bedrock:GuardrailIdentifier", "saml:aud"]
)
def test_a_condition_on_a_key_that_may_be_present_is_undecided(key: str) -> None:
    assert evaluate(condition("StringEquals", key, "x")) is MAYBE
    assert evaluate(condition("StringNotEquals", key, "x")) is MAYBE


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (condition("StringEquals", "aws:CalledViaLast", "a", "b"), ALWAYS),
        (condition("StringEquals", "AWS:calledvialast", "b", "a", "c"), ALWAYS),
        (condition("StringEquals", "aws:CalledViaLast", "a"), MAYBE),
        (condition("StringEquals", "aws:CalledViaLast", "c"), NEVER),
        (condition("StringNotEquals", "aws:CalledViaLast", "c"), ALWAYS),
        (condition("StringNotEquals", "aws:CalledViaLast", "a", "b"), NEVER),
        (condition("StringNotEquals", "aws:CalledViaLast", "a"), MAYBE),
        (condition("StringLike", "aws:CalledViaLast", "?"), ALWAYS),
        (condition("StringLike", "aws:CalledViaLast", "a*"), MAYBE),
        (condition("Null", "aws:CalledViaLast", "true"), NEVER),
        (condition("Null", "aws:CalledViaLast", "false"), ALWAYS),
        (condition("StringEqualsIfExists", "aws:CalledViaLast", "a", "b"), ALWAYS),
        (condition("StringEquals", "aws:CalledViaLast", "${a}", "b", "a"), ALWAYS),
        (condition("StringEquals", "aws:CalledViaLast", "${a}", "b"), MAYBE),
        (condition("StringNotEquals", "aws:CalledViaLast", "${a}"), MAYBE),
    ],
)
def test_the_condition_of_the_section_decides_others(made: Condition, expected: Holds) -> None:
    assert evaluate(made, condition("StringEquals", "aws:CalledViaLast", "a", "b")) is expected


def test_all_conditions_must_hold() -> None:
    never = condition("StringEquals", "s3:prefix", "x")
    odd = condition("Odd", "x", "y")
    maybe = condition("Bool", "aws:MultiFactorAuthPresent", "true")
    assert evaluate_conditions([], [], INVOKE) is ALWAYS
    assert evaluate_conditions([odd, never], [], INVOKE) is NEVER
    assert evaluate_conditions([odd, maybe], [], INVOKE) is Holds.UNKNOWN_MAYBE
    assert evaluate_conditions([maybe], [], INVOKE) is MAYBE


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (condition("Bool", "aws:ViaAWSService", "true"), ALWAYS),
        (condition("BoolIfExists", "aws:viaAWSservice", "True"), ALWAYS),
        (condition("Bool", "aws:ViaAWSService", "false"), NEVER),
        (condition("Bool", "aws:ViaAWSService", "true", "false"), ALWAYS),
        (condition("Bool", "aws:ViaAWSService", "perhaps"), MAYBE),
        (condition("Null", "aws:CalledVia", "true"), NEVER),
        (condition("Null", "aws:CalledViaFirst", "false"), ALWAYS),
        (condition("ForAnyValue:StringEquals", "aws:CalledVia", "a", "b", "c"), ALWAYS),
        (condition("ForAnyValue:StringLike", "aws:CalledVia", "?"), ALWAYS),
        (condition("ForAnyValue:StringEquals", "aws:CalledVia", "a"), MAYBE),
        (condition("ForAnyValue:StringEquals", "aws:CalledVia", "c"), MAYBE),
        (condition("ForAnyValue:StringNotEquals", "aws:CalledVia", "c"), ALWAYS),
        (condition("ForAllValues:StringEquals", "aws:CalledVia", "a", "b"), MAYBE),
        (condition("StringEquals", "aws:CalledViaFirst", "a", "b"), MAYBE),
    ],
)
def test_a_forward_access_session_has_all_of_its_keys(made: Condition, expected: Holds) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html"""
    assert evaluate(made, condition("StringEquals", "aws:CalledViaLast", "a", "b")) is expected
    assert evaluate(made, condition("StringNotEquals", "aws:CalledViaLast", "a", "b")) is MAYBE


def test_only_operators_of_iam_are_parsed() -> None:
    assert operator_of(condition("ForAnyValue:stringlikeifexists", "x", "y")) is not None
    assert operator_of(condition("StringResembles", "x", "y")) is None
