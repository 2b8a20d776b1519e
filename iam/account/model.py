"""The IAM data of an account: users, roles, groups and policies, as frozen models.

Plain dataclasses: `iam/account/parse.py` makes them with pydantic from the data of AWS, the AWS CLI
or a file, so that only readers have to import pydantic. What could not be read is listed in
`unread`, with the error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from iam.account.api_keys import UNASKED_KEYS, ApiKey, ApiKeys
from iam.account.last_use import BedrockUse, UseAsked
from iam.account.organization import STATUSES, UNASKED, Organization
from iam.account.unread import DOCUMENT, Unread, document_of
from iam.arn import Arn, sort_key
from iam.policy.document import Document

UNREAD_BOUNDARY = "(boundary could not be read)"
"""Stands for the ARN of a boundary when it is unknown whether there is one, or which."""
UNREAD_ATTACHED = "(attached policies could not be read)"
"""Stands among the inline policies for attached policies of which nothing is known."""
UNREAD_GROUPS = "(groups could not be read)"
"""Stands among the inline policies for those of groups that are not known."""
UNREAD_ALL = "(all policies: "
"""What the name of something begins with that stands for everything that a principal has."""


@dataclass(frozen=True, slots=True)
class InlinePolicy:
    """A policy that is part of one user, role or group."""

    name: str
    document: Document | Unread


GroupKey = tuple[str, str]
"""The ID of an account, and the name of a group in it."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group of users."""

    name: str
    arn: str
    path: str = "/"
    attached: tuple[str, ...] = ()
    """The ARNs of its managed policies."""
    inline: tuple[InlinePolicy, ...] = ()
    created: datetime | None = None
    type: Literal["group"] = "group"

    @property
    def key(self) -> GroupKey:
        """What tells it apart from groups of the same name in other accounts."""
        return Arn.parse(self.arn).account, self.name

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups are in no group; the property is there for every entity."""
        return ()

    @property
    def boundary(self) -> None:
        """Groups have no permissions boundary."""
        return None


@dataclass(frozen=True, slots=True)
class User:
    """An IAM user."""

    name: str
    arn: str
    path: str = "/"
    created: datetime | None = None
    groups: tuple[str, ...] = ()
    attached: tuple[str, ...] = ()
    inline: tuple[InlinePolicy, ...] = ()
    boundary: str | None = None
    tags: tuple[tuple[str, str], ...] | None = None
    """None if they were not read."""
    id: str | None = None
    """The `UserId`, which no other user ever gets; None if it was not read."""
    bedrock_use: BedrockUse | None = None
    """None if AWS was not asked, or did not say it."""
    type: Literal["user"] = "user"


@dataclass(frozen=True, slots=True)
class Role:
    """An IAM role."""

    name: str
    arn: str
    path: str = "/"
    created: datetime | None = None
    attached: tuple[str, ...] = ()
    inline: tuple[InlinePolicy, ...] = ()
    boundary: str | None = None
    tags: tuple[tuple[str, str], ...] | None = None
    """None if they were not read."""
    last_used: datetime | None = None
    """None if there is no use on record, or if that was not read."""
    use_read: bool = False
    """Whether the last use was read."""
    id: str | None = None
    """The `RoleId`, which no other role ever gets; None if it was not read."""
    session_tags: bool = True
    """Whether a session may have tags of its own: its trust policy may allow `sts:TagSession`."""
    bedrock_use: BedrockUse | None = None
    """None if AWS was not asked, or did not say it."""
    type: Literal["role"] = "role"

    @property
    def groups(self) -> tuple[str, ...]:
        """Roles are in no group; the property is there for every principal."""
        return ()


Principal = User | Role
Entity = User | Role | Group
"""What a managed policy can be attached to."""


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One version of a managed policy. Its document is parsed on access: most are never needed."""

    id: str
    default: bool = False
    created: datetime | None = None
    raw: Any = field(default=None, repr=False)

    @property
    def document(self) -> Document | Unread:
        """The document; `Unread` with the reason if there is none that can be read."""
        if self.raw is None:
            return Unread(DOCUMENT, "Missing", "the data does not hold its document")
        return document_of(self.raw)


_NOT_READ = Unread(DOCUMENT, "Missing", "the document was not read")


@dataclass(frozen=True, slots=True)
class ManagedPolicy:
    """A managed policy with the document of its default version."""

    name: str
    arn: str
    version: str
    path: str = "/"
    updated: datetime | None = None
    attachable: bool = True
    document: Document | Unread = _NOT_READ
    versions: tuple[PolicyVersion, ...] = ()
    """As far as the account's data holds them."""


@dataclass(frozen=True, slots=True)
class Account:
    """The IAM data of an account, as far as it has been read; a file may hold several accounts."""

    id: str | None
    """None for several accounts."""
    alias: str | None = None
    partition: str = "aws"
    principals: Mapping[str, Principal] = field(default_factory=dict)
    """By ARN."""
    groups: Mapping[GroupKey, Group] = field(default_factory=dict)
    """By their keys."""
    policies: Mapping[str, ManagedPolicy] = field(default_factory=dict)
    """By ARN."""
    unread: tuple[Unread, ...] = ()
    groups_listed: bool = True
    """Whether it holds all groups; a file may have no list of them."""
    organizations: Mapping[str, Organization] = field(default_factory=dict)
    """What an organization puts above each account, by account ID."""
    api_keys: ApiKeys = UNASKED_KEYS
    """The Bedrock API keys of its users."""
    use_asked: UseAsked | None = None
    """When AWS was asked for the last use of Bedrock; None if it was not."""

    @property
    def use_unread(self) -> tuple[Unread, ...]:
        """What AWS did not answer when it was asked for the last use of Bedrock."""
        return () if self.use_asked is None else self.use_asked.unread

    @property
    def organization(self) -> Organization:
        """What an organization puts above the account; for several accounts, what they share."""
        of_each = [self.organizations.get(id, UNASKED) for id in self.ids]
        if len(set(of_each)) == 1:
            return of_each[0]
        return Organization(
            status=next(s for s in STATUSES if s in {each.status for each in of_each}),
            unread=tuple(dict.fromkeys(unread for each in of_each for unread in each.unread)),
        )

    def organization_of(self, entity: Entity) -> Organization:
        """What an organization puts above the account of an entity."""
        return self.organizations.get(Arn.parse(entity.arn).account, UNASKED)

    @property
    def entities(self) -> tuple[Entity, ...]:
        """Everything that a managed policy can be attached to: users and roles, then groups."""
        return (*self.principals.values(), *self.groups.values())

    def with_entities(self, entities: Iterable[Entity]) -> Account:
        """A copy of the account in which these entities replace those with the same ARNs."""
        principals, groups = dict(self.principals), dict(self.groups)
        for entity in entities:
            if isinstance(entity, Group):
                groups[entity.key] = entity
            else:
                principals[entity.arn] = entity
        return replace(self, principals=principals, groups=groups)

    def entity(self, arn: str) -> Entity | None:
        """The user, role or group with this ARN."""
        principal = self.principals.get(arn)
        return principal or next((g for g in self.groups.values() if g.arn == arn), None)

    def keys_of(self, entity: Entity) -> tuple[ApiKey, ...] | None:
        """The API keys of an entity; None if none is known, and it is not known that it has none.

        Only users have keys.
        """
        return self.api_keys.of(entity.name) if entity.type == "user" else ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The ID of the account, or those of several accounts, sorted."""
        if self.id is not None:
            return (self.id,)
        return tuple(sorted({Arn.parse(arn).account for arn in self.principals}))

    @property
    def label(self) -> str:
        """Whose data it is, in words: the account's ID, or `2 accounts`."""
        return self.id if self.id is not None else f"{len(self.ids):,} accounts"

    def group_of(self, principal: Entity, name: str) -> Group | None:
        """The group of this name in the account of a principal; None if it is not known."""
        account = self.id if self.id is not None else Arn.parse(principal.arn).account
        return self.groups.get((account, name))

    def members_of(self, group: Group) -> tuple[Principal, ...]:
        """The users that are in a group."""
        name, account = group.name, Arn.parse(group.arn).account
        return tuple(
            p
            for p in self.principals.values()
            if name in p.groups and Arn.parse(p.arn).account == account
        )

    @property
    def absent_groups(self) -> tuple[GroupKey, ...]:
        """The groups that users are in and that are not known, sorted."""
        used = {
            (Arn.parse(p.arn).account, name) for p in self.principals.values() for name in p.groups
        }
        return tuple(sorted(used - self.groups.keys()))

    def with_policy(self, policy: ManagedPolicy) -> Account:
        """A copy of the account with this policy."""
        return replace(self, policies={**self.policies, policy.arn: policy})


def kind_and_name(arn: str) -> tuple[Literal["user", "role", "group"], str]:
    """The kind and the name of the entity that an ARN stands for, as calls need them.

    Raises:
        ValueError: It is not the ARN of a user, role or group.
    """
    entity = Arn.parse(arn)
    if entity.kind not in ("user", "role", "group") or entity.name in ("", entity.resource):
        raise ValueError(f"not a user, role or group: {arn}")
    return entity.kind, entity.name  # type: ignore[return-value]


def in_order(entity: Entity) -> str:
    """Sort key: users, then roles, then groups, each by name."""
    return sort_key(entity.type, entity.name, entity.arn)
