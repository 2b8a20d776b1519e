"""Policy documents at the door: one shape inside, and nothing that was not understood is lost."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import FrozenInstanceError
from typing import Any
from urllib.parse import quote

import pytest

from iam.policy.document import Condition, Document, DocumentError, Statement, parse_document
from tests.build import allow, document


def only(raw: Any) -> Statement:
    (statement,) = parse_document(raw).statements
    return statement


@pytest.mark.parametrize("wrap", [lambda s: s, lambda s: [s]], ids=["an object", "a list"])
def test_one_statement_may_stand_alone(wrap: Any) -> None:
    assert only({"Statement": wrap(allow("s3:*"))}).actions == ("s3:*",)


def test_a_text_and_a_list_of_texts_are_the_same() -> None:
    one = only(document(allow("s3:*", "arn:x")))
    many = only(document(allow(["s3:*"], ["arn:x"])))
    assert (one.actions, one.resources) == (many.actions, many.resources) == (("s3:*",), ("arn:x",))


def test_empty_lists_are_lists() -> None:
    statement = only(document(allow([], [])))
    assert (statement.actions, statement.resources, statement.problem) == ((), (), None)
    assert parse_document({"Statement": []}).statements == ()


def test_json_text_plain_and_url_encoded() -> None:
    text = json.dumps(document(allow("s3:*", "arn:aws:s3:::a+b%20c/*")))
    for raw in (text, quote(text), f"\n{text}"):
        assert only(raw).resources == ("arn:aws:s3:::a+b%20c/*",)


def test_no_version_is_the_old_one() -> None:
    assert parse_document({"Statement": []}).version == "2008-10-17"


def test_the_same_content_is_the_same_document_whatever_the_order_of_keys() -> None:
    made = document(allow("s3:*", Sid="A"))
    turned = {"Statement": [dict(reversed(made["Statement"][0].items()))], "Version": "2012-10-17"}
    assert parse_document(made) == parse_document(turned)
    assert hash(parse_document(made)) == hash(parse_document(turned))
    assert parse_document(made) != parse_document(document(allow("s3:*", Sid="B")))


def test_conditions_are_flattened_and_numbers_and_booleans_are_texts() -> None:
    condition = {"Bool": {"aws:SecureTransport": True}, "NumericLessThan": {"a": 30, "b": ["1", 2]}}
    assert only(document(allow(Condition=condition))).conditions == (
        Condition(operator="Bool", key="aws:SecureTransport", values=("true",)),
        Condition(operator="NumericLessThan", key="a", values=("30",)),
        Condition(operator="NumericLessThan", key="b", values=("1", "2")),
    )


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("", "not JSON"),
        ("{oops", "not JSON"),
        ("[]", "not a JSON object"),
        ("[" * 100_000, "not JSON"),
        (None, "not a JSON object"),
        ([], "not a JSON object"),
        ({}, "no Statement"),
        ({"Statement": 3}, "neither an object nor a list"),
        ({"Statement": [], "Version": "2020-01-01"}, "2020-01-01"),
        ({"Statement": [], "Version": 3}, "Version is 3"),
        ({"Statement": [], "Statements": []}, "Statements"),
        ({"Statement": {1, 2}}, "not plain JSON"),
        ('{"Statement": [], "Statement": [{"Effect": "Allow"}]}', "'Statement' twice"),
        ('{"Statement": [{"Effect": "Deny", "Effect": "Allow"}]}', "'Effect' twice"),
        ({1: "a", "1": "b", "Statement": []}, "'1' twice"),
        ("%7B%22Statement%22%3A%22%FF%22%7D", "not JSON"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_what_is_no_document_is_refused_with_the_reason(raw: object, why: str) -> None:
    with pytest.raises(DocumentError, match=why):
        parse_document(raw)


@pytest.mark.parametrize(
    ("odd", "problem"),
    [
        ({"Action": "*", "Resource": "*"}, "Effect"),
        ({"Effect": "allow", "Action": "*", "Resource": "*"}, "Effect"),
        ({"Effect": "Allow", "Resource": "*"}, "either Action or NotAction"),
        ({"Effect": "Allow", "Action": "*", "NotAction": "*", "Resource": "*"}, "either Action"),
        ({"Effect": "Allow", "Action": "*"}, "either Resource"),
        ({"Effect": "Allow", "Action": [1], "Resource": "*"}, "Action is neither"),
        ({"Effect": "Allow", "Action": "*", "Resource": {"a": 1}}, "Resource is neither"),
        ({"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"}, "Principal"),
        ({"Effect": "Allow", "Action": "*", "Resource": "*", "Sid": 3}, "Sid"),
        ({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": []}, "Condition"),
        (
            {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": 1}},
            "Condition",
        ),
        (
            {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": {"a": {}}}},
            "the values of condition Bool a",
        ),
        (7, "not an object"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_statement_that_is_not_understood_stays_and_says_so(odd: object, problem: str) -> None:
    first, second = parse_document({"Statement": [odd, allow("s3:*")]}).statements
    assert problem in (first.problem or "")
    assert (second.problem, second.index) == (None, 1)


def test_documents_are_frozen() -> None:
    made: Document = parse_document(document(allow()))
    with pytest.raises(FrozenInstanceError):
        made.version = "x"  # type: ignore[misc]


def test_a_name_twice_among_very_many_is_found_at_once() -> None:
    """In a process that can be ended: it took an hour where each name was counted on its own."""
    program = """
from iam.policy.document import DocumentError, unambiguous
try:
    unambiguous([*((str(i), None) for i in range(300_000)), ("299999", None)])
except DocumentError as error:
    assert "'299999' twice" in str(error)
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=30)
