"""What the screens look like, at both sizes. `pytest --snapshot-update` accepts a new look."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from iam.account.model import Account, User
from iam.account.parse import validated
from iam.account.snapshot import read_snapshot
from iam.changes.apply import Outcome, not_shown
from iam.changes.batch import Batch
from iam.changes.cli_script import aws_commands
from iam.changes.history import history_of
from iam.changes.plan import Change, Plan, make_plan
from iam.errors import AwsError
from iam.policy.action_catalogue import catalogue
from iam.verdicts.evaluator import Evaluator
from tests.build import LIMITED, limited, user
from tests.iam.journals import lines_of
from tests.tui.conftest import HOSTILE
from tests.tui.steps import words_of
from tests.tui.waiting import main_of, settled, until
from tui.app import BedrockApp
from tui.dialogs.batch_progress import BatchScreen
from tui.dialogs.choose import ChooseDialog
from tui.dialogs.export import ExportDialog
from tui.dialogs.history import HistoryScreen
from tui.dialogs.model_principals import ModelPrincipalsScreen
from tui.dialogs.models import ModelsScreen
from tui.dialogs.policy_versions import PolicyScreen
from tui.dialogs.review import ReviewDialog
from tui.dialogs.review_data import About
from tui.dialogs.route_screen import RouteScreen
from tui.dialogs.text import TextScreen
from tui.options import Launch
from widgets.account_bar import AccountBar
from widgets.choice_list import Choice
from widgets.glyphs import glyphs

Compare = Callable[..., bool]
SIZES = pytest.mark.parametrize("size", [(120, 36), (80, 24)], ids=["120x36", "80x24"])
Size = tuple[int, int]


def looks(compare: Compare, launch: Launch, size: Size, *keys: str, unicode: bool = True) -> bool:
    """Whether the app looks as it did, once the account is read and these keys are pressed."""

    async def act(pilot: Pilot[int]) -> None:
        await until(pilot, lambda: main_of(pilot).loaded)
        for key in keys:
            await pilot.press(key)
        # The details follow the cursor a moment later.
        await until(pilot, lambda: settled(pilot))

    return compare(BedrockApp(launch, unicode=unicode), terminal_size=size, run_before=act)


@SIZES
def test_main_screen(snap_compare: Compare, from_file: Launch, size: Size) -> None:
    assert looks(snap_compare, from_file, size, "j", "space", "j")


@SIZES
def test_details(snap_compare: Compare, from_file: Launch, size: Size) -> None:
    keys = ("j", "j", "enter", "l", "j", "l")
    assert looks(snap_compare, from_file, size, *keys)


@SIZES
def test_help(snap_compare: Compare, from_file: Launch, size: Size) -> None:
    assert looks(snap_compare, from_file, size, "question_mark")


@SIZES
def test_filter(snap_compare: Compare, from_file: Launch, size: Size) -> None:
    assert looks(snap_compare, from_file, size, "slash", *"user", "enter", "f")


@SIZES
def test_nothing_matches(snap_compare: Compare, from_file: Launch, size: Size) -> None:
    assert looks(snap_compare, from_file, size, "slash", *"zzz")


@SIZES
def test_hostile_names(snap_compare: Compare, from_file: Launch, size: Size) -> None:
    assert looks(snap_compare, from_file, size, "G", "enter")


def test_ascii(snap_compare: Compare, from_file: Launch) -> None:
    assert looks(snap_compare, from_file, (80, 24), "j", "enter", "l", unicode=False)


def test_no_colour(
    snap_compare: Compare, from_file: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert looks(snap_compare, from_file, (80, 24), "j", "space")


@SIZES
@pytest.mark.parametrize("asks", [False, True], ids=["export", "replace"])
def test_export(
    snap_compare: Compare,
    from_file: Launch,
    monkeypatch: pytest.MonkeyPatch,
    size: Size,
    asks: bool,
) -> None:
    def exists(_: object, replace: bool) -> None:
        raise FileExistsError

    # In the same folder on every machine.
    monkeypatch.setattr("tui.dialogs.export.typed_path", lambda text: Path("/home/ops", text))
    monkeypatch.setattr("tui.dialogs.export.check_target", exists)
    monkeypatch.setattr("tui.controllers.export.today", lambda: date(2026, 11, 23))

    async def act(pilot: Pilot[int]) -> None:
        await until(pilot, lambda: main_of(pilot).loaded and not main_of(pilot).reading)
        await pilot.press("i")
        await until(pilot, lambda: settled(pilot))
        await pilot.press("e")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExportDialog))
        if asks:
            await pilot.press("h", "enter")
            await until(pilot, lambda: "Press y" in words_of(pilot.app.screen))

    app = BedrockApp(from_file, unicode=True)
    assert snap_compare(app, terminal_size=size, run_before=act)


async def open_policy(pilot: Pilot[int]) -> None:
    await until(pilot, lambda: main_of(pilot).loaded)
    await pilot.press("v")
    await until(
        pilot, lambda: isinstance(pilot.app.screen, PolicyScreen) and pilot.app.screen.rests
    )


@SIZES
def test_policy(snap_compare: Compare, versions_account: Path, size: Size) -> None:
    app = BedrockApp(Launch(snapshot=str(versions_account)), unicode=True)
    assert snap_compare(app, terminal_size=size, run_before=open_policy)


@pytest.mark.parametrize("plain", ["ascii", "no_colour"])
def test_policy_on_a_plain_terminal(
    snap_compare: Compare, versions_account: Path, monkeypatch: pytest.MonkeyPatch, plain: str
) -> None:
    if plain == "no_colour":
        monkeypatch.setenv("NO_COLOR", "1")

    app = BedrockApp(Launch(snapshot=str(versions_account)), unicode=plain != "ascii")
    assert snap_compare(app, terminal_size=(80, 24), run_before=open_policy)


@SIZES
def test_error(snap_compare: Compare, size: Size) -> None:
    async def act(pilot: Pilot[int]) -> None:
        await until(pilot, lambda: main_of(pilot).query_one("#trouble").display)

    app = BedrockApp(Launch(snapshot="none.json"), unicode=True)
    assert snap_compare(app, terminal_size=size, run_before=act)


@SIZES
def test_loading(snap_compare: Compare, tmp_path: Path, size: Size) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)

    async def act(pilot: Pilot[int]) -> None:
        await until(pilot, lambda: main_of(pilot).query_one(AccountBar).progress)

    app = BedrockApp(Launch(snapshot=str(path)), unicode=True)
    assert snap_compare(app, terminal_size=size, run_before=act)
    # Let the thread that reads the pipe go.
    os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))


@SIZES
@pytest.mark.parametrize("op", ["attach", "detach"])
def test_dialogue(
    snap_compare: Compare, small_account: Path, size: Size, op: str, monkeypatch: Any
) -> None:
    """Of a file that may be changed, for the looks; `test_change.py` has the real thing."""
    monkeypatch.setattr(Launch, "writable", property(lambda _: True))

    async def act(pilot: Pilot[int]) -> None:
        await until(pilot, lambda: main_of(pilot).loaded)
        main_of(pilot).session.launch = Launch()
        for key in ("slash", *("frank" if op == "attach" else "alice"), "enter", op[0]):
            await pilot.press(key)
        await until(
            pilot, lambda: isinstance(pilot.app.screen, ReviewDialog) and pilot.app.screen.checked
        )

    app = BedrockApp(Launch(snapshot=str(small_account)), unicode=True)
    assert snap_compare(app, terminal_size=size, run_before=act)


@pytest.mark.parametrize("size", [(80, 24), (60, 20)], ids=["80x24", "60x20"])
def test_choose(snap_compare: Compare, from_file: Launch, size: Size) -> None:
    profiles = [
        ("default", "keys", "", "", "us-east-1"),
        ("dev", "sso", "123456789012", "AdministratorAccess", "us-east-1"),
        ("organization-wide-audit", "role", "222222222222", "OrganizationAuditRole", ""),
        (HOSTILE, "process", "", "", "eu-central-1"),
    ]
    choices = [Choice(cells[0], cells, cells[0] == "dev") for cells in profiles]
    titles = ("profile", "by", "account", "role", "region")
    dialog = ChooseDialog("AWS profile", choices, titles, glyphs(True), needed=3)

    async def act(pilot: Pilot[int]) -> None:
        await push(pilot, dialog)
        await until(pilot, lambda: dialog.list.option_count)

    app = BedrockApp(from_file, unicode=True)
    assert snap_compare(app, terminal_size=size, run_before=act)


# Changes


def plan_on(path: Path, op: str, *names: str) -> tuple[Account, Plan]:
    """What a change of these would do, worked out on an account from a file."""
    made = read_snapshot(str(path), 1)
    policy = limited()
    chosen = [h for h in (*made.principals.values(), *made.groups.values()) if h.name in names]
    blocked = {h.arn: "it has 10 of 10 managed policies; detach one first" for h in chosen[-1:]}
    warning = "The credentials expire within 10 minutes and cannot be renewed."
    return made, make_plan(
        Evaluator(policy, catalogue(), made.partition),
        made,
        chosen,
        op,  # type: ignore[arg-type]
        policy,
        blocked=blocked,
        warnings=(warning,),
    )


async def push(pilot: Pilot[int], screen: Screen[Any]) -> None:
    """Show a screen, on top of the account that is read."""
    await until(pilot, lambda: main_of(pilot).loaded)
    await pilot.app.push_screen(screen)
    await until(pilot, lambda: settled(pilot))


@SIZES
@pytest.mark.parametrize("op", ["attach", "detach"])
def test_review_of_a_batch(
    snap_compare: Compare, small_account: Path, from_file: Launch, size: Size, op: str
) -> None:
    names = ["alice", "bob", "carol", "dave", "frank", "admin", "capped", HOSTILE, "ml-team"]
    _, plan = plan_on(small_account, op, *names)

    async def check(_: object) -> Plan:
        return plan

    async def act(pilot: Pilot[int]) -> None:
        about = About("123456789012", "acme-ml", lambda _: (), 2, False)
        dialog = ReviewDialog(plan, check, about, glyphs(True))
        await push(pilot, dialog)
        await until(pilot, lambda: dialog.checked)

    app = BedrockApp(from_file, unicode=True)
    assert snap_compare(app, terminal_size=size, run_before=act)


@SIZES
@pytest.mark.parametrize("state", ["under way", "paused", "finished", "stopped"])
def test_batch(snap_compare: Compare, from_file: Launch, size: Size, state: str) -> None:
    """The screen of a batch whose changes ended in all the ways there are."""
    users = [validated(User, user(f"user-{i:02}")) for i in range(8)]
    renew = "Renew the credentials (for SSO: run `aws sso login --profile ops`) and try again."
    denied = AwsError(
        "AccessDenied",
        "AWS denied AttachUserPolicy: User: arn:aws:iam::123456789012:user/me is not authorized "
        "to perform: iam:AttachUserPolicy on resource: user user-02",
        "Ask for this permission, or use another profile.",
    )
    batch = Batch([Change("attach", u, LIMITED) for u in users], None)  # type: ignore[arg-type]
    errors = {2: ("failed", denied), 4: ("unconfirmed", not_shown()), 5: ("unneeded", None)}

    async def act(pilot: Pilot[int]) -> None:
        async def renewed() -> None: ...

        count = 8 if state == "finished" else 6
        for i in range(count):
            change = batch._waiting.popleft()
            ending, error = errors.get(i, ("done", None))
            batch.outcomes.append(Outcome(change, ending, error))  # type: ignore[arg-type]
        if state == "paused":
            batch.paused = AwsError("ExpiredToken", "The credentials have expired.", renew)
        elif state in ("finished", "stopped"):
            batch.stopped = state == "stopped"
            batch.ended.set()
        await push(
            pilot,
            BatchScreen(batch, "Attach AmazonBedrockLimitedAccess", renewed, glyphs(True)),
        )

    app = BedrockApp(from_file, unicode=True)
    assert snap_compare(app, terminal_size=size, run_before=act)


@SIZES
def test_history(snap_compare: Compare, from_file: Launch, size: Size) -> None:
    arn = "arn:aws:iam::123456789012:"
    first = {f"{arn}user/alice": "done", f"{arn}role/ops/admin": "failed", f"{arn}user/bob": "open"}
    lines = [
        *lines_of("attach", first),
        *lines_of("detach", {f"{arn}user/{HOSTILE}": "unconfirmed"}, "b2"),
        *lines_of("attach", {f"{arn}user/user-{i:02}": "done" for i in range(14)}, "b3"),
    ]
    denied = {"code": "AccessDenied", "message": "AWS denied AttachRolePolicy: you may not."}
    lines = [
        line.replace('"error": null', f'"error": {json.dumps(denied)}')
        if "failed" in line
        else line
        for line in lines
    ]

    async def act(pilot: Pilot[int]) -> None:
        journal = Path("/home/op/.local/state/bedrock-tui/journal.jsonl")
        shown = history_of([*lines, "{"])
        await push(pilot, HistoryScreen(shown, ["123456789012"], journal, True, glyphs(True)))
        await pilot.press("G", "enter")

    app = BedrockApp(from_file, unicode=True)
    assert snap_compare(app, terminal_size=size, run_before=act)


@SIZES
def test_commands(
    snap_compare: Compare, small_account: Path, from_file: Launch, size: Size
) -> None:
    _, plan = plan_on(small_account, "attach", "bob", "carol", "frank", "admin", "capped")

    async def act(pilot: Pilot[int]) -> None:
        shown = aws_commands(plan.changes, account="123456789012", profile="ops")
        note = "Dry run: nothing was sent. These commands would make the change."
        await push(pilot, TextScreen("AWS CLI commands", shown, "attach", "sh", note))

    app = BedrockApp(from_file, unicode=True)
    assert snap_compare(app, terminal_size=size, run_before=act)


def answered(pilot: Pilot[int], kind: type[RouteScreen[str | None]]) -> bool:
    screen = pilot.app.screen
    return isinstance(screen, kind) and screen.answered


@SIZES
def test_models(snap_compare: Compare, from_file: Launch, size: Size) -> None:
    async def act(pilot: Pilot[int]) -> None:
        await until(pilot, lambda: main_of(pilot).loaded)
        await pilot.press("j", "j", "m")  # carol
        await until(pilot, lambda: isinstance(pilot.app.screen, ChooseDialog))
        await pilot.press(*"us-east-1", "enter")
        await until(pilot, lambda: answered(pilot, ModelsScreen))
        await pilot.press("slash", *"anthropic", "enter", "j", "j")

    app = BedrockApp(from_file, unicode=True)
    assert snap_compare(app, terminal_size=size, run_before=act)


@SIZES
def test_model_principals(snap_compare: Compare, from_file: Launch, size: Size) -> None:
    async def act(pilot: Pilot[int]) -> None:
        await until(pilot, lambda: main_of(pilot).loaded)
        await pilot.press("m")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChooseDialog))
        await pilot.press(*"us-east-1", "enter")
        await until(pilot, lambda: answered(pilot, ModelsScreen))
        await pilot.press("slash", *"sonnet-4-6", "enter", "w")
        await until(pilot, lambda: answered(pilot, ModelPrincipalsScreen))
        await pilot.press("j", "j")

    app = BedrockApp(from_file, unicode=True)
    assert snap_compare(app, terminal_size=size, run_before=act)


@SIZES
def test_groups(snap_compare: Compare, from_file: Launch, size: Size) -> None:
    assert looks(snap_compare, from_file, size, "4")
