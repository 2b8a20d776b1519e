"""Measure delays of the event loop, for benchmarks: how long a key would have waited, and when.

Imported only if BEDROCK_TUI_HEARTBEAT names a file.
"""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise
from pathlib import Path

_SLEEP = 0.005


async def keep_beating(file: Path) -> None:
    """Sleep for 5 ms again and again until the app ends, then write how late each sleep ended.

    Args:
        file: Gets a line for each sleep: the time of `time.monotonic`, and the milliseconds for
            which the event loop was late.
    """
    beats = [time.monotonic()]
    try:
        while True:
            await asyncio.sleep(_SLEEP)
            beats.append(time.monotonic())
    finally:
        _append(file, beats)


def _append(file: Path, beats: list[float]) -> None:
    with file.open("a", encoding="ascii") as out:
        for before, beat in pairwise(beats):
            out.write(f"{beat:.6f} {(beat - before - _SLEEP) * 1000:.3f}\n")
