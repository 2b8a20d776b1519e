"""Trust policies: whether sessions of a role may have tags of their own."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from iam.account.trust import may_tag_sessions
from tests.build import TRUST, allow, deny, document


def trust(effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return document({"Effect": effect, "Principal": {"Service": "ec2.amazonaws.com"}, **more})


NO = [
    TRUST,
    trust(Action=["sts:AssumeRole", "sts:SetSourceIdentity"]),
    trust(Action="sts:Assume*"),
    trust(Action="sts:AssumeRole", Condition={"StringLike": {"sts:ExternalId": "TagSession*"}}),
    trust("Deny", Action="sts:TagSession"),
    trust(NotAction=["sts:tagsession", "iam:*"]),
    trust(NotAction="sts:*"),
    trust(Action="sts:AssumeRole", Sid="100%25"),
    document(),
]
YES = [
    trust(Action=["sts:AssumeRole", "sts:TagSession"]),
    trust(Action="STS:tagsession"),
    trust(Action="sts:*"),
    trust(Action="sts:Tag???????"),
    trust(Action="*"),
    trust(NotAction="sts:AssumeRole"),
    trust(Action="sts:TagSession", Condition={"StringEquals": {"sts:ExternalId": "x"}}),
    document(allow("sts:AssumeRole"), allow("sts:TagSession"), deny("sts:TagSession")),
    {"Statement": {"Effect": "Allow", "Action": "sts:TagSession"}},
]
NOT_UNDERSTOOD: list[Any] = [
    None,
    3,
    [],
    {},
    {"Statement": 3},
    {"Statement": ["sts:AssumeRole"]},
    trust("Maybe", Action="sts:AssumeRole"),
    trust(),
    trust(Action="sts:AssumeRole", NotAction="sts:TagSession"),
    trust(Action=[3]),
]


def told_of(policy: Any) -> set[bool]:
    """What is told of an object, of its text, and of that text as AWS encodes it."""
    text = json.dumps(policy)
    return {may_tag_sessions(policy), may_tag_sessions(text), may_tag_sessions(quote(text, ""))}


@pytest.mark.parametrize("policy", NO, ids=json.dumps)
def test_most_roles_let_nobody_tag_their_sessions(policy: Any) -> None:
    assert told_of(policy) == {False}


@pytest.mark.parametrize("policy", YES, ids=json.dumps)
def test_a_statement_that_may_allow_it_counts(policy: Any) -> None:
    assert told_of(policy) == {True}


@pytest.mark.parametrize("policy", NOT_UNDERSTOOD, ids=json.dumps)
def test_a_trust_policy_that_is_not_understood_may_allow_it(policy: Any) -> None:
    assert told_of(policy) == {True}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "%7B%22Statement%22%3A%5B",
        '{"Statement": [], "Statement": []}',
        "[" * 100_000,
        quote(json.dumps(trust(Action="sts:TagSession"))).replace("T", "%54"),
        json.dumps(trust(Action="sts:TagSession")).replace("Tag", "\\u0054ag"),
        "%7B%22Statement%22%3A%5B%5D%FF%7D",
    ],
)
def test_texts_in_disguise_or_damaged_may_allow_it(text: str) -> None:
    assert may_tag_sessions(text)
