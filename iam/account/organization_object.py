"""Write what an organization puts above an account, as `organization_file` reads it.

What could not be read is not in the object, so that every reader notices; why it could not be read
stands under `NotRead`. Policies are written as `serialize` writes those of an account.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from iam.account.organization import RCP, SCP, Level, Organization, OrganizationPolicy
from iam.account.serialize import document_as_json
from iam.account.unread import NOT_READ, Unread, unread_object

Json = dict[str, Any]
_LISTS: Mapping[str, str] = {"root": "Roots", "ou": "OrganizationalUnits", "account": "Accounts"}


def organization_object(organization: Organization, account: str) -> Json | None:
    """Make the JSON object of an organization.

    Args:
        organization: What is above the account, as far as it could be read.
        account: The ID of the account.

    Returns:
        The object, from which the same is read back; None if the organization was not asked for.
    """
    if organization.status == "unasked":
        return None
    lists: dict[str, list[Json]] = {name: [] for name in _LISTS.values()}
    parent: str | None = None
    for level in organization.levels:
        lists[_LISTS[level.kind]].append(_level(level, parent))
        parent = level.id
    if organization.status == "unread" and not organization.levels:
        lists["Accounts"].append({"Id": account})
    head = {"Id": organization.id, "MasterAccountId": organization.management_account}
    policies = {
        policy.id: _policy(policy, kind)
        for level in organization.levels
        for kind, policy in _by_type(level)
    }
    return {
        "Organization": head if _is_known(organization) else None,
        **lists,
        "Policies": list(policies.values()),
        **_reasons(organization.unread, account),
    }


def _is_known(organization: Organization) -> bool:
    """Return whether something is known of the organization, if only of its levels."""
    return bool(organization.id or organization.management_account or organization.levels)


def _level(level: Level, parent: str | None) -> Json:
    ids = dict.fromkeys(policy.id for policy in (*level.scps, *level.rcps))
    above = {} if parent is None else {"ParentId": parent}
    return {"Id": level.id, "Name": level.name, **above, "Policies": list(ids)}


def _by_type(level: Level) -> list[tuple[str, OrganizationPolicy]]:
    """List the policies of a level with their types, without those of unknown type."""
    either = {policy.id for policy in level.scps} & {policy.id for policy in level.rcps}
    return [
        (kind, policy)
        for kind, policies in ((SCP, level.scps), (RCP, level.rcps))
        for policy in policies
        if policy.id not in either
    ]


def _policy(policy: OrganizationPolicy, kind: str) -> Json:
    item: Json = {
        "Id": policy.id,
        "Name": policy.name,
        "Type": kind,
        "AwsManaged": policy.aws_managed,
    }
    if (content := document_as_json(policy.document)) is not None:
        if kind == RCP:  # where a resource control policy names its principals, it names everybody
            for statement in content["Statement"]:
                statement["Principal"] = "*"
        item["Content"] = content
    return item


def _reasons(unread: tuple[Unread, ...], account: str) -> Json:
    """List why something could not be read; a file of several accounts says above which one."""
    listed = [{**unread_object(each), "Account": account} for each in unread]
    return {NOT_READ: listed} if listed else {}
