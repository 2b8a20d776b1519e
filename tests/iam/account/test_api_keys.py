"""API keys as data: what AWS lists becomes keys, and what a file keeps is read back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from iam.account.api_keys import ApiKey, ApiKeys, keys_from, keys_of
from iam.account.save import save_account
from iam.account.snapshot import read_snapshot
from iam.account.unread import Unread
from tests.build import NOW, account, details, role, user

ITEM = {
    "UserName": "alice",
    "ServiceSpecificCredentialId": "ACCA1",
    "ServiceCredentialAlias": "BedrockAPIKey-1-at-123456789012",
    "Status": "Active",
    "CreateDate": datetime(2026, 1, 1, tzinfo=UTC),
}
KEY = ApiKey("ACCA1", "alice", "BedrockAPIKey-1-at-123456789012", "Active", ITEM["CreateDate"])  # type: ignore[arg-type]
GAP = Unread("the Bedrock API keys", "AccessDenied", "AWS denied it.")


def test_a_key_without_an_expiration_date_never_expires() -> None:
    assert keys_of([ITEM], []) == (KEY,)
    assert KEY.state(NOW + timedelta(days=36_500)) == "Active"


def test_a_saved_key_expires_when_its_time_comes() -> None:
    key = replace(KEY, expires=NOW)
    assert (key.state(NOW - timedelta(seconds=1)), key.state(NOW)) == ("Active", "Expired")


@pytest.mark.parametrize(
    "damage",
    [
        {"ExpirationDate": "soon"},
        {"ExpirationDate": 7},
        {"Status": "Sleeping"},
        {"UserName": None},
        {"ServiceSpecificCredentialId": 5},
    ],
)
def test_what_cannot_be_understood_is_no_key_and_costs_no_other(damage: dict[str, Any]) -> None:
    unread: list[Unread] = []
    other = {**ITEM, "ServiceSpecificCredentialId": "ACCA0", **damage}
    assert keys_of([other, ITEM, "nonsense"], unread) == (KEY,)
    assert [each.error for each in unread] == ["Malformed", "Malformed"]


def test_who_has_no_key_is_known_only_where_all_were_read() -> None:
    assert ApiKeys("read", (KEY,)).of("bob") == ()
    some = ApiKeys("unread", (KEY,), (GAP,))
    assert (some.of("alice"), some.of("bob"), ApiKeys().of("bob")) == ((KEY,), None, None)


@pytest.mark.parametrize(
    "keys",
    [
        ApiKeys("read", (KEY, replace(KEY, id="ACCA2", status="Inactive", expires=NOW))),
        ApiKeys("read"),
        ApiKeys("unread", (KEY,), (GAP,)),
        ApiKeys(),
    ],
)
def test_a_saved_account_keeps_its_keys(tmp_path: Path, keys: ApiKeys) -> None:
    save_account(tmp_path / "a.json", replace(account(user("alice")), api_keys=keys), NOW)
    assert read_snapshot(str(tmp_path / "a.json"), 10).api_keys == keys


def test_what_the_aws_cli_prints_can_stand_in_a_file() -> None:
    printed = json.loads(json.dumps({"ServiceSpecificCredentials": [ITEM]}, default=str))
    assert keys_from(printed) == ApiKeys("read", (KEY,))
    assert keys_from("of another tool").status == "unasked"


def test_keys_in_a_file_of_several_accounts_belong_to_nobody(tmp_path: Path) -> None:
    other = {**role("worker"), "Arn": "arn:aws:iam::210987654321:role/worker"}
    held = {**details(user("alice"), other), "ApiKeys": {"ServiceSpecificCredentials": []}}
    (tmp_path / "a.json").write_text(json.dumps(held))
    keys = read_snapshot(str(tmp_path / "a.json"), 10).api_keys
    assert (keys.status, keys.unread[0].error) == ("unread", "Ambiguous")
