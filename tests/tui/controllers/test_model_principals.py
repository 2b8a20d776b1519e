"""One model, many principals: `w` in the screen of models, and `m` on marked ones."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.build import allow, deny, details, group, user
from tests.tui.conftest import HOSTILE, Open
from tests.tui.controllers.test_models import EUROPE, SIZES, SONNET, listed_from
from tests.tui.steps import go_to, mark, words_of
from tests.tui.waiting import cursor, main_of, table_of, toasts, until
from tui.dialogs.choose import ChooseDialog
from tui.dialogs.export import ExportDialog
from tui.dialogs.model_principals import ModelPrincipalsScreen
from tui.dialogs.simulation import SimulationScreen
from tui.options import Launch


@pytest.fixture
def team(tmp_path: Path) -> Launch:
    """A file: alice may invoke in two regions, bob anywhere, carol by a group, dave not at all."""
    path = tmp_path / "team.json"
    everything = allow("bedrock:InvokeModel")
    people = [
        user("alice", allow("bedrock:InvokeModel", **EUROPE)),
        user("bob", everything),
        user("carol", groups=["ml-team"]),
        user("dave", everything, deny("*")),
        user(HOSTILE),
    ]
    path.write_text(json.dumps(details(*people, group("ml-team", everything))))
    return Launch(snapshot=str(path))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The present folder, which is empty."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


async def answered(pilot: Pilot[int]) -> ModelPrincipalsScreen:
    """The screen, once it has an answer."""

    def shown() -> bool:
        screen = pilot.app.screen
        return isinstance(screen, ModelPrincipalsScreen) and screen.answered

    await until(pilot, shown)
    screen = pilot.app.screen
    assert isinstance(screen, ModelPrincipalsScreen)
    return screen


async def who_of_all(pilot: Pilot[int]) -> ModelPrincipalsScreen:
    """Ask who can invoke a model, from the screen of its models."""
    await listed_from(pilot, "eu-central-1")
    await pilot.press("slash", *SONNET, "enter", "w")
    return await answered(pilot)


async def asked_for(pilot: Pilot[int], what: str) -> None:
    """Wait until a dialog asks for something and can be answered."""

    def asks() -> bool:
        screen = pilot.app.screen
        return isinstance(screen, ChooseDialog) and screen.ready and what in screen.heading

    await until(pilot, asks)


async def who_of_marked(pilot: Pilot[int], model: str) -> ModelPrincipalsScreen:
    """Ask who of those that are marked can invoke a model."""
    await pilot.press("m")
    for title, answer in (("from which region", "eu-central-1"), ("which model", model)):
        await asked_for(pilot, title)
        await pilot.press(*answer, "enter")
    return await answered(pilot)


def names(screen: ModelPrincipalsScreen) -> list[str]:
    return [row.name for row in screen.table.shown]


@SIZES
async def test_those_come_first_who_can_and_the_others_have_the_reason(
    open_app: Open, team: Launch, size: tuple[int, int]
) -> None:
    async with open_app(team, size) as pilot:
        await go_to(pilot, "alice")
        screen = await who_of_all(pilot)
        assert names(screen)[:4] == ["bob", "carol", "alice", "dave"]
        assert screen.summary == (
            "2 of 5 by the eu. profile",
            "2 of 5 by the global. profile",
        )
        await pilot.press("j", "j")
        said = " ".join(words_of(screen).split())
        assert "alice, by the eu. profile: none" in said
        assert f"model ID: eu.{SONNET}" in said
        assert "the model in eu-north-1" in said
        assert "\x1b" not in said


async def test_the_cursor_is_in_the_column_of_the_route_that_was_asked_about(
    open_app: Open, team: Launch
) -> None:
    async with open_app(team) as pilot:
        await listed_from(pilot, "eu-central-1")
        await pilot.press("slash", *SONNET, "enter", "l", "w")
        screen = await answered(pilot)
        assert screen.route is not None
        assert screen.route.invoked_by == f"global.{SONNET}"


async def test_enter_goes_to_the_principal_in_the_list(open_app: Open, team: Launch) -> None:
    async with open_app(team) as pilot:
        await pilot.press("g")
        screen = await who_of_all(pilot)
        await pilot.press("slash", *"carol", "enter")
        assert names(screen) == ["carol"]
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is main_of(pilot))
        assert cursor(pilot) == "carol"


async def test_marked_ones_are_asked_about_and_the_members_of_marked_groups(
    open_app: Open, team: Launch
) -> None:
    async with open_app(team) as pilot:
        await mark(pilot, "alice", "dave")
        await pilot.press("4", "space")
        assert len(table_of(pilot).marked) == 3
        screen = await who_of_marked(pilot, SONNET)
        assert names(screen) == ["carol", "alice", "dave"]
        assert "3 marked" in str(screen.query_one("#models").border_title)
        await pilot.press("enter")  # only groups are listed
        await until(pilot, lambda: cursor(pilot) == "carol")


async def test_groups_of_which_members_may_be_unread_are_never_called_empty_or_complete(
    open_app: Open, tmp_path: Path
) -> None:
    path = tmp_path / "partly.json"
    made = details(
        user("carol", groups=["ml-team"]),
        group("ml-team", allow("bedrock:InvokeModel")),
        group("quants"),
    )
    made["UserDetailList"].append({"GroupList": ["quants"]})
    path.write_text(json.dumps(made))
    async with open_app(Launch(snapshot=str(path))) as pilot:
        await pilot.press("4")
        await mark(pilot, "quants")
        await pilot.press("m")
        await until(pilot, lambda: "no member of the marked ones could be read" in toasts(pilot))
        await mark(pilot, "ml-team", "quants")
        screen = await who_of_marked(pilot, SONNET)
        assert names(screen) == ["carol"]
        assert "marked groups may have more members" in " ".join(words_of(screen).split())


async def test_a_model_that_does_not_exist_is_no_empty_answer(open_app: Open, team: Launch) -> None:
    async with open_app(team) as pilot:
        await mark(pilot, "bob")
        screen = await who_of_marked(pilot, "no-such-model")
        assert (
            "No model 'no-such-model' is known that can be invoked from eu-central-1."
            in words_of(screen)
        )
        assert names(screen) == []


async def test_the_report_has_those_that_are_shown_in_their_order(
    open_app: Open, team: Launch, folder: Path
) -> None:
    async with open_app(team) as pilot:
        await go_to(pilot, "alice")
        await who_of_all(pilot)
        await pilot.press("slash", *"user/", "enter", "e")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExportDialog))
        assert f"who can invoke {SONNET}" in words_of(pilot.app.screen)
        await pilot.press("enter")
        await until(pilot, lambda: "Saved" in toasts(pilot))
    (path,) = folder.iterdir()
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert [row["name"] for row in rows][:4] == ["bob", "carol", "alice", "dave"]
    assert [row["eu. profile"] for row in rows][:4] == ["granted", "granted", "none", "denied"]


async def test_the_routes_of_one_principal_are_a_report_too(
    open_app: Open, team: Launch, folder: Path
) -> None:
    async with open_app(team) as pilot:
        await go_to(pilot, "alice")
        screen = await listed_from(pilot, "eu-central-1")
        await pilot.press("e")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExportDialog))
        await pilot.press("j", "enter")
        await until(pilot, lambda: "Saved" in toasts(pilot))
        shown = [result.verdict for result in screen.results]
    (path,) = folder.iterdir()
    report = json.loads(path.read_text())
    (alice,) = report["principals"]
    assert alice["name"] == "alice"
    assert [route["verdict"] for route in alice["routes"]] == shown
    assert report["filter"]["of"] == 5


async def test_x_asks_aws_about_the_calls_of_the_route(open_app: Open, live: Launch) -> None:
    async with open_app(live) as pilot:
        await go_to(pilot, "alice.chen")
        await pilot.press("m")
        await until(pilot, lambda: getattr(pilot.app.screen, "answered", False))
        await pilot.press("slash", *"claude-sonnet-5-5", "enter", "x")
        await until(
            pilot,
            lambda: isinstance(pilot.app.screen, SimulationScreen) and pilot.app.screen.answered,
        )
        said = " ".join(words_of(pilot.app.screen).split())
        assert "4 requests: 0 differ, 4 agree." in said
        assert "bedrock:InferenceProfileArn absent" in said
        assert "AWS: the organization does not allow it" in said


async def test_equal_names_of_several_accounts_are_told_apart(
    open_app: Open, tmp_path: Path
) -> None:
    here, there = (
        user("alice", allow("bedrock:InvokeModel")),
        {**user("alice"), "Arn": "arn:aws:iam::222222222222:user/alice"},
    )
    file = tmp_path / "two.json"
    file.write_text(json.dumps(details(here, there)))
    async with open_app(Launch(snapshot=str(file))) as pilot:
        await pilot.press("g")
        screen = await who_of_all(pilot)
        assert names(screen) == ["123456789012 alice", "222222222222 alice"]


async def test_w_on_a_model_that_only_profiles_lead_to_says_so(
    open_app: Open, team: Launch
) -> None:
    async with open_app(team) as pilot:
        await pilot.press("w")
        await until(pilot, lambda: len(pilot.app.screen_stack) > 1)
        await pilot.press(*f"bedrock:InvokeModel on {SONNET} in us-east-1", "enter")
        await until(pilot, lambda: "only through inference profiles" in toasts(pilot))
        assert SONNET in toasts(pilot)
