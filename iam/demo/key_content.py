"""The Bedrock API keys of the demo: one of each kind that an operator has to tell apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from iam.demo.api_keys import held_keys
from iam.demo.content import ACCOUNT

_ACTIVE, _INACTIVE = "Active", "Inactive"


class _Key(NamedTuple):
    """A key, with times in days from now."""

    user: str
    age: int
    expires: int | None
    """None for a key that never expires."""
    status: str = _ACTIVE


KEYS = (
    _Key("BedrockAPIKey-x7f2", 412, None),
    _Key("BedrockAPIKey-x7f2", 5, 25),
    _Key("alice.chen", 70, 20),
    _Key("mei.tanaka", 200, None, _INACTIVE),
    _Key("grace.kim", 95, -5),
    # Its owner may not invoke models, and that of the next may not use keys.
    _Key("farid.haddad", 300, None),
    _Key("kavya.patel", 40, 325),
)


def add_keys() -> None:
    """Add the keys to moto, in whose process this runs; only there can they have been made before
    today."""
    from moto.iam.models import iam_backends

    held = held_keys(iam_backends[ACCOUNT]["aws"])
    now = datetime.now(UTC).replace(microsecond=0)
    seen: dict[str, int] = {}
    for number, key in enumerate(KEYS, 1):
        nth = seen[key.user] = seen.get(key.user, -1) + 1
        id = f"ACCADEMOKEY{number:010}"
        made: dict[str, Any] = {
            "UserName": key.user,
            "Status": key.status,
            "ServiceName": "bedrock.amazonaws.com",
            "CreateDate": now - timedelta(days=key.age, hours=1),
            "ServiceSpecificCredentialId": id,
            "ServiceCredentialAlias": f"{key.user}{f'+{nth}' if nth else ''}-at-{ACCOUNT}",
        }
        if key.expires is not None:
            made["ExpirationDate"] = now + timedelta(days=key.expires, hours=12)
        held[id] = made
