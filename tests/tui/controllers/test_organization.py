"""The organization on the screen: read after the account, and said wherever it counts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Static

from iam.demo.launcher import DemoServer
from iam.verdicts.result import Summary
from tests.build import ID, allow, deny, document
from tests.conftest import ROOT
from tests.fake_iam import FakeIam
from tests.tui.conftest import Open
from tests.tui.steps import dialogue, go_to, review, words_of
from tests.tui.waiting import cursor, main_of, names, settled, table_of, toasts, until
from tui.controllers.organization import BADGES, READING
from tui.dialogs.help import NOTES
from tui.dialogs.review import ReviewDialog
from tui.dialogs.text import TextScreen
from tui.main_screen import MainScreen
from tui.options import Launch
from widgets.account_bar import AccountBar
from widgets.row import Row

SCP = "SERVICE_CONTROL_POLICY"
INVOKE = ["bedrock:InvokeModel*", "bedrock-mantle:CreateInference"]


def organization(**changes: Any) -> dict[str, Any]:
    return {
        "Organization": {"Id": "o-1", "MasterAccountId": "999999999999"},
        "Roots": [{"Id": "r-1", "Name": "Root", "Policies": ["p-full", "p-no"]}],
        "Accounts": [{"Id": ID, "Name": "ml", "ParentId": "r-1", "Policies": ["p-full"]}],
        "Policies": [
            {"Id": "p-full", "Name": "Full", "Type": SCP, "Content": document(allow())},
            {
                "Id": "p-no",
                "Name": "NoModels",
                "Type": SCP,
                "Content": document(
                    deny(["bedrock:InvokeModel*", "bedrock-mantle:CreateInference"])
                ),
            },
        ],
        **changes,
    }


@pytest.fixture
def with_organization(from_file: Launch, tmp_path: Path) -> Any:
    def made(**changes: Any) -> Launch:
        path = tmp_path / "organization.json"
        path.write_text(json.dumps(organization(**changes)), encoding="utf-8")
        return replace(from_file, organization=str(path))

    return made


@pytest.fixture
def fake_demo(demo: DemoServer) -> Iterator[FakeIam]:
    """A layer of faults in front of the embedded account."""
    server = FakeIam(demo.endpoint_url)
    yield server
    server.stop()


def row_of(pilot: Any, name: str) -> Row:
    """The row of somebody in the list."""
    return next(row for row in table_of(pilot).shown if row.name == name)


def invoked_by(pilot: Any, name: str) -> object:
    """Whether somebody can invoke models, by the list."""
    result = row_of(pilot, name).result
    assert isinstance(result, Summary)
    return result.invokes


def bar(pilot: Any) -> str:
    return str(main_of(pilot).query_one(AccountBar).render())


def test_the_help_and_the_docs_explain_every_word_of_the_bar() -> None:
    page = (ROOT / "docs" / "screens.md").read_text(encoding="utf-8")
    for word in (*BADGES.values(), READING):
        assert any(f"{word}: " in note for note in NOTES), word
        assert f"| `{word}` |" in page


@pytest.mark.parametrize(
    ("changes", "badge", "left_out"),
    [
        ({}, "SCP", "session and resource policies"),
        ({"Organization": None, "Accounts": []}, "no SCP", "session and resource policies"),
        (
            {"Organization": {"Id": "o-1", "MasterAccountId": ID}},
            "SCP exempt",
            "session and resource policies",
        ),
        ({"Policies": []}, "SCP ?", "SCPs and RCPs that could not be read"),
    ],
)
async def test_the_bar_and_the_details_say_what_counts(
    open_app: Open, with_organization: Any, changes: dict[str, Any], badge: str, left_out: str
) -> None:
    async with open_app(with_organization(**changes)) as pilot:
        await until(pilot, lambda: f"  {badge}  " in bar(pilot) + "  ")
        said = main_of(pilot).details.query_one("#not-evaluated", Static)
        assert left_out in str(said.render())


async def test_without_an_organization_nothing_is_said_of_one(
    open_app: Open, from_file: Launch
) -> None:
    async with open_app(from_file) as pilot:
        assert "SCP" not in bar(pilot)
        said = main_of(pilot).details.query_one("#not-evaluated", Static)
        assert "Not evaluated: SCPs, RCPs" in str(said.render())


async def test_verdicts_on_the_screen_take_it_into_account(
    open_app: Open, with_organization: Any
) -> None:
    async with open_app(with_organization()) as pilot:
        assert invoked_by(pilot, "admin") == "denied"


async def test_o_shows_each_level_and_what_its_policies_take_away(
    open_app: Open, with_organization: Any
) -> None:
    async with open_app(with_organization()) as pilot:
        await pilot.press("O")
        await until(pilot, lambda: isinstance(pilot.app.screen, TextScreen))
        said = words_of(pilot.app.screen)
        assert "SCP NoModels" in said
        assert "Deny 3 of 178 actions" in said
        assert said.index("Root (r-1)") < said.index(f"account ml ({ID})")


async def test_n_lists_what_could_not_be_read_of_it(open_app: Open, with_organization: Any) -> None:
    async with open_app(with_organization(Policies=[])) as pilot:
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, TextScreen))
        said = "policy p-no at Root,\npolicy p-full at ml: the file does not hold it"
        assert said in words_of(pilot.app.screen)
        number = str(pilot.app.screen.query_one("#text").border_title).partition(": ")[2]
        assert f" {number} not read" in bar(pilot)


async def test_what_it_may_change_is_not_said_before_it_has_been_read(
    open_app: Open, live: Launch, fake_demo: FakeIam
) -> None:
    gate = fake_demo.hold("DescribeOrganization")
    async with open_app(replace(live, endpoint_url=fake_demo.url)) as pilot:
        await until(pilot, lambda: "reading the organization …" in bar(pilot))
        alice = row_of(pilot, "alice.chen")
        assert alice.attached is not None
        assert (alice.result, alice.invokes, alice.can_invoke) == (None, None, None)
        assert not main_of(pilot).bar.answers
        assert not main_of(pilot).bar.counts
        assert cursor(pilot) == "alice.chen"
        await until(pilot, lambda: settled(pilot))
        said = str(main_of(pilot).details.query_one("#facts", Static).render())
        assert "Policy" in said
        assert "all models" not in said
        gate.set()
        await until(pilot, lambda: "  SCP  " in bar(pilot))
        assert invoked_by(pilot, "alice.chen") == "partial"
        assert invoked_by(pilot, "AdminBreakGlass") == "granted"
        assert main_of(pilot).bar.answers


async def test_a_filter_cannot_decide_before_it_has_been_read_but_who_cannot_stays_so(
    open_app: Open, live: Launch, fake_demo: FakeIam
) -> None:
    gate = fake_demo.hold("DescribeOrganization")
    async with open_app(replace(live, endpoint_url=fake_demo.url)) as pilot:
        cannot = {row.name for row in table_of(pilot).shown if row.can_invoke is False}
        await pilot.press("i")
        assert names(pilot) == []
        assert table_of(pilot).undecided
        gate.set()
        await until(pilot, lambda: "  SCP  " in bar(pilot))
        assert "alice.chen" in names(pilot)
        assert cannot
        assert not cannot & set(names(pilot))
        assert not table_of(pilot).incomplete


async def test_nothing_is_exported_before_it_has_been_read(
    open_app: Open, live: Launch, fake_demo: FakeIam
) -> None:
    fake_demo.hold("DescribeOrganization")
    async with open_app(replace(live, endpoint_url=fake_demo.url)) as pilot:
        await pilot.press("e")
        await until(pilot, lambda: "export when it is complete" in toasts(pilot))


@pytest.mark.parametrize("code", ["AccessDeniedException", "AWSOrganizationsNotInUseException"])
async def test_where_there_is_none_to_read_verdicts_are_shown_as_they_are(
    open_app: Open, live: Launch, fake_demo: FakeIam, code: str
) -> None:
    fake_demo.refuse("DescribeOrganization", code, 400)
    async with open_app(replace(live, endpoint_url=fake_demo.url)) as pilot:
        await until(pilot, lambda: main_of(pilot).bar.answers)
        assert invoked_by(pilot, "alice.chen") == "granted"
        assert not main_of(pilot).session.awaits_organization


async def test_while_it_is_read_again_what_was_read_before_counts(
    open_app: Open, live: Launch
) -> None:
    async with open_app(live) as pilot:
        await until(pilot, lambda: "  SCP  " in bar(pilot))
        session = main_of(pilot).session
        await pilot.press("r")
        await until(pilot, lambda: main_of(pilot).loaded)
        assert session.account is not None
        assert session.account.organization.status == "applied"


async def test_a_reload_that_fails_leaves_on_the_bar_what_was_known(
    open_app: Open, live: Launch, fake_demo: FakeIam
) -> None:
    async with open_app(replace(live, endpoint_url=fake_demo.url)) as pilot:
        await until(pilot, lambda: "  SCP  " in bar(pilot))
        fake_demo.refuse("*", "ExpiredToken")
        await pilot.press("r")
        await until(pilot, lambda: main_of(pilot).has_notice)
        assert main_of(pilot).bar.organization == "SCP"


async def test_a_reload_that_fails_does_not_end_the_reading_of_it(
    open_app: Open, live: Launch, fake_demo: FakeIam
) -> None:
    gate = fake_demo.hold("DescribeOrganization")
    async with open_app(replace(live, endpoint_url=fake_demo.url)) as pilot:
        await until(pilot, lambda: "DescribeOrganization" in fake_demo.actions)
        fake_demo.refuse("GetAccountAuthorizationDetails", "ExpiredToken")
        await pilot.press("r")
        await until(pilot, lambda: main_of(pilot).has_notice)
        assert main_of(pilot).bar.organization == "SCP …"
        gate.set()
        await until(pilot, lambda: "  SCP  " in bar(pilot))
        assert invoked_by(pilot, "alice.chen") == "partial"


async def test_a_denial_is_no_error_of_the_account(
    open_app: Open, live: Launch, fake_demo: FakeIam
) -> None:
    fake_demo.refuse("ListParents", "AccessDeniedException", 400)
    launch = replace(live, endpoint_url=fake_demo.url)
    async with open_app(launch) as pilot:
        await until(pilot, lambda: "SCP ?" in bar(pilot))
        assert not main_of(pilot).has_notice
        assert main_of(pilot).loaded


async def test_a_preview_waits_for_the_organization(
    open_app: Open, live: Launch, fake_demo: FakeIam
) -> None:
    gate = fake_demo.hold("DescribeOrganization")
    launch = replace(live, endpoint_url=fake_demo.url)
    async with open_app(launch) as pilot:
        await go_to(pilot, "liam.murphy")
        await pilot.press("a")
        await until(pilot, lambda: "Still reading what the dialog will show" in toasts(pilot))
        assert isinstance(pilot.app.screen, MainScreen)
        gate.set()
        await until(pilot, lambda: isinstance(pilot.app.screen, ReviewDialog))
        assert "◐ 41/44" in dialogue(pilot)
        await until(pilot, lambda: review(pilot).checked)
        assert "◐ 41/44" in dialogue(pilot)
        assert "denied by SCP ApprovedRegions at Root" in " ".join(dialogue(pilot).split())
        await pilot.press("n")
        session = main_of(pilot).session
        assert session.account is not None
        assert session.account.organization.status == "applied"


async def test_a_preview_waits_for_the_organization_after_a_reload_as_well(
    open_app: Open, live: Launch, fake_demo: FakeIam
) -> None:
    gate = fake_demo.hold("DescribeOrganization")
    async with open_app(replace(live, endpoint_url=fake_demo.url)) as pilot:
        await until(pilot, lambda: "DescribeOrganization" in fake_demo.actions)
        await pilot.press("r")
        await until(pilot, lambda: fake_demo.actions.count("DescribeOrganization") == 2)
        await go_to(pilot, "liam.murphy")
        await pilot.press("a")
        await until(pilot, lambda: "Still reading what the dialog will show" in toasts(pilot))
        assert isinstance(pilot.app.screen, MainScreen)
        gate.set()
        await until(pilot, lambda: isinstance(pilot.app.screen, ReviewDialog))
        assert "◐ 41/44" in dialogue(pilot)
