"""Keep an account and its organization in one file, for `--snapshot`."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any

from iam.account.api_keys import API_KEYS, keys_object
from iam.account.model import Account
from iam.account.organization import Organization
from iam.account.organization_object import organization_object
from iam.account.serialize import pieces_of
from iam.account.snapshot import ALIASES
from iam.account.unread import NOT_READ, unread_object
from iam.runtime.atomic_write import atomic_write

Json = dict[str, Any]


def save_account(path: Path, account: Account, now: datetime) -> None:
    """Write an account to a file that only its owner may read.

    Args:
        path: The file. It is compressed if its name ends in `.gz`.
        account: The account with what is above it.
        now: When it was read, in UTC.

    Raises:
        OSError: It cannot be written. An earlier file stays.
    """
    head: Json = {
        "SavedAt": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        NOT_READ: [unread_object(unread) for unread in (*account.unread, *account.use_unread)],
    }
    if account.alias:
        head[ALIASES] = [account.alias]
    if (organization := _organization(account.organizations)) is not None:
        head["Organization"] = organization
    if account.api_keys.status != "unasked":
        head[API_KEYS] = keys_object(account.api_keys)
    with atomic_write(path) as raw:
        compressed = path.suffix == ".gz"
        whole = gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=6) if compressed else None
        with whole or nullcontext(raw) as file:
            file.writelines(piece.encode() for piece in pieces_of(account, head))


def _organization(organizations: Mapping[str, Organization]) -> Json | None:
    """Write what is above each account as one object; None if nothing was asked.

    Args:
        organizations: By account ID.
    """
    whole: Json | None = None
    for id, organization in organizations.items():
        if (object := organization_object(organization, id)) is None:
            continue
        if whole is None:
            whole = object
            continue
        for key, items in object.items():
            if isinstance(items, list):
                listed = whole.setdefault(key, [])
                listed += [item for item in items if item not in listed]
    return whole
