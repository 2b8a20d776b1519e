"""How long ago something was, or how far off it is, in words."""

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
    return _in_words(now or datetime.now(UTC), since)


def until(at: datetime, now: datetime | None = None) -> str:
    """Say how far off something is, in the words of `age`; what is past is `0 s`.

    Args:
        at: When it will be; without a time zone it counts as UTC.
        now: The time to compare with; the clock's by default.
    """
    return _in_words(at, now or datetime.now(UTC))


def with_zone(at: datetime) -> datetime:
    """A time that can be compared with others: without a time zone it counts as UTC."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _in_words(later: datetime, earlier: datetime) -> str:
    """Write the time between two times; `0 s` if they are the other way round."""
    later, earlier = with_zone(later), with_zone(earlier)
    seconds = max(0, int((later - earlier).total_seconds()))
    for below, size, unit in _UNITS:
        if seconds < below:
            return f"{seconds // size} {unit}"
    return f"{seconds // (365 * _DAY)} years"
