"""Many changes at once: what is asked before, what is seen meanwhile, and how it ends."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from iam.changes.batch import AT_ONCE
from iam.changes.journal import Journal
from tests.build import ID
from tests.company import USERS, Company
from tests.fake_iam import Rule, error
from tests.tui.conftest import Open
from tests.tui.steps import ask, batch_screen, dialogue, go_to, mark, over, review, words_of
from tests.tui.waiting import main_of, table_of, toasts, until
from tui.dialogs.review import ReviewDialog

THREE = USERS[:3]
SIX = USERS[:6]


async def all_users(pilot: Pilot[int]) -> None:
    """Mark the 14 users who are in no group."""
    await pilot.press("slash", *"user-", "enter", "asterisk")


async def test_the_review_says_who_changes_who_is_left_alone_and_who_cannot(
    open_app: Open, company: Company
) -> None:
    company.attach("user-01")
    async with open_app(company.launch) as pilot:
        company.iam.delete_user(UserName="user-02")
        await mark(pilot, "user-00", "user-01", "user-02", "user-03", "worker")
        said = await ask(pilot, "a")
        assert "123456789012 (acme-ml)" in said
        assert "3 principals  user-00, user-03, worker" in said
        assert "No change needed: 1\n  it already has bedrock-limited\n    user-01" in said
        assert "Cannot be changed: 1\n  it no longer exists\n    user-02" in said
        assert "Amazon Bedrock APIs  3 → ● granted" in said
        assert "KMS Key Access       3 → ● granted" in said
        await pilot.press("n")
        await over(pilot)
    assert company.sent == []


async def test_all_went_well_and_the_screen_closes_by_itself(
    open_app: Open, company: Company
) -> None:
    async with open_app(company.launch) as pilot:
        await mark(pilot, *THREE)
        await ask(pilot, "a")
        await pilot.press("y")
        await until(pilot, lambda: "bedrock-limited attached to 3 principals" in toasts(pilot))
        await over(pilot)
        assert company.holding == set(THREE)
        assert not table_of(pilot).marked
        rows = {row.name: row for row in table_of(pilot).shown}
        assert all(row.attached and row.attached.direct for n, row in rows.items() if n in THREE)


async def test_more_than_ten_take_the_account_typed(open_app: Open, company: Company) -> None:
    async with open_app(company.launch) as pilot:
        await all_users(pilot)
        said = await ask(pilot, "a")
        assert "Type 123456789012 or acme-ml and press Enter to change 14 principals." in said
        await pilot.press(*"12345678901", "enter")
        await until(pilot, lambda: "That is not 123456789012 or acme-ml" in dialogue(pilot))
        assert company.sent == []
        await pilot.press("2", "enter")
        await until(pilot, lambda: "attached to 14 principals" in toasts(pilot))
        await over(pilot)
    assert company.holding == set(USERS)
    assert len(company.sent) == 14


async def test_the_alias_will_do_and_so_will_another_limit(
    open_app: Open, company: Company
) -> None:
    async with open_app(replace(company.launch, confirm_above=2)) as pilot:
        await mark(pilot, *THREE)
        await ask(pilot, "a")
        await pilot.press(*"acme-ml", "enter")
        await over(pilot)
    assert company.holding == set(THREE)


async def test_where_the_account_is_typed_letters_are_letters_and_esc_leaves(
    open_app: Open, company: Company
) -> None:
    async with open_app(replace(company.launch, confirm_above=2)) as pilot:
        await mark(pilot, *THREE)
        await ask(pilot, "a")
        typed = review(pilot).query_one("#dialog-account", Input)
        await pilot.press(*"ycngq", "enter")
        assert typed.value == "ycngq"
        await pilot.press("tab", "c")  # the keys of the buttons
        assert not isinstance(pilot.app.screen, ReviewDialog)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReviewDialog))
        await pilot.press("y")
        assert typed.has_focus
        await pilot.press("escape")
        await over(pilot)
    assert company.sent == []


async def test_before_aws_has_answered_what_is_typed_confirms_nothing(
    open_app: Open, company: Company
) -> None:
    async with open_app(replace(company.launch, confirm_above=0)) as pilot:
        gate = company.fake.hold("ListAttachedUserPolicies")
        await pilot.press("a")
        await until(pilot, lambda: "checking with AWS" in dialogue(pilot))
        await pilot.press(*"acme-ml", "enter")
        await until(pilot, lambda: "AWS is still being asked" in dialogue(pilot))
        gate.set()
        await until(pilot, lambda: review(pilot).checked)
        assert company.sent == []
        await pilot.press("escape")
        await over(pilot)


async def test_in_the_middle_of_a_change_ctrl_z_does_not_go_to_the_shell(
    open_app: Open, company: Company
) -> None:
    async with open_app(company.launch) as pilot:
        gate = company.fake.hold("AttachUserPolicy")
        await ask(pilot, "a")
        await pilot.press("y")
        await until(pilot, lambda: company.sent)
        await pilot.press("ctrl+z")
        await until(pilot, lambda: "A change is under way" in toasts(pilot))
        gate.set()
        await over(pilot)
    assert company.holding == {"team-a"}


async def test_s_stops_and_what_was_not_sent_is_told(open_app: Open, company: Company) -> None:
    async with open_app(company.launch) as pilot:
        await mark(pilot, *USERS[:6])
        await ask(pilot, "a")
        gate = company.fake.hold("AttachUserPolicy")
        await pilot.press("y")
        screen = await batch_screen(pilot)
        await until(pilot, lambda: "s stops" in words_of(screen))
        await until(pilot, lambda: len(company.sent) == AT_ONCE)
        await pilot.press("s")
        await until(pilot, lambda: "Stopping: waiting for 4 changes" in words_of(screen))
        gate.set()
        await until(pilot, lambda: "Stopped: 2 changes not sent" in words_of(screen))
        assert "4 of 6 · 4 done" in words_of(screen)
        await pilot.press("escape")
        await over(pilot)
        assert len(table_of(pilot).marked) == 2  # to be tried again
    assert len(company.holding) == 4 == len(company.sent)


async def test_the_screen_of_a_batch_cannot_be_left_before_its_end(
    open_app: Open, company: Company
) -> None:
    async with open_app(company.launch) as pilot:
        await mark(pilot, *THREE)
        await ask(pilot, "a")
        gate = company.fake.hold("AttachUserPolicy")
        await pilot.press("y")
        screen = await batch_screen(pilot)
        await pilot.press("escape", "q", "enter")
        assert pilot.app.screen is screen
        await pilot.press("ctrl+q")
        await until(pilot, lambda: "press q again to quit" in toasts(pilot))
        gate.set()
        await over(pilot)
    assert company.holding == set(THREE)


async def test_expired_credentials_pause_it_and_c_goes_on_where_it_stopped(
    open_app: Open, company: Company
) -> None:
    fake = company.fake
    async with open_app(company.launch) as pilot:
        await mark(pilot, *SIX)
        await ask(pilot, "a")
        fake.add(Rule("AttachUserPolicy", reply=lambda _: error("ExpiredToken"), skip=2))
        await pilot.press("y")
        screen = await batch_screen(pilot)
        await until(pilot, lambda: screen.job.paused and not screen.job.in_flight)
        assert "Paused: The credentials have expired." in words_of(screen)
        assert "c continues" in words_of(screen)
        assert len(company.holding) == 2
        fake.refuse("GetCallerIdentity", "ExpiredToken", times=1)
        fake.refuse("GetUser", "ExpiredToken", times=1)
        before = len(company.sent)
        await pilot.press("c")
        await until(pilot, lambda: "GetUser" in fake.actions)
        await until(pilot, lambda: "connecting anew" not in words_of(screen))
        assert screen.job.paused
        assert "Paused: The credentials have expired." in words_of(screen)
        assert len(company.sent) == before
        fake.clear()
        await pilot.press("c")
        await over(pilot)
        assert "attached to 6 principals" in toasts(pilot)
    assert company.holding == set(SIX)


async def test_paused_and_stopped_the_rest_is_not_sent(open_app: Open, company: Company) -> None:
    async with open_app(company.launch) as pilot:
        await mark(pilot, *SIX)
        await ask(pilot, "a")
        company.fake.refuse("AttachUserPolicy", "ExpiredToken")
        await pilot.press("y")
        screen = await batch_screen(pilot)
        await until(pilot, lambda: screen.job.paused and not screen.job.in_flight)
        company.fake.clear()
        await pilot.press("s")
        await until(pilot, lambda: "Stopped: 6 changes not sent" in words_of(screen))
        await pilot.press("escape")
        await over(pilot)
    assert company.holding == set()


async def test_a_pause_that_ends_in_another_account_sends_nothing(
    open_app: Open, company: Company
) -> None:
    fake = company.fake
    async with open_app(company.launch) as pilot:
        await mark(pilot, *THREE)
        await ask(pilot, "a")
        fake.refuse("AttachUserPolicy", "ExpiredToken", times=3)
        fake.answer(
            "GetCallerIdentity",
            lambda _: "<Account>222222222222</Account><Arn>arn:aws:iam::222222222222:root</Arn>",
        )
        await pilot.press("y")
        screen = await batch_screen(pilot)
        await until(pilot, lambda: screen.job.paused and not screen.job.in_flight)
        sent = len(company.sent)
        await pilot.press("c")
        await until(pilot, lambda: "belong to account 222222222222" in words_of(screen))
        assert f"Use credentials of {ID} again, or press r on the main screen" in words_of(screen)
        assert screen.job.paused
        await pilot.press("s", "escape")
        await over(pilot)
        assert len(company.sent) == sent
    assert company.holding == set()


async def test_a_refusal_in_the_middle_is_told_and_the_others_go_on(
    open_app: Open, company: Company
) -> None:
    def reply(params: dict[str, str]) -> tuple[int, str]:
        return error("AccessDenied", message="not you")

    async with open_app(company.launch) as pilot:
        await mark(pilot, *SIX)
        await ask(pilot, "a")
        company.fake.add(Rule("AttachUserPolicy", reply=reply, skip=3, times=1))
        await pilot.press("y")
        screen = await batch_screen(pilot)
        await until(pilot, lambda: "Finished" in words_of(screen))
        (failed,) = set(SIX) - company.holding
        assert "6 of 6 · 5 done · 1 failed" in words_of(screen)
        assert f"✗ {failed}  failed  AWS denied AttachUserPolicy: not you" in words_of(screen)
        await pilot.press("escape")
        await over(pilot)
        # What failed stays marked, to be tried again.
        assert {arn.rsplit("/", 1)[-1] for arn in table_of(pilot).marked} == {failed}


async def test_what_aws_does_not_confirm_has_a_question_mark_until_a_reload(
    open_app: Open, company: Company
) -> None:
    def unconfirmed() -> list[str]:
        return [row.name for row in table_of(pilot).shown if row.unconfirmed]

    async with open_app(company.launch) as pilot:
        await go_to(pilot, "user-05")
        await ask(pilot, "a")
        company.fake.pass_on("ListAttachedUserPolicies", times=1)
        company.fake.refuse("ListAttachedUserPolicies", "AccessDenied")
        await pilot.press("y")
        await until(pilot, lambda: "Not confirmed: user-05" in toasts(pilot))
        await over(pilot)
        assert unconfirmed() == ["user-05"]
        assert "-?" in table_of(pilot).render_line(1).text.replace("–", "-")
        company.fake.clear()
        await pilot.press("r")
        await until(pilot, lambda: main_of(pilot).loaded and not unconfirmed())
        assert "direct" in table_of(pilot).render_line(1).text


async def test_while_another_copy_settles_nothing_is_sent_and_the_screen_can_be_left(
    open_app: Open, company: Company
) -> None:
    async with open_app(company.launch) as pilot:
        await mark(pilot, *THREE)
        await ask(pilot, "a")
        with Journal(company.journal).settling() as held:
            assert held
            await pilot.press("y")
            await until(pilot, lambda: "Try again in a moment" in toasts(pilot))
        await pilot.press("escape")
        await over(pilot)
        assert company.sent == []
        await ask(pilot, "a")
        await pilot.press("y")
        await over(pilot)
    assert company.holding == set(THREE)


@pytest.mark.parametrize(("keys", "changes"), [("y", True), ("yn", False)])
async def test_a_yes_before_the_check_has_ended_counts_if_nothing_new_came_of_it(
    open_app: Open, company: Company, keys: str, changes: bool
) -> None:
    async with open_app(company.launch) as pilot:
        gate = company.fake.hold("ListAttachedUserPolicies")
        await go_to(pilot, "user-05")
        await pilot.press("a")
        await until(pilot, lambda: "checking with AWS" in dialogue(pilot))
        await pilot.press(*keys)
        assert company.sent == []
        gate.set()
        await over(pilot)
    assert company.holding == ({"user-05"} if changes else set())


async def test_a_yes_before_the_check_has_ended_does_not_count_if_something_new_came_of_it(
    open_app: Open, company: Company
) -> None:
    async with open_app(company.launch) as pilot:
        company.attach("user-01")
        gate = company.fake.hold("ListAttachedUserPolicies")
        await mark(pilot, *THREE)
        await pilot.press("a")
        await until(pilot, lambda: "checking with AWS" in dialogue(pilot))
        await pilot.press("y")
        gate.set()
        await until(pilot, lambda: "AWS reports something new" in dialogue(pilot))
        assert company.sent == []
        assert "2 users  user-00, user-02" in dialogue(pilot)
        await pilot.press("y")
        await over(pilot)
    assert sorted(company.sent) == ["AttachUserPolicy user-00", "AttachUserPolicy user-02"]


async def test_when_aws_cannot_be_asked_a_yes_counts_for_nothing(
    open_app: Open, company: Company
) -> None:
    async with open_app(company.launch) as pilot:
        company.fake.refuse("ListAttachedUserPolicies", "ExpiredToken")
        await pilot.press("a")
        await until(pilot, lambda: "The check with AWS failed" in dialogue(pilot))
        await pilot.press("y")
        await pilot.press("n")
        await over(pilot)
    assert company.sent == []


async def test_what_the_check_found_is_on_the_screen_after_a_no(
    open_app: Open, company: Company
) -> None:
    async with open_app(company.launch) as pilot:
        company.attach("user-04")
        await go_to(pilot, "user-04")
        await ask(pilot, "a")
        await pilot.press("n")
        await over(pilot)
        row = table_of(pilot).cursor_row
        assert row is not None
        assert row.attached is not None
        assert row.attached.direct


async def test_enter_twice_on_the_account_closes_the_dialogue_once(
    open_app: Open, company: Company
) -> None:
    async with open_app(replace(company.launch, confirm_above=1)) as pilot:
        await mark(pilot, *USERS[:3])
        await ask(pilot, "a")
        await pilot.press(*ID)
        for _ in range(3):
            pilot.app.post_message(events.Key("enter", None))
        await until(pilot, lambda: "attached to 3 principals" in toasts(pilot))
        await until(pilot, lambda: pilot.app.screen is main_of(pilot))
        assert not main_of(pilot).changing
    assert company.holding == set(USERS[:3])


async def test_a_yes_waits_while_another_screen_is_above(open_app: Open, company: Company) -> None:
    async with open_app(company.launch) as pilot:
        await go_to(pilot, USERS[0])
        company.fake.add(Rule("ListAttachedUserPolicies", forward=True, delay=1))
        await pilot.press("a", "y", "ctrl+p")
        dialogue_screen = next(s for s in pilot.app.screen_stack if isinstance(s, ReviewDialog))
        await until(pilot, lambda: dialogue_screen.checked)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is dialogue_screen)
        assert company.holding == set()
        await pilot.press("n")


async def test_where_aws_could_not_be_asked_y_asks_again(open_app: Open, company: Company) -> None:
    async with open_app(company.launch) as pilot:
        await go_to(pilot, USERS[0])
        company.fake.refuse("ListAttachedUserPolicies", "InvalidClientTokenId", times=1)
        await pilot.press("a")
        await until(pilot, lambda: "y tries again" in dialogue(pilot))
        await pilot.press("y")
        await until(pilot, lambda: review(pilot).checked)
        await pilot.press("n")
    assert company.fake.writes == []


async def test_a_journal_that_cannot_be_locked_ends_the_batch_in_words(
    open_app: Open, company: Company
) -> None:
    async with open_app(replace(company.launch, journal="/proc/nowhere/journal")) as pilot:
        await mark(pilot, *USERS[:2])
        await ask(pilot, "a")
        await pilot.press("y")
        await until(pilot, lambda: "cannot be written" in toasts(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: not main_of(pilot).changing)
    assert company.fake.writes == []
