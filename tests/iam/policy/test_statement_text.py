"""Scopes in words: short where an ARN is plain, and as written where words would lose something."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iam.policy.document import Statement, parse_document
from iam.policy.statement_text import in_words, resource_in_words
from tests.build import allow, deny, document

ID = "123456789012"
CLAUDE = "arn:aws:bedrock:us-east-1::foundation-model/anthropic.*"


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (CLAUDE, "foundation-model/anthropic.* in us-east-1"),
        ("arn:aws:bedrock:*::foundation-model/a.b-v2:1", "foundation-model/a.b-v2:1"),
        ("arn:*:bedrock:us-*:*:guardrail/x", "guardrail/x in us-*"),
        ("arn:aws:bedrock:us-east-1:*:*", "resources in us-east-1"),
        (f"arn:aws:bedrock:*:{ID}:*", f"resources of account {ID}"),
        (
            f"arn:aws:bedrock:us-gov-west-1:{ID}:agent/?",
            f"agent/? in us-gov-west-1 of account {ID}",
        ),
        ("arn:aws:bedrock:*:*:*-model/*", "*-model/*"),
    ],
)
def test_a_plain_arn_is_put_in_words(pattern: str, words: str) -> None:
    assert resource_in_words(pattern, "bedrock", "aws") == words


@pytest.mark.parametrize(
    "pattern",
    [
        "arn:aws:bedrock:*",
        "arn:aws:bedrock:*:*:*",
        "arn:aws:bedrock:us-east-1:*",
        "arn:aws:bedrock:us-east-1::guardrail/x",
        "arn:aws:bedrock:us-east-1::*",
        "arn:aws:bedrock::*:system-tool/x",
        "arn:aws:bedrock:*-1::foundation-model/x",
        "arn:aws:bedrock:us-?ast-1::foundation-model/x",
        "arn:aws:bedrock:US-EAST-1::foundation-model/x",
        "arn:aws:bedrock:us-east-1:1234*:guardrail/x",
        "arn:aws:bedrock:us-east-1:*::x",
        "arn:aws:bedrock:us-east-1:*:",
        "arn:aws:bedrock:us-east-1:*:project/${aws:username}",
        "arn:aws:bedrock:${aws:RequestedRegion}::foundation-model/x",
        "arn:aws:bedrock:us-east-1::foundation-model/${*}",
        "arn:aws:bedrock-mantle:us-east-1:*:project/x",
        "arn:aws:s3:::bucket/*",
        "arn:*:kms:*:::*",
        "arn:aws-cn:bedrock:cn-north-1::foundation-model/x",
        "arn:aws:*:us-east-1::foundation-model/x",
        "ARN:aws:bedrock:us-east-1::foundation-model/x",
        "*/anthropic.*",
        "nonsense",
    ],
)
def test_any_other_pattern_is_shown_as_written(pattern: str) -> None:
    assert resource_in_words(pattern, "bedrock", "aws") == pattern


@pytest.mark.parametrize("resource", ["x in eu-west-1", "a,b", "a\nb", 'a"b', "é of account 1", ""])
def test_a_pattern_that_could_be_taken_for_words_stands_in_quotes(resource: str) -> None:
    said = resource_in_words(f"arn:aws:bedrock:us-east-1:*:{resource}", "bedrock", "aws")
    assert said.startswith(("arn:", '"arn:'))
    assert not re.search(r"^[^\"]*\s", said)


@given(st.text("arn:ws*?-/1edbock $\\{}e,"), st.sampled_from(["bedrock", "s3", ""]))
def test_whatever_the_pattern_is_nothing_is_lost(pattern: str, service: str) -> None:
    said = resource_in_words(pattern, service, "aws")
    shown_as_written = said in (pattern, '"' + pattern.replace("\\", "\\\\") + '"')
    assert shown_as_written or pattern.startswith(f"arn:aws:{service}:")


def only(raw: object) -> Statement:
    (statement,) = parse_document(document(raw)).statements  # type: ignore[arg-type]
    return statement


def words(raw: object) -> tuple[str, ...]:
    return in_words(only(raw), "bedrock", "aws")


def test_resources_of_an_allow_a_deny_and_their_opposites() -> None:
    two = [CLAUDE, "arn:aws:s3:::bucket"]
    told = "foundation-model/anthropic.* in us-east-1, arn:aws:s3:::bucket"
    assert words(allow("*", two)) == (f"only {told}",)
    assert words(deny("*", two)) == (f"on {told}",)
    assert words(allow(NotResource=two)) == (f"except {told}",)
    assert words(deny(NotResource=two)) == (f"except {told}",)


def test_all_resources_need_no_words() -> None:
    assert words(allow("*", ["arn:aws:s3:::x", "*"])) == ()


def test_no_resource_at_all_is_said() -> None:
    assert words(allow("*", [])) == ("only no resource",)
    assert words(allow(NotResource="*")) == ("except *",)


def test_conditions_are_joined_and_what_was_not_understood_is_told() -> None:
    condition = {
        "NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"},
        "Bool": {"aws:ViaAWSService": "false"},
    }
    assert words(deny(Condition=condition, Extra=1)) == (
        "if the source IP is not in 10.0.0.0/8",
        "and when it calls directly",
        "not understood: unknown element Extra",
    )
