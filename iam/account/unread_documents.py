"""List the documents of an account that could not be read, by the policies that they belong to."""

from __future__ import annotations

from dataclasses import replace

from iam.account.model import UNREAD_BOUNDARY, Account, Entity
from iam.account.unread import DOCUMENT, Unread


def unread_documents(account: Account) -> tuple[Unread, ...]:
    """List the documents in use that could not be read, each with its place as `what`."""
    unread: list[Unread] = []
    entities = account.entities
    for entity in entities:
        for inline in entity.inline:
            if isinstance(inline.document, Unread):
                what = f"inline policy {inline.name} of {entity.arn}"
                unread.append(_named(inline.document, what))
        if entity.boundary == UNREAD_BOUNDARY:
            unread.append(_unread_boundary(account, entity))
    for owner, name in account.absent_groups:
        what = f"group {name}" if account.id is not None else f"group {name} of account {owner}"
        unread.append(Unread(what, "Missing", "the account's data does not hold the group"))
    used = {arn for entity in entities for arn in entity.attached}
    used |= {p.boundary for p in account.principals.values() if p.boundary}
    for arn in sorted(used - {UNREAD_BOUNDARY}):
        policy = account.policies.get(arn)
        if policy is None:
            unread.append(
                Unread(f"policy {arn}", "Missing", "the account's data does not hold its document")
            )
        elif isinstance(policy.document, Unread):
            unread.append(_named(policy.document, f"policy {arn}"))
    return tuple(unread)


def _named(unread: Unread, what: str) -> Unread:
    """Say of which policy a document could not be read, unless that is said already."""
    return replace(unread, what=what) if unread.what == DOCUMENT else unread


def _unread_boundary(account: Account, entity: Entity) -> Unread:
    policy = account.policies.get(UNREAD_BOUNDARY)
    if policy is not None and isinstance(policy.document, Unread):
        return replace(policy.document, what=f"boundary of {entity.arn}")
    return Unread(f"boundary of {entity.arn}", "Malformed", "it cannot be read which one it is")
