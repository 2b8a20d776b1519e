"""The last use of Bedrock on the screen: nothing is asked before L, and unknown stays unknown."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from iam.demo.last_used import make_older, record_use
from tests.build import ID, allow, document
from tests.company import Company
from tests.fake_iam import FakeIam
from tests.tui.conftest import Open
from tests.tui.steps import go_to, mark, words_of
from tests.tui.waiting import main_of, names, table_of, toasts, until
from tui.dialogs.text import TextScreen
from tui.options import Launch
from widgets.last_use_column import used_text

GENERATE = "GenerateServiceLastAccessedDetails"
DETAILS = "GetServiceLastAccessedDetails"
ENTITIES = "GetServiceLastAccessedDetailsWithEntities"


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("iam.aws.last_use.PAUSES", (0.001,))


@pytest.fixture
def used(company: Company) -> Company:
    """user-00 used Bedrock yesterday, user-01 90 days ago, user-02 never; these have the policy.

    The role `trainer` may use it by a policy of its own, and did so 5 days ago.
    """
    from moto.iam.models import iam_backends

    company.attach("user-00", "user-01", "user-02")
    own = json.dumps(document(allow("bedrock:*")))
    company.iam.put_role_policy(RoleName="trainer", PolicyName="own", PolicyDocument=own)
    backend, now = iam_backends[ID]["aws"], datetime.now(UTC)
    make_older(backend, 500)
    for who, days in (("user/user-00", 1), ("user/user-01", 90), ("role/trainer", 5)):
        at = now - timedelta(days=days, hours=1)
        record_use(backend, f"arn:aws:iam::{ID}:{who}", at, "bedrock", "eu-west-1")
    return company


def column(pilot: Pilot[int]) -> dict[str, str]:
    """What the column says of those of whom something is known."""
    said = {row.name: used_text(row, 15) for row in table_of(pilot).shown}
    return {name: text for name, text in said.items() if text != "?"}


def facts(pilot: Pilot[int]) -> str:
    """The facts of the details."""
    return str(pilot.app.screen.query_one("#facts", Static).content)


def head(pilot: Pilot[int]) -> str:
    """The header of the table."""
    return table_of(pilot).render_line(0).text


def asked(fake: FakeIam) -> Counter[str]:
    return Counter(action for action in fake.actions if "LastAccessed" in action)


async def ask(pilot: Pilot[int]) -> None:
    await pilot.press("L")
    await until(pilot, lambda: not main_of(pilot).controllers.last_use.asking)


async def test_nothing_is_asked_before_l_and_one_job_tells_of_all(
    open_app: Open, used: Company
) -> None:
    async with open_app(used.launch) as pilot:
        await until(pilot, lambda: not main_of(pilot).reading)
        assert asked(used.fake) == {}
        assert "Used" not in head(pilot)
        await ask(pilot)
        assert column(pilot) == {"user-00": "1 d", "user-01": "90 d", "user-02": "never in 400 d"}
        assert "Used" in head(pilot)
        assert asked(used.fake) == {GENERATE: 1, DETAILS: 3, ENTITIES: 1}
        assert used.fake.writes == []
        assert "also denied ones" in toasts(pilot)


async def test_the_filter_and_the_order_know_it(open_app: Open, used: Company) -> None:
    async with open_app(used.launch) as pilot:
        await ask(pilot)
        table_of(pilot).sort_by("used")
        assert names(pilot)[:3] == ["user-00", "user-01", "user-02"]
        table_of(pilot).sort_by("used")
        assert names(pilot)[:3] == ["user-02", "user-01", "user-00"]
        await pilot.press("slash", *"unused:90d", "enter")
        assert sorted(n for n in names(pilot) if n.startswith("user")) == ["user-01", "user-02"]
        assert table_of(pilot).undecided > 0


async def test_the_details_say_service_region_and_what_is_counted(
    open_app: Open, used: Company
) -> None:
    async with open_app(used.launch) as pilot:
        await ask(pilot)
        await go_to(pilot, "user-00")
        await until(pilot, lambda: "eu-west-1" in words_of(main_of(pilot)))
        said = " ".join(words_of(main_of(pilot)).split())
        assert "1 d (" in said and "bedrock in eu-west-1" in said
        assert "attempts, also denied" in said


async def test_in_the_details_one_principal_is_asked_about(open_app: Open, used: Company) -> None:
    async with open_app(used.launch) as pilot:
        await go_to(pilot, "trainer")
        await pilot.press("enter")
        await ask(pilot)
        assert column(pilot) == {"trainer": "5 d"}
        assert asked(used.fake)[GENERATE] == 1


async def test_of_the_marked_ones_only_some_are_asked_about_at_a_time(
    open_app: Open, used: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("iam.aws.last_use.MOST_JOBS", 2)
    async with open_app(used.launch) as pilot:
        await mark(pilot, "user-00", "user-01", "user-02")
        await ask(pilot)
        assert "Asked about 2 of 3; press L again" in toasts(pilot)
        assert column(pilot) == {"user-00": "1 d", "user-01": "90 d"}
        await ask(pilot)
        assert column(pilot)["user-02"] == "never in 400 d"


@pytest.mark.parametrize("key", ["L", "escape"])
async def test_l_or_esc_stops_asking(open_app: Open, used: Company, key: str) -> None:
    async with open_app(used.launch) as pilot:
        gate = used.fake.hold(GENERATE)
        await pilot.press("L")
        await until(pilot, lambda: GENERATE in used.fake.actions)
        await pilot.press(key)
        await until(pilot, lambda: not main_of(pilot).controllers.last_use.asking)
        gate.set()
        used.fake.wait_until_idle()
        assert DETAILS not in used.fake.actions
        assert "Used" not in head(pilot)


async def test_what_is_denied_is_one_line_and_everybody_stays_unknown(
    open_app: Open, used: Company
) -> None:
    used.fake.refuse(GENERATE, "AccessDenied")
    async with open_app(used.launch) as pilot:
        await ask(pilot)
        assert column(pilot) == {}
        assert "Used" in head(pilot)
        await until(pilot, lambda: "Used      ? AWS denied" in facts(pilot))
        await pilot.press("slash", *"unused:1d", "enter")
        assert not [name for name in names(pilot) if name.startswith("user")]
        await until(
            pilot,
            lambda: any(
                "last use" in unread.what
                for unread in main_of(pilot).controllers.evaluation.verdicts.unread
            ),
        )
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, TextScreen))
        assert words_of(pilot.app.screen).count("last use of") == 1


async def test_an_answer_for_another_policy_is_dropped(open_app: Open, used: Company) -> None:
    other = json.dumps(document(allow("bedrock:*")))
    used.iam.create_policy(PolicyName="other", PolicyDocument=other)
    async with open_app(used.launch) as pilot:
        gate = used.fake.hold(GENERATE)
        await pilot.press("L")
        await until(pilot, lambda: GENERATE in used.fake.actions)
        await main_of(pilot).session.manage("other")
        gate.set()
        await until(pilot, lambda: not main_of(pilot).controllers.last_use.asking)
        account, _, _ = main_of(pilot).session.read
        assert account.use_asked is None
        assert {p.bedrock_use for p in account.principals.values()} == {None}
        assert "was dropped" in toasts(pilot)


async def test_an_answer_for_another_account_is_dropped(open_app: Open, used: Company) -> None:
    async with open_app(used.launch) as pilot:
        gate = used.fake.hold(GENERATE)
        await pilot.press("L")
        await until(pilot, lambda: GENERATE in used.fake.actions)
        session = main_of(pilot).session
        assert session.account is not None
        session.account = replace(session.account, id="999999999999")
        gate.set()
        await until(pilot, lambda: not main_of(pilot).controllers.last_use.asking)
        assert session.account.use_asked is None


async def test_a_reload_keeps_the_answer(open_app: Open, used: Company) -> None:
    async with open_app(used.launch) as pilot:
        await ask(pilot)
        before = column(pilot)
        await pilot.press("r")
        await until(pilot, lambda: main_of(pilot).loaded and not main_of(pilot).reading)
        assert column(pilot) == before
        assert asked(used.fake)[GENERATE] == 1


async def test_the_cache_keeps_the_answer_for_the_next_start(open_app: Open, used: Company) -> None:
    launch = replace(used.launch, cache=True)
    async with open_app(launch) as pilot:
        await ask(pilot)
        before = column(pilot)
    async with open_app(launch) as pilot:
        await until(pilot, lambda: column(pilot) == before)
        assert "Used" in head(pilot)
        assert asked(used.fake)[GENERATE] == 1


async def test_of_marked_groups_nothing_is_asked(open_app: Open, used: Company) -> None:
    async with open_app(used.launch) as pilot:
        table = table_of(pilot)
        table.show(kind="groups")
        await until(pilot, lambda: table.cursor_row is not None)
        await pilot.press("space", "L")
        await until(pilot, lambda: "one of its members" in toasts(pilot))
        assert asked(used.fake) == {}


async def test_a_file_cannot_be_asked(open_app: Open, from_file: Launch) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press("L")
        assert "AWS cannot be asked" in toasts(pilot)
