"""The Bedrock API keys of an account: service-specific credentials of its users, without secrets.

https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-how.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from iam.account.unread import Unread, unread_from, unread_object
from iam.ages import with_zone

SERVICE = "bedrock.amazonaws.com"
"""The service whose credentials these are."""
API_KEYS = "ApiKeys"
"""The key under which a saved file has them."""
UNREAD_WHAT = "the Bedrock API keys"
"""What the whole list is called where it could not be read."""
EXISTS = "exists"
"""What is true of every key that has not been deleted."""
State = Literal["Active", "Inactive", "Expired"]
STATES: tuple[State, ...] = ("Active", "Inactive", "Expired")
"""The states of a key, as AWS names them."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One key, as IAM lists it.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ServiceSpecificCredentialMetadata.html
    """

    id: str
    """Which no other key ever gets: `ACCA…`."""
    user: str
    """The name of the IAM user whose key it is."""
    name: str
    """Its alias, such as `BedrockAPIKey-x7f2-at-123456789012`; else its ID."""
    status: State
    created: datetime | None = None
    """None if AWS did not say."""
    expires: datetime | None = None
    """None for a key that never expires."""

    @property
    def signs(self) -> tuple[str, ...]:
        """What a read of the key alone returns: that it is there, and its state."""
        return EXISTS, self.status

    def state(self, now: datetime) -> State:
        """Its state at a time; a saved key may have expired since."""
        return "Expired" if self.expires is not None and self.expires <= now else self.status


@dataclass(frozen=True)
class ApiKeys:
    """The keys of an account, as far as they could be read."""

    status: Literal["read", "unread", "unasked"] = "unasked"
    """`unread`: there may be more than these. `unasked`: nothing was asked."""
    keys: tuple[ApiKey, ...] = ()
    """Sorted by user, then by name."""
    unread: tuple[Unread, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether there are no other keys for certain."""
        return self.status == "read"

    @property
    def gaps(self) -> bool:
        """Whether there may be others, which could not be read."""
        return self.status == "unread"

    @cached_property
    def by_user(self) -> Mapping[str, tuple[ApiKey, ...]]:
        """The keys by the name of their user."""
        found: dict[str, tuple[ApiKey, ...]] = {}
        for key in self.keys:
            found[key.user] = (*found.get(key.user, ()), key)
        return found

    def of(self, user: str) -> tuple[ApiKey, ...] | None:
        """The keys of a user; None if none is known, and it is not known that there is none."""
        found = self.by_user.get(user, ())
        return found if found or self.complete else None

    def find(self, id: str) -> ApiKey | None:
        """The key with this ID."""
        return next((key for key in self.keys if key.id == id), None)

    def with_signs(self, id: str, signs: tuple[str, ...]) -> ApiKeys:
        """The list with a key as it has been read again.

        Args:
            id: The key.
            signs: `EXISTS` and its state; nothing if it has been deleted.
        """
        status = next((state for state in STATES if state in signs), None)
        changed = [
            key if key.id != id or status is None else replace(key, status=status)
            for key in self.keys
            if key.id != id or EXISTS in signs
        ]
        return replace(self, keys=tuple(changed))


UNASKED_KEYS = ApiKeys()


def in_order(keys: list[ApiKey]) -> tuple[ApiKey, ...]:
    """Sort keys by user, then by name."""
    return tuple(sorted(keys, key=lambda key: (key.user.lower(), key.name.lower(), key.id)))


def keys_of(items: object, unread: list[Unread]) -> tuple[ApiKey, ...]:
    """Make keys of what AWS lists, or a file holds.

    Args:
        items: The items, with AWS's names.
        unread: What cannot be understood is appended here.
    """
    if not isinstance(items, list):
        unread.append(Unread(UNREAD_WHAT, "Malformed", "they are not a list"))
        return ()
    keys = {}
    for item in items:
        if (key := _key_of(item)) is not None:
            keys[key.id] = key  # pages that change meanwhile may list one twice
        else:
            id = item.get("ServiceSpecificCredentialId") if isinstance(item, Mapping) else None
            what = f"API key {id}" if isinstance(id, str) else "an API key"
            unread.append(Unread(what, "Malformed", "AWS does not describe a key like this"))
    return in_order(list(keys.values()))


def _key_of(item: object) -> ApiKey | None:
    """Make a key of an item; None if it is malformed."""
    if not isinstance(item, Mapping):
        return None
    id, user = item.get("ServiceSpecificCredentialId"), item.get("UserName")
    status = next((state for state in STATES if state == item.get("Status")), None)
    if not isinstance(id, str) or not isinstance(user, str) or not id or not user or not status:
        return None
    try:
        created, expires = _time(item.get("CreateDate")), _time(item.get("ExpirationDate"))
    except ValueError:
        return None  # one that expires must not look as if it never did
    alias = item.get("ServiceCredentialAlias")
    name = alias if isinstance(alias, str) and alias else id
    return ApiKey(id, user, name, status, created, expires)


def _time(raw: object) -> datetime | None:
    if raw is None:
        return None
    if isinstance(raw, str):
        raw = datetime.fromisoformat(raw)
    if not isinstance(raw, datetime):
        raise ValueError("not a time")
    return with_zone(raw)


def keys_object(keys: ApiKeys) -> dict[str, Any]:
    """Make the JSON object that stands for the keys in a saved file."""
    return {
        "Complete": keys.complete,
        "NotRead": [unread_object(unread) for unread in keys.unread],
        "ServiceSpecificCredentials": [_item(key) for key in keys.keys],
    }


def _item(key: ApiKey) -> dict[str, Any]:
    return {
        "UserName": key.user,
        "ServiceName": SERVICE,
        "ServiceSpecificCredentialId": key.id,
        "ServiceCredentialAlias": key.name,
        "Status": key.status,
        **({} if key.created is None else {"CreateDate": key.created.isoformat()}),
        **({} if key.expires is None else {"ExpirationDate": key.expires.isoformat()}),
    }


def keys_from(raw: object) -> ApiKeys:
    """Read what `keys_object` made, or what `aws iam list-service-specific-credentials` printed."""
    if not isinstance(raw, Mapping) or "ServiceSpecificCredentials" not in raw:
        return UNASKED_KEYS  # other tools may use the key otherwise
    unread = [each for item in raw.get("NotRead") or [] if (each := unread_from(item)) is not None]
    keys = keys_of(raw["ServiceSpecificCredentials"], unread)
    if raw.get("IsTruncated") is True:
        unread.append(Unread(UNREAD_WHAT, "Truncated", "the file holds only the first page"))
    complete = raw.get("Complete", True) is True and not unread
    return ApiKeys("read" if complete else "unread", keys, tuple(unread))
