"""Groups: seen, changed with a look at every member, and found from a member."""

from __future__ import annotations

from textual.widgets import Static

from tests.company import TEAM, Company
from tests.tui.conftest import Open
from tests.tui.steps import ask, batch_screen, dialogue, go_to, mark, over
from tests.tui.waiting import cursor, main_of, names, table_of, toasts, until

ARN = "arn:aws:iam::123456789012:policy/bedrock-limited"


async def test_4_shows_the_groups_and_their_members(open_app: Open, company: Company) -> None:
    async with open_app(company.launch) as pilot:
        await pilot.press("4")
        assert names(pilot) == ["team"]
        assert "team (3)" in table_of(pilot).render_line(1).text
        await until(pilot, lambda: main_of(pilot).controllers.details.up_to_date)
        facts = str(main_of(pilot).details.query_one("#facts", Static).render())
        assert all(name in facts for name in TEAM)
        await pilot.press("1")
        assert "team" not in names(pilot)


async def test_a_change_of_a_group_shows_every_member_before_and_after(
    open_app: Open, company: Company
) -> None:
    async with open_app(company.launch) as pilot:
        await pilot.press("4")
        said = await ask(pilot, "a")
        assert "Group    team\n" in said
        assert "Members  team-a, team-b, team-c" in said
        assert "Amazon Bedrock APIs  3 → ● granted" in said
        await pilot.press("y")
        await until(pilot, lambda: "bedrock-limited attached to team" in toasts(pilot))
        await over(pilot)
        assert company.sent == ["AttachGroupPolicy team"]
        row = table_of(pilot).cursor_row
        assert row is not None
        assert row.attached is not None
        assert row.attached.direct
        await pilot.press("1")
        rows = {row.name: row for row in table_of(pilot).shown}
        for name in TEAM:
            attached, result = rows[name].attached, rows[name].result
            assert attached is not None
            assert attached.groups == ("team",)
            assert result is not None
            assert result.verdict == "granted"
        await pilot.press("4")
        said = await ask(pilot, "d")
        assert "Amazon Bedrock APIs  3 → ○ none" in said
        await pilot.press("y")
        await over(pilot)
        assert company.holding == set()


async def test_a_group_of_many_takes_the_account_typed(open_app: Open, company: Company) -> None:
    for i in range(14):
        company.iam.add_user_to_group(GroupName="team", UserName=f"user-{i:02}")
    async with open_app(company.launch) as pilot:
        await pilot.press("4")
        assert "to change 17 principals" in await ask(pilot, "a")
        assert company.sent == []
        await pilot.press(*"acme-ml", "enter")
        await over(pilot)
    assert company.holding == {"team"}


async def test_from_a_user_who_has_it_by_a_group_only_g_goes_to_the_group(
    open_app: Open, company: Company
) -> None:
    company.iam.attach_group_policy(GroupName="team", PolicyArn=ARN)
    async with open_app(company.launch) as pilot:
        await go_to(pilot, "team-b")
        await pilot.press("d")
        await until(pilot, lambda: "by group team only" in dialogue(pilot))
        assert "g show group" in dialogue(pilot)
        await pilot.press("y", "g")
        await over(pilot)
        assert names(pilot) == ["team"]
        assert cursor(pilot) == "team"
        assert table_of(pilot).has_focus
    assert company.sent == []


async def test_members_of_a_group_and_users_change_together(
    open_app: Open, company: Company
) -> None:
    async with open_app(company.launch) as pilot:
        await pilot.press("4", "space", "2")
        await pilot.press("G", "space")
        said = await ask(pilot, "a")
        assert "2 in all  team, user-13" in said or "2 in all  user-13, team" in said
        company.fake.refuse("AttachGroupPolicy", "AccessDenied")
        await pilot.press("y")
        screen = await batch_screen(pilot)
        await until(
            pilot,
            lambda: "1 done · 1 failed" in str(screen.query_one("#batch-sum", Static).render()),
        )
        await pilot.press("escape")
        await over(pilot)
    assert company.holding == {"user-13"}


async def test_a_group_that_aws_does_not_confirm_is_marked_with_its_members(
    open_app: Open, company: Company
) -> None:
    async with open_app(company.launch) as pilot:
        await pilot.press("4")
        await ask(pilot, "a")
        company.fake.pass_on("ListAttachedGroupPolicies", times=1)
        company.fake.refuse("ListAttachedGroupPolicies", "AccessDenied")
        await pilot.press("y")
        await until(pilot, lambda: "Not confirmed: team" in toasts(pilot))
        await over(pilot)
        assert [row.name for row in table_of(pilot).shown if row.unconfirmed] == ["team"]
        await pilot.press("1")
        assert [row.name for row in table_of(pilot).shown if row.unconfirmed] == [*TEAM]


async def test_marks_in_another_list_are_not_forgotten(open_app: Open, company: Company) -> None:
    async with open_app(company.launch) as pilot:
        await mark(pilot, "user-00")
        await pilot.press("4")
        said = await ask(pilot, "a")
        # It is the marked that change, and the dialogue says who that is.
        assert "User     user-00" in said
        await pilot.press("n")
        await over(pilot)
