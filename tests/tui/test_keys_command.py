"""`bedrock-tui keys`: a report of the API keys, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.company import Company
from tests.tui.command_line import run

LIST = "ListServiceSpecificCredentials"


@pytest.fixture
def keyed(company: Company, iam: Any) -> Company:
    name = iam.list_users()["Users"][0]["UserName"]
    iam.create_service_specific_credential(UserName=name, ServiceName="bedrock.amazonaws.com")
    return company


def test_it_lists_the_keys_by_one_call_and_writes_nothing(keyed: Company) -> None:
    result = run("keys", "--format", "json", "--endpoint-url", keyed.fake.url)
    assert result.exit_code == 0, result.output
    (key,) = json.loads(result.stdout)["keys"]
    assert key["state"] == "active"
    assert keyed.fake.actions.count(LIST) == 1
    assert keyed.fake.writes == []


def test_keys_that_may_not_be_read_are_status_three(keyed: Company) -> None:
    keyed.fake.refuse(LIST, "AccessDenied")
    result = run("keys", "--endpoint-url", keyed.fake.url)
    assert result.exit_code == 3
    assert "iam:ListServiceSpecificCredentials" in result.stdout
    assert "incomplete: the Bedrock API keys" in result.stderr
    keyed.fake.seen.clear()
    audit = run("audit", "--format", "json", "--endpoint-url", keyed.fake.url)
    assert audit.exit_code == 0  # they decide no verdict
    assert json.loads(audit.stdout)["unread"][-1]["what"] == "the Bedrock API keys"
    assert keyed.fake.actions.count(LIST) == 1


def test_a_file_s_name_chooses_the_format(keyed: Company, tmp_path: Path) -> None:
    for name, begins in (("k.csv", "account,id"), ("k.json", "{"), ("k.txt", "Bedrock API keys")):
        path = tmp_path / name
        result = run("keys", "--output", str(path), "--endpoint-url", keyed.fake.url)
        assert (result.exit_code, path.read_text().startswith(begins)) == (0, True)


def test_a_saved_account_has_its_keys(keyed: Company, tmp_path: Path) -> None:
    path = str(tmp_path / "account.json.gz")
    assert run("save", path, "--endpoint-url", keyed.fake.url).exit_code == 0
    result = run("keys", "--format", "json", "--snapshot", path)
    assert (result.exit_code, len(json.loads(result.stdout)["keys"])) == (0, 1)


def test_a_wrong_format_is_wrong_usage() -> None:
    assert run("keys", "--format", "html").exit_code == 2
