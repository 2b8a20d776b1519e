"""A terminal of 60 columns and 20 lines: what matters most is on it, whole."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.pilot import Pilot

from tests.build import ID
from tests.company import Company
from tests.fake_iam import Rule, error
from tests.tui.conftest import Open
from tests.tui.sight import SMALL, lines_of
from tests.tui.steps import ask, go_to, review
from tests.tui.waiting import main_of, table_of, until
from tui.options import Launch
from widgets.key_bar import KeyBar
from widgets.plan_view import PlanView


async def bar(pilot: Pilot[int], width: int) -> str:
    """What the foot says in a terminal so wide."""
    await pilot.resize_terminal(width, 20)
    foot = main_of(pilot).query_one(KeyBar)
    await until(pilot, lambda: foot.size.width == width)
    return lines_of(foot)[0]


async def test_the_foot_drops_the_least_important_keys_and_never_half_of_a_pair(
    open_app: Open, company: Company
) -> None:
    async with open_app(company.launch, SMALL) as pilot:
        whole = await bar(pilot, 100)
        for width, keys in (
            (60, "space mark / filter i invoke a attach d detach ? help q quit"),
            (50, "/ filter i invoke a attach d detach ? help q quit"),
            (35, "a attach d detach ? help q quit"),
            (30, "/ filter w who ? help q quit"),
            (14, "? help q quit"),
        ):
            assert await bar(pilot, width) == keys
        assert await bar(pilot, 100) == whole


async def test_a_click_on_a_key_of_the_foot_presses_that_key(
    open_app: Open, from_file: Launch
) -> None:
    async with open_app(from_file, SMALL) as pilot:
        foot = main_of(pilot).query_one(KeyBar)
        await pilot.click(KeyBar, offset=(lines_of(foot)[0].index("? help"), 0))
        await until(pilot, lambda: pilot.app.screen.query("#help"))


async def test_why_aws_could_not_be_asked_is_told_whole(open_app: Open, company: Company) -> None:
    async with open_app(company.launch, SMALL) as pilot:
        await ask(pilot, "a")
        why = "words " * 18 + "and the last ones"
        refusal = error("ServiceFailure", 400, why)
        await pilot.press("n")
        company.fake.add(Rule("ListAttachedUserPolicies", reply=lambda _: refusal))
        await pilot.press("a")
        await until(pilot, lambda: review(pilot)._failed)
        state = review(pilot).query_one("#dialog-state")
        await until(pilot, lambda: "y tries again." in " ".join(lines_of(state)))
        await until(
            pilot, lambda: state.region.bottom < review(pilot).query_one("#cancel").region.y
        )


async def test_a_wrong_account_leaves_the_buttons_in_sight(
    open_app: Open, company: Company
) -> None:
    async with open_app(replace(company.launch, confirm_above=1), SMALL) as pilot:
        await pilot.press("asterisk")
        await ask(pilot, "a")
        await pilot.press("1", "enter")
        state, cancel, box = (
            review(pilot).query_one(f"#{name}") for name in ("dialog-state", "cancel", "dialog")
        )
        await until(pilot, lambda: "nothing was changed." in " ".join(lines_of(state)))
        await until(pilot, lambda: state.region.bottom < cancel.region.y < box.region.bottom - 1)


@pytest.mark.parametrize("size", [(120, 36), (80, 24), SMALL])
async def test_messages_cover_neither_rows_nor_keys_and_equal_ones_are_shown_once(
    open_app: Open, company: Company, size: tuple[int, int]
) -> None:
    async with open_app(company.launch, size) as pilot:
        main = main_of(pilot)
        await pilot.press("G")
        for _ in range(2):
            main.toast("A message. " * 10)
        await until(pilot, lambda: main.query("Toast"))
        (shown,) = main.query("Toast")
        await until(pilot, lambda: shown.region.height)
        table = table_of(pilot)
        assert table.region.bottom == shown.region.y
        assert shown.region.bottom == main.query_one(KeyBar).region.y == size[1] - 1
        row = table.cursor_row
        assert row and any(row.name in line for line in lines_of(table))
        await pilot.press("escape")
        await until(pilot, lambda: table.region.bottom == size[1] - 1)


async def test_a_message_leaves_the_buttons_of_a_dialogue_in_sight(
    open_app: Open, company: Company
) -> None:
    async with open_app(company.launch, SMALL) as pilot:
        main_of(pilot).toast("This was before.")
        await pilot.press("asterisk")
        await ask(pilot, "a")
        dialog = review(pilot)
        dialog.notify("A message. " * 10)
        await until(pilot, lambda: dialog.query("Toast") and dialog.query_one("Toast").size.height)
        (shown,) = dialog.query("Toast")
        box, cancel = dialog.query_one("#dialog"), dialog.query_one("#cancel")
        await until(pilot, lambda: cancel.region.y < box.region.bottom - 1 < shown.region.y)
        assert not main_of(pilot).query_one("ToastRack").display


async def test_the_account_stays_in_sight_while_the_plan_is_scrolled(
    open_app: Open, company: Company
) -> None:
    async with open_app(company.launch, SMALL) as pilot:
        await pilot.press("asterisk")
        await ask(pilot, "a")
        box = review(pilot).query_one("#dialog")
        await pilot.press("pagedown")
        await until(pilot, lambda: box.border_subtitle == f"account {ID} (acme-ml)")
        await pilot.press("pageup", "pageup")
        await until(pilot, lambda: not box.border_subtitle)


async def test_the_keys_of_the_dialogue_are_in_one_line(open_app: Open, company: Company) -> None:
    async with open_app(company.launch, SMALL) as pilot:
        await ask(pilot, "a")
        assert lines_of(review(pilot).query_one("#dialog-keys")) == ["c commands"]


async def test_a_long_arn_is_broken_behind_a_sign(open_app: Open, company: Company) -> None:
    name = "a-name.of-many-parts-0123456789-abcdefghijk"
    company.iam.create_user(UserName=name, Path="/division/department/")

    def arn(pilot: Pilot[int]) -> list[str]:
        drawn = "\n".join(lines_of(review(pilot).query_one(PlanView)))
        return drawn.partition("ARN")[2].partition("Policy")[0].split()

    async with open_app(company.launch, SMALL) as pilot:
        await go_to(pilot, name)
        await ask(pilot, "a")
        await until(pilot, lambda: len(arn(pilot)) == 3)
        assert "".join(arn(pilot)) == f"arn:aws:iam::{ID}:user/division/department/{name}"
        assert [line[-1] for line in arn(pilot)[:-1]] == ["/", "/"]
        await pilot.resize_terminal(120, 36)
        await until(pilot, lambda: len(arn(pilot)) == 2)


@pytest.mark.parametrize(
    ("size", "words"), [((100, 24), "all models (SCPs)"), (SMALL, "all models within SCPs")]
)
async def test_common_words_about_invoking_models_are_whole(
    open_app: Open, live: Launch, size: tuple[int, int], words: str
) -> None:
    async with open_app(live, size) as pilot:
        await until(pilot, lambda: any(words in line for line in lines_of(table_of(pilot))))
