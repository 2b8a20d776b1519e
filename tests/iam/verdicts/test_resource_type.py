"""Types of resources and patterns: what is found by samples is what a walk finds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iam.policy.automaton import Tokens
from iam.policy.glob import matches
from iam.policy.match_kinds import kinds
from iam.policy.pattern import resource_tokens, type_tokens
from iam.policy.step_limit import TooComplex
from iam.verdicts.resource_type import ResourceType

FORMATS = [
    "arn:${Partition}:bedrock:${Region}:${Account}:guardrail/${GuardrailId}",
    "arn:${Partition}:bedrock:${Region}::foundation-model/${ResourceId}",
    "arn:${Partition}:bedrock:${Region}:${Account}:custom-model/${ResourceId}",
    "arn:${Partition}:kms:${Region}:${Account}:key/${KeyId}",
    "arn:${Partition}:ec2:${Region}:${Account}:a/${X}:b/${Y}",
]
TYPES = [*(type_tokens(f, "aws") for f in FORMATS), tuple("*"), resource_tokens("arn:*:kms:*:::*")]
parts = st.sampled_from(
    "arn: aws : * ? bedrock us-east-1 us- 1 123456789012 guardrail/ foundation-model/ - / a* *b kms"
    " key/ $ :: v1:0 :200k".split()
)
patterns = st.one_of(
    st.lists(parts, max_size=7).map("".join),
    st.lists(parts, max_size=4).map(lambda some: f"arn:aws:bedrock:{''.join(some)}"),
    st.lists(parts, max_size=3).map(lambda some: f"arn:aws:bedrock:*:*:{''.join(some)}"),
    st.sampled_from(["*", "", "arn:aws:bedrock:us-0:aws:guardrail/a", "arn:aws:bedrock:*:*:*-*/*"]),
).map(resource_tokens)
types = st.sampled_from(TYPES)
others = st.sampled_from(
    [(), (("*",),), (("arn:aws:bedrock:us-*", "arn:*:kms:*"),), (("*a*", "*:1*"), ("*b*",))]
).map(lambda unions: tuple(tuple(resource_tokens(p) for p in union) for union in unions))


@given(types, others, patterns)
@settings(max_examples=400, deadline=None)
def test_a_pattern_matches_what_the_walk_says(
    tokens: Tokens, more: tuple[tuple[Tokens, ...], ...], pattern: Tokens
) -> None:
    made = ResourceType(tokens, more)
    found = kinds(made.scope, ((pattern,),))
    assert bool(found) is (made.sample is not None)
    if found:
        hit, miss = made.match(pattern)
        assert {(True,)} & found == ({(True,)} if hit is not None else set())
        assert {(False,)} & found == ({(False,)} if miss is not None else set())


@given(types, others, st.lists(patterns, min_size=1, max_size=4))
@settings(max_examples=300, deadline=None)
def test_samples_are_of_kinds_that_the_walk_finds(
    tokens: Tokens, more: tuple[tuple[Tokens, ...], ...], some: list[Tokens]
) -> None:
    made = ResourceType(tokens, more)
    found = kinds(made.scope, tuple((pattern,) for pattern in some))
    for text in made.samples(some) if found else ():
        assert tuple(matches(pattern, text) for pattern in some) in found


@given(types, others, st.lists(patterns, max_size=4))
@settings(max_examples=300, deadline=None)
def test_a_union_spans_all_nothing_or_some(
    tokens: Tokens, more: tuple[tuple[Tokens, ...], ...], some: list[Tokens]
) -> None:
    made = ResourceType(tokens, more)
    found = kinds(made.scope, (tuple(some),))
    if found:
        expected = None if len(found) == 2 else (True,) in found
        assert made.span(tuple(some)) is expected


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("a*c", "abc", True),
        ("a*c", "ac", True),
        ("ab*bc", "abc", False),
        ("a*b*c", "aXbXc", True),
        ("a*b*c", "aXcXb", False),
        ("*b*b*", "ab", False),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("abc", "abcd", False),
        ("*", "", True),
        ("", "", True),
        ("${*}", "*", True),
    ],
)
def test_a_pattern_is_matched_against_the_whole_string(
    pattern: str, text: str, expected: bool
) -> None:
    assert matches(resource_tokens(pattern), text) is expected


def test_a_pattern_of_too_many_states_is_given_up() -> None:
    pattern = resource_tokens("*a" + "?" * 14)
    with pytest.raises(TooComplex):
        ResourceType(pattern, ()).match(pattern)
