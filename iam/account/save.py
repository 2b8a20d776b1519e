"""Keep an account and its organization in one file, for `--snapshot`."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from iam.account.model import Account
from iam.account.organization import Level, Organization
from iam.account.serialize import document_as_json, pieces_of
from iam.account.snapshot import NOT_READ
from iam.runtime.atomic_write import atomic_write

Json = dict[str, Any]
_UNKNOWN_POLICY = "p-not-read"
"""Stands for the policies of a level that could not be listed; the file does not hold it."""


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
        NOT_READ: [
            {"What": u.what, "Error": u.error, "Message": u.message, "Hides": u.hides}
            for u in account.unread
        ],
    }
    if account.organizations:
        head["Organization"] = organization_as_json(account.organizations)
    with atomic_write(path) as raw:
        if path.suffix == ".gz":
            with gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=6) as file:
                file.writelines(piece.encode() for piece in pieces_of(account, head))
        else:
            raw.writelines(piece.encode() for piece in pieces_of(account, head))


def organization_as_json(organizations: Mapping[str, Organization]) -> Json:
    """Write what is above each account, as `organization_file` reads it.

    Args:
        organizations: By account ID.
    """
    known = next((o for o in organizations.values() if o.id is not None), Organization())
    nodes: dict[str, dict[str, Json]] = {"root": {}, "ou": {}, "account": {}}
    policies: dict[str, Json] = {}
    for id, organization in organizations.items():
        levels = organization.levels or (Level(id, id, "account"),)
        parent = None
        for level in levels:
            node: Json = {"Id": level.id, "Name": level.name, "ParentId": parent}
            if organization.levels:
                node["Policies"] = _policy_ids(level)
            nodes[level.kind][level.id] = node
            policies |= _policies(level)
            parent = level.id
    none = all(organization.status == "none" for organization in organizations.values())
    return {
        "Organization": (
            None if none else {"Id": known.id, "MasterAccountId": known.management_account}
        ),
        "Roots": list(nodes["root"].values()),
        "OrganizationalUnits": list(nodes["ou"].values()),
        "Accounts": list(nodes["account"].values()),
        "Policies": list(policies.values()),
    }


def _policy_ids(level: Level) -> list[str]:
    ids = [policy.id for policy in (*level.scps, *level.rcps)]
    return [*ids, _UNKNOWN_POLICY] if level.unread else ids


def _policies(level: Level) -> dict[str, Json]:
    return {
        policy.id: {
            "Id": policy.id,
            "Name": policy.name,
            "Type": kind,
            "AwsManaged": policy.aws_managed,
            "Content": document_as_json(policy.document),
        }
        for kind, policies in (
            ("SERVICE_CONTROL_POLICY", level.scps),
            ("RESOURCE_CONTROL_POLICY", level.rcps),
        )
        for policy in policies
    }
