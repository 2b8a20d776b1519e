"""Collect the policies that apply to a principal: those that grant, and those that limit.

A policy or a group that is missing from the account's data is included as `Unread`, not left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, NamedTuple

from iam.account.model import Account, Entity
from iam.account.organization import Level, Organization, OrganizationPolicy
from iam.account.unread import Unread
from iam.policy.document import Document

PolicyKind = Literal["managed", "inline", "boundary", "scp", "rcp"]


class EffectivePolicy(NamedTuple):
    """A policy that applies to a principal, and the way in which it does."""

    document: Document | Unread
    policy: str
    """A managed policy's ARN, or the name of another policy."""
    kind: PolicyKind
    group: str | None = None
    """The group through which the policy applies to the user."""
    level: str | None = None
    """The level of the organization that the policy is attached to."""


class Limit(NamedTuple):
    """Policies that limit access without granting any: one of them must allow a request as well.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
    """

    policies: tuple[EffectivePolicy, ...]
    allows_all: bool = False
    """Whether only the Denies count: not all policies of the level are known, or no Allow is
    needed, as with resource control policies."""
    controls_resources: bool = False
    """Whether they are resource control policies: see `iam.policy.resource_control`."""
    level: str | None = None
    """The level of the organization."""


def policies_of(account: Account, entity: Entity) -> tuple[EffectivePolicy, ...]:
    """Collect the identity-based policies that apply to a principal.

    Args:
        account: The account of the principal.
        entity: A user, a role, or a group.

    Returns:
        Its own policies, then those of its groups.
    """
    policies: list[EffectivePolicy] = []

    def add(owner: Entity, group: str | None) -> None:
        for inline in owner.inline:
            policies.append(EffectivePolicy(inline.document, inline.name, "inline", group))
        for arn in owner.attached:
            policies.append(EffectivePolicy(_managed_document(account, arn), arn, "managed", group))

    add(entity, None)
    for name in entity.groups:
        if (group := account.group_of(entity, name)) is not None:
            add(group, name)
        else:
            missing = Unread(
                f"group {name}", "Missing", "the account's data does not hold the group"
            )
            policies.append(EffectivePolicy(missing, f"(policies of group {name})", "inline", name))
    return tuple(policies)


def limits_of(account: Account, entity: Entity) -> tuple[Limit, ...]:
    """Collect the limits of a principal.

    Args:
        account: The account of the principal.
        entity: A user, a role, or a group.

    Returns:
        The service and resource control policies of each level of the organization, the root
        first, then the permissions boundary, if the principal has one.
    """
    limits: list[Limit] = []
    if account.organizations:
        organization = account.organization_of(entity)
        if not _is_exempt(organization, entity):
            limits += _limits_of_organization(organization)
    if arn := entity.boundary:
        limits.append(Limit((EffectivePolicy(_managed_document(account, arn), arn, "boundary"),)))
    return tuple(limits)


def _is_exempt(organization: Organization, entity: Entity) -> bool:
    """Return whether an organization limits neither the account nor the principal.

    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html#scp-effects-on-permissions
    """
    return organization.status == "exempt" or (
        entity.type == "role" and entity.path.startswith("/aws-service-role/")
    )


@lru_cache(maxsize=16)
def _limits_of_organization(organization: Organization) -> tuple[Limit, ...]:
    """List the limits of each level.

    While an organization uses service control policies, each level has at least one. Without any
    that could be read, nothing says that they are in use.
    """
    limits: list[Limit] = []
    by_level = [(each, _policies_of_level(each, each.scps, "scp")) for each in organization.levels]
    in_use = any(scps for _, scps in by_level)
    for level, scps in by_level:
        incomplete = len(scps) < len(level.scps)
        if in_use and (scps or not incomplete):
            limits.append(Limit(scps, allows_all=incomplete, level=level.name))
        if rcps := _policies_of_level(level, level.rcps, "rcp"):
            limits.append(Limit(rcps, True, True, level.name))
    return tuple(limits)


def _policies_of_level(
    level: Level, policies: Iterable[OrganizationPolicy], kind: PolicyKind
) -> tuple[EffectivePolicy, ...]:
    """List the policies of a level that could be read. Of the others, nothing is assumed."""
    return tuple(
        EffectivePolicy(policy.document, policy.name, kind, level=level.name)
        for policy in policies
        if isinstance(policy.document, Document)
    )


def _managed_document(account: Account, arn: str) -> Document | Unread:
    policy = account.policies.get(arn)
    if policy is None:
        return Unread(f"policy {arn}", "Missing", "the account's data does not hold its document")
    document: Document | Unread = policy.document
    return document
