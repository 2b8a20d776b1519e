"""Evaluating principals. The rules of AWS's policy evaluation have golden cases."""

from __future__ import annotations

from typing import Any

import pytest

from iam.account.attachments import attachment_of
from iam.account.effective_policies import limits_of, policies_of
from iam.account.model import ManagedPolicy
from iam.account.parse import managed_policy_of
from iam.account.unread import Unread
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
    make_evaluator,
    policy,
    policy_arn,
    result,
    role,
    the,
    user,
    verdict,
)
from tests.iam.verdicts.summary_check import agreed

INVOKE = "bedrock:InvokeModel"


def of_alice(*documents: object, action: str = INVOKE, **more: object) -> Verdict:
    """Evaluate an action for a user with these documents."""
    return verdict(action, user("alice", *documents, **more))  # type: ignore[arg-type]


def test_policies_of_a_user_are_its_own_and_those_of_its_groups() -> None:
    made = account(
        user("alice", allow("a:*"), attached=[LIMITED], groups=["ml", "ghosts"]),
        group("ml", allow("b:*"), attached=[policy_arn("p")]),
        group("others", attached=[policy_arn("q")]),
        policy("p"),
    )
    policies = policies_of(made, the(made))
    assert [(p.policy, p.kind, p.group) for p in policies] == [
        ("inline-0", "inline", None),
        (LIMITED, "managed", None),
        ("inline-0", "inline", "ml"),
        (policy_arn("p"), "managed", "ml"),
        ("(policies of group ghosts)", "inline", "ghosts"),
    ]
    assert isinstance(policies[-1].document, Unread)


def test_a_missing_group_makes_verdicts_unknown() -> None:
    assert of_alice(groups=["gone"]) is Verdict.UNKNOWN


def test_a_missing_boundary_is_an_unread_limit() -> None:
    made = account(user("alice", boundary=policy_arn("gone")), user("bob"))
    (limit,) = limits_of(made, the(made))
    (boundary,) = limit.policies
    assert isinstance(boundary.document, Unread)
    assert limits_of(made, the(made, "bob")) == ()


def test_a_policy_may_be_attached_directly_and_through_a_group() -> None:
    made = account(
        user("alice", attached=[LIMITED], groups=["ml"]), group("ml", attached=[LIMITED])
    )
    attached = attachment_of(made, the(made), LIMITED)
    assert (attached.direct, attached.groups) == (True, ("ml",))


def test_the_managed_policy_grants_all_of_its_own_sections() -> None:
    alice = result(user("alice", attached=[LIMITED]))
    assert [s.verdict for s in alice.sections] == [Verdict.GRANTED] * 6
    assert [(s.granted, s.total) for s in alice.sections] == [
        (44, 44), (1, 1), (4, 4), (4, 4), (2, 2), (3, 3),
    ]  # fmt: skip


def test_a_wildcard_entry_counts_its_granted_actions() -> None:
    alice = result(user("alice", allow("bedrock:*"), deny("bedrock:GetAgent")))
    entry = alice.sections[0].entries[0]
    assert entry.action == "bedrock:Get*"
    assert entry.granted == entry.total - 1


def test_principals_with_the_same_documents_share_one_result() -> None:
    made = account(*[user(f"u{i}", attached=[LIMITED]) for i in range(3)], role("other"))
    shared: Evaluator = make_evaluator()
    first, second, third = (shared.result(made, the(made, f"u{i}")) for i in range(3))
    assert first.sections is second.sections is third.sections
    assert shared.result(made, the(made, "other")).verdict is Verdict.NONE


def test_a_managed_policy_without_allow_statements_has_no_sections() -> None:
    managed = managed_policy_of(policy("denies", deny("*")))
    made = account(user("alice", allow("*")))
    alice = Evaluator(managed, catalogue(), "aws").result(made, the(made))
    assert (alice.verdict, alice.sections) == (Verdict.NONE, ())


def test_an_unread_managed_policy_makes_every_verdict_unknown() -> None:
    unread = ManagedPolicy(name="p", arn=policy_arn("p"), version="v1")
    made = account(user("alice", allow("*")))
    alice = agreed(Evaluator(unread, catalogue(), "aws"), made, the(made))
    assert (alice.verdict, alice.sections) == (Verdict.UNKNOWN, ())


def of_section(*documents: Any, section: Any) -> Verdict:
    """Evaluate a user with these documents for a managed policy of one statement."""
    managed = managed_policy_of(policy("managed", raw=document(section)))
    made = account(user("alice", *documents))
    return Evaluator(managed, catalogue(), "aws").result(made, the(made)).verdict


def test_a_policy_variable_equals_the_same_variable_of_the_section() -> None:
    mine = allow("bedrock:GetGuardrail", "arn:aws:bedrock:*:*:guardrail/${aws:username}")
    other = allow("bedrock:GetGuardrail", "arn:aws:bedrock:*:*:guardrail/${aws:userid}")
    assert of_section(mine, section=mine) is Verdict.GRANTED
    assert of_section(other, section=mine) is Verdict.PARTIAL
    assert of_section(document(mine, version="2008-10-17"), section=mine) is Verdict.NONE


def test_a_condition_with_a_variable_equals_the_same_condition_of_the_section() -> None:
    same = {"StringEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}}
    mine = allow("bedrock:GetGuardrail", Condition=same)
    assert of_section(mine, section=mine) is Verdict.GRANTED
    assert of_section(document(mine, version="2008-10-17"), section=mine) is Verdict.PARTIAL


def test_only_the_resources_that_a_section_names_count() -> None:
    named = allow("bedrock:GetGuardrail", "arn:aws:bedrock:us-east-1:*:guardrail/*")
    wider = allow("bedrock:GetGuardrail", "arn:aws:bedrock:us-*:*:*")
    other = allow("bedrock:GetGuardrail", "arn:aws:bedrock:eu-west-1:*:*")
    assert of_section(wider, section=named) is Verdict.GRANTED
    assert of_section(other, section=named) is Verdict.NONE


def test_a_section_whose_not_resource_excludes_all_actual_resources() -> None:
    rest = allow("bedrock:*Guardrail", NotResource="arn:aws:bedrock:*:*:guardrail*/*")
    assert of_section(rest, section=rest) is Verdict.GRANTED
    assert of_section(section=rest) is Verdict.NONE
    assert of_section(allow("bedrock:*Guardrail"), section=rest) is Verdict.GRANTED


def test_a_deny_on_another_service_does_not_affect_keys() -> None:
    bedrock = deny("*", "arn:aws:bedrock:*")
    assert of_alice(allow("*"), bedrock, action="kms:DescribeKey") is Verdict.GRANTED


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("bedrock:DeleteCustomModel", "custom-model"),
        ("bedrock:StopModelCustomizationJob", "model-customization-job"),
    ],
)
def test_ids_of_custom_models_contain_slashes_and_colons(action: str, resource: str) -> None:
    """https://docs.aws.amazon.com/bedrock/latest/APIReference/API_CustomModelSummary.html"""
    id = "amazon.titan-text-lite-v1:0:4k/abcdefghij12"
    arn = f"arn:aws:bedrock:us-east-1:123456789012:{resource}/{id}"
    assert of_alice(allow("*", arn), action=action) is Verdict.PARTIAL
    assert of_alice(allow("*"), deny("*", arn), action=action) is Verdict.PARTIAL


@pytest.mark.parametrize("effect", [allow, deny])
def test_complex_patterns_are_irrelevant_if_a_statement_covers_everything(effect: Any) -> None:
    words = "claude titan nova llama mistral cohere haiku sonnet opus embed".split()
    many = [allow("bedrock:*", f"arn:aws:bedrock:*::foundation-model/*{w}*-v?:0") for w in words]
    expected = Verdict.GRANTED if effect is allow else Verdict.DENIED
    assert of_alice(effect("*"), *many) is expected


def test_action_patterns_that_overlap_an_unknown_wildcard_make_it_partial() -> None:
    many = [f"s3:*{c}*s*{c}" for c in "abcdefghijklm"]
    assert of_section(allow(many), section=allow("s3:Get*")) is Verdict.PARTIAL
