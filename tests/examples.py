"""How many examples hypothesis tries: `EXAMPLES=20` for twenty times as many."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

_FACTOR = float(os.environ.get("EXAMPLES", "1"))


def examples(count: int) -> settings:
    """So many examples, however long each takes: the machine may be busy."""
    return settings(
        max_examples=max(1, round(count * _FACTOR)),
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )


def use_by_default() -> None:
    """Have tests that say nothing else try 50."""
    settings.register_profile("house", examples(50))
    settings.load_profile("house")
