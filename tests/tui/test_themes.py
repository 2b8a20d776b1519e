"""Verdicts can be read and told apart in every theme, on the line of the cursor as elsewhere."""

from __future__ import annotations

import pytest
from rich.color import Color as RichColor
from rich.terminal_theme import TerminalTheme
from textual.color import Color
from textual.pilot import Pilot
from textual.theme import BUILTIN_THEMES

from iam.verdicts.verdict import Verdict
from tests.tui.conftest import Open
from tests.tui.waiting import main_of, until
from tui.app import BedrockApp
from tui.dialogs.help import HelpScreen
from tui.options import Launch
from widgets.table_lines import VERDICT_STYLES
from widgets.verdict_colours import contrast, distance, made_for, of_256, theme_colours

DARK = BUILTIN_THEMES["textual-dark"]
CONSOLE = TerminalTheme(
    (0, 0, 0),
    (170, 170, 170),
    [(170 * (n & 1), 170 * (n >> 1 & 1) // (2 if n == 3 else 1), 170 * (n >> 2)) for n in range(8)],
    [(85 + 170 * (n & 1), 85 + 170 * (n >> 1 & 1), 85 + 170 * (n >> 2)) for n in range(8)],
)
"""The sixteen colours of the Linux console, whose yellow is brown."""


def shown(colour: RichColor | None, theme: TerminalTheme, colours: str, *, text: bool) -> Color:
    """What a terminal makes of a colour."""
    colour = colour or RichColor.default()
    made = Color(*colour.get_truecolor(theme, foreground=text))
    return of_256(made) if colours == "256" and colour.triplet is not None else made


async def check(pilot: Pilot[int], theme: TerminalTheme, colours: str, name: str) -> None:
    """Compare the colour of each verdict with what it stands on: elsewhere, and on the cursor."""
    table = main_of(pilot).table
    for focus in (table, None):
        pilot.app.screen.set_focus(focus)
        await pilot.pause()
        assert table.has_focus == (focus is table)
        plain = table.rich_style
        cursor = table.get_component_rich_style("principal-table--cursor", partial=True)
        grounds = [shown(s.bgcolor, theme, colours, text=False) for s in (plain, plain + cursor)]
        assert grounds[0] != grounds[1] or cursor.reverse or cursor.underline, name
        for verdict, style in VERDICT_STYLES.items():
            sign = table.get_component_rich_style(style, partial=True)
            text = shown(sign.color, theme, colours, text=True)
            for ground in grounds:
                assert contrast(text, ground) >= 3, (name, verdict, text, ground)


@pytest.mark.parametrize("colours", ["truecolor", "256"])
async def test_every_verdict_can_be_read_in_every_theme(
    open_app: Open, from_file: Launch, colours: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if colours == "256":
        monkeypatch.setenv("COLORTERM", "")
        monkeypatch.setenv("TERM", "xterm-256color")
    async with open_app(from_file) as pilot:
        assert pilot.app.console.color_system == colours
        for name in pilot.app.available_themes:
            pilot.app.theme = name
            await pilot.pause()
            await check(pilot, pilot.app.ansi_theme, colours, name)


@pytest.mark.parametrize("theme", ["ansi-dark", "ansi-light"])
async def test_every_verdict_can_be_read_on_the_console(
    open_app: Open, from_file: Launch, theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLORTERM", "")
    monkeypatch.setenv("TERM", "linux")
    async with open_app(from_file) as pilot:
        assert set(pilot.app.available_themes) == {"ansi-dark", "ansi-light"}
        pilot.app.theme = theme
        await pilot.pause()
        light = theme == "ansi-light"
        await check(pilot, pilot.app.ansi_theme_light if light else CONSOLE, "standard", theme)


@pytest.mark.parametrize("true_colour", [True, False])
@pytest.mark.parametrize("name", [name for name in BUILTIN_THEMES if "ansi" not in name])
def test_focus_and_unknown_do_not_look_like_partial(name: str, true_colour: bool) -> None:
    theme = BUILTIN_THEMES[name]
    variables = theme.to_color_system().generate()
    made = theme_colours(name, variables, dark=theme.dark, ansi=theme.ansi, true_colour=true_colour)
    partial = Color.parse(made["verdict-partial"])
    for other in ("focus", "cursor", "verdict-unknown", "verdict-granted"):
        assert distance(Color.parse(made[other]), partial) >= 40, other


@pytest.mark.parametrize("true_colour", [True, False])
@pytest.mark.parametrize("name", [name for name in BUILTIN_THEMES if "ansi" not in name])
def test_words_of_warnings_can_be_read(name: str, true_colour: bool) -> None:
    theme = BUILTIN_THEMES[name]
    variables = theme.to_color_system().generate()
    made = theme_colours(name, variables, dark=theme.dark, ansi=theme.ansi, true_colour=true_colour)
    for ground in ("background", "surface", "panel"):
        behind = Color(*Color.parse(variables[ground]).rgb)
        for word in ("text-warning", "text-error", "text-accent"):
            pair = [Color.parse(made[word]), behind]
            one, other = pair if true_colour else map(of_256, pair)
            assert contrast(one, other) >= 4.5, (ground, word)


@pytest.mark.parametrize("true_colour", [True, False])
def test_the_colours_of_the_first_frame_are_those_that_would_be_made(true_colour: bool) -> None:
    variables = DARK.to_color_system().generate()
    assert theme_colours(
        DARK.name, variables, dark=True, ansi=False, true_colour=true_colour
    ) == made_for(variables, dark=True, true_colour=true_colour)


async def test_on_the_console_a_dialog_leaves_the_screen_below_as_it_is(
    open_app: Open, from_file: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLORTERM", "")
    monkeypatch.setenv("TERM", "linux")
    async with open_app(from_file) as pilot:
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        assert pilot.app.screen.styles.background.a == 0


async def test_the_palette_offers_no_layout_of_textual(open_app: Open, from_file: Launch) -> None:
    async with open_app(from_file) as pilot:
        titles = {command.title for command in pilot.app.get_system_commands(pilot.app.screen)}
        assert {"Theme", "Filter"} <= titles
        assert not titles & {"Maximize", "Minimize", "Keys"}


def test_the_console_gets_ascii_and_a_yellow_partial(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLORTERM", "")
    monkeypatch.setenv("TERM", "linux")
    monkeypatch.setenv("LANG", "C.UTF-8")
    app = BedrockApp(Launch(snapshot="none.json"))
    assert not app.glyphs.unicode
    assert VERDICT_STYLES[Verdict.PARTIAL] == "principal-table--partial"
    colours = theme_colours("ansi-dark", {}, dark=True, ansi=True, true_colour=False)
    assert "yellow" in colours["verdict-partial"]
    app.session.close()
