"""Who has a managed policy, directly or by a group: for one principal, in words, and as a count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from iam.account.model import (
    UNREAD_ALL,
    UNREAD_ATTACHED,
    UNREAD_GROUPS,
    Account,
    Entity,
    GroupKey,
    User,
)
from iam.account.unread import Unread
from iam.arn import Arn


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
        """`direct`, `by group ops`, `direct and by groups dev, ops`, `not attached`, `unknown`.

        Where only a part could not be read: `direct; groups unknown`, `by group ops; direct
        unknown`.
        """
        ways = ["direct"] if self.direct else []
        if self.groups:
            ways.append(by_group(*self.groups))
        if not ways:
            return "unknown" if self.unknown else "not attached"
        unread = "; groups unknown" if self.groups is None else ""
        return " and ".join(ways) + ("; direct unknown" if self.direct is None else unread)


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
    """Which lists of an entity could not be read, or not completely."""

    attached: bool = False
    groups: bool = False


_ALL_READ = UnreadParts()


def unread_parts(entity: Entity) -> UnreadParts:
    """Return which lists of an entity could not be read: that stands among its inline policies."""
    names = [inline.name for inline in entity.inline if isinstance(inline.document, Unread)]
    if not names:
        return _ALL_READ
    everything = any(name.startswith(UNREAD_ALL) for name in names)
    return UnreadParts(
        attached=everything or UNREAD_ATTACHED in names,
        groups=entity.type == "user" and (everything or UNREAD_GROUPS in names),
    )


def with_attached(entity: Entity, arns: tuple[str, ...]) -> Entity:
    """Return an entity with its attached policies as they have been read now."""
    inline = tuple(
        policy
        for policy in entity.inline
        if policy.name != UNREAD_ATTACHED or not isinstance(policy.document, Unread)
    )
    return replace(entity, attached=arns, inline=inline)


class MemberCount(NamedTuple):
    """How many members of a group are known."""

    known: int
    certain: bool = True
    """Whether there can be no more: all users and their groups were read."""


def members_of_groups(account: Account) -> Mapping[GroupKey, MemberCount]:
    """Count the members of each group."""
    users = [p for p in account.principals.values() if isinstance(p, User)]
    known = Counter((Arn.parse(user.arn).account, group) for user in users for group in user.groups)
    uncertain = {Arn.parse(user.arn).account for user in users if unread_parts(user).groups}
    users_may_be_missing = any(
        # Of roles, none can be a member.
        unread.hides and not unread.what.lower().startswith("role")
        for unread in account.unread
    )
    return {
        key: MemberCount(known[key], not users_may_be_missing and key[0] not in uncertain)
        for key in account.groups
    }


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
