"""Patterns are matched as IAM matches them, in a time that does not depend on their wildcards."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iam.policy.action_catalogue import catalogue
from iam.policy.automaton import Tokens
from iam.policy.glob import matches, normal, wild
from iam.policy.pattern import matches_action, resource_tokens
from iam.text import ascii_lower


def matches_by_definition(pattern: str, text: str) -> bool:
    """A star is nothing, or any character and then the star again."""
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
@settings(max_examples=1_000, deadline=None)
def test_a_pattern_matches_what_its_definition_says(pattern: str, text: str) -> None:
    assert matches(wild(pattern), text) is matches_by_definition(pattern, text)


@pytest.mark.parametrize(
    ("one", "other"), [("a**b", "a*b"), ("a*?b", "a?*b"), ("*?*?*", "??*"), ("***", "*")]
)
def test_patterns_that_say_the_same_have_one_form(one: str, other: str) -> None:
    assert wild(one) == wild(other) == normal(wild(one)) == resource_tokens(one)


def test_a_star_that_is_meant_literally_is_no_wildcard() -> None:
    tokens: Tokens = resource_tokens("a${*}*")
    assert matches(tokens, "a*b")
    assert not matches(tokens, "ab")


@pytest.mark.parametrize("letter", ["\N{KELVIN SIGN}", "\N{LATIN SMALL LETTER LONG S}"])
def test_only_letters_of_ascii_are_the_same_in_either_case(letter: str) -> None:
    assert ascii_lower("K" + letter) == "k" + letter
    pattern = "bedrock:" + letter + "*"
    assert matches_action("BEDROCK:LI*", "bedrock:ListAgents")
    assert not any(matches_action(pattern, action.id) for action in catalogue().actions.values())
    assert not catalogue().matching(f"{letter}ms:*")


COSTLY = ["*" * 30 + "z", "*?" * 30 + "z", "*e" * 30 + "z", "?*" * 30, "*e?" * 30 + "*z"]


def test_no_pattern_takes_longer_than_it_is_long() -> None:
    """In a process that can be ended: what fails here would not come to an end."""
    program = f"""
from iam.policy.action_catalogue import catalogue
for pattern in {COSTLY!r}:
    assert not catalogue().matching("bedrock:Z" + pattern), pattern
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=30)
