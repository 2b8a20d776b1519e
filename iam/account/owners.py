"""Find out whose the users, roles and groups of a file are: one account's, or several accounts'."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from iam.account.model import Account, Entity
from iam.account.unread import Unread
from iam.arn import Arn

_Key = TypeVar("_Key")
_Entity = TypeVar("_Entity", bound=Entity)


class NoOwner(ValueError):
    """There is no user, role or group whose ARN names an account."""


def owned(account: Account) -> Account:
    """Find an account's ID and partition by the ARNs of its entities.

    Returns:
        The account; for several accounts its ID is None. Entities whose ARN names no account, and
        those of another partition than most, are left out and listed in `unread`.

    Raises:
        NoOwner: No entity is left.
    """
    unread: list[Unread] = []
    entities = [entity for entity in account.entities if _fault(entity) is None]
    partitions = Counter(Arn.parse(entity.arn).partition for entity in entities)
    if not partitions:
        raise NoOwner
    ((partition, _),) = partitions.most_common(1)

    def with_owner(entities: Mapping[_Key, _Entity]) -> dict[_Key, _Entity]:
        kept: dict[_Key, _Entity] = {}
        for key, entity in entities.items():
            if (fault := _fault(entity, partition)) is None:
                kept[key] = entity
                continue
            hides = entity.type != "group"
            unread.append(Unread(f"{entity.type} {entity.arn}", "Malformed", fault, hides))
        return kept

    principals = with_owner(account.principals)
    groups = with_owner(account.groups)
    ids = _accounts(principals.values()) or _accounts(groups.values())
    return replace(
        account,
        id=ids.pop() if len(ids) == 1 else None,
        partition=partition,
        principals=principals,
        groups=groups,
        unread=(*account.unread, *unread),
    )


def _accounts(entities: Iterable[Entity]) -> set[str]:
    return {Arn.parse(entity.arn).account for entity in entities}


def _fault(entity: Entity, partition: str | None = None) -> str | None:
    """Why it cannot be known in which account an entity is, or why it is not judged."""
    arn = Arn.parse(entity.arn)
    if not arn.partition or arn.service != "iam" or arn.kind != entity.type:
        return f"its ARN is not that of a {entity.type}"
    if not (len(arn.account) == 12 and arn.account.isdecimal() and arn.account.isascii()):
        return "its ARN has no account ID"
    if partition not in (None, arn.partition):
        return f"it is in partition {arn.partition}, most others are in {partition}"
    return None
