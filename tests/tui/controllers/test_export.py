"""`e` writes what the table shows: the formats, whom they are about, and what prevents it."""

from __future__ import annotations

import csv
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from iam.reports.audit import Audit
from iam.reports.formats import FORMATS, Options
from tests.build import ID
from tests.company import Company
from tests.tui.conftest import HOSTILE, Open
from tests.tui.steps import dialogue, mark
from tests.tui.waiting import main_of, names, table_of, toasts, until
from tui.dialogs.export import ExportDialog
from tui.options import Launch

ALL = ("csv", "json", "markdown", "html", "svg")
ENDINGS = {"markdown": "md"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The present folder, which is empty."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


async def ask(pilot: Pilot[int]) -> ExportDialog:
    """Open the dialog."""
    await until(pilot, lambda: not main_of(pilot).reading)
    await pilot.press("e")
    await until(pilot, lambda: isinstance(pilot.app.screen, ExportDialog))
    shown = pilot.app.screen
    assert isinstance(shown, ExportDialog)
    return shown


async def saved(pilot: Pilot[int], folder: Path) -> str:
    """The text of the one file, once it is written."""
    await until(pilot, lambda: "Saved" in toasts(pilot))
    (path,) = folder.iterdir()
    assert str(path) in toasts(pilot)
    assert path.stat().st_mode & 0o777 == 0o600
    return path.read_text(encoding="utf-8")


async def name_it(pilot: Pilot[int], name: str) -> None:
    """Type another name."""
    await pilot.press("tab", "ctrl+u")
    field = pilot.app.screen.query_one(Input)
    field.insert_text_at_cursor(name)
    await pilot.pause()


def name_of(dialog: ExportDialog) -> str:
    return dialog.query_one(Input).value


def listed(report: str) -> list[str]:
    """The names in a CSV, in order."""
    return [row["name"] for row in csv.DictReader(report.splitlines())]


def says_so(pilot: Pilot[int], words: str) -> bool:
    """Whether the dialog says this, wherever its lines are broken."""
    return "".join(words.split()) in "".join(dialogue(pilot).split())


@pytest.mark.parametrize("form", ALL)
async def test_three_keys_write_each_format(
    open_app: Open, from_file: Launch, folder: Path, form: str
) -> None:
    async with open_app(from_file) as pilot:
        dialog = await ask(pilot)
        await pilot.press(form[0])
        assert name_of(dialog).startswith(f"bedrock-{ID}-")
        assert name_of(dialog).endswith(f".{ENDINGS.get(form, form)}")
        await pilot.press("enter")
        text = await saved(pilot, folder)
        assert all(name in text for name in ("alice", "frank", "capped"))
        assert "\x1b" not in text
        assert "[31m" not in text
        if form == "svg":
            assert "Export" not in text
            assert "Press y" not in text
            assert "https://cdnjs" not in text  # a picture in a ticket calls no server


async def test_the_picture_has_hostile_names_as_plain_text(
    open_app: Open, from_file: Launch, folder: Path
) -> None:
    async with open_app(from_file) as pilot:
        await ask(pilot)
        await pilot.press("s", "enter")
        text = await saved(pilot, folder)
        assert r"x[red]y" in text.replace("&#160;", " ")
        assert not set(HOSTILE) & {"\x1b", "\u202e"} & set(text)


async def test_the_report_has_what_the_filter_shows_in_its_order(
    open_app: Open, from_file: Launch, folder: Path
) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press("2", "i", "s", "S")  # users who can invoke, by name, the other way round
        shown = names(pilot)
        assert shown == ["carol", "bob", "alice"]
        await ask(pilot)
        assert "3 principals shown: invoke:yes type:user" in dialogue(pilot)
        await pilot.press("j", "enter")
        report = json.loads(await saved(pilot, folder))
        assert [each["name"] for each in report["principals"]] == shown
        assert report["filter"]["text"] == "invoke:yes type:user"
        assert report["filter"]["of"] == 9
        assert report["filter"]["undecided"] == table_of(pilot).undecided


async def test_the_marked_ones_are_written_shown_or_not(
    open_app: Open, from_file: Launch, folder: Path
) -> None:
    async with open_app(from_file) as pilot:
        await mark(pilot, "bob", "frank")
        await pilot.press("slash", *"zzz", "enter")
        await ask(pilot)
        assert "2 marked principals" in dialogue(pilot)
        await pilot.press("j", "enter")
        report = json.loads(await saved(pilot, folder))
        assert [each["name"] for each in report["principals"]] == ["bob", "frank"]
        assert report["filter"] == {"text": "", "of": 9, "undecided": 0, "marked": True}


async def test_the_report_is_about_the_action_that_was_asked_about(
    open_app: Open, from_file: Launch, folder: Path
) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press("w")
        await until(pilot, lambda: len(pilot.app.screen_stack) > 1)
        await pilot.press(*"bedrock:InvokeModel", "enter")
        await until(
            pilot, lambda: main_of(pilot).controllers.evaluation.asked and main_of(pilot).loaded
        )
        await ask(pilot)
        assert "who can bedrock:InvokeModel" in dialogue(pilot)
        await pilot.press("enter")
        report = await saved(pilot, folder)
        assert report.splitlines()[0].endswith("verdict,BedrockAPIs,by")
        assert listed(report)[:6] == names(pilot)[:6]


async def test_groups_have_no_report_but_a_picture(
    open_app: Open, from_file: Launch, folder: Path
) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press("4")
        dialog = await ask(pilot)
        assert "1 group shown" in dialogue(pilot)
        assert name_of(dialog).endswith(".svg")
        await pilot.press("c", "enter")
        assert "Reports are about users and roles" in dialogue(pilot)
        assert not list(folder.iterdir())
        await pilot.press("s", "enter")
        assert "ml-team" in await saved(pilot, folder)


async def test_nobody_is_an_answer_too(open_app: Open, from_file: Launch, folder: Path) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press("slash", *"zzz", "enter")
        await ask(pilot)
        assert "0 principals shown: zzz" in dialogue(pilot)
        await pilot.press("enter")
        assert listed(await saved(pilot, folder)) == []


# The name


async def test_the_ending_follows_the_format_and_the_format_the_ending(
    open_app: Open, from_file: Launch, folder: Path
) -> None:
    async with open_app(from_file) as pilot:
        dialog = await ask(pilot)
        await pilot.press("down", "down")
        assert name_of(dialog).endswith(".md")
        await name_it(pilot, "audit.json")
        await pilot.press("enter")
        assert json.loads(await saved(pilot, folder))["schema"] == 1


async def test_a_name_is_taken_literally_but_for_the_home_folder(
    open_app: Open, from_file: Launch, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(folder))
    async with open_app(from_file) as pilot:
        await ask(pilot)
        await name_it(pilot, "~/$HOME *[red].csv")
        await pilot.press("enter")
        await saved(pilot, folder)
        assert [path.name for path in folder.iterdir()] == ["$HOME *[red].csv"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("", "Type the name of a file."),
        ("a\x1b[31m.csv", r"There is an invisible character in a\x1b[31m.csv."),
        ("~nobody-of-this-name/a.csv", "There is no home folder ~nobody-of-this-name."),
        ("missing/a.csv", "missing/a.csv: No such file or directory."),
        ("/proc/a.csv", "Cannot write /proc/a.csv: "),
        ("/dev/null", "Cannot write /dev/null: it is not an ordinary file."),
        (".", "Is a directory."),
        ("loop/a.csv", "Cannot write "),
    ],
)
async def test_what_cannot_be_written_is_said_and_the_dialog_stays_open(
    open_app: Open, from_file: Launch, folder: Path, name: str, says: str
) -> None:
    (folder / "loop").symlink_to("loop")
    async with open_app(from_file) as pilot:
        dialog = await ask(pilot)
        await name_it(pilot, name)
        await pilot.press("enter")
        await until(pilot, lambda: says_so(pilot, says))
        assert pilot.app.screen is dialog
        assert name_of(dialog) == name
        assert dialog.query_one(Input).has_focus
        assert [path.name for path in folder.iterdir()] == ["loop"]


async def test_a_file_is_replaced_only_after_a_yes(
    open_app: Open, from_file: Launch, folder: Path
) -> None:
    path = folder / "mine.csv"
    path.write_text("mine")
    path.chmod(0o640)
    async with open_app(from_file) as pilot:
        await ask(pilot)
        await name_it(pilot, "mine.csv")
        await pilot.press("enter")
        question = f"{path} exists. Press y to replace it."
        await until(pilot, lambda: says_so(pilot, question))
        await pilot.press("enter", "n", "tab", "z", "escape")
        assert not says_so(pilot, question)
        await pilot.press("y")  # nothing is asked now
        assert path.read_text() == "mine"
        await pilot.press("enter")
        await until(pilot, lambda: says_so(pilot, question))
        await pilot.press("y")
        await until(pilot, lambda: "Saved" in toasts(pilot))
        assert "alice" in path.read_text()
        assert path.stat().st_mode & 0o777 == 0o640
        assert list(folder.iterdir()) == [path]


# Work in a thread


class Held:
    """A CSV that stops in the middle until it is let go."""

    def __init__(self) -> None:
        self.half = threading.Event()
        self.go_on = threading.Event()
        self.threads: set[int] = set()

    def write(self, audit: Audit, options: Options = Options(), /) -> Iterator[str]:  # noqa: B008
        self.threads.add(threading.get_ident())
        yield "half\n"
        self.half.set()
        assert self.go_on.wait(30)
        yield "whole\n"


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    """CSV reports stop in the middle."""
    held = Held()
    monkeypatch.setitem(FORMATS, "csv", FORMATS["csv"]._replace(write=held.write))
    return held


async def test_a_report_is_written_in_a_thread_and_the_dialog_says_how_far(
    open_app: Open, from_file: Launch, folder: Path, held: Held
) -> None:
    async with open_app(from_file) as pilot:
        await ask(pilot)
        await pilot.press("enter")
        await until(pilot, held.half.is_set)
        await until(pilot, lambda: "of 9 principals written" in dialogue(pilot))
        assert threading.get_ident() not in held.threads
        assert not list(folder.glob("bedrock-*"))
        await pilot.press("j", "enter", "tab")  # a second file is not begun
        held.go_on.set()
        assert await saved(pilot, folder) == "half\nwhole\n"


async def test_esc_stops_and_leaves_no_half_file(
    open_app: Open, from_file: Launch, folder: Path, held: Held
) -> None:
    async with open_app(from_file) as pilot:
        dialog = await ask(pilot)
        await pilot.press("enter")
        await until(pilot, held.half.is_set)
        await pilot.press("escape")
        await until(pilot, lambda: "stopping" in dialogue(pilot))
        held.go_on.set()
        await until(pilot, lambda: "Stopped; nothing was written." in dialogue(pilot))
        assert os.listdir(folder) == []  # noqa: PTH208
        assert pilot.app.screen is dialog
        await pilot.press("escape")
        assert not isinstance(pilot.app.screen, ExportDialog)


async def test_a_file_that_appears_while_a_report_is_made_is_not_replaced(
    open_app: Open, from_file: Launch, folder: Path, held: Held
) -> None:
    async with open_app(from_file) as pilot:
        dialog = await ask(pilot)
        path = folder / name_of(dialog)
        await pilot.press("enter")
        await until(pilot, held.half.is_set)
        path.write_text("mine")
        held.go_on.set()
        await until(pilot, lambda: "exists. Press y" in dialogue(pilot))
        assert path.read_text() == "mine"
        assert list(folder.iterdir()) == [path]


# What is not certain


def unread(report: dict[str, Any]) -> list[str]:
    return [f"{each['what']}: {each['error']}" for each in report["unread"]]


async def test_a_stale_account_makes_the_report_incomplete(
    open_app: Open, company: Company, folder: Path
) -> None:
    async with open_app(company.launch) as pilot:
        company.fake.refuse("*", "ExpiredToken")
        await pilot.press("r")
        await until(pilot, lambda: main_of(pilot).has_notice)
        await ask(pilot)
        await pilot.press("j", "enter")
        report = json.loads(await saved(pilot, folder))
        assert report["complete"] is False
        assert unread(report)[0] == "the account: Stale"
        assert report["caller"]
        assert "is not certain" in toasts(pilot)


async def test_a_change_that_aws_has_not_confirmed_makes_the_report_incomplete(
    open_app: Open, company: Company, folder: Path
) -> None:
    async with open_app(company.launch) as pilot:
        arn = table_of(pilot).shown[0].arn
        main_of(pilot).session.unconfirmed.add(arn)
        await ask(pilot)
        await pilot.press("j", "enter")
        report = json.loads(await saved(pilot, folder))
        assert report["complete"] is False
        assert unread(report) == [f"the last change to {arn}: Unconfirmed"]


async def test_what_could_not_be_read_is_in_the_report(
    open_app: Open, from_file: Launch, folder: Path
) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press("slash", *"alice", "enter")
        await ask(pilot)
        await pilot.press("j", "enter")
        report = json.loads(await saved(pilot, folder))
        assert report["complete"] is False
        assert any("policy/gone" in line for line in unread(report))
        assert report["source"] == "snapshot"


async def test_nothing_is_exported_while_the_account_is_being_read(
    open_app: Open, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    async with open_app(Launch(snapshot=str(pipe)), read=False) as pilot:
        await pilot.press("e")
        assert "still being read" in toasts(pilot)
        assert pilot.app.screen is main_of(pilot)
        os.close(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
