"""Searching in the details of a principal."""

from __future__ import annotations

from textual.pilot import Pilot
from textual.widgets import Label

from tests.tui.conftest import Open
from tests.tui.waiting import main_of, table_of, until
from tui.options import Launch
from widgets.tree_search import TreeSearch


def line(pilot: Pilot[int]) -> str:
    """The line of the details under the cursor."""
    tree = main_of(pilot).details.sections
    return tree.text_of(tree.cursor_node)[0]


async def open_search(pilot: Pilot[int]) -> None:
    await pilot.press("enter")
    await until(pilot, lambda: main_of(pilot).details.sections.has_focus)
    await until(pilot, lambda: main_of(pilot).controllers.details.up_to_date)
    await pilot.press("slash")


async def test_a_search_finds_an_action_in_a_closed_section(
    open_app: Open, from_file: Launch
) -> None:
    async with open_app(from_file) as pilot:
        await open_search(pilot)
        await pilot.press(*"describekey")
        await until(pilot, lambda: "kms:DescribeKey" in line(pilot))


async def test_enter_goes_to_the_next_match_and_esc_back_to_the_tree(
    open_app: Open, from_file: Launch
) -> None:
    async with open_app(from_file) as pilot:
        await open_search(pilot)
        await pilot.press(*"invoke")
        await until(pilot, lambda: "bedrock:InvokeModel " in line(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "InvokeModelWithResponseStream" in line(pilot))
        await pilot.press("escape", "k")
        await until(pilot, lambda: "bedrock:InvokeModel " in line(pilot))
        assert main_of(pilot).details.sections.has_focus


async def test_a_search_without_a_match_says_so_and_filters_nothing(
    open_app: Open, from_file: Launch
) -> None:
    async with open_app(from_file) as pilot:
        await open_search(pilot)
        shown = len(table_of(pilot).shown)
        await pilot.press(*"zz/")
        hint = pilot.app.screen.query_one(TreeSearch).query_one(".hint", Label)
        await until(pilot, lambda: "no match" in str(hint.render()))
        assert len(table_of(pilot).shown) == shown
