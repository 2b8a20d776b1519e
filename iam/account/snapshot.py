"""Read an account from a file: the output of `aws iam get-account-authorization-details`.

The file is JSON, gzip-compressed or not. It may come from anywhere, so each way in which it can be
wrong has an error message of one sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from iam.account.api_keys import API_KEYS, UNREAD_WHAT, ApiKeys, keys_from
from iam.account.json_file import SnapshotError, file_name, read_json
from iam.account.model import Account
from iam.account.organization_file import OrganizationFile, is_organization, with_organization
from iam.account.owners import NoOwner, owned
from iam.account.parse import parse_page
from iam.account.unread import NOT_READ, Unread, unread_from
from iam.text import safe

_LISTS = {"UserDetailList": "users", "RoleDetailList": "roles"}
"""Missing groups and policies are reported where something refers to them."""
ALIASES = "AccountAliases"
"""Where the account's alias stands, as `aws iam list-account-aliases` prints it."""


def read_snapshot(path: str, limit: int, *, organization: bool = True) -> Account:
    """Read a saved account, or several accounts in one file.

    Args:
        path: A file's path, or `-` for standard input.
        limit: The most megabytes of JSON that are read, after decompression.
        organization: Whether to read the organization that the file may hold; not if another one
            takes its place.

    Returns:
        The account; parts that are missing or malformed are listed in `unread`. If the file holds
        principals of several accounts, its ID is None.

    Raises:
        SnapshotError: It cannot be read, or is not a saved account.
    """
    name, body = file_name(path), read_json(path, limit)
    if not isinstance(body, Mapping) or not any(
        isinstance(body.get(key, ""), list | None) for key in _LISTS
    ):
        raise SnapshotError(
            f"{name} is not what `aws iam get-account-authorization-details` prints: "
            "it has neither a UserDetailList nor a RoleDetailList"
        )
    try:
        account = owned(parse_page(Account(id=None), body))
    except NoOwner as error:
        raise SnapshotError(f"{name} holds no user, role or group that can be read") from error
    account = replace(
        account,
        alias=_alias(body) if account.id is not None else None,
        unread=(*account.unread, *_gaps(body), *_not_read(body, name)),
        groups_listed="GroupDetailList" in body,
        api_keys=_api_keys(body.get(API_KEYS), account),
    )
    saved = body.get("Organization")
    if not organization or not is_organization(saved):  # other tools may use the key otherwise
        return account
    return with_organization(account, OrganizationFile(saved, name))


def _api_keys(raw: object, account: Account) -> ApiKeys:
    keys = keys_from(raw)
    if keys.status != "unasked" and account.id is None:
        reason = "the file does not say of which account they are"
        return ApiKeys("unread", unread=(Unread(UNREAD_WHAT, "Ambiguous", reason),))
    return keys


def _not_read(body: Mapping[str, Any], name: str) -> list[Unread]:
    """Return what could not be read when the file was saved."""
    listed = body.get(NOT_READ) or []
    found = [unread_from(raw) for raw in listed] if isinstance(listed, list) else [None]
    unread = [each for each in found if each is not None]
    if len(unread) < len(found):
        raise SnapshotError(f"{name} has a malformed {NOT_READ}")
    return unread


def _alias(body: Mapping[str, Any]) -> str | None:
    """Return the account's alias, if the file has it; AWS's own output has none."""
    match body.get(ALIASES):
        case [str(alias), *_]:
            return alias
    return None


def _gaps(body: Mapping[str, Any]) -> list[Unread]:
    gaps = [
        Unread(words, "Missing", f"the file has no {key}", hides=True)
        for key, words in _LISTS.items()
        if key not in body
    ]
    if body.get("IsTruncated") is True:
        gaps.append(
            Unread(
                "the pages that follow",
                "Truncated",
                "the file holds only the first page: save the account without --no-paginate",
                hides=True,
            )
        )
    return gaps


def described(path: str) -> str:
    """Describe a file by its name and its modification date: `account.json of 2026-11-23`."""
    if path == "-":
        return "standard input"
    name = safe(Path(path).name)
    try:
        modified = datetime.fromtimestamp(Path(path).stat().st_mtime, UTC)
    except (OSError, OverflowError, ValueError):
        return name
    return f"{name} of {modified:%Y-%m-%d}"
