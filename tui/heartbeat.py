"""A heartbeat of the event loop, for benchmarks: how long a key would have had to wait, and when.

Imported only if BEDROCK_TUI_HEARTBEAT names a file.
"""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise
from pathlib import Path

_PAUSE = 0.005


async def keep_beating(file: Path) -> None:
    """Sleep for 5 ms again and again, until the app ends; then append how long it really took.

    Args:
        file: Gets a line a beat: the time of `time.monotonic`, and the milliseconds since the beat
            before.
    """
    beats = [time.monotonic()]
    try:
        while True:
            await asyncio.sleep(_PAUSE)
            beats.append(time.monotonic())
    finally:
        _append(file, beats)


def _append(file: Path, beats: list[float]) -> None:
    with file.open("a", encoding="ascii") as out:
        for before, beat in pairwise(beats):
            out.write(f"{beat:.6f} {(beat - before) * 1000:.3f}\n")
