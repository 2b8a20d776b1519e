"""The last use of Bedrock in every format, and only where AWS was asked for it."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest

from iam.account.last_use import UseAsked
from iam.account.model import Account
from iam.account.uses import with_uses
from iam.reports.audit import Audit, narrowed, take_audit
from iam.reports.csv_format import as_csv
from iam.reports.formats import FORMATS
from iam.reports.json_format import as_json
from iam.verdicts.principal_filter import parse_filter
from tests.build import ID, NOW, account, make_evaluator, role, user
from tests.iam.account.test_last_use import ASKED, use


def audit(found: Account) -> Audit:
    return take_audit(found, make_evaluator(), now=NOW, source="live", caller=None)


def asked() -> Audit:
    """Alice used it 3 days ago, bob never, of carol it is not known, dan used it 100 days ago."""
    made = account(*(user(name) for name in ("alice", "bob", "carol", "dan")))
    uses = {"alice": use(3), "bob": use(None), "dan": use(None, 100)}
    by_arn = {f"arn:aws:iam::{ID}:user/{name}": each for name, each in uses.items()}
    return audit(with_uses(made, by_arn, UseAsked(ASKED)))


def column(of: Audit) -> list[str]:
    return [row["last_used"] for row in csv.DictReader(io.StringIO(as_csv(of)))]


def test_csv_has_a_time_or_never_or_unknown() -> None:
    assert column(asked()) == [
        "2026-05-05T12:00:00Z", "never", "unknown", "2026-01-28T12:00:00Z",
    ]  # fmt: skip
    assert column(audit(account(user("alice")))) == [""]


def test_json_has_each_service_and_when_aws_was_asked() -> None:
    said = json.loads("".join(as_json(asked(), "principals")))
    assert said["last_used"]["asked_at"] == "2026-05-08T12:00:00Z"
    alice, bob, carol, dan = [each["last_used"] for each in said["principals"]]
    assert (alice["at"], alice["service"]) == ("2026-05-05T12:00:00Z", "bedrock")
    assert (bob["at"], bob["services"], bob["unread"]) == (None, {"bedrock": None}, [])
    assert carol is None
    assert dan["service"] == "bedrock-mantle"


def test_json_without_the_question_has_no_such_key() -> None:
    said = json.loads("".join(as_json(audit(account(user("alice"))))))
    assert "last_used" not in said
    assert "last_used" not in said["principals"][0]


@pytest.mark.parametrize("form", ["table", "markdown", "html"])
def test_what_is_for_people_says_what_it_counts(form: str) -> None:
    text = "".join(FORMATS[form].write(asked()))
    for words in ("3 d", "never in 400 d", "also denied ones", "2026\\-05\\-08 12:00"):
        assert words in text or words.replace("\\", "") in text


@pytest.mark.parametrize(
    ("text", "names", "undecided"),
    [
        ("unused:90d", "bob dan", 1),
        ("!unused:90d", "alice", 1),
        ("unused:3d", "alice bob dan", 1),
        ("unused:401d", "", 2),
    ],
)
def test_the_filter_decides_by_it(text: str, names: str, undecided: int) -> None:
    found = narrowed(asked(), parse_filter(text, NOW))
    assert " ".join(p.name for p, _ in found.results) == names
    assert found.filtered is not None and found.filtered.undecided == undecided


def test_a_role_in_use_that_never_used_bedrock_is_unused() -> None:
    made = account(role("busy") | {"RoleLastUsed": {"LastUsedDate": NOW.isoformat()}})
    (busy,) = made.principals.values()
    known = made.with_entities([replace(busy, bedrock_use=use(None))])
    unused = parse_filter("unused:90d", NOW)
    assert [len(narrowed(audit(each), unused).results) for each in (made, known)] == [0, 1]
