"""Matching patterns against strings."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iam.policy.action_catalogue import catalogue
from iam.policy.automaton import Tokens
from iam.policy.glob import arn_union_of, matches, normalised, pattern_tokens, union_of
from iam.policy.pattern import matches_action, resource_tokens
from iam.text import ascii_lower
from tests.examples import examples


def matches_by_definition(pattern: str, text: str) -> bool:
    """Match recursively: a star matches nothing, or one character and then the star again."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return matches_by_definition(pattern[1:], text) or (
            bool(text) and matches_by_definition(pattern, text[1:])
        )
    return (
        bool(text) and pattern[0] in ("?", text[0]) and matches_by_definition(pattern[1:], text[1:])
    )


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=8))
@examples(400)
def test_matching_agrees_with_the_definition(pattern: str, text: str) -> None:
    assert matches(pattern_tokens(pattern), text) is matches_by_definition(pattern, text)


@given(st.lists(st.text("ab*?.", max_size=8), max_size=3), st.text("ab.\n", max_size=8))
@examples(400)
def test_a_union_matches_what_one_of_its_patterns_matches(patterns: list[str], text: str) -> None:
    expected = any(matches_by_definition(pattern, text) for pattern in patterns)
    assert bool(union_of(patterns).fullmatch(text)) is expected


@given(st.lists(st.text("ab*?:", max_size=14), max_size=3), st.text("ab:", max_size=14))
@examples(400)
def test_a_union_of_arns_matches_component_by_component(patterns: list[str], text: str) -> None:
    def by_component(pattern: str) -> bool:
        pairs = list(zip(pattern.split(":", 5), text.split(":", 5), strict=False))
        return len(pairs) == 6 and all(matches_by_definition(*pair) for pair in pairs)

    assert bool(arn_union_of(patterns).fullmatch(text)) is any(map(by_component, patterns))


@pytest.mark.parametrize(
    ("first", "second"), [("a**b", "a*b"), ("a*?b", "a?*b"), ("*?*?*", "??*"), ("***", "*")]
)
def test_equivalent_patterns_have_the_same_normal_form(first: str, second: str) -> None:
    tokens = pattern_tokens(first)
    assert tokens == pattern_tokens(second) == normalised(tokens) == resource_tokens(first)


def test_an_escaped_star_is_literal() -> None:
    tokens: Tokens = resource_tokens("a${*}*")
    assert matches(tokens, "a*b")
    assert not matches(tokens, "ab")


@pytest.mark.parametrize("letter", ["\N{KELVIN SIGN}", "\N{LATIN SMALL LETTER LONG S}"])
def test_case_is_folded_for_ascii_letters_only(letter: str) -> None:
    assert ascii_lower("K" + letter) == "k" + letter
    pattern = "bedrock:" + letter + "*"
    assert matches_action("BEDROCK:LI*", "bedrock:ListAgents")
    assert not any(matches_action(pattern, action.id) for action in catalogue().actions.values())
    assert not catalogue().matching(f"{letter}ms:*")


COSTLY = ["*" * 30 + "z", "*?" * 30 + "z", "*e" * 30 + "z", "?*" * 30, "*e?" * 30 + "*z"]


def test_matching_time_does_not_depend_on_the_number_of_wildcards() -> None:
    """Run in a subprocess with a timeout, since a failure would not terminate."""
    program = f"""
from iam.policy.action_catalogue import catalogue
for pattern in {COSTLY!r}:
    assert not catalogue().matching("bedrock:Z" + pattern), pattern
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=30)
