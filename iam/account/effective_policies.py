"""Collect the policies that apply to a principal.

A policy or a group that is missing from the account's data is included as `Unread`, not left out.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from iam.account.model import Account, Entity, Unread
from iam.policy.document import Document


class EffectivePolicy(NamedTuple):
    """A policy that applies to a principal, and the way in which it does."""

    document: Document | Unread
    policy: str
    """A managed policy's ARN or an inline policy's name."""
    kind: Literal["managed", "inline", "boundary"]
    group: str | None = None
    """The group through which the policy applies to the user."""


class Limit(NamedTuple):
    """Policies that limit access without granting any: one of them must allow a request as well.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    """

    policies: tuple[EffectivePolicy, ...]


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
        The permissions boundary, if the principal has one.
    """
    arn = entity.boundary
    if not arn:
        return ()
    return (Limit((EffectivePolicy(_managed_document(account, arn), arn, "boundary"),)),)


def _managed_document(account: Account, arn: str) -> Document | Unread:
    policy = account.policies.get(arn)
    if policy is None:
        return Unread(f"policy {arn}", "Missing", "the account's data does not hold its document")
    document: Document | Unread = policy.document
    return document
