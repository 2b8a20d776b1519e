"""Who has a managed policy, directly or by a group: for one principal, in words, and as a count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from iam.account.model import UNREAD_ALL, UNREAD_ATTACHED, UNREAD_GROUPS, Account, Entity
from iam.account.unread import Unread


@dataclass(frozen=True, slots=True)
class Attachment:
    """How a principal has the managed policy; None is what could not be read."""

    direct: bool | None = False
    groups: tuple[str, ...] | None = ()

    def __bool__(self) -> bool:
        return bool(self.direct or self.groups)

    @property
    def unknown(self) -> bool:
        """Whether the principal is not known to have it, and may have it."""
        return not self and (self.direct is None or self.groups is None)

    @property
    def in_a_word(self) -> Literal["direct", "group", "both", "none", "unknown"]:
        """For a column that has room for one word."""
        if self.unknown:
            return "unknown"
        if self.direct:
            return "both" if self.groups else "direct"
        return "group" if self.groups else "none"

    @property
    def in_words(self) -> str:
        """`direct`, `by group ops`, `direct and by groups dev, ops`, `not attached`, `unknown`."""
        ways = ["direct"] if self.direct else []
        if self.groups:
            ways.append(by_group(*self.groups))
        return " and ".join(ways) or ("unknown" if self.unknown else "not attached")


def by_group(*names: str) -> str:
    """Say by which groups a policy reaches a user: `by group ops`, `by groups dev, ops`."""
    return f"by group{'s' if len(names) > 1 else ''} {', '.join(names)}"


def attachment_of(account: Account, principal: Entity, policy_arn: str) -> Attachment:
    """How a principal has a managed policy: by itself, and by which of its groups."""
    direct: bool | None = policy_arn in principal.attached
    unread = unread_parts(principal)
    if not direct and unread.attached:
        direct = None
    names: list[str] = []
    certain = not unread.groups
    for name in principal.groups:
        group = account.group_of(principal, name)
        if group is not None and policy_arn in group.attached:
            names.append(name)
        elif group is None or unread_parts(group).attached:
            certain = False
    return Attachment(direct, tuple(names) if names or certain else None)


class UnreadParts(NamedTuple):
    """Which lists of a user, role or group could not be read."""

    attached: bool = False
    groups: bool = False


_ALL_READ = UnreadParts()


def unread_parts(entity: Entity) -> UnreadParts:
    """Which lists of an entity could not be read: that stands among its inline policies."""
    names = [inline.name for inline in entity.inline if isinstance(inline.document, Unread)]
    if not names:
        return _ALL_READ
    everything = any(name.startswith(UNREAD_ALL) for name in names)
    return UnreadParts(
        attached=everything or UNREAD_ATTACHED in names,
        groups=entity.type == "user" and (everything or UNREAD_GROUPS in names),
    )


@dataclass(frozen=True, slots=True)
class AttachmentCount:
    """How many users and roles have a policy."""

    direct: int
    by_group: int
    """By a group only."""
    certain: bool
    """Whether there can be no more: all attachments of the account were read."""

    @property
    def total(self) -> int:
        return self.direct + self.by_group


def count_attachments(account: Account, policy_arn: str) -> AttachmentCount:
    """Count who has a policy.

    Args:
        account: As far as it could be read.
        policy_arn: The policy.
    """
    ways = [attachment_of(account, p, policy_arn) for p in account.principals.values()]
    return AttachmentCount(
        direct=sum(bool(way.direct) for way in ways),
        by_group=sum(bool(way) and not way.direct for way in ways),
        certain=_all_read(account),
    )


def _all_read(account: Account) -> bool:
    """Whether every attachment is known. Where a list of attachments or of groups was denied, it
    stands as a document that could not be read among the inline policies."""
    return (
        not account.unread
        and not account.absent_groups
        and not any(
            isinstance(inline.document, Unread)
            for entity in account.entities
            for inline in entity.inline
        )
    )
