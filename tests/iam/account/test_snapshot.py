"""An account from a file, and every way in which a file may be wrong."""

from __future__ import annotations

import gzip
import io
import json
import os
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from iam.account.json_file import SnapshotError
from iam.account.snapshot import read_snapshot
from iam.account.unread_documents import unread_documents
from tests.build import (
    allow,
    details,
    document,
    group,
    policy,
    policy_arn,
    role,
    statements_of,
    user,
)

SAVED = details(
    user("alice", allow("bedrock:*"), groups=["team"], attached=[policy_arn("p")]),
    role("worker", boundary=policy_arn("p")),
    group("team"),
    policy("p", allow("s3:*")),
)

Write = Callable[[bytes | Any], str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to_file(content: bytes | Any) -> str:
        path = tmp_path / "account.json"
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return str(path)

    return to_file


def refusal(path: str, limit: int = 100) -> str:
    """The sentence with which a file is refused."""
    with pytest.raises(SnapshotError) as caught:
        read_snapshot(path, limit)
    sentence = str(caught.value)
    assert sentence.isprintable()
    return sentence


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode(),
        lambda text: gzip.compress(text.encode()),
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
    ],
)
def test_a_saved_account_is_read(write: Write, encode: Callable[[str], bytes]) -> None:
    account = read_snapshot(write(encode(json.dumps(SAVED, indent=2))), 100)
    assert (account.id, account.partition) == ("123456789012", "aws")
    assert {p.name for p in account.principals.values()} == {"alice", "worker"}
    assert account.unread == unread_documents(account) == ()


def test_documents_may_be_url_encoded(write: Write) -> None:
    plain = document(allow("bedrock:*"))
    encoded = user("alice", plain)
    encoded["UserPolicyList"][0]["PolicyDocument"] = quote(json.dumps(plain))
    account = read_snapshot(write(details(encoded)), 100)
    (alice,) = account.principals.values()
    assert statements_of(alice.inline[0].document)[0].actions == ("bedrock:*",)


def test_standard_input_is_a_file_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(SAVED).encode())))
    assert len(read_snapshot("-", 100).principals) == 2


def test_the_partition_is_that_of_the_arns(write: Write) -> None:
    saved = json.dumps(SAVED).replace("arn:aws:", "arn:aws-cn:").encode()
    assert read_snapshot(write(saved), 100).partition == "aws-cn"


def test_a_first_page_alone_is_not_the_whole_account(write: Write) -> None:
    account = read_snapshot(write({**SAVED, "IsTruncated": True, "Marker": "x"}), 100)
    assert [(u.what, u.error) for u in account.unread] == [("the pages that follow", "Truncated")]


def test_a_list_that_is_missing_is_named(write: Write) -> None:
    account = read_snapshot(write({"UserDetailList": SAVED["UserDetailList"]}), 100)
    assert {u.what for u in account.unread} == {"roles"}


def test_an_item_that_is_wrong_leaves_the_others(write: Write) -> None:
    users = [None, 7, {"UserName": "x"}, {"UserName": ["y"], "Arn": 3}, *SAVED["UserDetailList"]]
    account = read_snapshot(write({**SAVED, "UserDetailList": users}), 100)
    assert {p.name for p in account.principals.values()} == {"alice", "worker"}
    assert len(account.unread) == 4


def test_null_is_a_list_without_anybody_and_not_a_missing_one(write: Write) -> None:
    account = read_snapshot(write({**SAVED, "RoleDetailList": None}), 100)
    assert {p.name for p in account.principals.values()} == {"alice"}
    assert account.unread == ()


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "is empty"),
        (b" \n ", "is empty"),
        (json.dumps(SAVED).encode()[:-40], "is truncated"),
        (json.dumps(SAVED).encode()[:200], "is truncated"),
        (gzip.compress(json.dumps(SAVED).encode(), mtime=0)[:-20], "is truncated"),
        (b"\x1f\x8b" + b"nonsense" * 10, "damaged gzip"),
        (b"UserDetailList:\n- Arn: x\n", "is not JSON"),
        (b"hello", "is not JSON"),
        (b'{"UserDetailList": "\xff\xfe"}', "not text in UTF-8"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"UserDetailList":' + b'{"a":' * 200_000, "nested too deeply"),
        (b'{"UserDetailList": ' + b"1" * 5000 + b"}", "is not JSON that can be read"),
        (b"[]", "is not what"),
        (b"null", "is not what"),
        (b"{}", "is not what"),
        (b'{"Users": []}', "is not what"),
        (b'{"UserDetailList": {}}', "is not what"),
        (b'{"UserDetailList": [], "UserDetailList": []}', "has 'UserDetailList' twice"),
        (b'{"UserDetailList": [], "RoleDetailList": []}', "holds no user"),
        (b'{"UserDetailList": null, "RoleDetailList": null}', "holds no user"),
        (b'{"UserDetailList": [{"UserName": "x", "Arn": "nonsense"}]}', "holds no user"),
    ],
    # Not by content: what gzip writes tells the time, and parallel runs must agree on names.
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_is_wrong_is_refused_in_one_sentence(
    write: Write, content: bytes, part: str
) -> None:
    assert part in refusal(write(content))


def test_a_file_that_is_not_there_a_directory_and_a_name_of_escapes(tmp_path: Path) -> None:
    assert "does not exist" in refusal(str(tmp_path / "none\x1b[2J"))
    assert "is a directory" in refusal(str(tmp_path))
    assert "cannot be read" in refusal("a\0b")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(write: Write) -> None:
    path = write(SAVED)
    Path(path).chmod(0)
    assert "permission denied" in refusal(path)


def test_a_terminal_as_standard_input_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    main, other = os.openpty()
    with os.fdopen(main, "rb", 0), os.fdopen(other, "r") as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        assert "is a terminal" in refusal("-")


LARGE = json.dumps({**SAVED, "Padding": " " * 2_000_000}).encode()
"""More than a chunk: no single one exceeds the limit."""


@pytest.mark.parametrize("content", [LARGE, gzip.compress(LARGE)], ids=["plain", "gzip"])
def test_more_than_the_limit_is_refused_and_the_option_named(write: Write, content: bytes) -> None:
    path = write(content)
    assert refusal(path, 2).endswith(
        "holds more than 2 MB of JSON, the limit: raise it with --snapshot-limit"
    )
    assert len(read_snapshot(path, 3).principals) == 2


def test_the_limit_is_for_the_whole_file_not_for_what_is_read_at_once(write: Write) -> None:
    path = write(json.dumps({**SAVED, "Padding": " " * 2_500_000}).encode())
    assert "holds more than 2 MB of JSON" in refusal(path, 2)


def test_what_unpacks_to_much_more_is_not_unpacked(write: Write) -> None:
    """Twenty gigabytes of zeros in 20 MB would be unpacked for minutes, if not into all memory."""
    bomb = gzip.compress(b"{" + b" " * 200_000_000, compresslevel=1)
    path = write(bomb * 100)
    tracemalloc.start()
    try:
        assert "--snapshot-limit" in refusal(path, 1)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000


def test_gzip_files_one_after_the_other_are_one(write: Write) -> None:
    text = json.dumps(SAVED).encode()
    joined = gzip.compress(text[:100]) + gzip.compress(text[100:]) + bytes(100)
    assert len(read_snapshot(write(joined), 1).principals) == 2
