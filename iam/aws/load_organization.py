"""Read what an organization puts above the account.

Most accounts may only ask whether they are in an organization. What may not be read is noted, and
nothing is assumed of it: no error here is an error of the account.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from iam.account.organization import Level, Organization, OrganizationPolicy
from iam.account.organization_file import organization_policy, unread_of
from iam.account.unread import Unread
from iam.aws.answers import required
from iam.aws.client import Aws
from iam.aws.concurrency import for_each
from iam.errors import AwsError
from iam.runtime.threads import in_thread

_Item = dict[str, Any]
_WORDS = {"SERVICE_CONTROL_POLICY": "service", "RESOURCE_CONTROL_POLICY": "resource"}
"""The types of policies that limit access."""
_WHO = (
    "Only the management account, a delegated administrator, and accounts that the organization's "
    "resource policy allows may read it."
)
_NOT_IN_USE = "AWSOrganizationsNotInUseException"
_DEEPEST = 10
"""Twice the number of units that AWS nests."""
_PAGE_SIZE = 20


async def load_organization(aws: Aws, account: str) -> Organization:
    """Read the organization of an account.

    Args:
        aws: The connection to the account.
        account: Its ID.

    Returns:
        The organization; what could not be read is listed in `unread`.
    """
    try:
        client = await in_thread(lambda: aws.organizations)
        answer = await aws.call(client.describe_organization)
        organization = required(answer, "Organization")
        id, management = required(organization, "Id"), required(organization, "MasterAccountId")
    except AwsError as error:
        if error.code == _NOT_IN_USE:
            return Organization("none")
        return Organization("unread", unread=(_unread("the organization", error),))
    if management == account:
        return Organization("exempt", id, management)
    levels, gaps = await _levels(aws, account)
    lists: dict[str, _Listed] = {}
    policies: dict[str, OrganizationPolicy] = {}

    async def read_list(level: Level) -> None:
        lists[level.id] = await _listed(aws, level)

    async def read_policy(listed: tuple[str, _Item]) -> None:
        kind, item = listed
        policies[item["Id"]] = await _policy(aws, item, kind)

    await for_each(levels, read_list)
    # A policy that is attached to several levels is read once.
    once = {item["Id"]: (kind, item) for found in lists.values() for kind, item in found.items}
    await for_each(once.values(), read_policy)
    levels = [lists[level.id].applied_to(level, policies) for level in levels]
    unread = (*gaps, *(item for level in levels for item in unread_of(level)))
    return Organization("unread" if unread else "applied", id, management, tuple(levels), unread)


def _unread(what: str, error: AwsError) -> Unread:
    return Unread(what, error.code, f"{error.sentence} {_WHO}" if error.denied else str(error))


async def _levels(aws: Aws, account: str) -> tuple[list[Level], list[Unread]]:
    """Find the levels from the root to the account, without policies, as far as possible."""
    name = await _name(aws, aws.organizations.describe_account, "Account", AccountId=account)
    levels = [Level(account, name or account, "account")]
    while levels[0].kind != "root" and len(levels) < _DEEPEST:
        try:
            call = aws.organizations.list_parents
            parents = required(await aws.call(call, ChildId=levels[0].id), "Parents")
            id, kind = required(parents[0], "Id"), required(parents[0], "Type")
        except (AwsError, IndexError) as error:
            what = f"the levels of the organization above {levels[0].name}"
            if isinstance(error, AwsError):
                return levels, [_unread(what, error)]
            return levels, [Unread(what, "Malformed", "AWS listed no parent")]
        if kind == "ROOT":
            levels.insert(0, Level(id, "Root", "root"))
        else:
            call_name = aws.organizations.describe_organizational_unit
            unit = await _name(aws, call_name, "OrganizationalUnit", OrganizationalUnitId=id)
            levels.insert(0, Level(id, unit or id, "ou"))
    if levels[0].kind == "root":
        return levels, []
    return levels, [Unread("the root of the organization", "Malformed", "AWS listed no root")]


async def _name(aws: Aws, call: Callable[..., Any], key: str, **parameters: str) -> str | None:
    """Read a name; None where it may not be read, for the ID will do."""
    try:
        return str(required(required(await aws.call(call, **parameters), key), "Name"))
    except AwsError:
        return None


class _Listed(NamedTuple):
    """The policies attached to a level, without their documents."""

    items: list[tuple[str, _Item]]
    """Each with its type."""
    unread: tuple[Unread, ...]

    def applied_to(self, level: Level, policies: Mapping[str, OrganizationPolicy]) -> Level:
        """Return the level with its policies."""
        scps, rcps = (
            tuple(policies[item["Id"]] for kind, item in self.items if kind == wanted)
            for wanted in _WORDS
        )
        return replace(level, scps=scps, rcps=rcps, unread=self.unread)


async def _listed(aws: Aws, level: Level) -> _Listed:
    items: list[tuple[str, _Item]] = []
    unread: list[Unread] = []
    for kind, words in _WORDS.items():
        try:
            found = await aws.call(list_policies, aws, level.id, kind)
        except AwsError as error:
            unread.append(_unread(f"the {words} control policies at {level.name}", error))
        else:
            items += [(kind, item) for item in found]
    return _Listed(items, tuple(unread))


def list_policies(aws: Aws, target: str, kind: str) -> list[_Item]:
    """List the policies of a type that are attached to a level; blocking.

    Raises:
        AwsError: A policy has no ID.
    """
    pages = aws.organizations.get_paginator("list_policies_for_target").paginate(
        TargetId=target,
        Filter=kind,  # type: ignore[arg-type]  # one of botocore's literals
        PaginationConfig={"PageSize": _PAGE_SIZE},
    )
    items = [dict(item) for page in pages for item in required(page, "Policies")]
    for item in items:
        required(item, "Id")
    return items


async def _policy(aws: Aws, item: _Item, kind: str) -> OrganizationPolicy:
    id: str = item["Id"]
    content: object
    try:
        answer = await aws.call(aws.organizations.describe_policy, PolicyId=id)
        content = required(required(answer, "Policy"), "Content")
    except AwsError as error:
        content = _unread("policy document", error)
    name = str(item.get("Name") or id)
    return organization_policy(id, name, kind, content, bool(item.get("AwsManaged")))
