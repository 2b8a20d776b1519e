"""Which policies count for a principal, and how each reaches it.

What the account's data does not hold stands in their list as `Unread`, never left out.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from iam.account.model import Account, Entity, Unread
from iam.policy.document import Document


class EffectivePolicy(NamedTuple):
    """A policy that counts for a principal, and how it reaches it."""

    document: Document | Unread
    policy: str
    """A managed policy's ARN or an inline policy's name."""
    kind: Literal["managed", "inline", "boundary"]
    group: str | None = None
    """The group by which it reaches the user."""


class Limit(NamedTuple):
    """Policies that take away what they do not allow: one of them must allow a request too.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    """

    policies: tuple[EffectivePolicy, ...]


def policies_of(account: Account, entity: Entity) -> tuple[EffectivePolicy, ...]:
    """The identity-based policies that count for a principal: its own, and those of its groups."""
    found: list[EffectivePolicy] = []

    def add(holder: Entity, group: str | None) -> None:
        for inline in holder.inline:
            found.append(EffectivePolicy(inline.document, inline.name, "inline", group))
        for arn in holder.attached:
            found.append(EffectivePolicy(_managed_document(account, arn), arn, "managed", group))

    add(entity, None)
    for name in entity.groups:
        if (group := account.groups.get(name)) is not None:
            add(group, name)
        else:
            missing = Unread(
                f"group {name}", "Missing", "the account's data does not hold the group"
            )
            found.append(EffectivePolicy(missing, f"(policies of group {name})", "inline", name))
    return tuple(found)


def limits_of(account: Account, entity: Entity) -> tuple[Limit, ...]:
    """What limits a principal: its permissions boundary, if it has one."""
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
