"""A load is kept and recalled as it was; a file that is not to be trusted is passed over."""

from __future__ import annotations

import gzip
import json
import os
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from iam.account.model import Account
from iam.account.parse import parse_page
from iam.account.unread import Unread
from iam.account.unread_documents import unread_documents
from iam.cache.store import CacheError, age, path_for, recall, recall_picture
from iam.cache.store import keep as keep_both
from iam.cache.table_snapshot import TableRow, TableSnapshot
from tests.build import (
    ID,
    LIMITED,
    account,
    allow,
    deny,
    details,
    group,
    make_evaluator,
    policy,
    policy_arn,
    role,
    user,
)

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
ODD = {"Effect": "Allow", "Action": "bedrock:*", "Resource": "*", "Principal": "*"}
CONDITION = {"StringEquals": {"aws:PrincipalTag/team": ["ml", "ops"]}, "Bool": {"aws:x": "true"}}


def some_account() -> Account:
    return account(
        user("alice", allow("bedrock:*", Condition=CONDITION), groups=["team"], path="/ops/"),
        user("bob", deny(NotAction="s3:*", NotResource=["arn:a", "arn:b"]), boundary="arn:none"),
        user("odd", {"Version": "2012-10-17", "Statement": [ODD]}),
        user("broken", "not a document"),
        {
            **role("worker", attached=[LIMITED, policy_arn("own")]),
            "CreateDate": "2024-01-02T03:04:05Z",
            "RoleLastUsed": {"LastUsedDate": "2026-01-02T03:04:05Z"},
            "Tags": [{"Key": "a=b", "Value": "日本"}],
        },
        group("team", allow("bedrock:Get*"), attached=[LIMITED]),
        policy("own", allow("kms:*", "${aws:username}")),
    )


def picture_of(made: Account) -> TableSnapshot:
    evaluator = make_evaluator()
    entities = [(entity, evaluator.summary(made, entity)) for entity in made.entities]
    return TableSnapshot(
        account_id=made.label,
        alias=made.alias,
        policy=(LIMITED, "AmazonBedrockLimitedAccess", "v9"),
        columns=tuple((s.sid, s.label, len(s.entries)) for s in evaluator.sections),
        lines=tuple(TableRow(h.arn, h.type, h.name, h.path, None, s) for h, s in entities),
        unread=unread_documents(made),
    )


def keep(path: Path, made: Account, now: datetime) -> None:
    keep_both(path, made, now, picture_of(made))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "file.json.gz"


def test_what_is_kept_is_recalled(path: Path) -> None:
    before = some_account()
    keep(path, before, NOW)
    kept = recall(path)
    assert kept is not None
    assert kept.saved_at == NOW
    after = kept.account
    assert (after.id, after.alias, after.partition) == (before.id, before.alias, before.partition)
    evaluator = make_evaluator()
    for arn, principal in before.principals.items():
        same = after.principals[arn]
        assert replace(same, inline=()) == replace(principal, inline=())
        mine, theirs = evaluator.result(after, same), evaluator.result(before, principal)
        assert [s.entries and s.entries[0].concrete for s in mine.sections] == [
            s.entries and s.entries[0].concrete for s in theirs.sections
        ]
        assert mine.verdict is theirs.verdict
    assert [u.what for u in unread_documents(after)] == [u.what for u in unread_documents(before)]


def test_what_the_table_showed_is_recalled(path: Path) -> None:
    keep(path, some_account(), NOW)
    assert recall_picture(path) == (picture_of(some_account()), NOW, False)


def test_what_was_kept_for_another_policy_is_not_shown(path: Path) -> None:
    keep_both(path, some_account(), NOW, picture_of(some_account()), "ReadOnlyAccess")
    assert recall_picture(path, "AmazonBedrockLimitedAccess") is None
    assert recall_picture(path, "ReadOnlyAccess") is not None


def test_what_was_not_read_is_recalled(path: Path) -> None:
    gap = Unread("roles", "AccessDenied", "no", hides=True)
    keep(path, replace(some_account(), unread=(gap,)), NOW)
    kept = recall(path)
    assert kept is not None
    assert kept.account.unread == (gap,)


def test_only_its_owner_may_read_the_file(path: Path) -> None:
    keep(path, some_account(), NOW)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    path.chmod(0o644)
    with pytest.raises(CacheError, match="ignored: other users may read it"):
        recall(path)


def test_a_pipe_in_its_place_is_passed_over_at_once(path: Path) -> None:
    path.parent.mkdir()
    os.mkfifo(path, 0o600)
    with pytest.raises(CacheError, match="not a regular file"):
        recall(path)


def test_what_a_killed_writer_left_is_cleared_at_the_next_start(path: Path) -> None:
    path.parent.mkdir()
    left = path.parent / ".bedrock-tui-abcdefgh.part"
    left.touch()
    assert recall_picture(path) is None
    assert not left.exists()


def test_a_file_of_the_aws_cli_is_written(path: Path) -> None:
    keep(path, some_account(), NOW)
    _, body = map(json.loads, gzip.decompress(path.read_bytes()).splitlines())
    assert parse_page(Account(id=ID), body).principals.keys() == some_account().principals.keys()


def test_nothing_kept_is_nothing_recalled(path: Path) -> None:
    assert recall(path) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"plain",
        gzip.compress(b"{", mtime=0),
        gzip.compress(b"[]", mtime=0),
        gzip.compress(json.dumps(details(user("alice"))).encode(), mtime=0),
        gzip.compress(b'{"form": 5}', mtime=0),
        gzip.compress(b'{"form": 5}', mtime=0)[:-9],
        gzip.compress(b"[" * 100_000, mtime=0),
    ],
)
def test_a_damaged_file_is_passed_over_with_a_word(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    path.chmod(0o600)
    for read in (recall, recall_picture):
        with pytest.raises(CacheError, match="was ignored"):
            read(path)


@pytest.mark.parametrize("damage", [None, 7, [], ["arn", "user", 7, "/", None, 0],
    ["arn", "robot", "x", "/", None, 0], ["arn", "user", "x", "/", None, 99]])  # fmt: skip
def test_a_damaged_line_is_passed_over_with_a_word(path: Path, damage: Any) -> None:
    keep(path, some_account(), NOW)
    first, body = gzip.decompress(path.read_bytes()).splitlines()
    kept = json.loads(first)
    kept["picture"]["lines"][0] = damage
    path.write_bytes(gzip.compress(json.dumps(kept).encode() + b"\n" + body))
    with pytest.raises(CacheError, match="was ignored"):
        recall_picture(path)


def test_a_file_of_another_form_is_no_file(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(gzip.compress(b'{"form": 99}\n{}'))
    path.chmod(0o600)
    assert recall(path) is None
    assert recall_picture(path) is None


def test_what_cannot_be_kept_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CacheError, match="could not be cached"):
        keep(tmp_path / "file" / "below.json.gz", some_account(), NOW)


def test_each_set_of_credentials_has_a_file_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    places = {path_for(None, None), path_for("prod", None), path_for("prod", "http://x")}
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "another")
    places |= {path_for(None, None), path_for("prod", None)}
    assert len(places) == 5


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=-5), "0 s"),
        (timedelta(seconds=40), "40 s"),
        (timedelta(minutes=12), "12 min"),
        (timedelta(hours=14), "14 h"),
        (timedelta(days=3), "3 days"),
    ],
)
def test_its_age_is_said_in_the_largest_unit(passed: timedelta, words: str) -> None:
    assert age(NOW, NOW + passed) == words


def test_kept_again_it_is_replaced(path: Path) -> None:
    keep(path, some_account(), NOW)
    later: Any = NOW + timedelta(days=1)
    keep(path, account(user("carol")), later)
    kept = recall(path)
    assert kept is not None
    assert (kept.saved_at, [p.name for p in kept.account.principals.values()]) == (later, ["carol"])
