"""Read what an organization puts above the account.

Most accounts may only ask whether they are in an organization. What may not be read is noted, and
nothing is assumed of it: no error here is an error of the account.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from iam.account.organization import RCP, SCP, Level, Organization, OrganizationPolicy
from iam.account.organization_file import organization_policy, unlisted_policy
from iam.account.unread import DOCUMENT, Unread
from iam.aws.answers import required
from iam.aws.client import Aws
from iam.aws.concurrency import for_each
from iam.aws.paging import listed_by_token
from iam.errors import AwsError

if TYPE_CHECKING:
    from mypy_boto3_organizations import OrganizationsClient

_Item = dict[str, Any]
_WORDS = {SCP: "service", RCP: "resource"}
"""The types of policies that limit access, in words."""
_WHO_KNOWS_IT = "Any of its accounts may read it, given organizations:DescribeOrganization."
_WHO = (
    "Only the management account, a delegated administrator, and accounts that the organization's "
    "resource policy allows may read it."
)
_NOT_IN_USE = "AWSOrganizationsNotInUseException"
_NOT_ENABLED = "PolicyTypeNotEnabledException"
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
        client = await aws.call(connect_to_organizations, aws)
        answer = await aws.call(client.describe_organization)
        organization = required(answer, "Organization")
        id, management = required(organization, "Id"), required(organization, "MasterAccountId")
    except AwsError as error:
        if error.code == _NOT_IN_USE:
            return Organization("none")
        return Organization("unread", unread=(_unread("the organization", error, _WHO_KNOWS_IT),))
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
    once = {
        item["Id"]: (kind, item)
        for found in lists.values()
        for kind, items in found.items.items()
        for item in items
    }
    await for_each(once.values(), read_policy)
    levels = [lists[level.id].applied_to(level, policies) for level in levels]
    unread = (*gaps, *(item for level in levels for item in level.unread))
    return Organization("unread" if unread else "applied", id, management, tuple(levels), unread)


def connect_to_organizations(aws: Aws) -> OrganizationsClient:
    """Make the client; blocking. Called by `Aws.call`, which explains what goes wrong."""
    return aws.organizations


def _unread(what: str, error: AwsError, who: str = _WHO) -> Unread:
    if not error.denied:
        return Unread(what, error.code, str(error))
    return Unread(what, error.code, f"{error.sentence.rstrip('.')}. {who}")


async def _levels(aws: Aws, account: str) -> tuple[list[Level], list[Unread]]:
    """Find the levels from the root to the account, without policies, as far as possible."""
    name = await _name(aws, aws.organizations.describe_account, "Account", AccountId=account)
    levels = [Level(account, name or account, "account")]
    while levels[0].kind != "root" and len(levels) < _DEEPEST:
        try:
            call = aws.organizations.list_parents
            parents, _ = await listed_by_token(aws, call, "Parents", ChildId=levels[0].id)
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
    """The policies attached to a level, without their documents, by type."""

    items: dict[str, list[_Item]]
    unread: dict[str, OrganizationPolicy]
    """What stands for those that could not be listed."""

    def applied_to(self, level: Level, policies: Mapping[str, OrganizationPolicy]) -> Level:
        """Return the level with its policies."""
        scps, rcps = (
            (
                *(policies[item["Id"]] for item in self.items.get(kind, [])),
                *([self.unread[kind]] if kind in self.unread else []),
            )
            for kind in _WORDS
        )
        return replace(level, scps=scps, rcps=rcps)


async def _listed(aws: Aws, level: Level) -> _Listed:
    listed = _Listed({}, {})
    for kind, words in _WORDS.items():
        missing: AwsError | None
        try:
            listed.items[kind], missing = await _list(aws, level.id, kind)
        except AwsError as error:
            missing = None if error.code == _NOT_ENABLED else error
        if missing is not None:
            unread = _unread(f"the {words} control policies at {level.name}", missing)
            listed.unread[kind] = unlisted_policy(kind, unread)
    return listed


async def _list(aws: Aws, target: str, kind: str) -> tuple[list[_Item], AwsError | None]:
    """List the policies of a type that are attached to a level.

    Raises:
        AwsError: They could not be listed, or one has no ID.
    """
    call = aws.organizations.list_policies_for_target
    parameters: dict[str, Any] = {"TargetId": target, "Filter": kind, "MaxResults": _PAGE_SIZE}
    items, missing = await listed_by_token(aws, call, "Policies", **parameters)
    for item in items:
        required(item, "Id")
    return items, missing


async def _policy(aws: Aws, item: _Item, kind: str) -> OrganizationPolicy:
    id: str = item["Id"]
    content: object
    try:
        answer = await aws.call(aws.organizations.describe_policy, PolicyId=id)
        content = required(required(answer, "Policy"), "Content")
    except AwsError as error:
        content = _unread(DOCUMENT, error)
    name = str(item.get("Name") or id)
    return organization_policy(id, name, kind, content, bool(item.get("AwsManaged")))
