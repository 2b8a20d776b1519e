"""The last load of an account, kept in a file for `--cache`: shown while a fresh one comes.

Off unless asked for, since it puts the account's IAM data on the disk: one file for each set of
credentials, gzipped, that only its owner may read. Its first line is what a table shows, which is
there at once, the second one the account. It is of another day and says of when; nobody changes
anything by it.
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

from iam.account.model import Account, Unread
from iam.account.serialize import pieces_of
from iam.cache.table_snapshot import Picture, from_json, to_json
from iam.runtime.atomic_write import atomic_write, clear_leftovers
from iam.runtime.folders import NoHome, cache_folder
from iam.runtime.private_file import NotPrivate, make_private_folder, open_private

_HEAD = "bedrock-tui"
_UNREADABLE = (
    OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, IndexError, RecursionError,
    OverflowError,
)  # fmt: skip
_FORM = 2
"""Files of another form are passed over."""
_SIGNS = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL",
          "AWS_ENDPOINT_URL_IAM", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")  # fmt: skip


class CacheError(OSError):
    """Why there is no picture of another day, or why none was kept; one sentence."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A load of another day."""

    account: Account
    saved_at: datetime


def path_for(profile: str | None, endpoint_url: str | None) -> Path:
    """Where the load of these credentials is kept, as far as can be told without asking AWS.

    Raises:
        CacheError: There is no place for it.
    """
    signs = [profile or "", endpoint_url or "", *(os.environ.get(name, "") for name in _SIGNS)]
    name = hashlib.sha256("\0".join(signs).encode()).hexdigest()[:32]
    try:
        return cache_folder() / f"{name}.json.gz"
    except NoHome as error:
        raise CacheError(f"The account cannot be cached: {error}.") from error


def keep(
    path: Path, account: Account, now: datetime, picture: Picture, ref: str | None = None
) -> None:
    """Keep a load, in place of an earlier one; complete or not at all.

    Args:
        path: As `path_for` says.
        account: It.
        now: When it was read.
        picture: What the table shows of it.
        ref: The policy that is managed, as the operator named it.

    Raises:
        CacheError: It could not be written.
    """
    first = {"form": _FORM, "saved_at": now.isoformat(), "ref": ref, "picture": to_json(picture)}
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


def recall_picture(path: Path, ref: str | None = None) -> tuple[Picture, datetime] | None:
    """Read what a table showed, and of when that is; None if nothing was kept for this policy.

    It is the first of a start: what was not written to its end before is cleared away.

    Raises:
        CacheError: There is a file, and it is not to be used.
    """
    clear_leftovers(path.parent)
    with _opened(path) as file:
        if file is None:
            return None
        first = json.loads(file.readline())
        if first["form"] != _FORM or first["ref"] != ref:
            return None
        return from_json(first["picture"]), _saved_at(first)


def recall(path: Path) -> Kept | None:
    """Read what was kept; None if nothing was.

    Raises:
        CacheError: There is a file, and it is not to be used.
    """
    with _opened(path) as file:
        if file is None:
            return None
        from iam.account.parse import parse_page

        first = json.loads(file.readline())
        if first["form"] != _FORM:
            return None
        body = json.loads(file.read())
        head = body[_HEAD]
        empty = Account(id=head["account"], alias=head["alias"], partition=head["partition"])
        account = parse_page(empty, body)
        told = tuple(Unread(*each) for each in head["unread"])
        return Kept(replace(account, unread=(*account.unread, *told)), _saved_at(first))


def _saved_at(first: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(first["saved_at"]).astimezone(UTC)


@contextmanager
def _opened(path: Path) -> Iterator[IO[str] | None]:
    """Open a file that is ours alone; None if there is none. Errors in reading it are told."""
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
    """How old something is: `40 s`, `12 min`, `14 h`, `3 days`."""
    seconds = max(0, int((now - since).total_seconds()))
    for unit, size, until in (("s", 1, 60), ("min", 60, 3600), ("h", 3600, 48 * 3600)):
        if seconds < until:
            return f"{seconds // size} {unit}"
    return f"{seconds // 86400} days"
