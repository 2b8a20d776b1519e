"""Verdicts, rule by rule. The issue of exactness has its own golden cases; these hold the shape."""

from __future__ import annotations

from typing import Any

import pytest

from iam.account.parse import managed_policy_of
from iam.policy.action_catalogue import catalogue
from iam.verdicts.evaluator import Evaluator
from iam.verdicts.verdict import Verdict
from tests.build import (
    LIMITED,
    account,
    allow,
    deny,
    document,
    group,
    policy,
    policy_arn,
    result,
    role,
    the,
    user,
    verdict,
)

INVOKE = "bedrock:InvokeModel"
GUARDRAIL = "bedrock:GetGuardrail"
MODEL = "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-v2:1"
MANTLE = "BedrockMantleAPIs"


def of(*documents: object, action: str = INVOKE, **more: object) -> Verdict:
    return verdict(action, user("alice", *documents, **more))  # type: ignore[arg-type]


def test_nothing_is_allowed_by_nothing() -> None:
    assert of() is Verdict.NONE


@pytest.mark.parametrize(
    "action", ["*", "*:*", "bedrock:*", "BEDROCK:invoke*", "bedrock:InvokeMode?", "b*:InvokeModel"]
)
def test_an_allow_matches_without_regard_to_case_and_by_wildcards(action: str) -> None:
    assert of(allow(action)) is Verdict.GRANTED


def test_an_allow_of_another_action_grants_nothing() -> None:
    assert of(allow("bedrock:InvokeModelWithResponseStream")) is Verdict.NONE


def test_an_explicit_deny_wins() -> None:
    assert of(allow("*"), deny("bedrock:Invoke*")) is Verdict.DENIED


def test_a_deny_without_any_allow_is_denied() -> None:
    assert of(deny(INVOKE)) is Verdict.DENIED


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (MODEL, Verdict.PARTIAL),
        ("arn:aws:bedrock:*", Verdict.GRANTED),
        ("arn:*:bedrock:*:*:*", Verdict.GRANTED),
        ("arn:aws:bedrock:us-east-1:*:*", Verdict.PARTIAL),
        ("arn:aws:bedrock:*:123456789012:*", Verdict.PARTIAL),
        ("arn:aws-cn:bedrock:*", Verdict.NONE),
        ("arn:aws:s3:::*", Verdict.NONE),
        ("ARN:AWS:BEDROCK:*", Verdict.NONE),
    ],
)
def test_resources_scope_an_allow(resource: str, expected: Verdict) -> None:
    assert of(allow(INVOKE, resource)) is expected


def test_two_allows_share_the_work() -> None:
    half = allow(GUARDRAIL, "arn:aws:bedrock:*:*:guardrail/*")
    assert of(half, action=GUARDRAIL) is Verdict.GRANTED
    inference = [f"arn:aws:bedrock:*:*:{kind}" for kind in ("a*", "b*", "c*", "d*", "e*")]
    rest = [
        f"arn:aws:bedrock:*:*:{kind}" for kind in ("f*", "g*", "[h-z]*", "i*", "p*", "m*", "s*")
    ]
    assert of(allow(INVOKE, inference), allow(INVOKE, rest)) is Verdict.GRANTED
    assert of(allow(INVOKE, inference)) is Verdict.PARTIAL


def test_mantle_inference_is_full_on_projects() -> None:
    projects = allow("bedrock-mantle:CreateInference", "arn:aws:bedrock-mantle:*:*:project/*")
    assert of(projects, action="bedrock-mantle:CreateInference") is Verdict.GRANTED


def test_an_action_without_resource_types_needs_a_star() -> None:
    assert of(allow("ec2:DescribeVpcs", "arn:aws:ec2:*:*:vpc/*"), action="ec2:DescribeVpcs") is (
        Verdict.NONE
    )
    assert of(allow("ec2:DescribeVpcs"), action="ec2:DescribeVpcs") is Verdict.GRANTED


def test_a_deny_on_some_resources_makes_a_grant_partial() -> None:
    assert of(allow(INVOKE), deny(INVOKE, MODEL)) is Verdict.PARTIAL


def test_a_deny_on_other_resources_takes_nothing() -> None:
    assert of(allow(GUARDRAIL), deny("*", "arn:aws:bedrock:*:*:agent/*"), action=GUARDRAIL) is (
        Verdict.GRANTED
    )


def test_a_deny_of_every_resource_of_the_action_denies() -> None:
    assert of(allow(GUARDRAIL), deny("*", "arn:aws:bedrock:*:*:guardrail/*"), action=GUARDRAIL) is (
        Verdict.DENIED
    )


def test_allow_notaction_allows_the_rest() -> None:
    assert of(allow(NotAction=["iam:*"])) is Verdict.GRANTED
    assert of(allow(NotAction=["bedrock:*"])) is Verdict.NONE


def test_deny_notaction_denies_the_rest_and_grants_nothing() -> None:
    assert of(deny(NotAction=["bedrock:*"])) is Verdict.NONE
    assert of(allow("*"), deny(NotAction=["s3:*"])) is Verdict.DENIED


def test_notresource_leaves_its_resources_out() -> None:
    assert of(allow(INVOKE, NotResource=MODEL)) is Verdict.PARTIAL
    assert of(allow(INVOKE, NotResource="arn:aws:s3:::*")) is Verdict.GRANTED
    assert of(allow(INVOKE), deny(INVOKE, NotResource="arn:aws:bedrock:*")) is Verdict.GRANTED
    assert of(allow(INVOKE), deny(INVOKE, NotResource=MODEL)) is Verdict.PARTIAL


def test_a_condition_makes_an_allow_partial_and_a_deny_too() -> None:
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    assert of(allow(INVOKE, Condition=mfa)) is Verdict.PARTIAL
    assert of(allow(INVOKE), deny(INVOKE, Condition=mfa)) is Verdict.PARTIAL


def test_the_sections_own_condition_does_not_narrow() -> None:
    def market(services: list[str]) -> Verdict:
        held = {"StringEquals": {"aws:CalledViaLast": services}}
        return of(allow("aws-marketplace:*", Condition=held), action="aws-marketplace:Subscribe")

    both = ["bedrock.amazonaws.com", "bedrock-mantle.amazonaws.com"]
    assert market(both) is Verdict.GRANTED
    assert market([*both, "sagemaker.amazonaws.com"]) is Verdict.GRANTED
    assert market(both[:1]) is Verdict.PARTIAL
    assert market(["sagemaker.amazonaws.com"]) is Verdict.NONE


def test_a_deny_for_other_services_than_bedrock_does_not_touch_marketplace() -> None:
    other = {
        "StringNotEquals": {
            "aws:CalledViaLast": ["bedrock.amazonaws.com", "bedrock-mantle.amazonaws.com"]
        }
    }
    assert (
        of(allow("*"), deny("*", Condition=other), action="aws-marketplace:Subscribe")
        is Verdict.GRANTED
    )


def test_conditions_on_keys_that_a_bedrock_call_cannot_carry() -> None:
    positive = {"StringEquals": {"s3:prefix": "x"}}
    assert of(allow(INVOKE, Condition=positive)) is Verdict.NONE
    assert of(allow(INVOKE), deny(INVOKE, Condition=positive)) is Verdict.GRANTED
    negated = {"StringNotEquals": {"s3:prefix": "x"}}
    assert of(allow(INVOKE, Condition=negated)) is Verdict.GRANTED
    assert of(allow(INVOKE, Condition={"StringEqualsIfExists": {"s3:prefix": "x"}})) is (
        Verdict.GRANTED
    )
    assert of(allow(INVOKE, Condition={"Null": {"s3:prefix": "true"}})) is Verdict.GRANTED


def test_a_policy_variable_makes_a_resource_partial_in_the_new_version_only() -> None:
    statement = allow(INVOKE, "arn:aws:bedrock:*:*:${aws:username}*")
    assert of(document(statement)) is Verdict.PARTIAL
    assert of(document(statement, version="2008-10-17")) is Verdict.NONE


def test_a_variable_in_a_deny_makes_a_grant_partial() -> None:
    mine = deny(INVOKE, "arn:aws:bedrock:*${aws:username}")
    assert of(allow("*"), mine) is Verdict.PARTIAL


def test_key_access_counts_as_granted_where_the_statement_is_held() -> None:
    held = allow("kms:DescribeKey", "arn:*:kms:*:::*")
    assert of(held, action="kms:DescribeKey") is Verdict.GRANTED
    assert of(allow("kms:*"), action="kms:DescribeKey") is Verdict.GRANTED
    one_key = allow("kms:DescribeKey", "arn:aws:kms:us-east-1:123456789012:key/1")
    assert of(one_key, action="kms:DescribeKey") is Verdict.PARTIAL


def test_a_deny_on_another_service_takes_nothing_of_key_access() -> None:
    bedrock = deny("*", "arn:aws:bedrock:*")
    assert of(allow("*"), bedrock, action="kms:DescribeKey") is Verdict.GRANTED


class TestBoundary:
    def within(self, *statements: object, action: str = INVOKE) -> Verdict:
        return verdict(
            action,
            role("alice", allow("bedrock:*"), boundary=policy_arn("b")),
            policy("b", *statements),  # type: ignore[arg-type]
        )

    def test_a_boundary_must_allow_as_well(self) -> None:
        assert self.within(allow("*")) is Verdict.GRANTED
        assert self.within(allow("s3:*")) is Verdict.NONE
        assert self.within(allow(INVOKE, MODEL)) is Verdict.PARTIAL

    def test_a_deny_in_the_boundary_denies(self) -> None:
        assert self.within(allow("*"), deny(INVOKE)) is Verdict.DENIED

    def test_a_boundary_never_grants(self) -> None:
        items = [role("alice", boundary=policy_arn("b")), policy("b", allow("*"))]
        assert verdict(INVOKE, *items) is Verdict.NONE

    def test_a_missing_boundary_is_unknown_where_something_is_allowed(self) -> None:
        items = [role("alice", allow("bedrock:*"), boundary=policy_arn("gone"))]
        assert verdict(INVOKE, *items) is Verdict.UNKNOWN
        assert verdict("kms:DescribeKey", *items) is Verdict.NONE

    def test_the_reason_names_the_boundary(self) -> None:
        items = [
            role("alice", allow("bedrock:*"), boundary=policy_arn("b")),
            policy("b", allow("s3:*")),
        ]
        entry = result(*items).sections[0].entries[0]
        assert entry.reasons == (f"limited by boundary {policy_arn('b')}",)


class TestUnknown:
    BROKEN = "{not json"

    def test_an_unreadable_document_is_unknown(self) -> None:
        assert of(self.BROKEN_DOCUMENT) is Verdict.UNKNOWN
        assert of(allow("*"), self.BROKEN_DOCUMENT) is Verdict.UNKNOWN

    BROKEN_DOCUMENT = {"Version": "2012-10-17", "Effect": "no"} | {"Statement": 3}

    def test_an_explicit_deny_still_denies(self) -> None:
        assert of(deny("*"), allow("*", Condition={"Foo": {"a": "b"}})) is Verdict.DENIED

    def test_an_unknown_operator_in_an_allow_matters_only_without_a_full_grant(self) -> None:
        odd = allow("*", Condition={"StringResembles": {"a": "b"}})
        assert of(odd) is Verdict.UNKNOWN
        assert of(odd, allow("*")) is Verdict.GRANTED

    def test_an_unknown_operator_in_a_deny_makes_a_grant_unknown(self) -> None:
        assert of(allow("*"), deny("*", Condition={"Odd": {"a": "b"}})) is Verdict.UNKNOWN

    def test_an_unknown_statement_about_something_else_does_not_matter(self) -> None:
        assert of(allow("*"), deny("s3:*", Condition={"Odd": {"a": "b"}})) is Verdict.GRANTED

    def test_a_missing_managed_policy_and_a_missing_group_are_unknown(self) -> None:
        assert of(attached=[policy_arn("gone")]) is Verdict.UNKNOWN
        assert of(groups=["gone"]) is Verdict.UNKNOWN

    @pytest.mark.parametrize(
        "odd",
        [
            {"Effect": "Allow", "Action": "*"},
            {"Effect": "Maybe", "Action": "*", "Resource": "*"},
            {"Effect": "Allow", "Action": 7, "Resource": "*"},
            {"Effect": "Allow", "Action": "*", "Resource": "*", "Extra": 1},
            "text",
        ],
    )
    def test_a_statement_of_an_unknown_shape_is_unknown(self, odd: object) -> None:
        made = {"Version": "2012-10-17", "Statement": [odd], "Id": "no-effect-key-here"}
        assert of(made) is Verdict.UNKNOWN


def test_groups_grant_to_their_users_and_say_so() -> None:
    items = [user("alice", groups=["ml"]), group("ml", attached=[LIMITED])]
    found = result(*items)
    assert found.verdict is Verdict.GRANTED
    assert found.attached.groups == ("ml",)
    assert not found.attached.direct
    (via,) = found.sections[0].entries[0].via
    assert (via.policy, via.group, via.sid, via.kind) == (LIMITED, "ml", "BedrockAPIs", "managed")


def test_the_default_version_counts() -> None:
    items = [user("alice", attached=[policy_arn("p")]), policy("p", allow("bedrock:*"))]
    assert verdict(INVOKE, *items) is Verdict.GRANTED


def test_the_managed_policy_itself_grants_every_section() -> None:
    found = result(user("alice", attached=[LIMITED]))
    assert [s.verdict for s in found.sections] == [Verdict.GRANTED] * 6
    assert [(s.granted, s.total) for s in found.sections] == [
        (44, 44), (1, 1), (4, 4), (4, 4), (2, 2), (3, 3),
    ]  # fmt: skip


def test_a_wildcard_entry_sums_up_its_concrete_actions() -> None:
    found = result(user("alice", allow("bedrock:*"), deny("bedrock:GetAgent")))
    entry = found.sections[0].entries[0]
    assert entry.action == "bedrock:Get*"
    assert entry.verdict is Verdict.PARTIAL
    assert entry.granted == entry.total - 1
    assert entry.concrete["bedrock:GetAgent"] is Verdict.DENIED


def test_custom_models_and_their_jobs_have_ids_with_slashes_and_colons() -> None:
    """https://docs.aws.amazon.com/bedrock/latest/APIReference/API_CustomModelSummary.html"""
    id = "amazon.titan-text-lite-v1:0:4k/abcdefghij12"
    model = f"arn:aws:bedrock:us-east-1:123456789012:custom-model/{id}"
    job = f"arn:aws:bedrock:us-east-1:123456789012:model-customization-job/{id}"
    for action, arn in (
        ("bedrock:DeleteCustomModel", model),
        ("bedrock:StopModelCustomizationJob", job),
    ):
        assert of(allow("*", arn), action=action) is Verdict.PARTIAL
        assert of(allow("*"), deny("*", arn), action=action) is Verdict.PARTIAL


@pytest.mark.parametrize("effect", [allow, deny])
def test_patterns_that_are_too_many_do_not_matter_where_something_covers_all(effect: Any) -> None:
    words = "claude titan nova llama mistral cohere haiku sonnet opus embed".split()
    many = [allow("bedrock:*", f"arn:aws:bedrock:*::foundation-model/*{w}*-v?:0") for w in words]
    expected = Verdict.GRANTED if effect is allow else Verdict.DENIED
    assert of(effect("*"), *many) is expected


def test_action_patterns_that_are_too_many_are_unknown_and_no_crash() -> None:
    many = [f"s3:*{c}*s*{c}" for c in "abcdefghijklm"]
    managed = managed_policy_of(policy("managed", allow("s3:Get*")))
    made = account(user("alice", allow(many)))
    found = Evaluator(managed, catalogue(), "aws").result(made, the(made))
    assert found.verdict in (Verdict.UNKNOWN, Verdict.PARTIAL)
