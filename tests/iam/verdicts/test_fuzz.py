"""Damaged documents: never a crash, and never a `none` for what could not be read."""

from __future__ import annotations

import copy
import json
import os
from random import Random
from typing import Any

import pytest

from iam.account.model import Account, Unread
from iam.account.parse import parse_page
from iam.policy.document import DocumentError, parse_document
from iam.verdicts.verdict import Verdict
from tests.build import ID, allow, deny, details, document, make_evaluator, role, the
from tests.iam.verdicts.sums import agreed

ROUNDS = int(os.environ.get("FUZZ_ROUNDS", "400"))
JUDGE = make_evaluator()
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


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    found = [path]
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            found += places(inner, (*path, key))
    return found


def mutate(raw: Any, random: Random) -> Any:
    """Change one place: another value, another name, twice, nested, or gone."""
    made = copy.deepcopy(raw)
    *path, last = random.choice([place for place in places(made) if place])
    entity = made
    for key in path:
        entity = entity[key]
    kind = random.randrange(6)
    if kind == 0:
        del entity[last]
    elif kind == 1 and isinstance(entity, dict):
        entity[random.choice([str(last).lower(), f"{last} ", "Principal", "é"])] = entity.pop(last)
    elif kind == 2:
        entity[last] = [entity[last]]
    elif kind == 3:
        entity[last] = {"Statement": entity[last]}
    elif kind == 4 and isinstance(entity, list):
        entity.append(entity[last])
    else:
        entity[last] = random.choice(ODD)
    return made


def evaluated(raw: Any) -> Verdict:
    made = parse_page(Account(id=ID), details(role("alice", copy.deepcopy(raw))))
    return agreed(JUDGE, made, the(made)).verdict


@pytest.mark.parametrize("seed", range(4))
def test_damaged_documents(seed: int) -> None:
    random = Random(seed)
    for _ in range(ROUNDS // 4):
        raw = mutate(random.choice(SEEDS), random)
        for _ in range(random.randrange(3)):
            if len(places(raw)) > 1:
                raw = mutate(raw, random)
        if not isinstance(raw, dict) or "Effect" in raw:
            continue
        verdict = evaluated(raw)
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
def test_damaged_text(seed: int) -> None:
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
            assert evaluated(text) is Verdict.UNKNOWN
        else:
            evaluated(text)


@pytest.mark.parametrize("seed", range(2))
def test_names_that_stand_twice(seed: int) -> None:
    random = Random(seed)
    for _ in range(ROUNDS // 4):
        text = with_a_name_twice(random.choice(SEEDS), random)
        assert json.loads(text), "the text is JSON, and Python would take the last of the two"
        with pytest.raises(DocumentError, match="twice in one object"):
            parse_document(text)
        assert evaluated(text) is Verdict.UNKNOWN


def with_a_name_twice(raw: Any, random: Random) -> str:
    """The text of a document in which one object has one name twice, at any depth."""
    made = copy.deepcopy(raw)
    entities = [made]
    for entity in entities:
        inner = entity.values() if isinstance(entity, dict) else entity
        entities += [one for one in inner if isinstance(one, dict | list)]
    entity = random.choice([one for one in entities if isinstance(one, dict)])
    name = random.choice(list(entity))
    items = [*entity.items(), ("again", random.choice([entity[name], *ODD]))]
    random.shuffle(items)
    entity.clear()
    entity.update(items)
    return json.dumps(made).replace('"again"', json.dumps(name))


def test_an_item_that_is_no_document_is_unread_not_lost() -> None:
    made = parse_page(Account(id=ID), details(role("alice", "nonsense", [7])))
    assert all(isinstance(p.document, Unread) for p in the(made).inline)
