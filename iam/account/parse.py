"""Parse the data of an account, from AWS, the AWS CLI or a file, into the models of `model.py`.

A response of boto3, one page of it, and a file saved by the AWS CLI all have the field names of
`GetAccountAuthorizationDetails`; unknown fields are ignored:
https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Required, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainValidator,
    TypeAdapter,
    ValidationError,
)
from typing_extensions import TypedDict  # pydantic takes Python's own from 3.12 on

from iam.account.duplicates import (
    Found,
    groups_by_key,
    policies_by_arn,
    principals_by_arn,
)
from iam.account.last_use import BEDROCK_USE, BedrockUse, use_from
from iam.account.mend import Label, mend
from iam.account.model import (
    Account,
    Group,
    InlinePolicy,
    ManagedPolicy,
    PolicyVersion,
    Principal,
    Role,
    User,
)
from iam.account.trust import may_tag_sessions
from iam.account.unread import Unread, document_of
from iam.arn import Arn

_Model = TypeVar("_Model")


def _empty_for_null(raw: object) -> object:
    return () if raw is None else raw


def _arns(raw: object) -> object:
    if isinstance(raw, list):
        return tuple(item.get("PolicyArn") if isinstance(item, Mapping) else item for item in raw)
    return _empty_for_null(raw)


def _boundary(raw: object) -> object:
    arn = raw.get("PermissionsBoundaryArn") if isinstance(raw, Mapping) else raw
    if raw is not None and not arn:
        raise ValueError("a boundary without an ARN is malformed, not absent")
    return arn


def _tags(raw: object) -> object:
    if not isinstance(raw, list):
        return _empty_for_null(raw)
    try:
        return tuple([(tag["Key"], tag["Value"]) for tag in raw])
    except (KeyError, TypeError) as error:
        raise ValueError("a tag needs a Key and a Value") from error


def _last_used(raw: object) -> object:
    return raw.get("LastUsedDate") if isinstance(raw, Mapping) else raw


_Document = Annotated[Any, BeforeValidator(document_of)]
"""A `Document`, or `Unread` with the reason; never an exception."""
_Arns = Annotated[tuple[str, ...], BeforeValidator(_arns)]
_Tags = Annotated[tuple[tuple[str, str], ...], BeforeValidator(_tags)]
_Boundary = Annotated[str | None, BeforeValidator(_boundary)]
_SessionTags = Annotated[bool, BeforeValidator(may_tag_sessions)]
_BedrockUse = Annotated[BedrockUse | None, PlainValidator(use_from)]
_LastUsed = Annotated[datetime | None, BeforeValidator(_last_used)]


class _Inline(TypedDict, total=False):
    name: Required[Annotated[str, Field(alias="PolicyName")]]
    document: Required[Annotated[_Document, Field(alias="PolicyDocument")]]


_InlinePolicies = Annotated[
    tuple[Annotated[_Inline, AfterValidator(lambda raw: InlinePolicy(**raw))], ...],
    BeforeValidator(_empty_for_null),
]
_Groups = Annotated[tuple[str, ...], BeforeValidator(_empty_for_null)]


# Our names, with AWS's as aliases. The models made from these have the defaults; they are plain
# dataclasses, since pydantic's need a kilobyte more for each of thousands of principals.


class _Entity(TypedDict, total=False):
    arn: Required[Annotated[str, Field(alias="Arn")]]
    path: Annotated[str, Field(alias="Path")]
    created: Annotated[datetime | None, Field(alias="CreateDate")]
    attached: Annotated[_Arns, Field(alias="AttachedManagedPolicies")]


class _Principal(_Entity, total=False):
    boundary: Annotated[_Boundary, Field(alias="PermissionsBoundary")]
    tags: Annotated[_Tags, Field(alias="Tags")]
    bedrock_use: Annotated[_BedrockUse, Field(alias=BEDROCK_USE)]


class _Group(_Entity, total=False):
    name: Required[Annotated[str, Field(alias="GroupName")]]
    inline: Annotated[_InlinePolicies, Field(alias="GroupPolicyList")]


class _User(_Principal, total=False):
    name: Required[Annotated[str, Field(alias="UserName")]]
    id: Annotated[str | None, Field(alias="UserId")]
    groups: Annotated[_Groups, Field(alias="GroupList")]
    inline: Annotated[_InlinePolicies, Field(alias="UserPolicyList")]


class _Role(_Principal, total=False):
    name: Required[Annotated[str, Field(alias="RoleName")]]
    id: Annotated[str | None, Field(alias="RoleId")]
    inline: Annotated[_InlinePolicies, Field(alias="RolePolicyList")]
    last_used: Annotated[_LastUsed, Field(alias="RoleLastUsed")]
    use_read: Annotated[bool, BeforeValidator(lambda _: True), Field(alias="RoleLastUsed")]
    session_tags: Annotated[_SessionTags, Field(alias="AssumeRolePolicyDocument")]


class _Version(TypedDict, total=False):
    id: Required[Annotated[str, Field(alias="VersionId")]]
    default: Annotated[bool, Field(alias="IsDefaultVersion")]
    created: Annotated[datetime | None, Field(alias="CreateDate")]
    raw: Annotated[Any, Field(alias="Document")]


def _versions(raw: object) -> object:
    """Parse a list of versions; a malformed one must not make the policy itself malformed."""
    items = [item for item in raw if isinstance(item, Mapping)] if isinstance(raw, list) else []
    return tuple(version_of(item) for item in items)


def version_of(item: Mapping[str, Any]) -> PolicyVersion:
    """Parse one version of a policy; a malformed one keeps its ID and its document."""
    try:
        return validated(PolicyVersion, item)
    except ValidationError:
        return PolicyVersion(str(item.get("VersionId", "?")), raw=item.get("Document"))


class _Policy(TypedDict, total=False):
    name: Required[Annotated[str, Field(alias="PolicyName")]]
    arn: Required[Annotated[str, Field(alias="Arn")]]
    version: Required[Annotated[str, Field(alias="DefaultVersionId")]]
    path: Annotated[str, Field(alias="Path")]
    updated: Annotated[datetime | None, Field(alias="UpdateDate")]
    attachable: Annotated[bool, Field(alias="IsAttachable")]
    document: _Document
    versions: Annotated[Any, BeforeValidator(_versions), Field(alias="PolicyVersionList")]


_SHAPES: dict[type, type] = {
    Group: _Group,
    User: _User,
    Role: _Role,
    PolicyVersion: _Version,
    ManagedPolicy: _Policy,
}


_adapters: dict[type, TypeAdapter[Any]] = {}
"""Made on first use, which takes a while."""


def validated(model: type[_Model], raw: object) -> _Model:
    """Validate an item and make a model of it.

    Args:
        model: `User`, `Role`, `Group`, `ManagedPolicy` or `PolicyVersion`.
        raw: With AWS's names; a managed policy's document is called `document`.

    Raises:
        pydantic.ValidationError: The item is malformed.
    """
    if (adapter := _adapters.get(model)) is None:
        adapter = _adapters[model] = TypeAdapter(_SHAPES[model])
    return model(**adapter.validate_python(raw))


def managed_policy_of(raw: Mapping[str, Any]) -> ManagedPolicy:
    """Parse an item of the `Policies` list, taking the document of the default version.

    Raises:
        pydantic.ValidationError: It has no ARN or no default version.
    """
    # moto omits the name, which is the end of the ARN.
    raw = {"PolicyName": Arn.parse(str(raw.get("Arn"))).name, **raw}
    versions = raw.get("PolicyVersionList")
    for version in versions if isinstance(versions, list) else []:
        if isinstance(version, Mapping) and (
            version.get("VersionId") == raw.get("DefaultVersionId") and "Document" in version
        ):
            return validated(ManagedPolicy, {**raw, "document": version["Document"]})
    return validated(ManagedPolicy, raw)


def parse_page(account: Account, page: Mapping[str, Any]) -> Account:
    """Add one page of `GetAccountAuthorizationDetails` to an account.

    Args:
        account: The account so far.
        page: A response of boto3, or the whole object that the AWS CLI saved.

    Returns:
        The account with the page's users, roles, groups and policies. What does not parse is
        listed in `unread`. It costs an item no more than what depends on it, and never another
        item.
    """
    unread: list[Unread] = []

    def parse(key: str, label: Label, model: Callable[[Any], _Model]) -> list[Found[_Model]]:
        items = page.get(key) or []
        if not isinstance(items, list):
            hides = key in ("UserDetailList", "RoleDetailList")
            unread.append(Unread(key, "Malformed", f"{key} is not a list", hides))
            return []
        models = [parsed(item, label, model, unread) for item in items]
        return [
            Found(model, key, number) for number, model in enumerate(models, 1) if model is not None
        ]

    principals: list[Found[Principal]] = [
        *parse("UserDetailList", "user", partial(validated, User)),
        *parse("RoleDetailList", "role", partial(validated, Role)),
    ]
    groups = parse("GroupDetailList", "group", partial(validated, Group))
    policies = parse("Policies", "policy", managed_policy_of)
    return replace(
        account,
        principals={**account.principals, **principals_by_arn(principals)},
        groups={**account.groups, **groups_by_key(groups)},
        policies={**account.policies, **policies_by_arn(policies)},
        unread=(*account.unread, *unread),
    )


def parsed(
    item: object, label: Label, model: Callable[[Any], _Model], unread: list[Unread]
) -> _Model | None:
    """Parse one item, as far as possible.

    Args:
        item: With AWS's names.
        label: What it is.
        model: Makes the model.
        unread: What does not parse is appended here, unless the model itself says it.

    Returns:
        The model; None if it cannot be known whose data the item is.
    """
    try:
        return model(item)
    except (ValidationError, KeyError, TypeError, AttributeError) as error:
        faults = error.errors() if isinstance(error, ValidationError) else []
    paths = [fault["loc"] for fault in faults]
    if isinstance(item, Mapping) and (repaired := mend(item, label, paths)) is not None:
        try:
            made = model(repaired.item)
        except (ValidationError, KeyError, TypeError, AttributeError):
            pass
        else:
            unread += repaired.unread
            return made
    fields = ", ".join(sorted({str(path[0]) for path in paths if path}))
    name = ""
    if isinstance(item, Mapping):
        name = str(item.get("Arn") or item.get(f"{label.title()}Name") or "")
    why = f"not a valid {label}" + (f" (check {fields})" if fields else "")
    hides = label in ("user", "role")
    unread.append(Unread(f"{label} {name}".strip(), "Malformed", why, hides))
    return None
