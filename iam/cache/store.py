"""Cache the last load of an account in a file (`--cache`), to show it until a fresh one is there.

Off by default, since it writes the account's IAM data to disk: one file per set of credentials,
gzip-compressed, that only its owner can read. The first line holds what the table shows and is
quick to read, the second one the account. Cached data is dated, and no change is based on it.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from iam.account.model import Account
from iam.account.serialize import pieces_of
from iam.account.unread import Unread
from iam.cache.table_snapshot import TableSnapshot, from_json, to_json
from iam.runtime.atomic_write import atomic_write, clear_leftovers
from iam.runtime.folders import NoHome, cache_folder
from iam.runtime.private_file import NotPrivate, make_private_folder, open_private

_HEAD = "bedrock-tui"
_UNREADABLE = (
    OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, IndexError, RecursionError,
    OverflowError,
)  # fmt: skip
_FORMAT = 5
"""The version of the file format; other versions are ignored."""
_VARIABLES = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL",
          "AWS_ENDPOINT_URL_IAM", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")  # fmt: skip


class CacheError(OSError):
    """The cache could not be read or written; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class CachedLoad:
    """A cached load."""

    account: Account
    saved_at: datetime


def path_for(profile: str | None, endpoint_url: str | None) -> Path:
    """The cache file for these credentials, as far as they are known without asking AWS.

    Raises:
        CacheError: There is no home folder.
    """
    settings = [
        profile or "",
        endpoint_url or "",
        *(os.environ.get(name, "") for name in _VARIABLES),
    ]
    name = hashlib.sha256("\0".join(settings).encode()).hexdigest()[:32]
    try:
        return cache_folder() / f"{name}.json.gz"
    except NoHome as error:
        raise CacheError(f"The account cannot be cached: {error}.") from error


def keep(
    path: Path, account: Account, now: datetime, picture: TableSnapshot, ref: str | None = None
) -> None:
    """Write a load to the cache, in place of an earlier one.

    Args:
        path: As `path_for` returned it.
        account: The account.
        now: When it was read.
        picture: What the table shows.
        ref: The managed policy, as the operator named it.

    Raises:
        CacheError: It could not be written.
    """
    first = {
        "form": _FORMAT,
        "saved_at": now.isoformat(),
        "ref": ref,
        "uses": account.use_asked is not None,
        "picture": to_json(picture),
    }
    head = {
        _HEAD: {
            "account": account.id,
            "alias": account.alias,
            "partition": account.partition,
            "unread": [[u.what, u.error, u.message, u.hides] for u in account.unread],
        }
    }
    try:
        make_private_folder(path.parent)
        with atomic_write(path) as raw, gzip.open(raw, "wt", 1, "utf-8") as file:
            file.write(json.dumps(first) + "\n")
            file.writelines(pieces_of(account, head))
    except OSError as error:
        raise CacheError(
            f"The account could not be cached in {path}: {error.strerror or error}."
        ) from error


def recall_picture(
    path: Path, ref: str | None = None
) -> tuple[TableSnapshot, datetime, bool] | None:
    """Read what the table showed, and when; None if nothing is cached for this policy.

    The third item says whether the account says when Bedrock was last used.

    This comes first at a start, so it also removes unfinished files of earlier runs.

    Raises:
        CacheError: There is a file, but it cannot be used.
    """
    clear_leftovers(path.parent)
    with _opened(path) as file:
        if file is None:
            return None
        first = json.loads(file.readline())
        if first["form"] != _FORMAT or first["ref"] != ref:
            return None
        return from_json(first["picture"]), _saved_at(first), bool(first.get("uses"))


def recall(path: Path) -> CachedLoad | None:
    """Read the cached load; None if there is none.

    Raises:
        CacheError: There is a file, but it cannot be used.
    """
    with _opened(path) as file:
        if file is None:
            return None
        from iam.account.parse import parse_page

        first = json.loads(file.readline())
        if first["form"] != _FORMAT:
            return None
        body = json.loads(file.read())
        head = body[_HEAD]
        empty = Account(id=head["account"], alias=head["alias"], partition=head["partition"])
        account = parse_page(empty, body)
        unread = tuple(Unread(*each) for each in head["unread"])
        return CachedLoad(replace(account, unread=(*account.unread, *unread)), _saved_at(first))


def _saved_at(first: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(first["saved_at"]).astimezone(UTC)


@contextmanager
def _opened(path: Path) -> Iterator[IO[str] | None]:
    """Open a private cache file; yields None if there is none. Errors become `CacheError`."""
    try:
        with (
            os.fdopen(open_private(path, os.O_RDONLY, refused=0o077), "rb") as raw,
            gzip.open(raw, "rt", encoding="utf-8") as file,
        ):
            yield file
    except FileNotFoundError:
        yield None
    except NotPrivate as error:
        raise CacheError(f"{path} was ignored: {error}.") from error
    except _UNREADABLE as error:
        raise CacheError(f"{path} cannot be read and was ignored.") from error


def age(since: datetime, now: datetime) -> str:
    """The age of something: `40 s`, `12 min`, `14 h`, `3 days`."""
    seconds = max(0, int((now - since).total_seconds()))
    for unit, size, until in (("s", 1, 60), ("min", 60, 3600), ("h", 3600, 48 * 3600)):
        if seconds < until:
            return f"{seconds // size} {unit}"
    return f"{seconds // 86400} days"
