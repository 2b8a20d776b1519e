"""Which documents count for a principal, and how each reaches it.

What the account's data does not hold stands in their list as `Unread`, never left out.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from iam.account.model import Account, Entity, Unread
from iam.policy.document import Document


class EffectivePolicy(NamedTuple):
    """A document that counts for a principal, and how it reaches it."""

    document: Document | Unread
    policy: str
    kind: Literal["managed", "inline", "boundary"]
    group: str | None = None


def policies_of(account: Account, principal: Entity) -> tuple[EffectivePolicy, ...]:
    """The identity-based documents that count for a principal: its own, and those of its groups."""
    found: list[EffectivePolicy] = []

    def add(entity: Entity, group: str | None) -> None:
        for inline in entity.inline:
            found.append(EffectivePolicy(inline.document, inline.name, "inline", group))
        for arn in entity.attached:
            found.append(EffectivePolicy(_managed_document(account, arn), arn, "managed", group))

    add(principal, None)
    for name in principal.groups:
        if (group := account.groups.get(name)) is not None:
            add(group, name)
        else:
            missing = Unread(
                f"group {name}", "Missing", "the account's data does not hold the group"
            )
            found.append(EffectivePolicy(missing, f"(policies of group {name})", "inline", name))
    return tuple(found)


def boundary_of(account: Account, principal: Entity) -> EffectivePolicy | None:
    """The permissions boundary of a principal, if it has one."""
    arn = principal.boundary
    return EffectivePolicy(_managed_document(account, arn), arn, "boundary") if arn else None


def _managed_document(account: Account, arn: str) -> Document | Unread:
    policy = account.policies.get(arn)
    if policy is None:
        return Unread(f"policy {arn}", "Missing", "the account's data does not hold its document")
    document: Document | Unread = policy.document
    return document
