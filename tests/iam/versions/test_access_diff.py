"""The access that the newer of two documents of a policy adds, and that it removes."""

from __future__ import annotations

import copy
from fnmatch import fnmatchcase
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iam.account.attachments import AttachmentCount
from iam.demo.versions import earlier_versions
from iam.policy.action_catalogue import catalogue
from iam.policy.bundled import bundled_policy
from iam.policy.document import parse_document
from iam.verdicts.section import sections_of
from iam.versions.access_diff import AccessDiff, compare
from iam.versions.diff_text import attachments_in_words, effect, parts, summary
from iam.versions.statement_diff import StatementChange
from tests.build import LIMITED, allow, deny, document
from tests.examples import examples
from tests.iam.verdicts.test_properties import policies

UNLESS = "unless another policy gives or withholds it."

Json = dict[str, Any]
X, Y = "arn:aws:bedrock:*:*:guardrail/x", "arn:aws:bedrock:*:*:guardrail/y"
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def diff(older: list[Json] | Json, newer: list[Json] | Json) -> AccessDiff:
    """Compare two documents, given whole or as their statements."""
    first, second = (
        parse_document(raw if isinstance(raw, dict) else document(*raw)) for raw in (older, newer)
    )
    return compare(first, second, catalogue(), "aws")


def limited() -> Json:
    """AmazonBedrockLimitedAccess v9."""
    policy = bundled_policy(LIMITED)
    assert policy is not None
    return copy.deepcopy(policy.document)


def text(found: AccessDiff) -> str:
    """All that is said about the statements."""
    return "\n".join(
        f"{line.sign} {line.text} {line.note}"
        for part in parts(found, lambda _: "")
        for line in part.lines
        if part.title == "Statements"
    )


def only(found: AccessDiff) -> StatementChange:
    (change,) = found.statements
    return change


# What AWS did


def test_v8_to_v9_of_the_limited_policy_is_two_actions_one_statement() -> None:
    v9 = limited()
    v8 = {**v9, "Statement": [s for s in v9["Statement"] if s["Sid"] != "BedrockWebSearch"]}
    found = diff(v8, v9)
    assert summary(found, "v8", "v9") == (
        "v9 added two actions, one statement, and removed nothing."
    )
    assert found.gained == ("bedrock-websearch:InvokeFetch", "bedrock-websearch:InvokeSearch")
    assert only(found).statement.sid == "BedrockWebSearch"
    assert not (found.lost or found.wider or found.narrower or found.moved or found.unknown)


@pytest.mark.parametrize(
    ("older", "newer", "said"),
    [
        ("v1", "v2", "v2 added 18 actions, one statement, and removed nothing."),
        ("v2", "v7", "v7 added 14 actions and removed nothing."),
        ("v7", "v8", "v8 added wider access to three actions and removed nothing."),
        ("v9", "v8", "v8 added nothing and removed two actions, one statement."),
        ("v8", "v7", "v7 added nothing and removed part of the access to three actions."),
    ],
)
def test_what_aws_changed_before(older: str, newer: str, said: str) -> None:
    documents = {"v9": limited(), **earlier_versions(limited())}
    assert summary(diff(documents[older], documents[newer]), older, newer) == said


def test_a_condition_that_was_widened_is_said_before_and_after() -> None:
    documents = earlier_versions(limited())
    one, two = "bedrock.amazonaws.com", "bedrock-mantle.amazonaws.com"
    assert text(diff(documents["v7"], documents["v8"])).splitlines() == [
        "~ MarketplaceOperationsFromBedrockFor3pModels (Allow, changed) ",
        f"- if the service that makes the call is {one} ",
        f"+ if the service that makes the call is {one} or {two} ",
    ]


# Concrete actions


def test_what_another_statement_said_before_is_no_gain() -> None:
    found = diff([allow("bedrock:*")], [allow("bedrock:*"), allow("bedrock:InvokeModel")])
    assert not found.access
    assert only(found).before is None
    assert summary(found, "v1", "v2") == "v2 grants the same access as v1, written differently."


def test_an_action_that_is_allowed_on_fewer_resources_is_narrower() -> None:
    found = diff([allow("bedrock:ApplyGuardrail")], [allow("bedrock:ApplyGuardrail", X)])
    assert found.narrower == ("bedrock:ApplyGuardrail",)
    assert text(found).splitlines()[1:] == [f"+ on {X} ", "- on * "]


def test_an_action_that_is_allowed_on_other_resources_moved() -> None:
    found = diff([allow("bedrock:ApplyGuardrail", X)], [allow("bedrock:ApplyGuardrail", Y)])
    assert found.moved == ("bedrock:ApplyGuardrail",)
    assert not (found.gained or found.lost)
    assert "The scope of one action changed." in summary(found, "v1", "v2")


def test_a_condition_that_is_new_narrows_and_one_that_is_gone_widens() -> None:
    plain, with_mfa = [allow("bedrock:InvokeModel")], [allow("bedrock:InvokeModel", Condition=MFA)]
    assert diff(plain, with_mfa).narrower == ("bedrock:InvokeModel",)
    assert diff(with_mfa, plain).wider == ("bedrock:InvokeModel",)
    assert "+ with MFA" in text(diff(plain, with_mfa))


def test_a_deny_takes_away_and_its_removal_gives() -> None:
    plain = [allow("bedrock:InvokeModel*")]
    denied = [*plain, deny("bedrock:InvokeModel", Sid="No")]
    assert diff(plain, denied).lost == ("bedrock:InvokeModel",)
    assert diff(denied, plain).gained == ("bedrock:InvokeModel",)
    assert "+ No (Deny, added)" in text(diff(plain, denied))


def test_a_deny_under_a_condition_takes_a_part_away() -> None:
    plain = [allow("bedrock:InvokeModel")]
    found = diff(plain, [*plain, deny("bedrock:InvokeModel", Condition=MFA)])
    assert found.narrower == ("bedrock:InvokeModel",)


def test_a_policy_variable_that_stays_is_no_change() -> None:
    own = allow("bedrock:ApplyGuardrail", "arn:aws:bedrock:*:*:guardrail/${aws:username}")
    assert diff([own], [own, allow("kms:DescribeKey")]).gained == ("kms:DescribeKey",)
    assert not diff([own], [own, allow("kms:DescribeKey")]).moved
    assert diff([own], [own, allow("bedrock:ApplyGuardrail", X)]).wider == (
        "bedrock:ApplyGuardrail",
    )


def test_actions_of_services_that_the_catalogue_does_not_know_stand_for_themselves() -> None:
    found = diff([allow("s3:Get*")], [allow(["s3:GetObject", "s3:PutObject"])])
    assert found.gained == ("s3:putobject",)
    assert found.narrower == ("s3:get*",)


def test_what_was_not_understood_is_not_known_and_never_the_same() -> None:
    odd = {"Effect": "Allow", "Action": "bedrock:InvokeModel", "Resource": "*", "When": 1}
    found = diff([odd], [{**odd, "When": 2}])
    assert found.unknown == ("bedrock:InvokeModel",)
    assert "? not understood: unknown element When" in text(found)
    assert "unknown" in summary(found, "v1", "v2")


def test_an_operator_that_iam_does_not_have_is_not_known() -> None:
    odd = allow("bedrock:InvokeModel", Condition={"StringMaybe": {"aws:username": "x"}})
    assert diff([odd], [allow("bedrock:InvokeModel")]).unknown == ("bedrock:InvokeModel",)


# Statements


def test_statements_are_known_by_sid_wherever_they_stand() -> None:
    one, two = allow("kms:DescribeKey", Sid="A"), allow("iam:ListRoles", Sid="B")
    assert not diff([one, two], [two, one])
    changed = diff([one, two], [allow("iam:GetRole", Sid="B"), one])
    assert only(changed).statement.sid == "B"
    assert [entry.action for entry in only(changed).added] == ["iam:GetRole"]


def test_statements_without_a_sid_are_known_by_what_they_say() -> None:
    kms, roles = allow("kms:DescribeKey"), allow(["iam:ListRoles", "iam:GetRole"])
    assert not diff([kms, roles], [roles, kms])
    change = only(diff([kms, roles], [allow(["iam:GetRole", "iam:GetUser"]), kms]))
    assert change.before is not None
    assert [entry.action for entry in change.removed] == ["iam:ListRoles"]


def test_duplicate_sids_are_told_apart_by_what_they_say() -> None:
    one, two = allow("kms:DescribeKey", Sid="A"), allow("iam:ListRoles", Sid="A")
    assert not diff([one, two], [two, one])
    change = only(diff([one, two], [allow(["iam:ListRoles", "iam:GetRole"], Sid="A"), one]))
    assert [entry.action for entry in change.added] == ["iam:GetRole"]


def test_another_sid_alone_is_said_and_is_no_change_of_access() -> None:
    found = diff([allow("kms:DescribeKey", Sid="A")], [allow("kms:DescribeKey", Sid="B")])
    assert text(found) == "~ B (Allow, previously named A) "
    assert not found.access


def test_the_case_of_actions_and_the_order_of_values_do_not_matter() -> None:
    older = allow(
        ["bedrock:Get*", "kms:describekey"], [X, Y], Condition={"Bool": {"a:B": ["x", 1]}}
    )
    newer = allow(
        ["KMS:DescribeKey", "bedrock:get*"], [Y, X], Condition={"bool": {"A:b": [1, "x"]}}
    )
    assert not diff([older], [newer])


def test_letters_that_aws_does_not_take_for_the_same_are_a_difference() -> None:
    assert diff([allow("kms:DescribeKey")], [allow("\u212ams:DescribeKey")])


def test_an_entry_says_how_many_actions_it_stands_for() -> None:
    found = text(diff([allow("kms:DescribeKey")], [allow(["kms:DescribeKey", "kms:Describe*"])]))
    assert "+ kms:Describe* two actions in the catalogue" in found
    assert "+ x:* not in the catalogue" in text(diff([deny("*")], [deny("*"), allow("x:*")]))


def test_the_language_version_is_compared() -> None:
    own = allow("bedrock:ApplyGuardrail", "arn:aws:bedrock:*:*:guardrail/${aws:username}")
    older = document(own, version="2008-10-17")
    found = diff(older, document(own))
    assert "Version 2008-10-17 became 2012-10-17" in text(found)
    assert found.access


# What holds of all


few = examples(6)


@given(policies, st.randoms())
@few
def test_the_same_in_another_order_is_no_difference(own: list[Json], random: Any) -> None:
    shuffled = list(own)
    random.shuffle(shuffled)
    assert not diff(own, shuffled)


@given(policies, policies)
@few
def test_swapping_swaps(one: list[Json], other: list[Json]) -> None:
    there, back = diff(one, other), diff(other, one)
    assert (there.gained, there.lost) == (back.lost, back.gained)
    assert (there.wider, there.narrower) == (back.narrower, back.wider)
    assert (there.moved, there.unknown) == (back.moved, back.unknown)

    def pairs(found: AccessDiff, swap: bool) -> set[tuple[object, object]]:
        sides = {(s.before and s.before.index, s.after and s.after.index) for s in found.statements}
        return {(after, before) for before, after in sides} if swap else set(sides)

    assert pairs(there, False) == pairs(back, True)


@given(policies, policies)
@few
def test_what_is_gained_is_in_the_newer_sections_and_what_is_lost_in_the_older(
    one: list[Json], other: list[Json]
) -> None:
    def concrete(raw: list[Json]) -> set[str]:
        sections = sections_of(parse_document(document(*raw)), catalogue())
        return {name.lower() for s in sections for entry in s.entries for name in entry.concrete}

    found = diff(one, other)
    assert {name.lower() for name in (*found.gained, *found.wider)} <= concrete(other)
    assert {name.lower() for name in (*found.lost, *found.narrower)} <= concrete(one)
    assert not set(found.gained) & set(found.lost)


@given(policies, st.sampled_from(["bedrock:InvokeModel", "kms:DescribeKey", "iam:ListRoles"]))
@few
def test_one_more_allow_never_takes_away(own: list[Json], action: str) -> None:
    found = diff(own, [*own, allow(action)])
    assert not (found.lost or found.narrower)
    assert {*found.gained, *found.wider, *found.moved} <= {action}


# Against a judge of single requests


ARNS = [
    f"arn:aws:bedrock:{region}:123456789012:guardrail/{name}"
    for region in ("us-east-1", "eu-west-1")
    for name in ("x", "y", "xy")
]
ACTIONS = ["bedrock:ApplyGuardrail", "bedrock:GetGuardrail", "bedrock:DeleteGuardrail"]
PATTERNS = ["*", "arn:aws:bedrock:*:*:guardrail/x*", "arn:aws:bedrock:us-east-1:*", X, Y]
CONDITIONS = [{}, {}, MFA, {"Bool": {"aws:MultiFactorAuthPresent": "false"}}]


@st.composite
def guardrails(draw: st.DrawFn) -> Json:
    """A statement on guardrails."""
    more: Json = {}
    if condition := draw(st.sampled_from(CONDITIONS)):
        more["Condition"] = condition
    pattern = draw(st.sampled_from(PATTERNS))
    if draw(st.integers(0, 3)) == 0:
        more["NotResource"] = pattern
    make = draw(st.sampled_from([allow, allow, deny]))
    action: str = draw(st.sampled_from([*ACTIONS, "bedrock:*Guardrail"]))
    made: Json = make(action, pattern, **more)
    return made


def allowed(statements: list[Json], action: str) -> set[tuple[str, str]]:
    """The requests of one action that a document allows: resource, and with MFA or not."""
    found: dict[str, set[tuple[str, str]]] = {"Allow": set(), "Deny": set()}
    for raw in statements:
        if not fnmatchcase(action, raw["Action"]):
            continue
        wants = raw.get("Condition", {}).get("Bool", {}).get("aws:MultiFactorAuthPresent")
        for arn, mfa in product(ARNS, ("true", "false")):
            pattern = raw.get("NotResource") or raw["Resource"]
            if fnmatchcase(arn, pattern) != ("NotResource" in raw) and wants in (None, mfa):
                found[raw["Effect"]].add((arn, mfa))
    return found["Allow"] - found["Deny"]


@given(st.lists(guardrails(), max_size=4), st.lists(guardrails(), max_size=4))
@examples(60)
def test_it_agrees_with_a_judge_of_single_requests(one: list[Json], other: list[Json]) -> None:
    found = diff(one, other)
    for action in ACTIONS:
        before, after = allowed(one, action), allowed(other, action)
        if action in found.gained:
            assert not before
        elif action in found.lost:
            assert not after
        elif action in found.wider:
            assert before <= after
        elif action in found.narrower:
            assert before >= after
        elif action not in found.moved:
            assert before == after


# How many are affected


ADDED = AccessDiff(gained=("kms:DescribeKey",))


@pytest.mark.parametrize(
    ("found", "attached_to", "said"),
    [
        (
            ADDED,
            AttachmentCount(9, 3, True),
            f"12 principals have this policy; each gained this access, {UNLESS}",
        ),
        (
            ADDED,
            AttachmentCount(1, 0, True),
            f"1 principal has this policy; it gained this access, {UNLESS}",
        ),
        (
            ADDED,
            AttachmentCount(9, 3, False),
            f"At least 12 principals have this policy; each gained this access, {UNLESS}",
        ),
        (ADDED, AttachmentCount(0, 0, True), "Nobody has this policy."),
        (ADDED, AttachmentCount(0, 0, False), "Nobody is known to have this policy."),
        (
            AccessDiff(lost=("x:y",)),
            AttachmentCount(2, 0, True),
            f"2 principals have this policy; each lost this access, {UNLESS}",
        ),
        (
            AccessDiff(lost=("x:y",), wider=("x:z",)),
            AttachmentCount(2, 0, True),
            f"2 principals have this policy; access changed for each, {UNLESS}",
        ),
        (AccessDiff(), AttachmentCount(2, 0, True), ""),
    ],
)
def test_how_many_principals_are_affected(
    found: AccessDiff, attached_to: AttachmentCount, said: str
) -> None:
    assert effect(found, attached_to, "v9", "v9") == said


def test_what_is_not_in_force_has_changed_nothing() -> None:
    two = AttachmentCount(2, 0, True)
    assert "nothing has changed for them yet" in effect(ADDED, two, "v9", "v8", later=True)
    assert effect(ADDED, two, "v8", "v9").endswith("v9 is in force now.")
    assert effect(ADDED, two, "v9", None).endswith("is unknown.")


def test_attachments_in_words() -> None:
    words = {
        AttachmentCount(9, 3, True): "12 principals in 1: 9 directly, 3 by group only",
        AttachmentCount(0, 1, False): "at least 1 principal in 1: 1 by group only",
        AttachmentCount(0, 0, True): "nobody in 1",
        AttachmentCount(0, 0, False): "nobody known in 1; some attachments could not be read",
    }
    assert {attached_to: attachments_in_words(attached_to, "1") for attached_to in words} == words
