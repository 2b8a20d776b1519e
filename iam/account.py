"""What an account's IAM data says: users, roles, groups and policies, as frozen models.

The field names are ours, the aliases those of `GetAccountAuthorizationDetails`, so that boto3's
answer, a page of it, and a file saved by the AWS CLI are parsed by the same models. What could
not be read stands in `unread`, with the error:
https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from iam.document import Document, DocumentError, parse_document


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that could not be read or understood."""

    what: str
    error: str
    """AWS's error code, or one of ours: `Malformed`, `Missing`."""
    message: str
    hides: bool = False
    """Whether users or roles may be missing for it, whom no verdict can tell of."""


def _document(raw: object) -> Document | Unread:
    if isinstance(raw, Document | Unread):
        return raw
    try:
        return parse_document(raw)
    except DocumentError as error:
        return Unread("policy document", "Malformed", f"the document cannot be read: {error}")


class _Aws(BaseModel):
    """AWS's names as aliases, ours as fields; fields AWS adds later are ignored."""

    model_config = ConfigDict(frozen=True, populate_by_name=True, arbitrary_types_allowed=True)


DocumentField = Annotated[Any, BeforeValidator(_document)]
"""A `Document`, or `Unread` with the reason; never an exception."""


def _arns(raw: object) -> object:
    if isinstance(raw, list):
        return tuple(item["PolicyArn"] if isinstance(item, Mapping) else item for item in raw)
    return raw


def _boundary(raw: object) -> object:
    # A boundary without an ARN is no absent boundary: the item does not parse.
    return raw["PermissionsBoundaryArn"] if isinstance(raw, Mapping) else raw


def _tags(raw: object) -> object:
    if isinstance(raw, list):
        return tuple((tag["Key"], tag["Value"]) for tag in raw)
    return raw


def _last_used(raw: object) -> object:
    return raw.get("LastUsedDate") if isinstance(raw, Mapping) else raw


Arns = Annotated[tuple[str, ...], BeforeValidator(_arns)]
Tags = Annotated[tuple[tuple[str, str], ...], BeforeValidator(_tags)]


class InlinePolicy(_Aws):
    """A policy that is part of one user, role or group."""

    name: str = Field(alias="PolicyName")
    document: DocumentField = Field(alias="PolicyDocument")


class Group(_Aws):
    """A group of users."""

    type: Literal["group"] = "group"
    name: str = Field(alias="GroupName")
    arn: str = Field(alias="Arn")
    path: str = Field("/", alias="Path")
    attached: Arns = Field((), alias="AttachedManagedPolicies")
    inline: tuple[InlinePolicy, ...] = Field((), alias="GroupPolicyList")
    created: datetime | None = Field(None, alias="CreateDate")

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups are in no group; the same question can be asked of every holder."""
        return ()

    @property
    def boundary(self) -> None:
        """Groups have no permissions boundary."""
        return None


class User(_Aws):
    """An IAM user."""

    type: Literal["user"] = "user"
    name: str = Field(alias="UserName")
    arn: str = Field(alias="Arn")
    path: str = Field("/", alias="Path")
    created: datetime | None = Field(None, alias="CreateDate")
    groups: tuple[str, ...] = Field((), alias="GroupList")
    attached: Arns = Field((), alias="AttachedManagedPolicies")
    inline: tuple[InlinePolicy, ...] = Field((), alias="UserPolicyList")
    boundary: Annotated[str | None, BeforeValidator(_boundary)] = Field(
        None, alias="PermissionsBoundary"
    )
    tags: Tags = Field((), alias="Tags")


class Role(_Aws):
    """An IAM role."""

    type: Literal["role"] = "role"
    name: str = Field(alias="RoleName")
    arn: str = Field(alias="Arn")
    path: str = Field("/", alias="Path")
    created: datetime | None = Field(None, alias="CreateDate")
    attached: Arns = Field((), alias="AttachedManagedPolicies")
    inline: tuple[InlinePolicy, ...] = Field((), alias="RolePolicyList")
    boundary: Annotated[str | None, BeforeValidator(_boundary)] = Field(
        None, alias="PermissionsBoundary"
    )
    tags: Tags = Field((), alias="Tags")
    last_used: Annotated[datetime | None, BeforeValidator(_last_used)] = Field(
        None, alias="RoleLastUsed"
    )

    @property
    def groups(self) -> tuple[str, ...]:
        """Roles are in no group; the same question can be asked of every principal."""
        return ()


Principal = User | Role
Holder = User | Role | Group
"""What a managed policy can be attached to."""


class PolicyVersion(_Aws):
    """One version of a managed policy. Its document is parsed when it is asked for: nobody looks at
    most of them."""

    id: str = Field(alias="VersionId")
    default: bool = Field(False, alias="IsDefaultVersion")
    created: datetime | None = Field(None, alias="CreateDate")
    raw: Any = Field(None, alias="Document", repr=False)

    @property
    def document(self) -> Document | Unread:
        """Its document; `Unread` with the reason where there is none that can be read."""
        if self.raw is None:
            return Unread("policy document", "Missing", "the data does not hold its document")
        return _document(self.raw)


def _versions(raw: object) -> object:
    """Parse a list of versions; one of an odd shape must not cost the policy itself."""
    if isinstance(raw, tuple):
        return raw
    items = [item for item in raw if isinstance(item, Mapping)] if isinstance(raw, list) else []
    return tuple(_version(item) for item in items)


def _version(item: Mapping[str, Any]) -> PolicyVersion:
    try:
        return PolicyVersion.model_validate(item)
    except ValidationError:
        known = {"VersionId": str(item.get("VersionId", "?")), "Document": item.get("Document")}
        return PolicyVersion.model_validate(known)


class ManagedPolicy(_Aws):
    """A managed policy with the document of its default version."""

    name: str = Field(alias="PolicyName")
    arn: str = Field(alias="Arn")
    path: str = Field("/", alias="Path")
    version: str = Field(alias="DefaultVersionId")
    updated: datetime | None = Field(None, alias="UpdateDate")
    attachable: bool = Field(True, alias="IsAttachable")
    document: DocumentField = Unread("policy document", "Missing", "the document was not read")
    versions: Annotated[tuple[PolicyVersion, ...], BeforeValidator(_versions)] = Field(
        (), alias="PolicyVersionList"
    )
    """As far as the account's data holds them."""

    @classmethod
    def from_details(cls, raw: Mapping[str, Any]) -> ManagedPolicy:
        """Parse an item of the `Policies` list, taking the document of the default version.

        Raises:
            pydantic.ValidationError: It has no ARN or no default version.
        """
        # moto leaves the name out; it is the end of the ARN anyhow.
        raw = {"PolicyName": str(raw.get("Arn")).rsplit("/", 1)[-1], **raw}
        versions = raw.get("PolicyVersionList")
        for version in versions if isinstance(versions, list) else []:
            if isinstance(version, Mapping) and (
                version.get("VersionId") == raw.get("DefaultVersionId") and "Document" in version
            ):
                return cls.model_validate({**raw, "document": version["Document"]})
        return cls.model_validate(raw)


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

    def with_holders(self, holders: Iterable[Holder]) -> Account:
        """The account as it would be with these in place of those of the same ARN."""
        principals, groups = dict(self.principals), dict(self.groups)
        for holder in holders:
            if isinstance(holder, Group):
                groups[holder.name] = holder
            else:
                principals[holder.arn] = holder
        return replace(self, principals=principals, groups=groups)

    def holder(self, arn: str) -> Holder | None:
        """The user, role or group of this ARN."""
        found = self.principals.get(arn)
        return found or next((g for g in self.groups.values() if g.arn == arn), None)

    def members_of(self, group: str) -> tuple[Principal, ...]:
        """The users that are in a group."""
        return tuple(p for p in self.principals.values() if group in p.groups)

    def with_policy(self, policy: ManagedPolicy) -> Account:
        """The account with this policy known."""
        return replace(self, policies={**self.policies, policy.arn: policy})


_Model = TypeVar("_Model")


def parse_page(account: Account, page: Mapping[str, Any]) -> Account:
    """Add one page of `GetAccountAuthorizationDetails` to an account.

    Args:
        account: What earlier pages said.
        page: boto3's answer, or the whole object that the AWS CLI saved.

    Returns:
        The account with the page's users, roles, groups and policies; an item that does not parse
        is named in `unread`, and the rest of the page counts all the same.
    """
    unread: list[Unread] = []

    def parse(key: str, label: str, model: Callable[[Any], _Model]) -> list[_Model]:
        items = page.get(key) or []
        if not isinstance(items, list):
            hides = key in ("UserDetailList", "RoleDetailList")
            unread.append(Unread(key, "Malformed", f"{key} is not a list", hides))
            return []
        return [
            parsed for item in items if (parsed := _parsed(item, label, model, unread)) is not None
        ]

    principals: list[Principal] = [
        *parse("UserDetailList", "user", User.model_validate),
        *parse("RoleDetailList", "role", Role.model_validate),
    ]
    groups = parse("GroupDetailList", "group", Group.model_validate)
    policies = parse("Policies", "policy", ManagedPolicy.from_details)
    return replace(
        account,
        principals={**account.principals, **{p.arn: p for p in principals}},
        groups={**account.groups, **{g.name: g for g in groups}},
        policies={**account.policies, **{p.arn: p for p in policies}},
        unread=(*account.unread, *unread),
    )


def _parsed(
    item: object, label: str, model: Callable[[Any], _Model], unread: list[Unread]
) -> _Model | None:
    name = ""
    if isinstance(item, Mapping):
        name = str(item.get("Arn") or item.get(f"{label.title()}Name") or "")
    try:
        return model(item)
    except (ValidationError, KeyError, TypeError, AttributeError) as error:
        fields = (
            ", ".join(sorted({str(e["loc"][0]) for e in error.errors() if e["loc"]}))
            if isinstance(error, ValidationError)
            else ""
        )
        why = f"not as AWS describes a {label}" + (f" (look at {fields})" if fields else "")
        hides = label in ("user", "role")
        unread.append(Unread(f"{label} {name}".strip(), "Malformed", why, hides))
        return None


def unread_documents(account: Account) -> tuple[Unread, ...]:
    """Every document of the account that is in use and could not be read, named by its place."""
    found: list[Unread] = []
    holders = (*account.principals.values(), *account.groups.values())
    for holder in holders:
        for inline in holder.inline:
            if isinstance(inline.document, Unread):
                what = f"inline policy {inline.name} of {holder.arn}"
                found.append(replace(inline.document, what=what))
    named = {name for principal in account.principals.values() for name in principal.groups}
    for name in sorted(named - account.groups.keys()):
        missing = "the account's data does not hold the group"
        found.append(Unread(f"group {name}", "Missing", missing))
    used = {arn for holder in holders for arn in holder.attached}
    used |= {p.boundary for p in account.principals.values() if p.boundary}
    for arn in sorted(used):
        policy = account.policies.get(arn)
        if policy is None:
            found.append(
                Unread(f"policy {arn}", "Missing", "the account's data does not hold its document")
            )
        elif isinstance(policy.document, Unread):
            found.append(replace(policy.document, what=f"policy {arn}"))
    return tuple(found)


def partition_of(arn: str) -> str:
    """The partition of an ARN: `aws`, `aws-cn`, `aws-us-gov`."""
    parts = arn.split(":")
    return parts[1] if len(parts) > 1 and parts[1] else "aws"


def named(arn: str) -> tuple[Literal["user", "role", "group"], str]:
    """What kind of holder an ARN is of, and its name, which is what calls go by.

    Raises:
        ValueError: It is not the ARN of a user, role or group.
    """
    kind, _, path = arn.split(":", 5)[-1].partition("/")
    if kind not in ("user", "role", "group") or not path:
        raise ValueError(f"not a user, role or group: {arn}")
    return kind, path.rsplit("/", 1)[-1]  # type: ignore[return-value]


def in_order(holder: Holder) -> tuple[int, str, str]:
    """Sort key: users, then roles, then groups, each by name."""
    return (("user", "role", "group").index(holder.type), holder.name, holder.arn)
