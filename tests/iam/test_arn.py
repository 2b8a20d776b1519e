"""The parts of an ARN."""

from __future__ import annotations

import pytest

from iam.arn import Arn, sort_key


@pytest.mark.parametrize(
    ("text", "parts", "kind", "name"),
    [
        (
            "arn:aws:iam::123456789012:user/engineering/alice",
            ("aws", "iam", "", "123456789012", "user/engineering/alice"),
            "user",
            "alice",
        ),
        (
            "arn:aws-cn:iam::aws:policy/service-role/AWSLambdaRole",
            ("aws-cn", "iam", "", "aws", "policy/service-role/AWSLambdaRole"),
            "policy",
            "AWSLambdaRole",
        ),
        (
            "arn:aws:sts::123456789012:assumed-role/Admin/jane:doe",
            ("aws", "sts", "", "123456789012", "assumed-role/Admin/jane:doe"),
            "assumed-role",
            "jane:doe",
        ),
        (
            "arn:aws:iam::123456789012:root",
            ("aws", "iam", "", "123456789012", "root"),
            "root",
            "root",
        ),
        (
            "arn:aws:bedrock:eu-west-1::foundation-model/a.b-v1:0",
            ("aws", "bedrock", "eu-west-1", "", "foundation-model/a.b-v1:0"),
            "foundation-model",
            "a.b-v1:0",
        ),
    ],
)
def test_an_arn_has_five_parts(text: str, parts: tuple[str, ...], kind: str, name: str) -> None:
    arn = Arn.parse(text)
    assert arn == parts
    assert (arn.kind, arn.name) == (kind, name)


@pytest.mark.parametrize("text", ["", "inline", "arn:aws:iam", "urn:a:b:c:d:e", "(not/read)"])
def test_any_other_text_is_all_resource(text: str) -> None:
    assert Arn.parse(text) == ("", "", "", "", text)


def test_names_are_sorted_without_regard_to_case_and_the_same_ones_by_arn() -> None:
    entities = [
        ("role", "Zoe", "arn:1"), ("group", "a", "arn:2"), ("user", "bob", "arn:3"),
        ("user", "Anna", "arn:5"), ("user", "anna", "arn:4"), ("role", "app", "arn:6"),
    ]  # fmt: skip
    ordered = sorted(entities, key=lambda entity: sort_key(*entity))
    assert [arn[-1] for _, _, arn in ordered] == ["4", "5", "3", "6", "1", "2"]
