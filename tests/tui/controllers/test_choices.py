"""Another profile, region or policy: chosen in a dialog, and then all of the app follows it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.company import ARN, POLICY, Company
from tests.fake_iam import FakeIam, Rule, error
from tests.tui.conftest import Open
from tests.tui.steps import ask, go_to, mark, over, words_of
from tests.tui.waiting import main_of, names, table_of, toasts, until
from tests.two_accounts import A, B, fill
from tui.dialogs.choose import ChooseDialog
from tui.main_screen import MainScreen
from tui.options import Launch
from widgets.choice_list import ChoiceList

OTHER = f"arn:aws:iam::{A}:policy/other"


@pytest.fixture
def both(fake: FakeIam, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Company:
    """Two accounts, each with a profile that has its ID for a name."""
    monkeypatch.setattr("iam.aws.connect.ATTEMPTS", 2)
    config = tmp_path / "config"
    config.write_text(
        "".join(
            f"[profile {account}]\nregion = {region}\naws_account_id = {account}\n"
            f"aws_access_key_id = ASIA{letter}KEY\naws_secret_access_key = secret\n"
            for account, letter, region in ((A, "A", "us-east-1"), (B, "B", "eu-west-1"))
        )
        + "[profile broken]\ncredential_process = false\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    launch = Launch(
        profile=A,
        endpoint_url=fake.url,
        policy=POLICY,
        journal=str(tmp_path / "journal.jsonl"),
    )
    return fill(fake, launch)


async def opened(pilot: Pilot[int], key: str) -> ChoiceList:
    """Press a key that opens a list to choose from; returns the list."""
    await pilot.press(key)
    await until(pilot, lambda: isinstance(pilot.app.screen, ChooseDialog))
    choices = pilot.app.screen.query_one(ChoiceList)
    await until(pilot, lambda: choices.option_count or not choices.choices)
    return choices


def account(pilot: Pilot[int]) -> str:
    """The ID on the bar."""
    return main_of(pilot).bar.account_id


async def choose(pilot: Pilot[int], text: str) -> None:
    """Type a text and choose."""
    pilot.app.screen.query_one(Input).value = text
    await pilot.pause()
    await pilot.press("enter")


async def go_to_account(pilot: Pilot[int], profile: str) -> None:
    """Choose a profile, and wait until its account has been read."""
    before = main_of(pilot)
    await opened(pilot, "p")
    await choose(pilot, profile)
    await until(pilot, lambda: main_of(pilot) is not before and main_of(pilot).loaded)


# The profile


async def test_the_profiles_are_listed_and_the_current_one_is_marked(
    open_app: Open, both: Company
) -> None:
    async with open_app(both.launch) as pilot:
        choices = await opened(pilot, "p")
        assert [choice.cells[:3] for choice in choices.choices] == [
            ("(no profile)", "host", ""),
            (A, "keys", A),
            (B, "keys", B),
            ("broken", "process", ""),
        ]
        assert [choice.value for choice in choices.choices if choice.current] == [A]
        assert choices.chosen == A
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))
        assert account(pilot) == A


async def test_another_profile_is_read_in_place_of_the_account(
    open_app: Open, both: Company
) -> None:
    async with open_app(both.launch) as pilot:
        await mark(pilot, "user-00")
        await go_to_account(pilot, B)
        bar = main_of(pilot).bar
        assert (bar.account_id, bar.profile, bar.region) == (B, B, "eu-west-1")
        assert table_of(pilot).marked == frozenset()
        assert {row.arn.split(":")[4] for row in table_of(pilot).shown} == {B}


async def test_no_key_after_the_choice_acts_on_the_account_before(
    open_app: Open, both: Company
) -> None:
    async with open_app(both.launch) as pilot:
        await mark(pilot, "user-00")
        await opened(pilot, "p")
        await pilot.press("2", "2", "2", "enter", "a", "y", "u", "y")
        await until(pilot, lambda: account(pilot) == B and main_of(pilot).loaded)
        assert both.fake.writes == []


async def test_a_plan_and_the_history_are_those_of_the_account_on_the_screen(
    open_app: Open, both: Company
) -> None:
    async with open_app(both.launch) as pilot:
        await go_to(pilot, "user-00")
        await ask(pilot, "a")
        await pilot.press("y")
        await over(pilot)
        assert both.holding == {"user-00"}
        await go_to_account(pilot, B)
        await pilot.press("u")
        await until(
            pilot, lambda: "bedrock-tui has changed nothing in this account" in toasts(pilot)
        )
        said = await ask(pilot, "a")
        assert B in said
        assert A not in said
        await pilot.press("y")
        await over(pilot)
        assert [key[:5] for key in both.fake.keys if key.endswith("BKEY")][-1:] == ["ASIAB"]
        await go_to_account(pilot, A)
        assert table_of(pilot).shown[0].attached is not None
        assert both.holding == {"user-00"}


@pytest.mark.parametrize("policy", [ARN, f"arn:aws-us-gov:iam::aws:policy/{POLICY}"])
async def test_a_policy_of_another_account_or_partition_is_not_looked_for_in_the_next(
    open_app: Open, both: Company, policy: str
) -> None:
    async with open_app(both.launch) as pilot:
        main_of(pilot).session.launch = replace(both.launch, policy=policy)
        await go_to_account(pilot, B)
        assert main_of(pilot).session.read[2].policy.arn == ARN.replace(A, B)


async def test_without_credentials_the_notice_offers_another_profile(
    open_app: Open, both: Company
) -> None:
    async with open_app(replace(both.launch, profile="broken"), read=False) as pilot:
        await until(pilot, lambda: main_of(pilot).has_notice)
        assert "Press p for another profile" in words_of(main_of(pilot))
        await go_to_account(pilot, B)
        assert account(pilot) == B
        assert not main_of(pilot).has_notice


async def test_a_load_that_hangs_is_left_for_another_profile(open_app: Open, both: Company) -> None:
    both.fake.add(Rule("GetCallerIdentity", hang=True, times=1))
    async with open_app(both.launch, read=False) as pilot:
        await until(pilot, lambda: "GetCallerIdentity" in both.fake.actions)
        await go_to_account(pilot, B)
        assert account(pilot) == B


async def test_while_a_change_is_under_way_the_account_stays(open_app: Open, both: Company) -> None:
    gate = both.fake.hold("AttachUserPolicy")
    async with open_app(both.launch) as pilot:
        await ask(pilot, "a")
        await pilot.press("y")
        await until(pilot, lambda: "AttachUserPolicy" in both.fake.actions)
        await pilot.press("p")
        assert "A change is under way" in toasts(pilot)
        gate.set()
        await over(pilot)
        assert account(pilot) == A


async def test_whatever_leaves_the_account_is_refused_while_a_change_is_being_sent(
    open_app: Open, both: Company
) -> None:
    gate = both.fake.hold("AttachUserPolicy")
    async with open_app(both.launch) as pilot:
        await ask(pilot, "a")
        await pilot.press("y")
        await until(pilot, lambda: "AttachUserPolicy" in both.fake.actions)
        before = main_of(pilot)
        for sign in ("changing", "sent"):  # the batch counts, whatever the screen thinks
            before.changing = sign == "changing"
            pilot.app.clear_notifications()
            before.leave_for(replace(both.launch, profile=B))
            await until(pilot, lambda: "A change is under way" in toasts(pilot))
            assert main_of(pilot) is before
        before.changing = True
        await pilot.press("q")
        assert "press q again" in toasts(pilot)
        gate.set()
        await over(pilot)
        assert main_of(pilot) is before
        assert both.holding == {"user-00"}


async def test_a_profile_chosen_after_a_change_has_begun_is_refused(
    open_app: Open, both: Company
) -> None:
    async with open_app(both.launch) as pilot:
        before = main_of(pilot)
        await opened(pilot, "p")
        before.changing = True
        await choose(pilot, B)
        await until(pilot, lambda: "A change is under way" in toasts(pilot))
        assert main_of(pilot) is before
        assert before.loaded


@pytest.mark.parametrize("way", [(A,), (B, A)], ids=["same", "away and back"])
async def test_a_change_that_the_next_load_does_not_show_yet_stays_in_doubt(
    open_app: Open, both: Company, way: tuple[str, ...]
) -> None:
    async with open_app(both.launch) as pilot:
        before = both.fake.state
        await ask(pilot, "a")
        await pilot.press("y")
        await over(pilot)
        for profile in way[:-1]:
            await go_to_account(pilot, profile)
            assert not [row for row in table_of(pilot).shown if row.unconfirmed]
        both.fake.show(before, "GetAccountAuthorizationDetails", times=3)
        await go_to_account(pilot, way[-1])
        assert [row.name for row in table_of(pilot).shown if row.unconfirmed] == ["user-00"]
        both.fake.clear()
        await pilot.press("r")
        await until(pilot, lambda: main_of(pilot).loaded)
        assert not [row for row in table_of(pilot).shown if row.unconfirmed]


async def test_a_file_has_no_profile_and_no_region(open_app: Open, from_file: Launch) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press("p", "R")
        assert "An account from a file uses no profile" in toasts(pilot)
        assert "An account from a file has no region" in toasts(pilot)
        assert not [c for c in pilot.app.get_system_commands(main_of(pilot)) if c[0] == "Profile"]


# The region


async def test_another_region_keeps_the_account_and_the_marks(
    open_app: Open, both: Company
) -> None:
    async with open_app(both.launch) as pilot:
        await mark(pilot, "user-00")
        before = both.fake.actions.count("GetAccountAuthorizationDetails")
        choices = await opened(pilot, "R")
        assert choices.chosen == "us-east-1"
        await choose(pilot, "ap-south-2")
        await until(pilot, lambda: main_of(pilot).bar.region == "ap-south-2")
        assert table_of(pilot).marked
        connection = await main_of(pilot).session.connection()
        assert connection is not None
        assert connection.region == "ap-south-2"
        assert both.fake.actions.count("GetAccountAuthorizationDetails") == before


@pytest.mark.parametrize("refused", [True, False])
async def test_where_a_region_cannot_be_used_the_one_before_stays(
    open_app: Open, both: Company, refused: bool
) -> None:
    async with open_app(both.launch) as pilot:
        await opened(pilot, "R")
        if refused:
            both.fake.add(Rule("*", reply=lambda _: error("InvalidClientTokenId"), times=9))
        await choose(pilot, "xx-new-1" if refused else "not_a_region")
        wanted = "does not recognize" if refused else "region or the endpoint is not valid"
        await until(pilot, lambda: wanted in toasts(pilot))
        assert main_of(pilot).bar.region == "us-east-1"
        assert main_of(pilot).session.launch.region is None


@pytest.mark.parametrize("key", ["p", "o", "R"])
async def test_a_question_asked_while_connecting_does_not_undo_the_choice(
    open_app: Open, both: Company, key: str
) -> None:
    async with open_app(both.launch) as pilot:
        await until(pilot, lambda: not main_of(pilot).reading)
        await opened(pilot, "R")
        gate = both.fake.hold("GetCallerIdentity")
        await choose(pilot, "ap-south-2")
        await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))
        await opened(pilot, key)
        await pilot.press("escape")
        gate.set()
        await until(pilot, lambda: main_of(pilot).bar.region == "ap-south-2")


@pytest.mark.parametrize(
    ("key", "call", "choice", "said"),
    [
        ("R", "GetCallerIdentity", "ap-south-2", "Region ap-south-2 is not chosen"),
        ("o", "GetPolicy", OTHER, "Policy other is not chosen"),
    ],
)
async def test_a_reload_says_which_choice_it_drops(
    open_app: Open, both: Company, key: str, call: str, choice: str, said: str
) -> None:
    async with open_app(both.launch) as pilot:
        await until(pilot, lambda: not main_of(pilot).reading)
        await opened(pilot, key)
        before = both.fake.actions.count(call)
        gate = both.fake.hold(call)
        await choose(pilot, choice)
        await until(pilot, lambda: both.fake.actions.count(call) > before)
        await pilot.press("r")
        assert said in toasts(pilot)
        gate.set()
        await until(pilot, lambda: main_of(pilot).loaded and not main_of(pilot).reading)
        bar = main_of(pilot).bar
        assert (bar.region, bar.policy) == ("us-east-1", POLICY)


# The policy


async def test_another_policy_is_audited_attached_and_shown(open_app: Open, both: Company) -> None:
    both.iam.create_policy(
        PolicyName="other",
        PolicyDocument='{"Version": "2012-10-17", "Statement": [{"Sid": "KmsOnly", '
        '"Effect": "Allow", "Action": "kms:DescribeKey", "Resource": "*"}]}',
    )
    both.iam.attach_user_policy(UserName="user-00", PolicyArn=OTHER)
    both.fake.seen.clear()
    async with open_app(both.launch) as pilot:
        choices = await opened(pilot, "o")
        listed = [choice.cells[0] for choice in choices.choices]
        assert listed[:3] == [
            "AmazonBedrockLimitedAccess",
            "AmazonBedrockFullAccess",
            "AmazonBedrockReadOnly",
        ]
        assert listed[-2:] == ["other", POLICY]
        await choose(pilot, "other")
        await until(pilot, lambda: main_of(pilot).bar.policy == "other")
        await until(pilot, lambda: main_of(pilot).loaded)
        row = table_of(pilot).cursor_row
        assert row is not None
        assert row.attached is not None
        assert row.attached.direct
        said = await ask(pilot, "d")
        assert "other v1" in said
        await pilot.press("y")
        await over(pilot)
        assert [call["PolicyArn"] for call in both.fake.writes] == [OTHER]
        await pilot.press("r")
        await until(pilot, lambda: main_of(pilot).loaded)
        assert main_of(pilot).bar.policy == "other"


async def test_a_policy_that_does_not_exist_is_told_and_the_one_before_stays(
    open_app: Open, both: Company
) -> None:
    async with open_app(both.launch) as pilot:
        await opened(pilot, "o")
        await choose(pilot, "nowhere")
        await until(pilot, lambda: f"Account {A} has no policy nowhere" in toasts(pilot))
        await until(pilot, lambda: main_of(pilot).loaded)
        assert main_of(pilot).bar.policy == POLICY
        assert main_of(pilot).session.launch.policy == POLICY
        assert "user-00" in names(pilot)


async def test_where_the_policy_of_the_start_does_not_exist_another_can_be_chosen(
    open_app: Open, both: Company
) -> None:
    async with open_app(replace(both.launch, policy="nowhere"), read=False) as pilot:
        await until(pilot, lambda: main_of(pilot).has_notice)
        assert "Choose another policy: with o in the app" in words_of(main_of(pilot))
        await until(pilot, lambda: not main_of(pilot).reading)
        before = main_of(pilot)
        await opened(pilot, "o")
        await choose(pilot, POLICY)
        await until(pilot, lambda: main_of(pilot) is not before and main_of(pilot).loaded)
        assert (account(pilot), main_of(pilot).bar.policy) == (A, POLICY)
        assert not main_of(pilot).has_notice


async def test_an_account_from_a_file_can_be_audited_for_another_policy(
    open_app: Open, from_file: Launch
) -> None:
    async with open_app(from_file) as pilot:
        await opened(pilot, "o")
        await choose(pilot, "fullaccess")
        await until(pilot, lambda: main_of(pilot).bar.policy == "AmazonBedrockFullAccess")
        await until(pilot, lambda: main_of(pilot).loaded)
        await pilot.press("v")
        await until(pilot, lambda: "AmazonBedrockFullAccess" in words_of(pilot.app.screen))


async def test_the_arn_of_a_policy_can_be_typed(open_app: Open, from_file: Launch) -> None:
    async with open_app(from_file) as pilot:
        await opened(pilot, "o")
        arn = "arn:aws:iam::aws:policy/AmazonBedrockFullAccess"
        await choose(pilot, arn)
        await until(pilot, lambda: main_of(pilot).bar.policy == "AmazonBedrockFullAccess")
