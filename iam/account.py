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
from functools import partial
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as validated_dataclass

from iam.document import Document, DocumentError, parse_document

_Model = TypeVar("_Model")


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


# AWS's names are aliases, ours the fields; fields that AWS adds later are ignored. Dataclasses with
# slots, and not pydantic's models: those take a kilobyte more for each of thousands of principals.
_BY_NAME = ConfigDict(populate_by_name=True, defer_build=True)


_adapters: dict[type, TypeAdapter[Any]] = {}
"""Made when first needed, which takes a while."""


def validated(model: type[_Model], raw: object) -> _Model:
    """Make one of the models below of what AWS, the AWS CLI or a file says.

    Raises:
        pydantic.ValidationError: It is something else.
    """
    if (adapter := _adapters.get(model)) is None:
        adapter = _adapters[model] = TypeAdapter(model)
    made: _Model = adapter.validate_python(raw)
    return made


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
Boundary = Annotated[str | None, BeforeValidator(_boundary)]
LastUsed = Annotated[datetime | None, BeforeValidator(_last_used)]


@validated_dataclass(frozen=True, slots=True, config=_BY_NAME)
class InlinePolicy:
    """A policy that is part of one user, role or group."""

    name: Annotated[str, Field(alias="PolicyName")]
    document: Annotated[DocumentField, Field(alias="PolicyDocument")]


@validated_dataclass(frozen=True, slots=True, config=_BY_NAME)
class Group:
    """A group of users."""

    name: Annotated[str, Field(alias="GroupName")]
    arn: Annotated[str, Field(alias="Arn")]
    path: Annotated[str, Field(alias="Path")] = "/"
    attached: Annotated[Arns, Field(alias="AttachedManagedPolicies")] = ()
    inline: Annotated[tuple[InlinePolicy, ...], Field(alias="GroupPolicyList")] = ()
    created: Annotated[datetime | None, Field(alias="CreateDate")] = None
    type: Literal["group"] = "group"

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups are in no group; the same question can be asked of every holder."""
        return ()

    @property
    def boundary(self) -> None:
        """Groups have no permissions boundary."""
        return None


@validated_dataclass(frozen=True, slots=True, config=_BY_NAME)
class User:
    """An IAM user."""

    name: Annotated[str, Field(alias="UserName")]
    arn: Annotated[str, Field(alias="Arn")]
    path: Annotated[str, Field(alias="Path")] = "/"
    created: Annotated[datetime | None, Field(alias="CreateDate")] = None
    groups: Annotated[tuple[str, ...], Field(alias="GroupList")] = ()
    attached: Annotated[Arns, Field(alias="AttachedManagedPolicies")] = ()
    inline: Annotated[tuple[InlinePolicy, ...], Field(alias="UserPolicyList")] = ()
    boundary: Annotated[Boundary, Field(alias="PermissionsBoundary")] = None
    tags: Annotated[Tags, Field(alias="Tags")] = ()
    type: Literal["user"] = "user"


@validated_dataclass(frozen=True, slots=True, config=_BY_NAME)
class Role:
    """An IAM role."""

    name: Annotated[str, Field(alias="RoleName")]
    arn: Annotated[str, Field(alias="Arn")]
    path: Annotated[str, Field(alias="Path")] = "/"
    created: Annotated[datetime | None, Field(alias="CreateDate")] = None
    attached: Annotated[Arns, Field(alias="AttachedManagedPolicies")] = ()
    inline: Annotated[tuple[InlinePolicy, ...], Field(alias="RolePolicyList")] = ()
    boundary: Annotated[Boundary, Field(alias="PermissionsBoundary")] = None
    tags: Annotated[Tags, Field(alias="Tags")] = ()
    last_used: Annotated[LastUsed, Field(alias="RoleLastUsed")] = None
    type: Literal["role"] = "role"

    @property
    def groups(self) -> tuple[str, ...]:
        """Roles are in no group; the same question can be asked of every principal."""
        return ()


Principal = User | Role
Holder = User | Role | Group
"""What a managed policy can be attached to."""


@validated_dataclass(frozen=True, slots=True, config=_BY_NAME)
class PolicyVersion:
    """One version of a managed policy. Its document is parsed when it is asked for: nobody looks at
    most of them."""

    id: Annotated[str, Field(alias="VersionId")]
    default: Annotated[bool, Field(alias="IsDefaultVersion")] = False
    created: Annotated[datetime | None, Field(alias="CreateDate")] = None
    raw: Annotated[Any, Field(alias="Document")] = field(default=None, repr=False)

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
        return validated(PolicyVersion, item)
    except ValidationError:
        known = {"VersionId": str(item.get("VersionId", "?")), "Document": item.get("Document")}
        return validated(PolicyVersion, known)


Versions = Annotated[tuple[PolicyVersion, ...], BeforeValidator(_versions)]


@validated_dataclass(frozen=True, slots=True, config=_BY_NAME)
class ManagedPolicy:
    """A managed policy with the document of its default version."""

    name: Annotated[str, Field(alias="PolicyName")]
    arn: Annotated[str, Field(alias="Arn")]
    version: Annotated[str, Field(alias="DefaultVersionId")]
    path: Annotated[str, Field(alias="Path")] = "/"
    updated: Annotated[datetime | None, Field(alias="UpdateDate")] = None
    attachable: Annotated[bool, Field(alias="IsAttachable")] = True
    document: DocumentField = Unread("policy document", "Missing", "the document was not read")
    versions: Annotated[Versions, Field(alias="PolicyVersionList")] = ()
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
                return validated(cls, {**raw, "document": version["Document"]})
        return validated(cls, raw)


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

    @property
    def holders(self) -> tuple[Holder, ...]:
        """All that a managed policy can be attached to: users and roles, then groups."""
        return (*self.principals.values(), *self.groups.values())

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
        *parse("UserDetailList", "user", partial(validated, User)),
        *parse("RoleDetailList", "role", partial(validated, Role)),
    ]
    groups = parse("GroupDetailList", "group", partial(validated, Group))
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
    holders = account.holders
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
