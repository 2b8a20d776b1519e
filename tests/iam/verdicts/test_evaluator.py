"""The judge: which documents count for a principal, and what it says of where a verdict is from."""

from __future__ import annotations

from typing import Any

from iam.account.attachments import attachment_of
from iam.account.effective_policies import limits_of, policies_of
from iam.account.model import ManagedPolicy, Unread
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
    make_evaluator,
    policy,
    policy_arn,
    result,
    role,
    the,
    user,
)


def test_own_policies_count_and_those_of_the_groups() -> None:
    made = account(
        user("alice", allow("a:*"), attached=[LIMITED], groups=["ml", "ghosts"]),
        group("ml", allow("b:*"), attached=[policy_arn("p")]),
        group("others", attached=[policy_arn("q")]),
        policy("p"),
    )
    found = policies_of(made, the(made))
    assert [(s.policy, s.kind, s.group) for s in found] == [
        ("inline-0", "inline", None),
        (LIMITED, "managed", None),
        ("inline-0", "inline", "ml"),
        (policy_arn("p"), "managed", "ml"),
        ("(policies of group ghosts)", "inline", "ghosts"),
    ]
    assert isinstance(found[-1].document, Unread)


def test_a_boundary_that_is_missing_is_not_no_boundary() -> None:
    made = account(user("alice", boundary=policy_arn("gone")), user("bob"))
    (limit,) = limits_of(made, the(made))
    (boundary,) = limit.policies
    assert isinstance(boundary.document, Unread)
    assert limits_of(made, the(made, "bob")) == ()


def test_the_same_policy_by_two_ways_is_named_twice() -> None:
    items = [user("alice", attached=[LIMITED], groups=["ml"]), group("ml", attached=[LIMITED])]
    made = account(*items)
    found = attachment_of(made, the(made), LIMITED)
    assert (found.direct, found.groups) == (True, ("ml",))
    via = result(*items).sections[0].entries[0].via
    assert [(v.policy, v.group) for v in via] == [(LIMITED, None), (LIMITED, "ml")]


def test_only_statements_that_decide_are_named() -> None:
    entry = next(
        e
        for e in result(
            user("alice", allow("bedrock:*", Sid="A"), deny("s3:*", Sid="B"), deny("bedrock:Get*"))
        )
        .sections[0]
        .entries
        if e.action == "bedrock:InvokeModel"
    )
    assert [(v.effect, v.sid) for v in entry.via] == [("Allow", "A")]


def test_the_scope_is_told_in_words() -> None:
    claude = "arn:aws:bedrock:us-east-1::foundation-model/anthropic.*"
    held = allow(
        "bedrock:InvokeModel", claude, Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    )
    entry = next(
        e
        for e in result(user("alice", held)).sections[0].entries
        if e.action.endswith("Model") and "Invoke" in e.action
    )
    assert entry.via[0].scope == ("only foundation-model/anthropic.* in us-east-1", "with MFA")


def test_principals_with_the_same_documents_share_one_result() -> None:
    made = account(*[user(f"u{i}", attached=[LIMITED]) for i in range(3)], role("other"))
    shared: Evaluator = make_evaluator()
    first, second, third = (shared.result(made, the(made, f"u{i}")) for i in range(3))
    assert first.sections is second.sections is third.sections
    assert shared.result(made, the(made, "other")).verdict is Verdict.NONE


def test_a_managed_policy_that_allows_nothing_gives_nothing() -> None:
    managed = managed_policy_of(policy("denies", deny("*")))
    made = account(user("alice", allow("*")))
    found = Evaluator(managed, catalogue(), "aws").result(made, the(made))
    assert (found.verdict, found.sections) == (Verdict.NONE, ())


def own_section(*documents: Any, section: Any, version: str = "2012-10-17") -> Verdict:
    """The verdict on a section of which alice holds some documents."""
    managed = managed_policy_of(policy("managed", raw=document(section, version=version)))
    made = account(user("alice", *documents))
    return Evaluator(managed, catalogue(), "aws").result(made, the(made)).verdict


def test_the_section_s_own_variables_are_the_same_where_they_are_held() -> None:
    mine = allow("bedrock:GetGuardrail", "arn:aws:bedrock:*:*:guardrail/${aws:username}")
    other = allow("bedrock:GetGuardrail", "arn:aws:bedrock:*:*:guardrail/${aws:userid}")
    assert own_section(mine, section=mine) is Verdict.GRANTED
    assert own_section(other, section=mine) is Verdict.PARTIAL
    assert own_section(document(mine, version="2008-10-17"), section=mine) is Verdict.NONE


def test_the_section_s_own_condition_with_a_variable_is_the_same_where_it_is_held() -> None:
    same = {"StringEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}}
    mine = allow("bedrock:GetGuardrail", Condition=same)
    assert own_section(mine, section=mine) is Verdict.GRANTED
    assert own_section(document(mine, version="2008-10-17"), section=mine) is Verdict.PARTIAL


def test_a_section_that_leaves_out_all_that_an_action_acts_on_is_held_or_not() -> None:
    rest = allow("bedrock:*Guardrail", NotResource="arn:aws:bedrock:*:*:guardrail*/*")
    assert own_section(rest, section=rest) is Verdict.GRANTED
    assert own_section(section=rest) is Verdict.NONE
    assert own_section(allow("bedrock:*Guardrail"), section=rest) is Verdict.GRANTED


def test_a_managed_policy_that_could_not_be_read_makes_every_verdict_unknown() -> None:
    unread = ManagedPolicy(name="p", arn=policy_arn("p"), version="v1")
    made = account(user("alice", allow("*")))
    found = Evaluator(unread, catalogue(), "aws").result(made, the(made))
    assert (found.verdict, found.sections) == (Verdict.UNKNOWN, ())
