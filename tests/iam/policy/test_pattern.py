"""Parsing and comparing patterns."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iam.policy.glob import matches
from iam.policy.match_kinds import covers, match_kinds, overlaps
from iam.policy.pattern import (
    action_tokens,
    has_variable,
    matches_action,
    resource_tokens,
    type_tokens,
)
from iam.policy.step_limit import TooComplex
from tests.examples import examples

small = st.text("ab*?", max_size=5)
WORDS = ["".join(w) for n in range(6) for w in product("abc", repeat=n)]


def matching(pattern: str) -> set[str]:
    return {word for word in WORDS if matches(action_tokens(pattern), word)}


@given(small, small)
@examples(200)
def test_covers_agrees_with_brute_force(wide: str, narrow: str) -> None:
    result = covers([resource_tokens(wide)], resource_tokens(narrow))
    if result:
        assert matching(narrow) <= matching(wide)
    else:
        # The shortest counterexample is no longer than both patterns together.
        outer, inner = action_tokens(wide), action_tokens(narrow)
        longer = ("".join(w) for n in range(9) for w in product("abc", repeat=n))
        assert any(matches(inner, w) and not matches(outer, w) for w in longer)


@given(small, small)
@examples(150)
def test_overlaps_agrees_with_brute_force(one: str, other: str) -> None:
    if matching(one) & matching(other):
        assert overlaps(resource_tokens(one), resource_tokens(other))


@given(st.lists(small, max_size=3), small)
@examples(100)
def test_every_match_kind_is_found(patterns: list[str], domain: str) -> None:
    result = match_kinds(
        ((resource_tokens(domain),),), tuple((resource_tokens(p),) for p in patterns)
    )
    for word in matching(domain):
        assert tuple(matches(resource_tokens(p), word) for p in patterns) in result


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
def test_action_patterns_match_ignoring_case(pattern: str, action: str, expected: bool) -> None:
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


def test_escaped_wildcards_are_literal() -> None:
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
def test_narrow_patterns_do_not_cover_a_resource_type(pattern: str) -> None:
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


def test_the_regions_of_a_partition_share_a_prefix() -> None:
    format = "arn:${Partition}:bedrock:${Region}:${Account}:agent/${AgentId}"
    for partition, regions in (("aws-cn", "cn-*"), ("aws-us-gov", "us-gov-*")):
        tokens = type_tokens(format, partition)
        assert covers([resource_tokens(f"arn:{partition}:bedrock:{regions}:*:*")], tokens)
        assert not overlaps(resource_tokens(f"arn:{partition}:bedrock:us-east-1:*:*"), tokens)
    assert not covers([resource_tokens("arn:aws:bedrock:us-*:*:*")], AGENT)


def test_a_model_id_may_contain_a_colon() -> None:
    assert overlaps(
        resource_tokens("arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-v2:1"), MODEL
    )


def test_resource_types_do_not_overlap() -> None:
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
def test_a_generated_id_contains_no_colon(arn_format: str) -> None:
    """Otherwise `guardrail/*` would overlap these types: `*` also matches colons and slashes."""
    tokens = type_tokens(f"arn:${{Partition}}:bedrock:${{Region}}:${{Account}}:{arn_format}", "aws")
    assert not overlaps(resource_tokens("arn:aws:bedrock:*:*:guardrail/*"), tokens)


def test_a_long_list_of_models_stays_within_the_step_limit() -> None:
    models = [f"arn:aws:bedrock:*::foundation-model/{chr(97 + i)}.*-v{i}:0" for i in range(20)]
    unions = tuple((resource_tokens(model),) for model in models)
    assert len(match_kinds(((MODEL,),), unions)) == 21


def test_patterns_that_exceed_the_step_limit_raise() -> None:
    many = tuple((resource_tokens(f"*{chr(97 + i)}*x"),) for i in range(20))
    with pytest.raises(TooComplex):
        match_kinds(((resource_tokens("*"),),), many)


@pytest.mark.parametrize(
    "id", ["anthropic.claude-v2:1", "amazon.titan-v1:0:200k", "us.meta.llama-v1:0", "a/b"]
)
def test_model_ids_match_the_model_type(id: str) -> None:
    assert overlaps(resource_tokens(f"arn:aws:bedrock:us-east-1::foundation-model/{id}"), MODEL)


def test_a_model_id_contains_no_account() -> None:
    assert not overlaps(resource_tokens("arn:aws:bedrock:*:123456789012:*"), MODEL)
    assert not overlaps(resource_tokens("arn:*:s3:::*"), MODEL)
