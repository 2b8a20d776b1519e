"""Whether a trust policy may allow sessions with tags of their own."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from iam.account.trust_policy import may_tag_sessions
from tests.build import document


def trust(**elements: Any) -> dict[str, Any]:
    return document({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, **elements})


@pytest.mark.parametrize(
    ("elements", "may"),
    [
        ({"Action": "sts:AssumeRole"}, False),
        ({"Action": ["sts:AssumeRole", "sts:TagSession"]}, True),
        ({"Action": "STS:tagsession"}, True),
        ({"Action": "sts:*"}, True),
        ({"Action": "*"}, True),
        ({"Action": "sts:Tag??ssion"}, True),
        ({"Action": "sts:Assume*"}, False),
        ({"NotAction": "sts:AssumeRole"}, True),
        ({"NotAction": "sts:*"}, False),
        ({"Action": 7}, True),
        ({"Effect": "Deny", "Action": "sts:TagSession"}, False),
        ({"Effect": "Perhaps", "Action": "sts:TagSession"}, True),
    ],
)
def test_each_statement_that_allows_it_counts(elements: dict[str, Any], may: bool) -> None:
    raw = trust(**elements)
    text = json.dumps(raw)
    escaped = text.replace("TagSession", "\\u0054agSession")
    assert [may_tag_sessions(form) for form in (raw, text, quote(text), escaped)] == [may] * 4


def test_an_ambiguous_trust_policy_may_allow_it() -> None:
    twice = '"Action": "sts:TagSession", "Action": "sts:AssumeRole"'
    assert may_tag_sessions(f'{{"Statement": [{{"Effect": "Allow", {twice}}}]}}')


@pytest.mark.parametrize("raw", [None, 7, "", "{", "no JSON", "{}", '{"Statement": 7}'])
def test_a_trust_policy_that_cannot_be_read_may_allow_it(raw: object) -> None:
    assert may_tag_sessions(raw)
