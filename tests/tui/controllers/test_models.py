"""`m`: the models of a region, and the routes by which the principal under the cursor has them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from textual.pilot import Pilot

from iam.account.region_models import RegionModels
from iam.demo.launcher import DemoServer
from iam.verdicts.routes import STREAMING, Route
from tests.build import allow, details, user
from tests.company import Company
from tests.tui.conftest import HOSTILE, Open
from tests.tui.steps import ask, go_to, words_of
from tests.tui.waiting import main_of, names, until
from tui.dialogs.choose import ChooseDialog
from tui.dialogs.models import ModelsScreen
from tui.dialogs.text import TextScreen
from tui.options import Launch
from widgets.route_rows import laid_out

SONNET = "anthropic.claude-sonnet-4-6"
EUROPE = {"Condition": {"StringEquals": {"aws:RequestedRegion": ["eu-central-1", "eu-west-1"]}}}
SIZES = pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20)])


@pytest.fixture
def routed(tmp_path: Path) -> Launch:
    """A file: alice may invoke in two regions, bob anywhere."""
    path = tmp_path / "routed.json"
    alice = user("alice", allow("bedrock:InvokeModel", **EUROPE))
    path.write_text(json.dumps(details(alice, user("bob", allow("*")), user(HOSTILE))))
    return Launch(snapshot=str(path))


async def shown(pilot: Pilot[int]) -> ModelsScreen:
    """The screen, once it has an answer."""
    await until(
        pilot, lambda: isinstance(pilot.app.screen, ModelsScreen) and pilot.app.screen.answered
    )
    screen = pilot.app.screen
    assert isinstance(screen, ModelsScreen)
    return screen


async def listed_from(pilot: Pilot[int], region: str) -> ModelsScreen:
    """Open the screen of an account from a file, which asks for a region first."""
    await pilot.press("m")
    await until(pilot, lambda: isinstance(pilot.app.screen, ChooseDialog))
    await pilot.press(*region, "enter")
    return await shown(pilot)


@SIZES
async def test_a_file_asks_for_the_region_and_says_which_call_blocks_a_route(
    open_app: Open, routed: Launch, size: tuple[int, int]
) -> None:
    async with open_app(routed, size) as pilot:
        await go_to(pilot, "alice")
        screen = await listed_from(pilot, "eu-central-1")
        assert "of 34 in eu-central-1 itself" in words_of(screen) or "all 34" in words_of(screen)
        assert "AWS was not asked" in words_of(screen).replace("\n", " ")
        await pilot.press("slash", *SONNET, "enter")
        assert [row.key for row in screen.table.shown] == [SONNET]
        said = " ".join(words_of(screen).split())
        assert f"model ID: eu.{SONNET}" in said
        assert "the model in eu-north-1" in said
        await pilot.press("l")
        assert screen.route is not None
        assert screen.route.invoked_by == f"global.{SONNET}"
        await pilot.press("escape", "escape")
        await until(pilot, lambda: pilot.app.screen is main_of(pilot))


async def test_streaming_is_judged_on_its_own(open_app: Open, routed: Launch) -> None:
    async with open_app(routed) as pilot:
        await go_to(pilot, "alice")
        screen = await listed_from(pilot, "eu-central-1")
        await pilot.press("t")
        await until(pilot, lambda: screen.answered and screen.summary[0].startswith("none"))
        assert screen.action == STREAMING
        assert "streaming" in str(screen.query_one("#models").border_title)
        assert screen.summary == (
            "none of 86 routes to models from eu-central-1 (no policy allows it)",
        )


async def test_the_cursor_moves_while_other_routes_are_listed(
    open_app: Open, routed: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_app(routed) as pilot:
        await go_to(pilot, "alice")
        screen = await listed_from(pilot, "eu-central-1")
        listed, go_on = screen.about.routes, asyncio.Event()

        async def late(models: RegionModels, action: str) -> tuple[Route, ...]:
            await go_on.wait()
            return await listed(models, action)

        monkeypatch.setattr(screen.about, "routes", late)
        await pilot.press("t", "j", "j", "l")
        assert not screen.answered
        go_on.set()
        await until(pilot, lambda: screen.answered)
        assert screen.table.cursor_line == 2


async def test_a_long_error_is_said_in_full_where_there_is_little_room(
    open_app: Open, routed: Launch
) -> None:
    async with open_app(routed, (60, 20)) as pilot:
        await go_to(pilot, "alice")
        screen = await listed_from(pilot, "eu-central-1")
        screen.say(f"It did not work, {'for a reason of many words, ' * 9}sorry.")
        assert "many words, sorry." in " ".join(words_of(screen).split())


async def test_another_region_is_asked_about_and_kept(open_app: Open, routed: Launch) -> None:
    async with open_app(routed) as pilot:
        await go_to(pilot, "bob")
        screen = await listed_from(pilot, "eu-central-1")
        await pilot.press("R")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChooseDialog))
        await pilot.press(*"us-west-2", "enter")
        await until(pilot, lambda: screen.answered and screen.source == "us-west-2")
        assert "us." in screen.table.columns
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is main_of(pilot))
        await pilot.press("m")
        assert (await shown(pilot)).source == "us-west-2"


async def test_the_models_are_asked_for_only_when_the_key_is_pressed(
    open_app: Open, company: Company
) -> None:
    def calls() -> list[str]:
        return [name for name in company.fake.actions if name.startswith(("ListFound", "ListInf"))]

    async with open_app(company.launch) as pilot:
        await until(pilot, lambda: main_of(pilot).controllers.load._warm)
        assert calls() == []
        await pilot.press("m")
        screen = await shown(pilot)
        assert screen.models is not None
        assert screen.table.all
        asked = len(company.fake.seen)
        await pilot.press("j", "j", "l", "t")
        await until(pilot, lambda: screen.answered)
        await pilot.press("escape")
        assert sorted(calls()) == ["ListFoundationModels", *["ListInferenceProfiles"] * 2]
        assert len(company.fake.seen) == asked
    assert company.fake.writes == []


async def test_a_preview_says_which_models_it_opens_and_asks_nothing_more(
    open_app: Open, company: Company
) -> None:
    def asked() -> list[str]:
        return [name for name in company.fake.actions if name.startswith(("ListFound", "ListInf"))]

    async with open_app(company.launch) as pilot:
        company.iam.create_user(UserName="nobody-yet")
        await pilot.press("r")
        await until(pilot, lambda: "nobody-yet" in names(pilot))
        await go_to(pilot, "nobody-yet")
        said = await ask(pilot, "a")
        assert "Models from us-east-1, as listed on " in said
        assert "  + all " in said
        await pilot.press("n")
        assert asked() == []
        await pilot.press("m")
        models = (await shown(pilot)).models
        assert models is not None and models.live
        await pilot.press("escape")
        before = len(asked())
        said = await ask(pilot, "a")
        assert "Models from us-east-1\n" in said
        assert len(asked()) == before
        await pilot.press("n")
    assert company.fake.writes == []


async def test_hostile_names_are_plain_text(open_app: Open, routed: Launch) -> None:
    async with open_app(routed, (60, 20)) as pilot:
        await pilot.press("G")
        screen = await listed_from(pilot, "eu-central-1")
        title = str(screen.query_one("#models").border_title)
        assert "\\x1b]0;pwned" in title
        assert "\x1b" not in title
        row = screen.table.all[0]._replace(name=HOSTILE, group=HOSTILE, note=HOSTILE)
        table = screen.table
        table.show_rows(laid_out(table.headings, table.columns, [row]))
        await pilot.pause()
        lines = [screen.table.render_line(y).text for y in range(3)]
        assert "x[red]y" in lines[1]
        assert not any("\x1b" in line for line in lines)


async def test_the_demo_lists_models_live(open_app: Open, live: Launch, demo: DemoServer) -> None:
    async with open_app(live) as pilot:
        await pilot.press("m")
        screen = await shown(pilot)
        assert screen.models is not None
        assert screen.models.live
        assert "AWS's own list" in words_of(screen)


@SIZES
async def test_a_denied_list_is_replaced_and_the_screen_says_so(
    open_app: Open, company: Company, size: tuple[int, int]
) -> None:
    company.fake.refuse("ListFoundationModels", "AccessDeniedException")
    async with open_app(company.launch, size) as pilot:
        await pilot.press("m")
        screen = await shown(pilot)
        said = " ".join(words_of(screen).split())
        assert "From the list that comes with the app" in said
        assert "Not read: the foundation models of us-east-1 (AccessDeniedException" in said
        assert screen.table.all
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, TextScreen))


async def test_esc_stops_while_the_models_are_listed(open_app: Open, company: Company) -> None:
    gate = company.fake.hold("ListFoundationModels")
    async with open_app(company.launch) as pilot:
        await pilot.press("m")
        await until(pilot, lambda: "ListFoundationModels" in company.fake.actions)
        assert "esc stops" in words_of(pilot.app.screen)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is main_of(pilot))
        gate.set()
