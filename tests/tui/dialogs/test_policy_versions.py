"""The screen of the policy and its versions: its keys, and what it says where AWS does not tell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from iam.demo.launcher import DemoServer
from tests.build import allow, details, document, policy, policy_arn, user
from tests.company import Company
from tests.fake_iam import FakeIam, Rule
from tests.tui.conftest import HOSTILE, Open
from tests.tui.waiting import main_of, toasts, until
from tui.dialogs.policy_versions import PolicyScreen
from tui.main_screen import MainScreen
from tui.options import Launch
from widgets.policy_changes import PolicyChanges

UNLESS = "unless another policy gives or withholds it."


async def opened(pilot: Pilot[int]) -> PolicyScreen:
    """Open the screen and wait until it shows something."""
    await pilot.press("v")
    await until(pilot, lambda: isinstance(pilot.app.screen, PolicyScreen))
    screen = pilot.app.screen
    assert isinstance(screen, PolicyScreen)
    await until(pilot, lambda: screen.rests or "could not" in said(screen))
    return screen


async def press(pilot: Pilot[int], *keys: str) -> None:
    """Press keys and wait until what they ask for is shown."""
    await pilot.press(*keys)
    screen = pilot.app.screen
    assert isinstance(screen, PolicyScreen)
    await until(pilot, lambda: screen.rests)


def said(screen: PolicyScreen) -> str:
    """All that the screen says."""
    return "\n".join(str(static.render()) for static in screen.query(Static))


def pair(screen: PolicyScreen) -> tuple[str, str]:
    """The older and the newer version that are compared."""
    sides = {row.side: row.id for row in screen.changes.data.versions}
    return sides["base"], sides["target"]


@pytest.fixture
def from_versions(versions_account: Path) -> Launch:
    return Launch(snapshot=str(versions_account))


async def test_it_says_what_the_version_in_force_gave_and_to_how_many(
    open_app: Open, from_versions: Launch
) -> None:
    async with open_app(from_versions) as pilot:
        screen = await opened(pilot)
        assert pair(screen) == ("v7", "v8")
        text = said(screen)
        assert "v8 added wider access to three actions and removed nothing." in text
        assert f"3 principals have this policy; each gained this access, {UNLESS}" in text
        assert "3 principals in 123456789012: 2 directly, 1 by group only" in text
        assert "The versions are those in the snapshot; AWS was not asked." in text


async def test_brackets_and_arrows_choose_the_older_and_braces_the_newer(
    open_app: Open, from_versions: Launch
) -> None:
    async with open_app(from_versions) as pilot:
        screen = await opened(pilot)
        for key, expected in (
            ("left_square_bracket", ("v2", "v8")),
            ("right", ("v7", "v8")),
            ("right_square_bracket", ("v7", "v8")),
            ("right_curly_bracket", ("v7", "v9")),
            ("right_curly_bracket", ("v7", "v9")),
            ("left", ("v2", "v9")),
            ("left", ("v2", "v9")),
            ("left_curly_bracket", ("v2", "v8")),
        ):
            await press(pilot, key)
            assert pair(screen) == expected
        await press(pilot, "right", "right_curly_bracket", "right")
        assert pair(screen) == ("v8", "v9")
        text = said(screen)
        assert "v9 added two actions, one statement, and removed nothing." in text
        assert "v9 is not in force, so nothing has changed for them yet." in text
        assert "as shipped with the app" in text


async def test_keys_scroll_the_changes_one_for_one(open_app: Open, from_versions: Launch) -> None:
    async with open_app(from_versions, size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await press(pilot, "left")
        box = screen.query_one("#policy-changes")
        for keys, expected in (
            (("j", "j", "down"), 3),
            (("k",), 2),
            (("g",), 0),
            (("pagedown",), box.size.height - 1),
            (("pageup",), 0),
            (("G",), box.max_scroll_y),
        ):
            await pilot.press(*keys)
            assert box.scroll_y == expected
        # Another pair is read from its beginning.
        await press(pilot, "right")
        assert box.scroll_y == 0


@pytest.mark.parametrize("key", ["escape", "q", "v"])
async def test_it_closes(open_app: Open, from_versions: Launch, key: str) -> None:
    async with open_app(from_versions) as pilot:
        await opened(pilot)
        await pilot.press(key)
        assert isinstance(pilot.app.screen, MainScreen)


async def test_it_is_in_the_palette(open_app: Open, from_versions: Launch) -> None:
    async with open_app(from_versions) as pilot:
        main = main_of(pilot)
        titles = {command.title for command in pilot.app.get_system_commands(main)}
        assert "Policy and its versions" in titles


async def test_while_the_account_is_read_it_says_to_wait(
    open_app: Open, from_versions: Launch
) -> None:
    async with open_app(from_versions) as pilot:
        main_of(pilot).loaded = False
        await pilot.press("v")
        assert isinstance(pilot.app.screen, MainScreen)
        assert "still being read" in toasts(pilot)


async def test_live_versions_come_from_aws(open_app: Open, live: Launch) -> None:
    async with open_app(live) as pilot:
        screen = await opened(pilot)
        assert pair(screen) == ("v8", "v9")
        text = said(screen)
        assert "v9 added two actions, one statement, and removed nothing." in text
        assert f"13 principals have this policy; each gained this access, {UNLESS}" in text
        assert "Models from us-east-1, by this policy alone: no route opens or closes" in text
        assert not screen.changes.data.warnings
        await press(pilot, "left")
        assert pair(screen) == ("v7", "v9")


@pytest.fixture
def faults(demo: DemoServer) -> Iterator[FakeIam]:
    """A layer of faults in front of the embedded account."""
    server = FakeIam(demo.endpoint_url)
    yield server
    server.stop()


@pytest.fixture
def through_faults(faults: FakeIam, live: Launch) -> Launch:
    return Launch(endpoint_url=faults.url, journal=live.journal)


async def test_a_list_that_is_denied_is_said_and_what_is_at_hand_is_compared(
    open_app: Open, through_faults: Launch, faults: FakeIam
) -> None:
    faults.refuse("ListPolicyVersions", "AccessDenied")
    async with open_app(through_faults) as pilot:
        screen = await opened(pilot)
        text = said(screen)
        assert "AWS's list of versions could not be read: AWS denied ListPolicyVersions" in text
        assert pair(screen) == ("v8", "v9")
        assert "v9 added two actions, one statement" in text


async def test_a_version_that_cannot_be_read_is_said_and_the_others_work(
    open_app: Open, through_faults: Launch, faults: FakeIam
) -> None:
    async with open_app(through_faults) as pilot:
        faults.refuse("GetPolicyVersion", "NoSuchEntity", 404)
        held = main_of(pilot).session.managed
        assert held is not None
        # As if the account's data did not hold it either.
        policy = replace(held.policy, versions=held.policy.versions[2:])
        main_of(pilot).session.managed = type(held)(policy, held.source, held.as_of)
        screen = await opened(pilot)
        assert pair(screen) == ("v8", "v9")
        assert "v8 could not be read: It does not exist" in said(screen)
        assert "The changes from v8 to v9 are unknown." in said(screen)
        await press(pilot, "left")
        assert "v9 added two actions, one statement, wider access to three actions" in said(screen)


async def test_while_aws_does_not_answer_it_says_that_it_reads(
    open_app: Open, through_faults: Launch, faults: FakeIam
) -> None:
    async with open_app(through_faults) as pilot:
        faults.add(Rule("ListPolicyVersions", hang=True))
        await pilot.press("v")
        await until(pilot, lambda: "ListPolicyVersions" in faults.actions)
        screen = pilot.app.screen
        assert isinstance(screen, PolicyScreen)
        assert "reading the versions" in said(screen)
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, MainScreen)


async def test_one_version_only_is_nothing_to_compare(open_app: Open, tmp_path: Path) -> None:
    single = policy("ours", allow("bedrock:*"))
    single["PolicyVersionList"] = single["PolicyVersionList"][1:]
    path = tmp_path / "single.json"
    path.write_text(json.dumps(details(user("alice", attached=[policy_arn("ours")]), single)))
    async with open_app(Launch(snapshot=str(path), policy="ours")) as pilot:
        screen = await opened(pilot)
        assert "Only one version is available" in said(screen)
        await pilot.press("left", "right_curly_bracket")
        assert "Only one version is available" in said(screen)


async def test_it_says_which_routes_to_models_open(open_app: Open, company: Company) -> None:
    older, newer = (json.dumps(document(allow(f"bedrock:{name}"))) for name in ("List*", "Invoke*"))
    arn = company.iam.create_policy(PolicyName="ours", PolicyDocument=older)["Policy"]["Arn"]
    company.iam.create_policy_version(PolicyArn=arn, PolicyDocument=newer, SetAsDefault=True)
    async with open_app(replace(company.launch, policy=arn)) as pilot:
        first, *_ = (await opened(pilot)).changes.data.parts
        assert first.title == "Models from us-east-1, by this policy alone"
        ((line),) = first.lines
        assert line.sign == "+"
        assert line.text.startswith("all ")


async def test_hostile_text_is_text(open_app: Open, tmp_path: Path) -> None:
    odd = allow(
        f"bedrock:{HOSTILE}",
        f"arn:aws:bedrock:*:*:{HOSTILE}",
        Sid=HOSTILE,
        Condition={"StringEquals": {HOSTILE: HOSTILE}, HOSTILE: {HOSTILE: HOSTILE}},
    )
    made = policy(HOSTILE, odd)
    made["PolicyVersionList"][0]["VersionId"] = HOSTILE
    path = tmp_path / "hostile.json"
    path.write_text(json.dumps(details(user("alice", attached=[policy_arn(HOSTILE)]), made)))
    async with open_app(Launch(snapshot=str(path), policy=policy_arn(HOSTILE))) as pilot:
        screen = await opened(pilot)
        lines = [*said(screen).splitlines(), str(screen.query_one("#policy").border_title)]
        assert all(line.isprintable() for line in lines)
        assert sum("[red]" in line for line in lines) >= 6
        changes = screen.query_one(PolicyChanges)
        assert changes.size.width == 108
