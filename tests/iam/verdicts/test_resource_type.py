"""Resource types and their samples, compared with match kinds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iam.policy.automaton import Tokens
from iam.policy.glob import matches
from iam.policy.match_kinds import match_kinds
from iam.policy.pattern import resource_tokens, type_tokens
from iam.policy.step_limit import TooComplex
from iam.verdicts.resource_type import ResourceType
from tests.examples import examples

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
    st.lists(parts, max_size=4).map(lambda chosen: f"arn:aws:bedrock:{''.join(chosen)}"),
    st.lists(parts, max_size=3).map(lambda chosen: f"arn:aws:bedrock:*:*:{''.join(chosen)}"),
    st.sampled_from(["*", "", "arn:aws:bedrock:us-0:aws:guardrail/a", "arn:aws:bedrock:*:*:*-*/*"]),
).map(resource_tokens)
types = st.sampled_from(TYPES)
others = st.sampled_from(
    [(), (("*",),), (("arn:aws:bedrock:us-*", "arn:*:kms:*"),), (("*a*", "*:1*"), ("*b*",))]
).map(lambda unions: tuple(tuple(resource_tokens(p) for p in union) for union in unions))


@given(types, others, patterns)
@examples(150)
def test_samples_of_a_pattern_agree_with_its_match_kinds(
    tokens: Tokens, unions: tuple[tuple[Tokens, ...], ...], pattern: Tokens
) -> None:
    resources = ResourceType(tokens, unions)
    kinds = match_kinds(resources.scope, ((pattern,),))
    assert bool(kinds) is (resources.sample is not None)
    if kinds:
        hit, miss = resources.match(pattern)
        assert {(True,)} & kinds == ({(True,)} if hit is not None else set())
        assert {(False,)} & kinds == ({(False,)} if miss is not None else set())


@given(types, others, st.lists(patterns, min_size=1, max_size=4))
@examples(100)
def test_every_sample_belongs_to_a_match_kind(
    tokens: Tokens, unions: tuple[tuple[Tokens, ...], ...], chosen: list[Tokens]
) -> None:
    resources = ResourceType(tokens, unions)
    kinds = match_kinds(resources.scope, tuple((pattern,) for pattern in chosen))
    for text in resources.samples(chosen) if kinds else ():
        assert tuple(matches(pattern, text) for pattern in chosen) in kinds


@given(types, others, st.lists(patterns, max_size=4))
@examples(100)
def test_the_extent_of_a_union_agrees_with_its_match_kinds(
    tokens: Tokens, unions: tuple[tuple[Tokens, ...], ...], chosen: list[Tokens]
) -> None:
    resources = ResourceType(tokens, unions)
    kinds = match_kinds(resources.scope, (tuple(chosen),))
    if kinds:
        expected = None if len(kinds) == 2 else (True,) in kinds
        assert resources.extent(tuple(chosen)) is expected


def test_a_pattern_with_too_many_states_raises() -> None:
    pattern = resource_tokens("*a" + "?" * 14)
    with pytest.raises(TooComplex):
        ResourceType(pattern, ()).match(pattern)
