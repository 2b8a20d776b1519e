"""`x`: AWS's decisions beside the verdicts, which stay as they are."""

from __future__ import annotations

from dataclasses import replace

from textual.pilot import Pilot

from tests.company import Company
from tests.simulated import deciding
from tests.tui.conftest import Open
from tests.tui.steps import ask, go_to, over, words_of
from tests.tui.waiting import main_of, table_of, toasts, until
from tui.dialogs.review import ReviewDialog
from tui.dialogs.simulation import SimulationScreen
from tui.options import Launch

CALL = "SimulatePrincipalPolicy"


async def simulation(pilot: Pilot[int]) -> str:
    """Press x; returns what the dialog says once AWS has been asked, in one line."""
    await pilot.press("x")
    await until(
        pilot,
        lambda: isinstance(pilot.app.screen, SimulationScreen) and pilot.app.screen.answered,
    )
    return " ".join(words_of(pilot.app.screen).split())


async def test_x_shows_aws_s_decisions_beside_ours(open_app: Open, live: Launch) -> None:
    async with open_app(replace(live, read_only=True)) as pilot:
        await go_to(pilot, "grace.kim")
        said = await simulation(pilot)
        assert "27 requests: 0 differ, 27 agree." in said
        assert "AWS: allowed; here: granted" in said
        assert "AWS: AmazonBedrockLimitedAccess (aws-managed)" in said
        assert "AWS: the organization does not allow it" in said
        assert "with aws:RequestedRegion us-east-1" in said
        assert "Neither side counts resource control policies" in said
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is main_of(pilot))


async def test_in_the_details_x_asks_about_the_section(open_app: Open, live: Launch) -> None:
    async with open_app(live) as pilot:
        await go_to(pilot, "grace.kim")
        await pilot.press("enter")
        await until(pilot, lambda: main_of(pilot).details.sections.last_line > 0)
        await pilot.press("G")
        said = await simulation(pilot)
        assert "aws-marketplace:Subscribe" in said and "bedrock:InvokeModel" not in said
        assert "aws:CalledViaLast bedrock.amazonaws.com" in said


async def test_what_differs_is_marked_and_changes_no_verdict(
    open_app: Open, company: Company
) -> None:
    company.fake.answer(CALL, deciding("allowed"))
    async with open_app(company.launch) as pilot:
        await go_to(pilot, "user-00")
        before = table_of(pilot).cursor_row
        said = await simulation(pilot)
        assert "Differs: AWS decides otherwise AWS: allowed; here: none" in said
        await pilot.press("escape")
        assert table_of(pilot).cursor_row == before
    assert company.sent == []


async def test_what_aws_says_of_an_unread_organization_is_said(
    open_app: Open, company: Company
) -> None:
    company.fake.refuse("DescribeOrganization", "AccessDeniedException", 400)
    company.fake.answer(CALL, deciding("implicitDeny", organization=False))
    company.attach("user-00")
    async with open_app(company.launch) as pilot:
        await go_to(pilot, "user-00")
        said = await simulation(pilot)
        assert "AWS says that the organization allows 0 of the 25 requests" in said
        assert "depends on the organization, which could not be read" in said
        assert " 0 differ" in said


async def test_a_denied_simulator_is_told_in_words(open_app: Open, company: Company) -> None:
    company.fake.refuse(CALL, "AccessDenied")
    async with open_app(company.launch) as pilot:
        await go_to(pilot, "user-00")
        said = await simulation(pilot)
        assert "could not be asked. AWS denied SimulatePrincipalPolicy" in said


async def test_esc_ends_the_question(open_app: Open, company: Company) -> None:
    gate = company.fake.hold(CALL)
    async with open_app(company.launch) as pilot:
        await go_to(pilot, "user-00")
        await pilot.press("x")
        await until(pilot, lambda: CALL in company.fake.actions)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is main_of(pilot))
        asked = company.fake.actions.count(CALL)
        gate.set()
        company.fake.wait_until_idle()
        await pilot.pause()
        assert company.fake.actions.count(CALL) == asked <= 2


async def test_a_saved_account_cannot_be_asked_about(open_app: Open, from_file: Launch) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press("x")
        assert "AWS cannot be asked about a saved account" in toasts(pilot)


async def test_a_group_makes_no_requests(open_app: Open, company: Company) -> None:
    async with open_app(company.launch) as pilot:
        await pilot.press("4", "x")
        assert "A group makes no requests of its own" in toasts(pilot)
    assert CALL not in company.fake.actions


async def test_the_preview_of_a_detach_is_checked_with_aws(
    open_app: Open, company: Company
) -> None:
    company.attach("user-00")
    async with open_app(replace(company.launch, dry_run=True)) as pilot:
        await go_to(pilot, "user-00")
        await ask(pilot, "d")
        said = await simulation(pilot)
        assert "as if the policy were detached; nothing has been changed" in said
        assert "AWS: implicit deny; here: none" in said
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReviewDialog))
        await pilot.press("n")
        await over(pilot)
    assert company.sent == []


async def test_an_attach_has_nothing_to_leave_out(open_app: Open, company: Company) -> None:
    async with open_app(company.launch) as pilot:
        await go_to(pilot, "user-00")
        assert "x ask AWS" not in await ask(pilot, "a")
        await pilot.press("x")
        assert isinstance(pilot.app.screen, ReviewDialog)
