"""Read what an organization puts above an account from a file: what `bedrock-tui save` writes.

The names of the fields are those of the AWS Organizations API. A level, a parent or a policy that
is missing is noted, and nothing is assumed of it.

https://docs.aws.amazon.com/organizations/latest/APIReference/Welcome.html
"""

from __future__ import annotations

import json
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
from iam.account.organization import Level, Organization, OrganizationPolicy
from iam.account.unread import DOCUMENT, Unread, document_of
from iam.policy.document import Document
from iam.text import safe

_SCP, _RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
_Item = TypeVar("_Item")


def _or_empty(raw: object) -> object:
    return [] if raw is None else raw


class _Head(TypedDict, total=False):
    id: Required[Annotated[str, Field(alias="Id")]]
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
    aws_managed: Annotated[bool, Field(alias="AwsManaged")]
    content: Annotated[Any, Field(alias="Content")]


_Nodes = Annotated[list[_Node], BeforeValidator(_or_empty)]


class _File(TypedDict, total=False):
    head: Required[Annotated[_Head, Field(alias="Organization")]]
    roots: Annotated[_Nodes, Field(alias="Roots")]
    units: Annotated[_Nodes, Field(alias="OrganizationalUnits")]
    accounts: Annotated[_Nodes, Field(alias="Accounts")]
    policies: Annotated[list[_Policy], BeforeValidator(_or_empty), Field(alias="Policies")]


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
            first = error.errors()[0]
            where = "".join(f"[{at}]" if isinstance(at, int) else f".{at}" for at in first["loc"])
            fault = f"{safe(where.lstrip('.'))}: {first['msg']}" if where else first["msg"]
            raise SnapshotError(f"{name} is not an organization: {fault}") from error
        self._head = file["head"]
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
        if account not in self._accounts:
            raise SnapshotError(f"{self._name} holds no account {safe(account)}")
        unread: list[Unread] = []
        levels = [self._level(self._accounts[account], "account")]
        below, seen = self._accounts[account], {account}
        while True:
            parent = below.get("parent")
            if parent in seen:
                raise SnapshotError(f"{self._name} has a cycle: {safe(parent)} is above itself")
            if parent in self._roots:
                levels.append(self._level(self._roots[parent], "root"))
                break
            if parent is None or parent not in self._units:
                what = f"the levels of the organization above {below.get('name') or below['id']}"
                missing = f"the file does not hold {parent}" if parent else "it has no ParentId"
                unread.append(Unread(what, "Missing", missing))
                break
            seen.add(parent)
            below = self._units[parent]
            levels.append(self._level(below, "ou"))
        levels.reverse()
        unread += chain.from_iterable(level.unread for level in levels)
        exempt = account == self._head.get("management")
        return Organization(
            status="exempt" if exempt else "unread" if unread else "applied",
            id=self._head["id"],
            management_account=self._head.get("management"),
            levels=tuple(levels),
            unread=() if exempt else tuple(unread),
        )

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
            unlisted = (unlisted_policy(Unread(what, "Missing", "the file does not list them")),)
            return Level(node["id"], name, kind, unlisted, unlisted)
        policies: dict[str, list[OrganizationPolicy]] = {_SCP: [], _RCP: []}
        for id in dict.fromkeys(node["policies"]):
            if (policy := self._policies.get(id)) is None:
                missing = Unread(DOCUMENT, "Missing", "the file does not hold it")
                for each in policies.values():  # it may be of either type
                    each.append(OrganizationPolicy(id, id, missing))
            elif policy["type"] in policies:
                policies[policy["type"]].append(_policy(policy))
        return Level(node["id"], name, kind, tuple(policies[_SCP]), tuple(policies[_RCP]))


def unlisted_policy(unread: Unread) -> OrganizationPolicy:
    """Make the policy that stands for policies of a level that could not be listed."""
    return OrganizationPolicy("", "(not listed)", unread)


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
    document = document_of(content if content is not None else "")
    if kind == _RCP and isinstance(document, Document):
        document = document_of(_for_all_principals(content))
    return OrganizationPolicy(id, name, document, aws_managed)


def _for_all_principals(content: Any) -> object:
    """Leave out `"Principal": "*"`, which each statement of a resource control policy has.

    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html
    """
    body = json.loads(content) if isinstance(content, str) else content
    statements = body["Statement"] if isinstance(body["Statement"], list) else [body["Statement"]]
    return {
        **body,
        "Statement": [
            {key: value for key, value in statement.items() if (key, value) != ("Principal", "*")}
            if isinstance(statement, Mapping)
            else statement
            for statement in statements
        ],
    }


def _policy(raw: _Policy) -> OrganizationPolicy:
    return organization_policy(
        raw["id"],
        raw.get("name") or raw["id"],
        raw["type"],
        raw.get("content"),
        raw.get("aws_managed", False),
    )


def with_organization(account: Account, file: OrganizationFile) -> Account:
    """Return an account, or several accounts, with what the organization puts above each.

    Raises:
        SnapshotError: One of them is not in the organization, or a unit is its own parent.
    """
    return replace(account, organizations={id: file.above(id) for id in account.ids})


def is_organization(body: object) -> bool:
    """Return whether an object describes an organization, not an account."""
    return (
        isinstance(body, Mapping)
        and isinstance(body.get("Organization"), Mapping)
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
        return OrganizationFile(read_store(Path(path), partial(read_json, limit=limit)), name)
    body = read_json(path, limit)
    if isinstance(body, Mapping) and is_organization(body.get("Organization")):
        body = body["Organization"]
    return OrganizationFile(body, name)
