"""`--last-used` of `audit` and `save`: asked of AWS only then, and kept in what is written."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from iam.demo.last_used import make_older, record_use
from tests.build import ID
from tests.company import POLICY, Company
from tests.tui.command_line import run

AT = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def options(company: Company, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """user-00 and user-01 have the policy, and user-00 used Bedrock."""
    from moto.iam.models import iam_backends

    monkeypatch.setattr("iam.aws.last_use.PAUSES", (0.001,))
    company.attach("user-00", "user-01")
    make_older(iam_backends[ID]["aws"], 500)
    record_use(iam_backends[ID]["aws"], f"arn:aws:iam::{ID}:user/user-00", AT, "bedrock")
    return ("--endpoint-url", company.fake.url, "--policy", POLICY)


def column(text: str) -> list[str]:
    rows = {row["name"]: row["last_used"] for row in csv.DictReader(io.StringIO(text))}
    return [rows[f"user-0{number}"] for number in range(3)]


def test_an_audit_asks_only_with_the_option(company: Company, options: tuple[str, ...]) -> None:
    without = run("audit", *options, "--format", "csv")
    assert column(without.stdout) == ["", "", ""]
    assert not [action for action in company.fake.actions if "LastAccessed" in action]
    asked = run("audit", *options, "--format", "csv", "--last-used")
    assert column(asked.stdout) == ["2026-05-01T00:00:00Z", "never", "unknown"]
    assert (without.exit_code, asked.exit_code) == (0, 0)


def test_an_audit_that_was_denied_is_incomplete(company: Company, options: tuple[str, ...]) -> None:
    company.fake.refuse("GenerateServiceLastAccessedDetails", "AccessDenied")
    result = run("audit", *options, "--format", "json", "--last-used", "--read-only")
    assert result.exit_code == 3
    assert "last use of bedrock-limited could not be read" in result.stderr
    said = json.loads(result.stdout)
    assert [each["error"] for each in said["unread"]] == ["AccessDenied"]
    assert {each["last_used"] for each in said["principals"]} == {None}


def test_a_saved_account_has_it(options: tuple[str, ...], tmp_path: Path) -> None:
    path = str(tmp_path / "account.json")
    assert run("save", path, *options, "--last-used").exit_code == 0
    again = run("audit", "--snapshot", path, "--policy", POLICY, "--format", "csv")
    assert column(again.stdout) == ["2026-05-01T00:00:00Z", "never", "unknown"]
    unused = run("audit", "--snapshot", path, "--policy", POLICY, "--filter", "unused:9d")
    assert "user-01" in unused.stdout and "user-02" not in unused.stdout


def test_a_file_cannot_be_asked(tmp_path: Path) -> None:
    result = run("audit", "--snapshot", "account.json", "--last-used")
    assert result.exit_code == 2
    assert "--snapshot and --last-used exclude each other" in result.stderr
