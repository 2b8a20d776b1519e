"""Damaged documents never crash the evaluator, and are `unknown` instead of `none`."""

from __future__ import annotations

import copy
import json
import os
from random import Random
from typing import Any

import pytest

from iam.account.model import Account
from iam.account.parse import parse_page
from iam.account.unread import Unread
from iam.policy.document import DocumentError, parse_document
from iam.verdicts.verdict import Verdict
from tests.build import ID, allow, deny, details, document, make_evaluator, role, the
from tests.iam.verdicts.summary_check import agreed

ROUNDS = int(os.environ.get("FUZZ_ROUNDS", "400"))
EVALUATOR = make_evaluator()
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
SEEDS: list[Any] = [
    document(allow("bedrock:*")),
    document(allow(["bedrock:Invoke*", "kms:*"], ["arn:aws:bedrock:*:*:*"], Sid="A"), deny("s3:*")),
    document(allow("*", Condition=MFA), deny(NotAction=["iam:*"], Condition={"Null": {"a": True}})),
    document(allow("bedrock:*", NotResource="arn:aws:bedrock:us-east-1:*:${aws:username}/*")),
]
ODD: list[Any] = [
    None, True, False, 0, -1, 1e308, "", "*", "?" * 200, "*" * 200, "*a" * 40, "Allow", "Deny",
    "\x00", "\x1b[31m", "\u202e", "\ud800", "日本語:*", "ſ", "${", "${}", "${a", "${*}",
    "${aws:x, 'd'}",
    [], {}, [[]], [{}], {"a": {}}, [None], ["*"] * 300, "x" * 100_000, "bedrock:*", "BEDROCK:GET*",
    {"StringEquals": {"aws:x": ["a", 1, True]}}, {"ForAllValues:StringLikeIfExists": {"s3:x": []}},
]  # fmt: skip


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the paths of all values in a document."""
    found = [path]
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            found += paths(inner, (*path, key))
    return found


def mutate(raw: Any, random: Random) -> Any:
    """Replace, rename, duplicate, nest or delete one value."""
    made = copy.deepcopy(raw)
    *path, last = random.choice([path for path in paths(made) if path])
    container = made
    for key in path:
        container = container[key]
    kind = random.randrange(6)
    if kind == 0:
        del container[last]
    elif kind == 1 and isinstance(container, dict):
        container[random.choice([str(last).lower(), f"{last} ", "Principal", "é"])] = container.pop(
            last
        )
    elif kind == 2:
        container[last] = [container[last]]
    elif kind == 3:
        container[last] = {"Statement": container[last]}
    elif kind == 4 and isinstance(container, list):
        container.append(container[last])
    else:
        container[last] = random.choice(ODD)
    return made


def evaluate(raw: Any) -> Verdict:
    made = parse_page(Account(id=ID), details(role("alice", copy.deepcopy(raw))))
    return agreed(EVALUATOR, made, the(made)).verdict


@pytest.mark.parametrize("seed", range(4))
def test_damaged_documents_are_never_none(seed: int) -> None:
    random = Random(seed)
    for _ in range(ROUNDS // 4):
        raw = mutate(random.choice(SEEDS), random)
        for _ in range(random.randrange(3)):
            if len(paths(raw)) > 1:
                raw = mutate(raw, random)
        if not isinstance(raw, dict) or "Effect" in raw:
            continue
        verdict = evaluate(raw)
        try:
            read = parse_document(raw)
        except DocumentError:
            assert verdict is Verdict.UNKNOWN, json.dumps(raw)
            continue
        lost = any(
            s.problem
            and (s.actions, s.not_actions, s.not_resources, s.conditions) == (None, None, None, ())
            and s.resources in (None, ("*",))
            for s in read.statements
        )
        assert not (lost and verdict is Verdict.NONE), json.dumps(raw)


@pytest.mark.parametrize("seed", range(2))
def test_text_that_does_not_parse_is_unknown(seed: int) -> None:
    random = Random(seed)
    for _ in range(ROUNDS // 2):
        text = json.dumps(random.choice(SEEDS))
        at = random.randrange(len(text))
        cut = random.choice(
            ['"', "{", "}", "", "\\", "\x00", "\ud800", "NaN", "9" * 400, "[" * 3_000]
        )
        text = text[:at] + cut + text[at + random.randrange(4) :]
        try:
            parse_document(text)
        except DocumentError:
            assert evaluate(text) is Verdict.UNKNOWN
        else:
            evaluate(text)


@pytest.mark.parametrize("seed", range(2))
def test_duplicate_names_are_unknown(seed: int) -> None:
    random = Random(seed)
    for _ in range(ROUNDS // 4):
        text = with_a_duplicate_name(random.choice(SEEDS), random)
        assert json.loads(text), "the text is JSON, of which Python takes the last value"
        with pytest.raises(DocumentError, match="twice in one object"):
            parse_document(text)
        assert evaluate(text) is Verdict.UNKNOWN


def with_a_duplicate_name(raw: Any, random: Random) -> str:
    """Return the text of a document in which one object, at any depth, has a duplicate name."""
    made = copy.deepcopy(raw)
    containers = [made]
    for container in containers:
        inner = container.values() if isinstance(container, dict) else container
        containers += [value for value in inner if isinstance(value, dict | list)]
    container = random.choice([value for value in containers if isinstance(value, dict)])
    name = random.choice(list(container))
    items = [*container.items(), ("again", random.choice([container[name], *ODD]))]
    random.shuffle(items)
    container.clear()
    container.update(items)
    return json.dumps(made).replace('"again"', json.dumps(name))


def test_an_item_that_is_not_a_document_is_unread() -> None:
    made = parse_page(Account(id=ID), details(role("alice", "nonsense", [7])))
    assert all(isinstance(p.document, Unread) for p in the(made).inline)
