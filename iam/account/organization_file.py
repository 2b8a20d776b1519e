"""Read what an organization puts above an account from a file: what `organization_object` writes.

The names of the fields are those of the AWS Organizations API. A level, a parent or a policy that
is missing is noted, and nothing is assumed of it.

https://docs.aws.amazon.com/organizations/latest/APIReference/Welcome.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Literal, Required, TypeVar

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError
from typing_extensions import TypedDict  # pydantic takes Python's own from 3.12 on

from iam.account.iam_collect import is_store, read_store
from iam.account.json_file import SnapshotError, file_name, read_json
from iam.account.model import Account
from iam.account.organization import RCP, SCP, Level, Organization, OrganizationPolicy
from iam.account.unread import DOCUMENT, NOT_READ, Unread, document_of, unread_from
from iam.text import safe

_OTHER_TYPES = frozenset(
    {
        "AISERVICES_OPT_OUT_POLICY", "BACKUP_POLICY", "BEDROCK_POLICY", "CHATBOT_POLICY",
        "DECLARATIVE_POLICY_EC2", "GUARDDUTY_POLICY", "INSPECTOR_POLICY",
        "NETWORK_SECURITY_DIRECTOR_POLICY", "S3_POLICY", "SECURITYHUB_CSPM_POLICY",
        "SECURITYHUB_POLICY", "TAG_POLICY", "UPGRADE_ROLLOUT_POLICY",
    }
)  # fmt: skip
"""The types that configure services and limit no permissions. Any type that is in neither list may
be a new one, or a mistake.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies.html
"""
_Item = TypeVar("_Item")
_WHAT = "organization"


def _or_empty(raw: object) -> object:
    return [] if raw is None else raw


def _reasons(raw: object) -> object:
    """Keep the reasons that `organization_object` wrote; other tools may use the key otherwise."""
    items = raw if isinstance(raw, list) else []
    return [
        (item.get("Account"), unread) for item in items if (unread := unread_from(item)) is not None
    ]


class _Head(TypedDict, total=False):
    id: Required[Annotated[str | None, Field(alias="Id")]]
    management: Annotated[str | None, Field(alias="MasterAccountId")]


class _Node(TypedDict, total=False):
    id: Required[Annotated[str, Field(alias="Id")]]
    name: Annotated[str | None, Field(alias="Name")]
    parent: Annotated[str | None, Field(alias="ParentId")]
    policies: Annotated[list[str], BeforeValidator(_or_empty), Field(alias="Policies")]


class _Policy(TypedDict, total=False):
    id: Required[Annotated[str, Field(alias="Id")]]
    name: Annotated[str | None, Field(alias="Name")]
    type: Required[Annotated[str, Field(alias="Type")]]
    aws_managed: Annotated[bool | None, Field(alias="AwsManaged")]
    content: Annotated[Any, Field(alias="Content")]


_Reasons = Annotated[list[Any], BeforeValidator(_reasons)]
"""Pairs of an account, or None for all accounts, and what could not be read above it."""
_Nodes = Annotated[list[_Node], BeforeValidator(_or_empty)]


class _File(TypedDict, total=False):
    head: Required[Annotated[_Head | None, Field(alias="Organization")]]
    roots: Annotated[_Nodes, Field(alias="Roots")]
    units: Annotated[_Nodes, Field(alias="OrganizationalUnits")]
    accounts: Annotated[_Nodes, Field(alias="Accounts")]
    policies: Annotated[list[_Policy], BeforeValidator(_or_empty), Field(alias="Policies")]
    not_read: Annotated[_Reasons, Field(alias=NOT_READ)]
    unread: Annotated[_Reasons, Field(alias="Unread")]
    """What earlier versions wrote, with the reasons of all accounts together."""


_FAULTS = {
    "missing": "is missing",
    "dict_type": "is not an object",
    "list_type": "is not a list",
    "string_type": "is not a string",
}
"""The first fault in words, by what pydantic calls it."""


def _fault(error: ValidationError) -> str:
    """Say in a few words where a file is malformed, and how: `Accounts[0].Id is missing`."""
    first = error.errors()[0]
    where = "".join(f"[{at}]" if isinstance(at, int) else f".{at}" for at in first["loc"])
    fault = _FAULTS.get(first["type"], f"is malformed ({first['msg']})")
    return f"{safe(where.lstrip('.')) or 'it'} {fault}"


class OrganizationFile:
    """An organization as a file describes it."""

    def __init__(self, body: object, name: str) -> None:
        """Parse the object.

        Args:
            body: What the file holds.
            name: The file, for messages.

        Raises:
            SnapshotError: It is malformed.
        """
        self._name = name
        try:
            file: _File = TypeAdapter(_File).validate_python(body)
        except ValidationError as error:
            raise SnapshotError(f"{name} is not an organization: {_fault(error)}") from error
        self._head = file["head"]
        self._reasons: list[tuple[str | None, Unread]] = [
            *file.get("not_read", ()),
            *file.get("unread", ()),
        ]
        self._roots = self._by_id(file.get("roots", []), "root")
        self._units = self._by_id(file.get("units", []), "organizational unit")
        self._accounts = self._by_id(file.get("accounts", []), "account")
        self._policies = self._by_id(file.get("policies", []), "policy")

    def above(self, account: str) -> Organization:
        """Find what is above an account.

        Args:
            account: The ID of the account.

        Raises:
            SnapshotError: It is not in the organization, or a unit is its own parent.
        """
        head, listed = self._head, account in self._accounts
        reasons = tuple(unread for of, unread in self._reasons if of in (None, account))
        if head is None:  # the account is in none, or it is unknown in which one
            which = Unread("the organization", "Missing", "the file does not say which one it is")
            unread = reasons or (which,)
            return Organization("unread", unread=unread) if listed else Organization("none")
        id, management = head["id"], head.get("management")
        if account == management:
            levels = self._levels(account)[0] if listed else ()
            return Organization("exempt", id, management, levels)
        if not listed:
            raise SnapshotError(f"{self._name} holds no account {safe(account)}")
        levels, gaps = self._levels(account)
        unread = (*gaps, *chain.from_iterable(level.unread for level in levels))
        if management is None:
            what = "whether the account is the management account, which no policy limits"
            missing = Unread(what, "Missing", "the file has no MasterAccountId")
            unread = (missing, *unread)
        unread = reasons or unread
        return Organization("unread" if unread else "applied", id, management, levels, unread)

    def _levels(self, account: str) -> tuple[tuple[Level, ...], tuple[Unread, ...]]:
        """Find the levels above an account as far as the file holds them, and what is missing."""
        below, seen = self._accounts[account], {account}
        levels = [self._level(below, "account")]
        while True:
            parent = below.get("parent")
            if parent in seen:
                raise SnapshotError(f"{self._name} has a cycle: {safe(parent)} is above itself")
            if parent in self._roots:
                levels.append(self._level(self._roots[parent], "root"))
                return tuple(reversed(levels)), ()
            if parent is None or parent not in self._units:
                what = f"the levels of the organization above {below.get('name') or below['id']}"
                missing = f"the file does not hold {parent}" if parent else "it has no ParentId"
                return tuple(reversed(levels)), (Unread(what, "Missing", missing),)
            seen.add(parent)
            below = self._units[parent]
            levels.append(self._level(below, "ou"))

    def _by_id(self, items: Iterable[_Item], kind: str) -> dict[str, _Item]:
        by_id: dict[str, _Item] = {}
        for item in items:
            id: str = item["id"]  # type: ignore[index]
            if id in by_id:
                raise SnapshotError(f"{self._name} holds {kind} {safe(id)} twice")
            by_id[id] = item
        return by_id

    def _level(self, node: _Node, kind: Literal["root", "ou", "account"]) -> Level:
        name = node.get("name") or node["id"]
        if "policies" not in node:
            what = f"the policies at {name}"
            unlisted = Unread(what, "Missing", "the file does not list them")
            scp, rcp = (unlisted_policy(kind, unlisted) for kind in (SCP, RCP))
            return Level(node["id"], name, kind, (scp,), (rcp,))
        policies = [self._policy(id) for id in dict.fromkeys(node["policies"])]
        scps, rcps = (
            tuple(policy for types, policy in policies if type in types) for type in (SCP, RCP)
        )
        return Level(node["id"], name, kind, scps, rcps)

    def _policy(self, id: str) -> tuple[frozenset[str], OrganizationPolicy]:
        """Find a policy, and the types that it may be of."""
        raw = self._policies.get(id)
        if raw is None:
            missing = Unread(DOCUMENT, "Missing", "the file does not hold it")
            return frozenset({SCP, RCP}), OrganizationPolicy(id, id, missing)
        name, type = raw.get("name") or id, raw["type"]
        if type not in (SCP, RCP, *_OTHER_TYPES):
            unknown = Unread(DOCUMENT, "Malformed", f"its type is {type!r}")
            return frozenset({SCP, RCP}), OrganizationPolicy(id, name, unknown)
        content = raw.get("content")
        if content is None:
            content = Unread(DOCUMENT, "Missing", "the file does not hold its document")
        managed = bool(raw.get("aws_managed"))
        return frozenset({type}), organization_policy(id, name, type, content, managed)


def unlisted_policy(kind: str, unread: Unread) -> OrganizationPolicy:
    """Make the policy that stands for policies of a level that could not be listed.

    Args:
        kind: Their type, as AWS calls it.
        unread: Why they could not be listed.
    """
    return OrganizationPolicy(f"(not listed: {kind})", "(not listed)", unread)


def organization_policy(
    id: str, name: str, kind: str, content: object, aws_managed: bool = False
) -> OrganizationPolicy:
    """Parse a policy of an organization.

    Args:
        id: The ID of the policy.
        name: Its name.
        kind: Its type, as AWS calls it.
        content: Its document.
        aws_managed: Whether AWS manages it.
    """
    document = document_of(content, for_everybody=kind == RCP)
    return OrganizationPolicy(id, name, document, aws_managed)


def with_organization(account: Account, file: OrganizationFile) -> Account:
    """Return an account, or several accounts, with what the organization puts above each.

    Raises:
        SnapshotError: One of them is not in the organization, or a unit is its own parent.
    """
    return replace(account, organizations={id: file.above(id) for id in account.ids})


def is_organization(body: object) -> bool:
    """Return whether an object describes an organization, not an account.

    A saved account, too, may have a key `Organization`.
    """
    return (
        isinstance(body, Mapping)
        and isinstance(body.get("Organization", ...), Mapping | None)
        and ("Accounts" in body or "Roots" in body)
    )


def read_organization(path: str, limit: int) -> OrganizationFile:
    """Read an organization from a file or from the folder of an iam-collect store.

    Args:
        path: A file that holds the organization, or an account that was saved with it; `-` for
            standard input; or a folder.
        limit: The most megabytes of JSON that are read.

    Raises:
        SnapshotError: It cannot be read, or is not an organization.
    """
    name = file_name(path)
    if is_store(Path(path)):
        return OrganizationFile(
            read_store(Path(path), partial(read_json, limit=limit, what=_WHAT)), name
        )
    body = read_json(path, limit, _WHAT)
    if isinstance(body, Mapping) and is_organization(body.get("Organization")):
        body = body["Organization"]
    return OrganizationFile(body, name)
