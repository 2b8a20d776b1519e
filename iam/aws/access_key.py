"""Credentials that one process passes to another. Light: no boto3."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AccessKey:
    """An access key and its expiry, as they are now."""

    access: str
    secret: str = field(repr=False)
    token: str | None = field(repr=False)
    until: str | None
    """When they expire, in ISO 8601; None if that is not known."""
    account: str = ""
    """The account ID, if AWS has been asked: a key of another account must not replace this one."""
