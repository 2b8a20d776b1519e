"""The scope of a statement in words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iam.policy.document import Statement, parse_document
from iam.policy.statement_text import resource_in_words, scope_in_words
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
        ("arn:aws:bedrock:::foundation-model/*", "foundation-model/* without a region"),
    ],
)
def test_a_plain_arn_is_described_in_words(pattern: str, words: str) -> None:
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
def test_a_pattern_that_could_be_misread_as_words_is_quoted(resource: str) -> None:
    described = resource_in_words(f"arn:aws:bedrock:us-east-1:*:{resource}", "bedrock", "aws")
    assert described.startswith(("arn:", '"arn:'))
    assert not re.search(r"^[^\"]*\s", described)


@given(st.text("arn:ws*?-/1edbock $\\{}e,"), st.sampled_from(["bedrock", "s3", ""]))
def test_only_arns_of_the_service_are_described_in_words(pattern: str, service: str) -> None:
    described = resource_in_words(pattern, service, "aws")
    shown_as_written = described in (pattern, '"' + pattern.replace("\\", "\\\\") + '"')
    assert shown_as_written or pattern.startswith(f"arn:aws:{service}:")


def only(raw: object) -> Statement:
    (statement,) = parse_document(document(raw)).statements  # type: ignore[arg-type]
    return statement


def words(raw: object) -> tuple[str, ...]:
    return scope_in_words(only(raw), "bedrock", "aws")


def test_resources_and_not_resources_of_an_allow_and_a_deny() -> None:
    two = [CLAUDE, "arn:aws:s3:::bucket"]
    resources = "foundation-model/anthropic.* in us-east-1, arn:aws:s3:::bucket"
    assert words(allow("*", two)) == (f"only {resources}",)
    assert words(deny("*", two)) == (f"on {resources}",)
    assert words(allow(NotResource=two)) == (f"except {resources}",)
    assert words(deny(NotResource=two)) == (f"except {resources}",)


def test_a_statement_for_all_resources_has_no_words() -> None:
    assert words(allow("*", ["arn:aws:s3:::x", "*"])) == ()


def test_a_statement_without_resources_says_so() -> None:
    assert words(allow("*", [])) == ("only no resource",)
    assert words(allow(NotResource="*")) == ("except *",)


def test_conditions_are_joined_and_problems_are_appended() -> None:
    condition = {
        "NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"},
        "Bool": {"aws:ViaAWSService": "false"},
    }
    assert words(deny(Condition=condition, Extra=1)) == (
        "if the source IP is not in 10.0.0.0/8",
        "and when it calls directly",
        "not understood: unknown element Extra",
    )
