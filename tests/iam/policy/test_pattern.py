"""Patterns: matching and cover, by example and against brute force."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iam.policy.glob import matches
from iam.policy.match_kinds import covers, kinds, overlaps
from iam.policy.pattern import (
    action_tokens,
    has_variable,
    matches_action,
    resource_tokens,
    type_tokens,
)
from iam.policy.step_limit import TooComplex

small = st.text("ab*?", max_size=5)
WORDS = ["".join(w) for n in range(6) for w in product("abc", repeat=n)]


def matching(pattern: str) -> set[str]:
    return {word for word in WORDS if matches(action_tokens(pattern), word)}


@given(small, small)
@settings(max_examples=400, deadline=None)
def test_cover_agrees_with_brute_force(wide: str, narrow: str) -> None:
    told = covers([resource_tokens(wide)], resource_tokens(narrow))
    if told:
        assert matching(narrow) <= matching(wide)
    else:
        # A counterexample, if there is one, is no longer than both patterns together.
        outer, inner = action_tokens(wide), action_tokens(narrow)
        longer = ("".join(w) for n in range(9) for w in product("abc", repeat=n))
        assert any(matches(inner, w) and not matches(outer, w) for w in longer)


@given(small, small)
@settings(max_examples=300, deadline=None)
def test_overlap_agrees_with_brute_force(one: str, other: str) -> None:
    if matching(one) & matching(other):
        assert overlaps(resource_tokens(one), resource_tokens(other))


@given(st.lists(small, max_size=3), small)
@settings(max_examples=200, deadline=None)
def test_every_kind_of_string_is_found(patterns: list[str], universe: str) -> None:
    told = kinds(((resource_tokens(universe),),), tuple((resource_tokens(p),) for p in patterns))
    for word in matching(universe):
        assert tuple(matches(resource_tokens(p), word) for p in patterns) in told


@pytest.mark.parametrize(
    ("pattern", "action", "expected"),
    [
        ("bedrock:Get*", "bedrock:GetAgent", True),
        ("BEDROCK:GET*", "bedrock:GetAgent", True),
        ("bedrock:Get?gent", "bedrock:GetAgent", True),
        ("bedrock:Get", "bedrock:GetAgent", False),
        ("*", "bedrock:GetAgent", True),
        ("*:*", "bedrock:GetAgent", True),
        ("b*:GetAgent", "bedrock:GetAgent", True),
        ("bedrock-*:GetAgent", "bedrock:GetAgent", False),
        ("bedrock:Get.gent", "bedrock:GetAgent", False),
    ],
)
def test_actions_match_as_globs_without_case(pattern: str, action: str, expected: bool) -> None:
    assert matches_action(pattern, action) is expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("arn:aws:s3:::${aws:username}", True),
        ("${aws:PrincipalTag/team, 'none'}", True),
        ("a${*}b${?}c${$}", False),
        ("plain", False),
        ("${unclosed", False),
    ],
)
def test_policy_variables_are_recognised(pattern: str, expected: bool) -> None:
    assert has_variable(pattern) is expected


def test_escaped_wildcards_are_plain_characters() -> None:
    assert not covers([resource_tokens("a${*}")], resource_tokens("ab"))
    assert covers([resource_tokens("a${*}")], ("a", "*"))


AGENT = type_tokens("arn:${Partition}:bedrock:${Region}:${Account}:agent/${AgentId}", "aws")
MODEL = type_tokens("arn:${Partition}:bedrock:${Region}::foundation-model/${ResourceId}", "aws")


@pytest.mark.parametrize(
    "pattern", ["*", "arn:aws:bedrock:*", "arn:*:bedrock:*:*:agent/*", "*agent/*"]
)
def test_wide_patterns_cover_a_resource_type(pattern: str) -> None:
    assert covers([resource_tokens(pattern)], AGENT)


@pytest.mark.parametrize(
    "pattern",
    ["arn:aws:bedrock:us-east-1:*", "arn:aws:bedrock:*:123456789012:*", "arn:aws-cn:*", "*/A*"],
)
def test_narrow_patterns_do_not(pattern: str) -> None:
    assert not covers([resource_tokens(pattern)], AGENT)


@pytest.mark.parametrize(
    ("account", "covered", "reached"),
    [
        ("*", True, True),
        ("????????????", False, True),
        ("123456789012", False, True),
        ("aws", False, True),
        ("1*", False, True),
        ("bedrock", False, False),
        ("", False, False),
    ],
)
def test_an_account_is_twelve_digits_or_aws(account: str, covered: bool, reached: bool) -> None:
    pattern = resource_tokens(f"arn:aws:bedrock:*:{account}:agent/*")
    assert covers([pattern], AGENT) is covered
    assert overlaps(pattern, AGENT) is reached


def test_a_partition_s_regions_have_a_name_in_common() -> None:
    format = "arn:${Partition}:bedrock:${Region}:${Account}:agent/${AgentId}"
    for partition, regions in (("aws-cn", "cn-*"), ("aws-us-gov", "us-gov-*")):
        made = type_tokens(format, partition)
        assert covers([resource_tokens(f"arn:{partition}:bedrock:{regions}:*:*")], made)
        assert not overlaps(resource_tokens(f"arn:{partition}:bedrock:us-east-1:*:*"), made)
    assert not covers([resource_tokens("arn:aws:bedrock:us-*:*:*")], AGENT)


def test_a_model_id_may_hold_a_colon() -> None:
    assert overlaps(
        resource_tokens("arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-v2:1"), MODEL
    )


def test_an_id_does_not_hold_another_resource() -> None:
    assert not overlaps(resource_tokens("arn:aws:bedrock:*:*:guardrail/*"), AGENT)


@pytest.mark.parametrize(
    "arn_format",
    [
        "flow/${FlowId}/alias/${FlowAliasId}",
        "automated-reasoning-policy/${AutomatedReasoningPolicyId}:${AutomatedReasoningPolicyVersion}",
        "agent-alias/${AgentId}/${AgentAliasId}",
        "project/${ResourceId}",
    ],
)
def test_an_id_that_aws_makes_holds_no_colon(arn_format: str) -> None:
    """Else `guardrail/*` would reach them: a `*` in a pattern runs past colons and slashes."""
    made = type_tokens(f"arn:${{Partition}}:bedrock:${{Region}}:${{Account}}:{arn_format}", "aws")
    assert not overlaps(resource_tokens("arn:aws:bedrock:*:*:guardrail/*"), made)


def test_a_long_list_of_models_does_not_explode() -> None:
    models = [f"arn:aws:bedrock:*::foundation-model/{chr(97 + i)}.*-v{i}:0" for i in range(20)]
    asked = tuple((resource_tokens(model),) for model in models)
    assert len(kinds(((MODEL,),), asked)) == 21


def test_patterns_that_do_explode_are_given_up() -> None:
    many = tuple((resource_tokens(f"*{chr(97 + i)}*x"),) for i in range(20))
    with pytest.raises(TooComplex):
        kinds(((resource_tokens("*"),),), many)


@pytest.mark.parametrize(
    "id", ["anthropic.claude-v2:1", "amazon.titan-v1:0:200k", "us.meta.llama-v1:0", "a/b"]
)
def test_the_ids_of_models_are_ids(id: str) -> None:
    assert overlaps(resource_tokens(f"arn:aws:bedrock:us-east-1::foundation-model/{id}"), MODEL)


def test_the_id_of_a_model_holds_no_account() -> None:
    assert not overlaps(resource_tokens("arn:aws:bedrock:*:123456789012:*"), MODEL)
    assert not overlaps(resource_tokens("arn:*:s3:::*"), MODEL)
