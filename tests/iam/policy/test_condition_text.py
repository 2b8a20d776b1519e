"""Descriptions of conditions in words."""

from __future__ import annotations

import pytest

from iam.policy.condition_text import condition_in_words
from iam.policy.document import Condition, Effect
from tests.iam.policy.test_condition import condition

MFA = "aws:MultiFactorAuthPresent"
ORG = "aws:PrincipalOrgID"


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (condition("Bool", MFA, "true"), "with MFA"),
        (condition("BoolIfExists", MFA, "false"), "without MFA"),
        (condition("Bool", MFA, "False"), "with temporary credentials without MFA"),
        (condition("BoolIfExists", MFA, "true"), "with MFA or with long-term credentials"),
        (condition("Bool", MFA, "true", "false"), f"if {MFA} is true or false"),
        (
            condition("ForAllValues:Bool", MFA, "true"),
            f"if every value of {MFA} is true, or there is none",
        ),
        (condition("Bool", "aws:SecureTransport", "false"), "without TLS"),
        (condition("Bool", "aws:ViaAWSService", "false"), "when it calls directly"),
        (condition("IpAddress", "aws:SourceIp", "10.0.0.0/8"), "if the source IP is in 10.0.0.0/8"),
        (
            condition("StringNotEquals", "aws:RequestedRegion", "us-east-1", "eu-west-1"),
            "if the region is not us-east-1 nor eu-west-1",
        ),
        (
            condition("StringEqualsIfExists", ORG, "o-1"),
            "if the caller's organization is o-1, or is absent",
        ),
        (
            condition("StringNotEqualsIfExists", ORG, "o-1"),
            "if the caller's organization is not o-1",
        ),
        (condition("Null", "aws:TokenIssueTime", "true"), "if aws:TokenIssueTime is absent"),
        (condition("Null", "bedrock:GuardrailIdentifier", "false"), "if the guardrail is present"),
        (condition("Null", "a:b", "x"), "if a:b is absent: x"),
        (
            condition("ForAnyValue:StringLike", "aws:TagKeys", "a*"),
            "if any value of aws:TagKeys is like a*",
        ),
        (
            condition("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-1/r-1/*"),
            "if any place of the caller in the organization is like o-1/r-1/*",
        ),
        (
            condition("ForAllValues:StringEquals", "aws:CalledVia", "x"),
            "if every service on the way is x, or there is none",
        ),
        (
            condition("ForAnyValue:StringEquals", "aws:RequestTag/team", "ml"),
            "if any value of the request's tag team is ml",
        ),
        (condition("Null", "aws:CalledVia", "true"), "if the service on the way is absent"),
        (
            condition("StringEquals", "aws:PrincipalTag/Team", "ml"),
            "if the caller's tag Team is ml",
        ),
        (condition("NumericNotEquals", "a:b", "3"), "if a:b is not 3"),
        (condition("StringEquals", "a:b"), "if a:b is (nothing)"),
        (condition("StringEquals", "a:b", ""), 'if a:b is ""'),
        (condition("Odd", "x", "y"), "if unknown operator Odd: x y"),
    ],
)
def test_a_condition_of_an_allow_is_worded_with_if(made: Condition, words: str) -> None:
    assert condition_in_words(made, "Allow", alone=True) == words


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (condition("BoolIfExists", MFA, "false"), "without MFA"),
        (
            condition("StringNotEquals", "aws:RequestedRegion", "us-east-1", "eu-west-1"),
            "unless the region is us-east-1 or eu-west-1",
        ),
        (
            condition("NotIpAddressIfExists", "aws:SourceIp", "10.0.0.0/8"),
            "unless the source IP is in 10.0.0.0/8",
        ),
        (condition("StringNotLike", "a:b", "x*"), "unless a:b is like x*"),
        (condition("ArnNotEquals", "a:b", "x*"), "unless a:b is like x*"),
        (
            condition("ForAnyValue:StringNotEquals", "aws:TagKeys", "a", "b"),
            "if any value of aws:TagKeys is not a nor b",
        ),
        (condition("StringEquals", "aws:RequestedRegion", "x"), "if the region is x"),
    ],
)
def test_a_deny_with_a_negated_condition_is_worded_with_unless(made: Condition, words: str) -> None:
    assert condition_in_words(made, "Deny", alone=True) == words


@pytest.mark.parametrize("effect", ["Deny", None])
def test_a_deny_with_several_conditions_is_worded_with_if(effect: Effect | None) -> None:
    made = condition("StringNotEquals", "aws:RequestedRegion", "us-east-1")
    assert condition_in_words(made, effect, alone=False) == "if the region is not us-east-1"
