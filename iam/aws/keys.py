"""The credentials that one process has found, for another one to use. Light: no boto3."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Keys:
    """Credentials as they are now."""

    access: str
    secret: str = field(repr=False)
    token: str | None = field(repr=False)
    until: str | None
    """When they end, in ISO 8601; None if they say nothing of it."""
    account: str = ""
    """Whose they are, where that has been asked: others must not take their place."""
