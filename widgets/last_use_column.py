"""The column of the table that says when Bedrock was last used: its width, its text, its order."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iam.account.last_use import BedrockUse
    from widgets.row import Row

_WIDTH, _NARROW = 15, 7
"""With `never in 400 d`, and with `>400 d`."""
_WIDE_FROM = 96
"""Names need the room in narrower tables."""
_LEAST = 40
"""Narrower tables have no such column."""
_NEVER, _UNKNOWN = 1e12, float("inf")
"""Places behind those of all times, in seconds."""


def used_width(width: int) -> int:
    """The width of the column in a table of some width; 0 if there is no room for it."""
    if width < _LEAST:
        return 0
    return _WIDTH if width >= _WIDE_FROM else _NARROW


def use_of(row: Row) -> BedrockUse | None:
    """What is known of the principal of a row."""
    entity = row.entity
    return None if entity is None or entity.type == "group" else entity.bedrock_use


def used_text(row: Row, width: int) -> str:
    """What the column says of a principal; of a group nothing, because AWS counts its members."""
    if row.type == "group":
        return ""
    use = use_of(row)
    text = "?" if use is None else use.in_short
    return text if len(text) < width else text.replace("never in ", ">")


def used_order(row: Row, *, reverse: bool) -> float:
    """The place of a row: the latest use first, then never; what is not known is always last."""
    use = use_of(row)
    if use is not None and use.last is not None and use.last.at is not None:
        return -use.last.at.timestamp()
    if use is not None and use.never:
        return _NEVER
    return -_UNKNOWN if reverse else _UNKNOWN
