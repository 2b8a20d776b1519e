"""Draw screenshots/ from the embedded account, also the animated one: `make screenshots`."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Callable, Collection
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
os.environ["COLORTERM"] = "truecolor"
os.environ.pop("NO_COLOR", None)

from tui.terminal.capabilities import prepare  # noqa: E402

prepare()

from textual.pilot import Pilot  # noqa: E402

from scripts.animation import Frame, animate  # noqa: E402
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
    ("keys", WIDE, (WAIT, WAIT, "K", WAIT)),
    ("last-use", WIDE, ("L", WAIT, WAIT)),
    ("models", WIDE, ("slash", *"grace", "enter", "m", WAIT, *"jjj")),
    ("models-80x24", SMALL, ("slash", *"grace", "enter", "m", WAIT, *"jjj")),
    (
        "model-principals",
        WIDE,
        ("slash", *"grace", "enter", "m", WAIT, "slash", *"sonnet-5", "enter", "w", WAIT, *"jjjj"),
    ),
    ("simulator", WIDE, ("slash", *"grace", "enter", "x", WAIT)),
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
TOUR_NAME, MEDIUM = "tour", (110, 30)
TOUR: tuple[tuple[str, tuple[str, ...], float], ...] = (
    ("Who can use Amazon Bedrock in this account, and how far?", (WAIT,), 3.5),
    ("i: who can invoke models", ("i",), 3),
    ("h: who can through another policy, such as AdministratorAccess", ("h",), 3),
    ("b: who holds the policy and still cannot", ("b",), 3),
    ("enter, l, j: why", ("enter", "l", "j", WAIT), 4),
    ("esc, b, /: filter by words and terms", ("escape", "b", "slash", *"type:user murphy"), 3),
    ("enter, a: attach the policy; first, see what that would change", ("enter", "a", WAIT), 4),
    ("y: apply, and read it back from AWS", ("y", WAIT), 3),
    ("u: undo", ("u", WAIT), 3),
    ("y: apply", ("y", WAIT), 3),
    ("e: export what the list shows", ("e",), 3),
)
"""What the animated picture shows: its title, the keys pressed before, and its seconds."""


async def draw(names: Collection[str]) -> None:
    """Draw pictures, each on an account of its own; without names, all of them."""
    for name, size, keys in PICTURES:
        if names and name not in names:
            continue
        app = BedrockApp(Launch(demo=True), unicode=True)
        async with app.run_test(size=size) as pilot:
            await _until(pilot, lambda app=app: _loaded(app))  # type: ignore[misc]
            await _press(pilot, keys)
            picture = app.export_screenshot(title="bedrock-tui")
        app.session.close()
        _write(name, picture)


async def draw_tour() -> None:
    """Draw the animated picture from one session."""
    frames: list[Frame] = []
    os.chdir("/tmp")  # the export dialog names the folder
    app = BedrockApp(Launch(demo=True), unicode=True)
    async with app.run_test(size=MEDIUM) as pilot:
        await _until(pilot, lambda: _loaded(app))
        for title, keys, seconds in TOUR:
            await _press(pilot, keys)
            frames.append(Frame(app.export_screenshot(title=title), seconds))
    app.session.close()
    _write(TOUR_NAME, animate(frames))


async def _press(pilot: Pilot[int], keys: tuple[str, ...]) -> None:
    for key in keys:
        if key == WAIT:
            await asyncio.sleep(2)
        else:
            await pilot.press(key)
            await asyncio.sleep(0.15)
    await asyncio.sleep(0.5)
    await pilot.pause()


def _write(name: str, picture: str) -> None:
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
    """Draw them all, or only those that the command line names."""
    FOLDER.mkdir(exist_ok=True)
    names = sys.argv[1:]
    asyncio.run(draw(names))
    if not names or TOUR_NAME in names:
        asyncio.run(draw_tour())


if __name__ == "__main__":
    main()
