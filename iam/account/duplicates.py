"""Merge what stands in an account's data more than once.

The same content twice counts once. If the content differs, nobody knows which one is right: what
verdicts depend on counts as unread.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from typing import Generic, NamedTuple, TypeVar

from iam.account.model import (
    UNREAD_ALL,
    UNREAD_BOUNDARY,
    Group,
    GroupKey,
    InlinePolicy,
    ManagedPolicy,
    Principal,
    User,
)
from iam.account.unread import Unread

_Model = TypeVar("_Model")
_Model_co = TypeVar("_Model_co", covariant=True)
_Key = TypeVar("_Key", bound=Hashable)
_WHY = "it is there more than once, with different content"


class Found(NamedTuple, Generic[_Model_co]):
    """A model, and where its data stands."""

    model: _Model_co
    list_name: str
    number: int

    @property
    def place(self) -> str:
        """Such as `item 3 of RoleDetailList`."""
        return f"item {self.number} of {self.list_name}"


def principals_by_arn(found: Sequence[Found[Principal]]) -> dict[str, Principal]:
    """Merge users and roles. One whose content differs has no policies that could be read."""
    return _merged(found, lambda principal: principal.arn, _same, _principal)


def groups_by_key(found: Sequence[Found[Group]]) -> dict[GroupKey, Group]:
    """Merge groups. One whose content differs has no policies that could be read."""
    return _merged(found, lambda group: group.key, _same, _group)


def policies_by_arn(found: Sequence[Found[ManagedPolicy]]) -> dict[str, ManagedPolicy]:
    """Merge policies; of an AWS managed one, each account of a file has a copy of its own."""
    return _merged(found, lambda policy: policy.arn, _same_document, _policy)


def _merged(
    found: Sequence[Found[_Model]],
    key_of: Callable[[_Model], _Key],
    same: Callable[[_Model, _Model], bool],
    in_doubt: Callable[[Sequence[Found[_Model]]], _Model],
) -> dict[_Key, _Model]:
    merged = {key_of(each.model): each.model for each in found}
    if len(merged) == len(found):
        return merged
    by_key: dict[_Key, list[Found[_Model]]] = {}
    for each in found:
        by_key.setdefault(key_of(each.model), []).append(each)
    return {
        key: first.model
        if all(same(first.model, other.model) for other in others)
        else in_doubt([first, *others])
        for key, (first, *others) in by_key.items()
    }


def _same(one: object, other: object) -> bool:
    return one == other


def _same_document(one: ManagedPolicy, other: ManagedPolicy) -> bool:
    return (one.version, one.document) == (other.version, other.document)


def _principal(found: Sequence[Found[Principal]]) -> Principal:
    models = [each.model for each in found]
    first = models[0]
    principal = replace(
        first,
        path=_agreed([model.path for model in models], "/"),
        created=_agreed([model.created for model in models], None),
        tags=_agreed([model.tags for model in models], None),
        id=_agreed([model.id for model in models], None),
        attached=(),
        inline=_unread(first.type, first.arn, found),
        boundary=UNREAD_BOUNDARY if any(model.boundary for model in models) else None,
        bedrock_use=None,
    )
    if isinstance(principal, User):
        return replace(principal, groups=())
    return replace(principal, last_used=None, use_read=False, session_tags=True)


def _group(found: Sequence[Found[Group]]) -> Group:
    first = found[0].model
    return replace(first, attached=(), inline=_unread("group", first.arn, found), created=None)


def _policy(found: Sequence[Found[ManagedPolicy]]) -> ManagedPolicy:
    places = " and ".join(each.place for each in found)
    unread = Unread("policy document", "Ambiguous", f"{_WHY}: {places}")
    return replace(found[0].model, document=unread, versions=())


def _agreed(values: Sequence[_Model], otherwise: _Model) -> _Model:
    return values[0] if all(value == values[0] for value in values) else otherwise


def _unread(kind: str, arn: str, found: Sequence[Found[_Model]]) -> tuple[InlinePolicy, ...]:
    """In place of the policies, every place where they stand."""
    return tuple(
        InlinePolicy(
            f"{UNREAD_ALL}{each.place})", Unread(f"{kind} {arn} ({each.place})", "Ambiguous", _WHY)
        )
        for each in found
    )
