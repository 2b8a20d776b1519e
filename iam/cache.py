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
import stat
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import platformdirs

from iam.account import Account, Unread
from iam.picture import Picture, from_json, to_json
from iam.saved import pieces_of

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
    """Where the load of these credentials is kept, as far as can be told without asking AWS."""
    signs = [profile or "", endpoint_url or "", *(os.environ.get(name, "") for name in _SIGNS)]
    name = hashlib.sha256("\0".join(signs).encode()).hexdigest()[:32]
    return Path(platformdirs.user_cache_path("bedrock-tui")) / f"{name}.json.gz"


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
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # mkstemp makes a file that only its owner may read and write.
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=path.suffix)
        try:
            with os.fdopen(handle, "wb") as raw, gzip.open(raw, "wt", 1, "utf-8") as file:
                file.write(json.dumps(first) + "\n")
                file.writelines(pieces_of(account, head))
            Path(temporary).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(temporary).unlink()
            raise
    except OSError as error:
        raise CacheError(
            f"The account could not be kept in {path}: {error.strerror or error}."
        ) from error


def recall_picture(path: Path, ref: str | None = None) -> tuple[Picture, datetime] | None:
    """Read what a table showed, and of when that is; None if nothing was kept for this policy.

    Raises:
        CacheError: There is a file, and it is not to be used.
    """
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
        from iam.parse import parse_page

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
        with path.open("rb") as raw:
            facts = os.fstat(raw.fileno())
            if facts.st_uid != os.getuid() or stat.S_IMODE(facts.st_mode) & 0o077:
                raise CacheError(f"{path} is open to others, and was passed over.")
            with gzip.open(raw, "rt", encoding="utf-8") as file:
                yield file
    except FileNotFoundError:
        yield None
    except CacheError:
        raise
    except _UNREADABLE as error:
        raise CacheError(f"{path} cannot be read, and was passed over.") from error


def age(since: datetime, now: datetime) -> str:
    """How old something is: `40 s`, `12 min`, `14 h`, `3 days`."""
    seconds = max(0, int((now - since).total_seconds()))
    for unit, size, until in (("s", 1, 60), ("min", 60, 3600), ("h", 3600, 48 * 3600)):
        if seconds < until:
            return f"{seconds // size} {unit}"
    return f"{seconds // 86400} days"
