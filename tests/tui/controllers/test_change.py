"""Attach and detach, on the embedded account, looked at by another client."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from textual import events

from tests.build import LIMITED
from tests.tui.conftest import Open
from tests.tui.steps import ask, dialogue, go_to
from tests.tui.waiting import cursor, main_of, names, table_of, toasts, until
from tui.dialogs.review import ReviewDialog
from tui.options import Launch


def attached(demo_iam: Any, name: str) -> list[str]:
    answer = demo_iam.list_attached_user_policies(UserName=name)
    return [p["PolicyArn"] for p in answer["AttachedPolicies"]]


async def test_attach_and_detach_really_work(open_app: Open, live: Launch, demo_iam: Any) -> None:
    async with open_app(live) as pilot:
        await go_to(pilot, "liam.murphy")
        said = await ask(pilot, "a")
        assert "123456789012" in said
        assert "AmazonBedrockLimitedAccess v9" in said
        assert "○ 0/44  → ◐ 41/44" in said
        assert "denied by SCP ApprovedRegions at Root" in " ".join(said.split())
        await pilot.press("y")
        await until(pilot, lambda: "attached to liam.murphy" in toasts(pilot))
        assert attached(demo_iam, "liam.murphy") == [LIMITED]
        row = table_of(pilot).cursor_row
        assert row is not None
        assert row.result is not None
        assert row.attached is not None
        assert row.attached.direct
        assert row.result.verdict == "partial"
        said = await ask(pilot, "d")
        assert "◐ 41/44 → ○ 0/44" in said
        assert "No access remains" in said
        await pilot.press("y")
        await until(pilot, lambda: "detached from liam.murphy" in toasts(pilot))
        assert attached(demo_iam, "liam.murphy") == []
    lines = [json.loads(line) for line in Path(str(live.journal)).read_text().splitlines()]
    assert [(e["op"], e["phase"]) for e in lines] == [
        ("attach", "intent"), ("attach", "done"), ("detach", "intent"), ("detach", "done"),
    ]  # fmt: skip


async def test_enter_n_and_esc_change_nothing(open_app: Open, live: Launch, demo_iam: Any) -> None:
    async with open_app(live) as pilot:
        await go_to(pilot, "rosa.diaz")
        for key in ("enter", "n", "escape"):
            await ask(pilot, "a")
            await pilot.press(key)
            await until(pilot, lambda: pilot.app.screen is main_of(pilot))
        assert attached(demo_iam, "rosa.diaz") == []
    assert not Path(str(live.journal)).exists()


async def test_a_detach_says_what_stays(open_app: Open, live: Launch) -> None:
    async with open_app(live) as pilot:
        await go_to(pilot, "carla.rossi")
        said = await ask(pilot, "d")
        assert "access remains, through" in said
        assert "AmazonBedrockLimitedAccess by group ml-team" in said
        await pilot.press("n")


async def test_what_need_not_or_cannot_change_is_told(open_app: Open, live: Launch) -> None:
    async with open_app(live) as pilot:
        for name, key, why in (
            ("grace.kim", "a", "already"),
            ("rosa.diaz", "d", "does not have"),
            ("AWSReservedSSO_DataScience_9f3c1a77be20d4e1", "d", "IAM Identity Center"),
        ):
            await go_to(pilot, name)
            await pilot.press(key)
            await until(pilot, lambda why=why: why in toasts(pilot))  # type: ignore[misc]
            await pilot.press("escape")


async def test_marked_principals_change_together(
    open_app: Open, live: Launch, demo_iam: Any
) -> None:
    async with open_app(live) as pilot:
        await pilot.press("slash", *"user", "enter")
        wanted = {"liam.murphy", "rosa.diaz", "bob.okafor", "grace.kim"}
        for name in names(pilot):
            if name in wanted:
                while cursor(pilot) != name:
                    await pilot.press("j")
                await pilot.press("space")
        said = await ask(pilot, "a")
        assert "3 users  bob.okafor, liam.murphy, rosa.diaz" in said
        assert (
            "No change needed: 1\n  it already has AmazonBedrockLimitedAccess\n    grace.kim"
            in said
        )
        await pilot.press("y")
        await until(pilot, lambda: "attached to 3 principals" in toasts(pilot))
        changed = sorted(wanted - {"grace.kim"})
        assert all(LIMITED in attached(demo_iam, name) for name in changed)
        for name in changed:
            demo_iam.detach_user_policy(UserName=name, PolicyArn=LIMITED)


async def test_a_refusal_of_aws_is_told_and_nothing_is_lost(
    open_app: Open, live: Launch, demo_iam: Any
) -> None:
    demo_iam.create_user(UserName="short-lived")
    async with open_app(live) as pilot:
        await go_to(pilot, "short-lived")
        demo_iam.delete_user(UserName="short-lived")
        await ask(pilot, "a")
        await until(pilot, lambda: "no longer exists" in dialogue(pilot))
        await pilot.press("y", "n")
        await until(pilot, lambda: not main_of(pilot).changing)


async def test_read_only_sends_nothing(open_app: Open, live: Launch) -> None:
    async with open_app(replace(live, read_only=True)) as pilot:
        assert "READ-ONLY" in main_of(pilot).bar.badges
        await pilot.press("a", "d")
        assert pilot.app.screen is main_of(pilot)


async def test_keys_in_a_burst_act_on_what_was_under_the_cursor(
    open_app: Open, live: Launch
) -> None:
    async with open_app(live) as pilot:
        await go_to(pilot, "liam.murphy")
        for key in ("a", "j"):
            pilot.app.post_message(events.Key(key, key))
        await until(pilot, lambda: isinstance(pilot.app.screen, ReviewDialog))
        shown = pilot.app.screen
        assert isinstance(shown, ReviewDialog)
        assert [c.entity.name for c in shown.plan.changes] == ["liam.murphy"]
        await pilot.press("n")


async def test_nothing_is_changed_while_the_account_is_read_again(
    open_app: Open, live: Launch
) -> None:
    async with open_app(live) as pilot:
        await go_to(pilot, "liam.murphy")
        for key in ("r", "a"):
            pilot.app.post_message(events.Key(key, key))
        await until(pilot, lambda: "still being read" in toasts(pilot))
        assert not isinstance(pilot.app.screen, ReviewDialog)
        await until(pilot, lambda: main_of(pilot).loaded)


async def test_a_change_never_goes_to_another_account(
    open_app: Open, live: Launch, tmp_path: Path
) -> None:
    async with open_app(live) as pilot:
        aws = await main_of(pilot).session.connection()
        assert aws is not None
        aws.credentials._account = "222222222222"
        await go_to(pilot, "liam.murphy")
        await pilot.press("a", "y")
        await until(pilot, lambda: "222222222222" in dialogue(pilot))
        await pilot.press("y", "n")
        assert not (tmp_path / "journal.jsonl").exists()


async def test_ctrl_q_leaves_by_the_same_door_as_q(open_app: Open, live: Launch) -> None:
    async with open_app(live) as pilot:
        main_of(pilot).may_leave = False
        await pilot.press("ctrl+q")
        await until(pilot, lambda: "press q again to quit" in toasts(pilot))
        assert pilot.app.return_code is None


async def test_a_preview_says_which_models_open_and_what_keeps_others_closed(
    open_app: Open, live: Launch
) -> None:
    async with open_app(live) as pilot:
        await go_to(pilot, "liam.murphy")
        said = " ".join((await ask(pilot, "a")).split())
        assert "Models from us-east-1, as listed on" in said
        assert "+ 10 of " in said and " in us-east-1 itself (all of Amazon), " in said
        assert "by us. profiles stay closed: denied by SCP ApprovedRegions at Root" in said
        await pilot.press("n")
        await until(pilot, lambda: pilot.app.screen is main_of(pilot))
        await pilot.press("escape", "asterisk")
        said = " ".join((await ask(pilot, "a")).split())
        assert " of 48 + 10 of " in said and "other routes stay closed" in said


async def test_without_a_region_a_preview_says_nothing_of_models(
    open_app: Open, from_file: Launch
) -> None:
    async with open_app(replace(from_file, dry_run=True, read_only=False)) as pilot:
        await go_to(pilot, "frank")
        assert "Models from" not in await ask(pilot, "a")
