"""Draw the pictures in screenshots/ from the embedded account: `make screenshots`."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
os.environ["COLORTERM"] = "truecolor"
os.environ.pop("NO_COLOR", None)

from tui.terminal.capabilities import prepare  # noqa: E402

prepare()

from textual.pilot import Pilot  # noqa: E402

from tui.app import BedrockApp  # noqa: E402
from tui.main_screen import MainScreen  # noqa: E402
from tui.options import Launch  # noqa: E402

FOLDER = ROOT / "screenshots"
WIDE, SMALL = (120, 36), (80, 24)
WAIT = "wait"
"""No key, but time for AWS to answer."""
PICTURES: tuple[tuple[str, tuple[int, int], tuple[str, ...]], ...] = (
    ("main", WIDE, (*"jjjjjjjj", "enter", "l", "j", "j", "j", "l", "escape")),
    ("main-80x24", SMALL, tuple("jjjj")),
    ("details-80x24", SMALL, (*"jjjjjjjj", "enter", "l")),
    ("attach", WIDE, ("slash", *"murphy", "enter", "a")),
    ("detach-80x24", SMALL, ("slash", *"carla", "enter", "d")),
    ("filter", WIDE, ("slash", *"role code")),
    ("who-can", WIDE, ("w", "enter", WAIT)),
    ("groups", WIDE, (*"4jjj", "enter", WAIT)),
    ("batch", WIDE, ("asterisk", "a", WAIT)),
    (
        "history",
        WIDE,
        (
            *("slash", *"murphy", "enter", "a", WAIT, "y", WAIT, WAIT, "u", WAIT, "y", WAIT, WAIT),
            *("escape", "slash", *"user/r", "enter", "asterisk", "a", WAIT, "y", WAIT, WAIT, WAIT),
            *("escape", "H", WAIT, "enter", WAIT),
        ),
    ),
    ("policy", WIDE, ("v", WAIT)),
    ("help", WIDE, ("question_mark",)),
)


async def draw() -> None:
    """Draw every picture, each on an account of its own."""
    for name, size, keys in PICTURES:
        app = BedrockApp(Launch(demo=True), unicode=True)
        async with app.run_test(size=size) as pilot:
            await _until(pilot, lambda app=app: _loaded(app))  # type: ignore[misc]
            for key in keys:
                if key == WAIT:
                    await asyncio.sleep(2)
                else:
                    await pilot.press(key)
                    await asyncio.sleep(0.15)
            await asyncio.sleep(0.5)
            await pilot.pause()
            picture = app.export_screenshot(title="bedrock-tui")
        app.session.close()
        # The ID that rich makes up would change with every run.
        picture = re.sub(r"terminal-\d+", f"terminal-{name}", picture)
        picture = re.sub(r"bedrock-tui-demo-\w+", "bedrock-tui-demo", picture)
        (FOLDER / f"{name}.svg").write_text(picture, encoding="utf-8")
        print(f"screenshots/{name}.svg")


def _loaded(app: BedrockApp) -> bool:
    return isinstance(app.screen, MainScreen) and app.screen.loaded


async def _until(pilot: Pilot[int], holds: Callable[[], bool]) -> None:
    while not holds():
        await pilot.pause(0.05)


def main() -> None:
    """Draw them all."""
    FOLDER.mkdir(exist_ok=True)
    asyncio.run(draw())


if __name__ == "__main__":
    main()
