"""The keys of an account as a table, as JSON and as CSV, and in the reports of an audit."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from iam.account.api_keys import ApiKey, ApiKeys
from iam.account.model import Account
from iam.account.unread import Unread
from iam.reports.audit import narrowed, take_audit
from iam.reports.csv_format import as_csv
from iam.reports.formats import KEY_FORMATS, Terminal
from iam.reports.json_format import as_json
from iam.reports.key_report import KeyReport
from iam.verdicts.api_key_use import key_uses
from iam.verdicts.principal_filter import parse_filter
from tests.build import LIMITED, NOW, account, make_evaluator, role, user

HOSTILE = "=HYPERLINK(1)\x1b[31m"
KEYS = (
    ApiKey("ACCA1", "alice", "alice-at-1", "Active", NOW - timedelta(days=40)),
    ApiKey("ACCA2", "bob", HOSTILE, "Inactive", NOW, NOW + timedelta(days=3)),
)
GAP = Unread("the Bedrock API keys", "AccessDenied", "AWS denied it.")


def made(keys: ApiKeys) -> Account:
    people = (user("alice", attached=[LIMITED]), user("bob"), user("carol"), role("worker"))
    return replace(account(*people), api_keys=keys)


ALL, SOME = made(ApiKeys("read", KEYS)), made(ApiKeys("unread", KEYS[:1], (GAP,)))


def report(of: Account) -> KeyReport:
    return KeyReport(NOW, "live", of, None, key_uses(of, make_evaluator(), NOW))


def test_the_table_says_whose_until_when_and_what_for() -> None:
    lines = report(ALL).written("table").splitlines()
    assert lines[2].split() == [
        "user", "state", "works", "owner", "may", "invoke", "expires", "created", "age", "name",
    ]  # fmt: skip
    assert "alice  active    yes" in lines[3]
    assert "never" in lines[3]
    assert "no: inactive" in lines[4]


@pytest.mark.parametrize("width", [60, 80, 200])
def test_a_terminal_shows_at_least_whether_a_key_works(width: int) -> None:
    lines = report(ALL).written("table", Terminal(width)).splitlines()
    assert all(len(line) <= max(width, 70) for line in lines[2:5])
    assert "works" in lines[2]


def test_the_json_has_what_a_script_needs() -> None:
    body = json.loads(report(ALL).written("json"))
    first, second = body["keys"]
    assert (body["complete"], body["unread"]) == (True, [])
    assert (first["owner"], first["expires"], first["usable"]) == (
        ALL.principals["arn:aws:iam::123456789012:user/alice"].arn, None, True,
    )  # fmt: skip
    assert first["invoke"]["by"] == ["AmazonBedrockLimitedAccess"]
    assert (second["state"], second["invokes"]) == ("inactive", False)


@pytest.mark.parametrize("form", KEY_FORMATS)
def test_hostile_names_reach_nobody(form: str) -> None:
    text = report(ALL).written(form)
    assert "\x1b" not in text
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(text)))
        assert rows[1]["name"].startswith("'=")
        assert rows[0]["expires"] == "never"


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (ApiKeys("read"), "There are none."),
        (SOME.api_keys, "AccessDenied, AWS denied it."),
        (ApiKeys(), "the file does not hold them"),
        (ApiKeys("read", (replace(KEYS[0], user="gone"),)), "its owner was not read"),
    ],
)
def test_none_and_not_read_are_told_apart(keys: ApiKeys, words: str) -> None:
    assert words in report(made(keys)).written("table")


def test_an_audit_has_the_keys_of_each() -> None:
    audit = take_audit(ALL, make_evaluator(), now=NOW, source="live", caller=None)
    principals = json.loads("".join(as_json(audit)))["principals"]
    assert [[key["id"] for key in p["keys"]] for p in principals] == [["ACCA1"], ["ACCA2"], [], []]
    rows = list(csv.DictReader(io.StringIO(as_csv(audit))))
    assert [row["keys"] for row in rows[::2]] == ["alice-at-1 (active, expires never)", ""]


def test_keys_that_were_not_read_are_unknown_and_cost_no_verdict() -> None:
    audit = take_audit(SOME, make_evaluator(), now=NOW, source="live", caller=None)
    assert (audit.complete, GAP in audit.gaps) == (True, True)
    principals = json.loads("".join(as_json(audit)))["principals"]
    assert [p["keys"] and len(p["keys"]) for p in principals] == [1, None, None, []]
    rows = list(csv.DictReader(io.StringIO(as_csv(audit))))
    assert [row["keys"] for row in rows[1:]] == ["unknown", "unknown", ""]


@pytest.mark.parametrize(
    ("of", "text", "names", "undecided"),
    [
        (ALL, "key:yes", "alice bob", 0),
        (ALL, "key:active", "alice", 0),
        (ALL, "key:none", "carol worker", 0),
        (ALL, "!key:yes", "carol worker", 0),
        (SOME, "key:yes", "alice", 2),
        (SOME, "key:none", "worker", 2),
    ],
)
def test_a_filter_finds_those_with_keys(of: Account, text: str, names: str, undecided: int) -> None:
    audit = take_audit(of, make_evaluator(), now=NOW, source="live", caller=None)
    found = narrowed(audit, parse_filter(text, NOW))
    assert found.filtered is not None
    assert " ".join(p.name for p, _ in found.results) == names
    assert found.filtered.undecided == undecided
