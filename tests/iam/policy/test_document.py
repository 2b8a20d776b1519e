"""Parsing policy documents."""

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
def test_a_single_statement_need_not_be_in_a_list(wrap: Any) -> None:
    assert only({"Statement": wrap(allow("s3:*"))}).actions == ("s3:*",)


def test_a_string_equals_a_list_of_one_string() -> None:
    one = only(document(allow("s3:*", "arn:x")))
    many = only(document(allow(["s3:*"], ["arn:x"])))
    assert (one.actions, one.resources) == (many.actions, many.resources) == (("s3:*",), ("arn:x",))


def test_empty_lists_are_accepted() -> None:
    statement = only(document(allow([], [])))
    assert (statement.actions, statement.resources, statement.problem) == ((), (), None)
    assert parse_document({"Statement": []}).statements == ()


def test_json_text_may_be_url_encoded() -> None:
    text = json.dumps(document(allow("s3:*", "arn:aws:s3:::a+b%20c/*")))
    for raw in (text, quote(text), f"\n{text}"):
        assert only(raw).resources == ("arn:aws:s3:::a+b%20c/*",)


def test_the_default_version_is_2008_10_17() -> None:
    assert parse_document({"Statement": []}).version == "2008-10-17"


def test_documents_that_differ_in_key_order_only_are_equal() -> None:
    made = document(allow("s3:*", Sid="A"))
    turned = {"Statement": [dict(reversed(made["Statement"][0].items()))], "Version": "2012-10-17"}
    assert parse_document(made) == parse_document(turned)
    assert hash(parse_document(made)) == hash(parse_document(turned))
    assert parse_document(made) != parse_document(document(allow("s3:*", Sid="B")))


def test_conditions_are_flattened_and_their_values_become_strings() -> None:
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
def test_input_that_is_not_a_document_is_rejected_with_the_reason(raw: object, why: str) -> None:
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
def test_a_statement_that_is_not_understood_has_a_problem(odd: object, problem: str) -> None:
    first, second = parse_document({"Statement": [odd, allow("s3:*")]}).statements
    assert problem in (first.problem or "")
    assert (second.problem, second.index) == (None, 1)


def test_documents_are_frozen() -> None:
    made: Document = parse_document(document(allow()))
    with pytest.raises(FrozenInstanceError):
        made.version = "x"  # type: ignore[misc]


def test_a_duplicate_among_many_names_is_found_in_linear_time() -> None:
    """Run in a subprocess with a timeout, since quadratic time would be an hour."""
    program = """
from iam.policy.document import DocumentError, unambiguous
try:
    unambiguous([*((str(i), None) for i in range(300_000)), ("299999", None)])
except DocumentError as error:
    assert "'299999' twice" in str(error)
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=30)
