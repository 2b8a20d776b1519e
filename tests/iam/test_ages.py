"""Ages in words, at the edges of the units."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from iam.ages import age, until

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=59), "59 s"),
        (timedelta(seconds=60), "1 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=47), "47 h"),
        (timedelta(hours=48), "2 days"),
        (timedelta(days=59), "59 days"),
        (timedelta(days=60), "2 months"),
        (timedelta(days=729), "24 months"),
        (timedelta(days=730), "2 years"),
        (timedelta(hours=-1), "0 s"),
    ],
)
def test_the_unit_follows_the_age(passed: timedelta, words: str) -> None:
    assert age(NOW - passed, NOW) == words


def test_a_time_without_zone_is_utc_and_the_year_1_is_no_error() -> None:
    assert age(datetime(2026, 11, 23, 11), NOW) == "1 h"
    assert age(datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5))), NOW) == "2027 years"


def test_what_is_to_come_is_told_in_the_same_words() -> None:
    assert until(NOW + timedelta(days=20, hours=5), NOW) == "20 days"
    assert until(NOW - timedelta(days=1), NOW) == "0 s"
    assert until(datetime.max, NOW).endswith(" years")
