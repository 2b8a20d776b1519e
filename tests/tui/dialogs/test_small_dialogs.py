"""Dialogs on terminals of 60 x 20 and 50 x 12: their buttons, keys and the account are on them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from textual.screen import Screen

from iam.aws.sso_login import Verification
from tests.build import ID
from tests.company import Company
from tests.fake_iam import Rule, error
from tests.tui.conftest import Open
from tests.tui.sight import SMALL, TINY, box_of, in_sight, lines_of
from tests.tui.steps import ask, mark, review
from tests.tui.waiting import main_of, until
from tui.dialogs.review import ReviewDialog
from tui.dialogs.sso import SsoDialog
from tui.options import Launch
from widgets.key_bar import KeyBar
from widgets.plan_view import PlanView


def says_how_to_close(dialog: Screen[Any]) -> bool:
    """Whether the foot of a dialog, or its lower edge, has `esc` and its word, whole."""
    box = box_of(dialog)
    for keys in dialog.query(KeyBar):
        (line,) = lines_of(keys)
        return "esc close" in line and box.content_region.contains_region(keys.region)
    foot = str(box.border_subtitle)
    return "esc c" in foot and cell_len(foot) <= box.size.width - 2


async def test_a_tiny_review_has_its_buttons_and_its_line_to_type_in_sight(
    open_app: Open, company: Company
) -> None:
    async with open_app(replace(company.launch, confirm_above=1), TINY) as pilot:
        await pilot.press("asterisk")
        await ask(pilot, "a")
        names = ("dialog-body", "dialog-account", "cancel")
        body, typed, cancel = (review(pilot).query_one(f"#{name}") for name in names)
        box = review(pilot).query_one("#dialog")
        await until(pilot, lambda: typed.region.bottom <= cancel.region.y < box.region.bottom - 1)
        assert body.region.height >= 3


async def test_every_small_dialog_says_how_to_close_it_and_leaves_the_account_in_sight(
    open_app: Open, company: Company
) -> None:
    async with open_app(company.launch, TINY) as pilot:
        for key in ("question_mark", "w", "v", "O", "H", "K", "e", "o", "R", "m"):
            await pilot.press(key)
            await until(pilot, lambda: len(pilot.app.screen_stack) == 2)
            for size in (TINY, SMALL):
                await pilot.resize_terminal(*size)
                await until(pilot, lambda: says_how_to_close(pilot.app.screen))
                await until(pilot, lambda: in_sight(pilot.app.screen))
            await pilot.press("escape")
            await until(pilot, lambda: len(pilot.app.screen_stack) == 1)


async def test_a_long_message_of_a_tiny_review_leaves_its_buttons_and_all_keys_in_sight(
    open_app: Open, company: Company
) -> None:
    company.attach("user-00", "user-01")
    company.fake.add(
        Rule("ListAttachedUserPolicies", reply=lambda _: error("Failure", 400, "words " * 90))
    )
    async with open_app(company.launch, TINY) as pilot:
        await mark(pilot, "user-00", "user-01")
        await pilot.press("d")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReviewDialog))
        await until(pilot, lambda: review(pilot)._failed)
        ids = ("dialog-body", "dialog-state", "dialog-keys", "cancel", "apply")
        await until(pilot, lambda: in_sight(review(pilot), *ids))
        assert "c commands  x ask AWS" in lines_of(review(pilot).query_one("#dialog-keys"))
        body = review(pilot).query_one("#dialog-body")
        assert ID in lines_of(review(pilot).query_one(PlanView))[0]
        assert body.size.height >= 2


@pytest.mark.parametrize("size", [TINY, SMALL])
async def test_the_counts_of_a_batch_stand_in_a_line_for_each_section(
    open_app: Open, live: Launch, size: tuple[int, int]
) -> None:
    async with open_app(live, size) as pilot:
        await pilot.press("asterisk")
        await ask(pilot, "a")
        lines = lines_of(review(pilot).query_one(PlanView))
        counts = lines[lines.index("") + 1 :]
        counts = counts[: counts.index("")]
        assert len(counts) == 6
        assert all(line.endswith(" same") for line in counts)
        assert len({line.split("  ")[0] for line in counts}) == 6


async def test_a_tiny_export_shows_its_formats_its_name_and_its_target(
    open_app: Open, company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with open_app(company.launch, TINY) as pilot:
        await until(pilot, lambda: not main_of(pilot).reading)
        await pilot.press("e")
        await until(pilot, lambda: pilot.app.screen.query("#export-hint"))
        shown = pilot.app.screen
        ids = ("export-formats", "export-name", "export-hint")
        await until(pilot, lambda: in_sight(shown, *ids))
        formats = shown.query_one("#export-formats")
        assert [line[0] for line in lines_of(formats)] == list("cjmhs")
        assert lines_of(shown.query_one("#export-hint"))[0].startswith("Saves as")
        assert "19 principals shown" in str(box_of(shown).border_title)


async def test_a_tiny_list_of_keys_shows_keys_and_whether_the_chosen_one_works(
    open_app: Open, live: Launch
) -> None:
    async with open_app(live, TINY) as pilot:
        loading = main_of(pilot).controllers
        await until(pilot, lambda: loading.load._warm and not loading.api_keys.pending)
        await pilot.press("K")
        await until(pilot, lambda: pilot.app.screen.query("#keys-line"))
        line = pilot.app.screen.query_one("#keys-line")
        await until(pilot, lambda: "works" in lines_of(line))
        assert pilot.app.screen.query_one("KeyList").size.height >= 3


async def test_a_tiny_login_shows_the_url_and_the_code(open_app: Open, from_file: Launch) -> None:
    url = f"https://device.sso.us-east-1.amazonaws.com/?user_code=ABCD-EFGH&{'more' * 10}"

    async def begin() -> Any:
        return object(), Verification(url, "ABCD-EFGH")

    async def finish(_: Any) -> None:
        await asyncio.Event().wait()

    dialog = SsoDialog("The login of this profile has expired. " * 3, begin, finish)
    async with open_app(from_file, TINY) as pilot:
        await pilot.app.push_screen(dialog)
        code = dialog.query_one("#sso-code")
        await until(pilot, lambda: url in "".join(lines_of(code)))
        await until(pilot, lambda: in_sight(dialog, "sso-code", "sso-state"))
        assert lines_of(code)[-1].endswith("ABCD-EFGH")
        await pilot.press("escape")
