"""A reload that fails leaves the account as it was read before: marked as old, and changeable."""

from __future__ import annotations

from tests.company import Company
from tests.tui.conftest import Open
from tests.tui.steps import dialogue, over, review
from tests.tui.waiting import main_of, names, table_of, toasts, until
from tui.dialogs.review import ReviewDialog
from widgets.account_bar import AccountBar

WHOLE = "GetAccountAuthorizationDetails"


async def test_after_a_reload_that_broke_off_the_account_before_is_shown_as_stale(
    open_app: Open, company: Company
) -> None:
    async with open_app(company.launch) as pilot:
        screen, before, counts = main_of(pilot), names(pilot), main_of(pilot).bar.counts
        company.iam.create_user(UserName="zz-new")
        company.fake.pass_on(WHOLE, times=2)
        company.fake.refuse(WHOLE, "ExpiredToken")
        await pilot.press("r")
        await until(pilot, lambda: screen.query_one("#trouble").display)
        said = str(screen.query_one("#trouble").render())
        assert said.startswith("The last read of the account failed. The credentials have expired")
        assert "r to try again" in said
        assert (names(pilot), screen.bar.counts) == (before, counts)
        assert screen.bar.stale
        assert all(row.result for row in table_of(pilot).shown)
        assert screen.query_one(AccountBar).region.width == screen.size.width
        await pilot.press("r")  # and once more
        await until(pilot, lambda: screen.loaded and screen.query_one("#trouble").display)
        assert (names(pilot), screen.bar.counts) == (before, counts)
        company.fake.clear()
        await pilot.press("r")
        await until(pilot, lambda: "zz-new" in names(pilot))
        await until(pilot, lambda: screen.loaded)
        assert not screen.bar.stale
        assert not screen.has_notice


async def test_what_could_not_be_read_again_can_be_changed_once_aws_answers(
    open_app: Open, company: Company
) -> None:
    async with open_app(company.launch) as pilot:
        company.fake.refuse("*", "ExpiredToken")
        await pilot.press("r")  # before the organization has been read
        await until(pilot, lambda: main_of(pilot).has_notice)
        await pilot.press("a")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReviewDialog))
        await until(pilot, lambda: "The check with AWS failed" in dialogue(pilot))
        assert not company.sent
        company.fake.clear()
        await pilot.press("y")
        await until(pilot, lambda: review(pilot).checked)
        await pilot.press("y")
        await over(pilot)
        assert company.holding == {"team-a"}


async def test_where_there_is_no_account_a_change_says_that_it_could_not_be_read(
    open_app: Open, company: Company
) -> None:
    company.fake.refuse("*", "ExpiredToken")
    async with open_app(company.launch, read=False) as pilot:
        await until(pilot, lambda: main_of(pilot).has_notice)
        await pilot.press("a")
        await until(pilot, lambda: "could not be read; press r" in toasts(pilot))
