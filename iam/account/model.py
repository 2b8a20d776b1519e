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

from iam.account.organization import UNASKED, Organization
from iam.account.unread import Unread, document_of
from iam.arn import Arn
from iam.policy.document import Document


@dataclass(frozen=True, slots=True)
class InlinePolicy:
    """A policy that is part of one user, role or group."""

    name: str
    document: Document | Unread


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
    id: str | None = None
    """The `RoleId`, which no other role ever gets; None if it was not read."""
    session_tags: bool = True
    """Whether a session may have tags of its own: its trust policy may allow `sts:TagSession`."""
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
            return Unread("policy document", "Missing", "the data does not hold its document")
        return document_of(self.raw)


_NOT_READ = Unread("policy document", "Missing", "the document was not read")


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
    """One account's IAM data, as far as it has been read."""

    id: str
    alias: str | None = None
    partition: str = "aws"
    principals: Mapping[str, Principal] = field(default_factory=dict)
    """By ARN."""
    groups: Mapping[str, Group] = field(default_factory=dict)
    """By name."""
    policies: Mapping[str, ManagedPolicy] = field(default_factory=dict)
    """By ARN."""
    unread: tuple[Unread, ...] = ()
    organization: Organization = UNASKED

    @property
    def entities(self) -> tuple[Entity, ...]:
        """Everything that a managed policy can be attached to: users and roles, then groups."""
        return (*self.principals.values(), *self.groups.values())

    def with_entities(self, entities: Iterable[Entity]) -> Account:
        """A copy of the account in which these entities replace those with the same ARNs."""
        principals, groups = dict(self.principals), dict(self.groups)
        for entity in entities:
            if isinstance(entity, Group):
                groups[entity.name] = entity
            else:
                principals[entity.arn] = entity
        return replace(self, principals=principals, groups=groups)

    def entity(self, arn: str) -> Entity | None:
        """The user, role or group with this ARN."""
        principal = self.principals.get(arn)
        return principal or next((g for g in self.groups.values() if g.arn == arn), None)

    def members_of(self, group: str) -> tuple[Principal, ...]:
        """The users that are in a group."""
        return tuple(p for p in self.principals.values() if group in p.groups)

    def with_policy(self, policy: ManagedPolicy) -> Account:
        """A copy of the account with this policy."""
        return replace(self, policies={**self.policies, policy.arn: policy})


def unread_documents(account: Account) -> tuple[Unread, ...]:
    """List the documents in use that could not be read, each with its place as `what`."""
    unread: list[Unread] = []
    entities = account.entities
    for entity in entities:
        for inline in entity.inline:
            if isinstance(inline.document, Unread):
                what = f"inline policy {inline.name} of {entity.arn}"
                unread.append(replace(inline.document, what=what))
    group_names = {name for p in account.principals.values() for name in p.groups}
    for name in sorted(group_names - account.groups.keys()):
        missing = "the account's data does not hold the group"
        unread.append(Unread(f"group {name}", "Missing", missing))
    used = {arn for entity in entities for arn in entity.attached}
    used |= {p.boundary for p in account.principals.values() if p.boundary}
    for arn in sorted(used):
        policy = account.policies.get(arn)
        if policy is None:
            unread.append(
                Unread(f"policy {arn}", "Missing", "the account's data does not hold its document")
            )
        elif isinstance(policy.document, Unread):
            unread.append(replace(policy.document, what=f"policy {arn}"))
    return tuple(unread)


def kind_and_name(arn: str) -> tuple[Literal["user", "role", "group"], str]:
    """The kind and the name of the entity that an ARN stands for, as calls need them.

    Raises:
        ValueError: It is not the ARN of a user, role or group.
    """
    entity = Arn.parse(arn)
    if entity.kind not in ("user", "role", "group") or entity.name in ("", entity.resource):
        raise ValueError(f"not a user, role or group: {arn}")
    return entity.kind, entity.name  # type: ignore[return-value]


def in_order(entity: Entity) -> tuple[int, str, str]:
    """Sort key: users, then roles, then groups, each by name."""
    return (("user", "role", "group").index(entity.type), entity.name, entity.arn)
