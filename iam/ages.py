"""How long ago something was, in words."""

from __future__ import annotations

from datetime import UTC, datetime

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_UNITS: tuple[tuple[int, int, str], ...] = (
    (_MINUTE, 1, "s"),
    (_HOUR, _MINUTE, "min"),
    (48 * _HOUR, _HOUR, "h"),
    (60 * _DAY, _DAY, "days"),
    (730 * _DAY, 30 * _DAY, "months"),
)
"""For ages below so many seconds: the size of the unit, and its name."""


def age(since: datetime, now: datetime | None = None) -> str:
    """Say how old something is: `40 s`, `12 min`, `14 h`, `3 days`, `5 months`, `2 years`.

    Args:
        since: When it was; without a time zone it counts as UTC. A time in the future is `0 s`.
        now: The time to compare with; the clock's by default.
    """
    if since.tzinfo is None:
        since = since.replace(tzinfo=UTC)
    seconds = max(0, int(((now or datetime.now(UTC)) - since).total_seconds()))
    for below, size, unit in _UNITS:
        if seconds < below:
            return f"{seconds // size} {unit}"
    return f"{seconds // (365 * _DAY)} years"
