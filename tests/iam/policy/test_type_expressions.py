"""`is_of_type` accepts the same texts as the automaton of the same types."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from iam.policy.action_catalogue import catalogue
from iam.policy.automaton import automaton
from iam.policy.pattern import is_of_type, type_tokens
from tests.examples import examples

FORMATS = sorted({f for action in catalogue().actions.values() for f in action.resources})
PIECES = [
    "us-east-1", "us-gov-west-1", "mars", "", "123456789012", "12345", "aws", "a", "a/b", "a:1",
    "anthropic.claude-v1:0:200k", "model-v1:0:4k/abcdef", ":", "/", "$x", "1", "x:abcdefg",
]  # fmt: skip


@given(st.sampled_from(FORMATS), st.lists(st.sampled_from(PIECES), min_size=6, max_size=6))
@examples(400)
def test_an_arn_made_of_pieces(arn_format: str, pieces: list[str]) -> None:
    literal, *rest = arn_format.split("${")
    text = literal
    for part, piece in zip(rest, pieces, strict=False):
        name, _, after = part.partition("}")
        text += ("aws" if name == "Partition" else piece) + after
    types = (type_tokens(arn_format, "aws"),)
    machine = automaton(types)
    state = machine.start
    for char in text:
        state = machine.step(state, char)
    assert is_of_type(text, types) == machine.accepts(state)
