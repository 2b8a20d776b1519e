"""API keys in a few words, for the list of them and for the details of their owner."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from iam.ages import age, until

if TYPE_CHECKING:
    from iam.verdicts.api_key_use import KeyUse


def expiry(use: KeyUse, now: datetime) -> str:
    """When a key expires, or that it never does."""
    expires = use.key.expires
    if expires is None:
        return "never"
    return f"in {until(expires, now)}" if expires > now else f"{age(expires, now)} ago"


def key_in_short(use: KeyUse, now: datetime) -> str:
    """A key in a line: `active, expires never, works: yes`."""
    if use.state == "Expired":
        return use.words.removeprefix("no: ")
    works = "" if use.state == "Inactive" else f", works: {use.words}"
    return f"{use.state.lower()}, expires {expiry(use, now)}{works}"
