"""One change: announced, sent once, read back, recorded; under faults, too."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest

from iam.account.model import Account, Entity, Principal
from iam.aws import client
from iam.aws.client import Aws
from iam.aws.confirmed import Confirmed
from iam.aws.load_account import load_account
from iam.changes.apply import Outcome, Timeouts, apply
from iam.changes.journal import Journal, JournalError
from iam.changes.plan import Change
from iam.errors import AwsError
from tests.fake_iam import FakeIam, Rule, attached
from tests.iam.accounts import SHARED, fill
from tests.iam.aws.test_load_account import ME, arn

Op = Literal["attach", "detach"]


class Case:
    """An account, a journal, and a change to make."""

    def __init__(self, aws: Aws, iam: Any, account: Account, folder: Path) -> None:
        self.aws = aws
        self.iam = iam
        self.account = account
        self.journal = Journal(folder / "journal.jsonl")
        self.confirmed = Confirmed()

    def principal(self, op: Op) -> Principal:
        """bob has the policy and the role has not."""
        return self.account.principals[
            arn("user", "bob") if op == "detach" else arn("role", "worker")
        ]

    async def change(
        self,
        op: Op,
        who: Entity | None = None,
        shown: float = 0.3,
        again: float = 0.3,
        hurry: asyncio.Event | None = None,
        account_id: str = ME.account,
    ) -> Outcome:
        return await apply(
            self.aws,
            self.journal,
            Change(op, who or self.principal(op), SHARED),
            account_id=account_id,
            caller="arn:me",
            batch="b1",
            timeouts=Timeouts(shown, again),
            hurry=hurry,
            confirmed=self.confirmed,
        )

    def at_aws(self, op: Op) -> bool:
        """Whether AWS has the state that the change is to bring about."""
        if op == "detach":
            found = self.iam.list_attached_user_policies(UserName="bob")
        else:
            found = self.iam.list_attached_role_policies(RoleName="worker")
        has_it = SHARED in {p["PolicyArn"] for p in found["AttachedPolicies"]}
        return has_it == (op == "attach")

    @property
    def phases(self) -> list[str]:
        if not self.journal.path.exists():
            return []
        lines = self.journal.path.read_text().splitlines()
        return [json.loads(line)["phase"] for line in lines]


@pytest.fixture
async def case(aws: Aws, iam: Any, fake: FakeIam, tmp_path: Path) -> Case:
    fill(iam)
    account = await load_account(aws, ME)
    fake.seen.clear()
    return Case(aws, iam, account, tmp_path)


def sends(op: Op) -> str:
    return "AttachRolePolicy" if op == "attach" else "DetachUserPolicy"


def reads(op: Op) -> str:
    return "ListAttachedRolePolicies" if op == "attach" else "ListAttachedUserPolicies"


OPS = pytest.mark.parametrize("op", ["attach", "detach"])


@OPS
async def test_a_change_is_sent_once_read_back_and_recorded(
    case: Case, fake: FakeIam, op: Op
) -> None:
    outcome = await case.change(op)
    assert (outcome.ending, outcome.error) == ("done", None)
    assert outcome.request_id
    assert outcome.state is not None
    assert (SHARED in outcome.state) == (op == "attach")
    assert case.at_aws(op)
    assert fake.actions == [reads(op), sends(op), reads(op)]
    assert case.phases == ["intent", "done"]


async def test_the_intent_is_on_disk_before_the_call_is_sent(case: Case, fake: FakeIam) -> None:
    found: list[list[str]] = []

    def reply(_: Any) -> str:
        found.append(case.phases)
        return ""

    fake.answer("AttachRolePolicy", reply)
    await case.change("attach")
    assert found == [["intent"]]


async def test_without_a_journal_nothing_is_sent(case: Case, fake: FakeIam) -> None:
    case.journal = Journal(Path("/proc/nowhere/journal"))
    with pytest.raises(JournalError, match="no change is sent"):
        await case.change("attach")
    assert sends("attach") not in fake.actions


@pytest.mark.parametrize(
    ("op", "code"),
    [
        ("attach", "AccessDenied"),
        ("detach", "AccessDenied"),
        ("attach", "LimitExceeded"),
        ("detach", "UnmodifiableEntity"),
        ("attach", "PolicyNotAttachable"),
    ],
)
async def test_a_refusal_is_a_failure_and_needs_no_waiting(
    case: Case, fake: FakeIam, op: Op, code: str
) -> None:
    fake.refuse(sends(op), code, 400)
    outcome = await case.change(op)
    assert outcome.ending == "failed"
    assert outcome.error is not None
    assert outcome.error.code == code
    assert outcome.request_id == "r-1"
    assert fake.actions == [reads(op), sends(op)]
    assert case.phases == ["intent", "failed"]


@OPS
async def test_an_answer_lost_after_aws_acted_is_found_out(
    case: Case, fake: FakeIam, op: Op
) -> None:
    fake.cut_after(sends(op))
    outcome = await case.change(op)
    assert (outcome.ending, outcome.error) == ("done", None)
    assert case.at_aws(op)
    assert case.phases == ["intent", "done"]


@OPS
async def test_a_retry_after_an_answer_was_lost_is_not_taken_for_a_failure(
    case: Case, fake: FakeIam, op: Op
) -> None:
    # The second detach is NoSuchEntity, because the first one did it.
    fake.cut_after(sends(op), times=1)
    outcome = await case.change(op)
    assert (outcome.ending, outcome.error) == ("done", None)
    assert fake.actions.count(sends(op)) == 2
    assert case.at_aws(op)


def impatient_until_it_drips(
    case: Case, fake: FakeIam, op: Op, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The change is given up soon; the reads before and after it have all their time."""
    patient = client.CALL_TIME

    def read(_: Any) -> str:
        monkeypatch.setattr(client, "CALL_TIME", 0.5)
        return attached(*case.principal(op).attached)

    def drip(_: Any) -> tuple[int, str]:
        monkeypatch.setattr(client, "CALL_TIME", patient)
        return 200, ""

    fake.answer(reads(op), read, times=1)
    fake.add(Rule(sends(op), reply=drip, drip=True))


@pytest.mark.parametrize(
    ("op", "fault"),
    [
        ("attach", "cut"),
        ("detach", "cut"),
        ("attach", "500"),
        ("detach", "throttle"),
        ("attach", "hang"),
        ("detach", "drip"),
    ],
)
async def test_a_change_whose_answer_was_lost_is_never_called_failed(
    case: Case,
    fake: FakeIam,
    connect_to: Any,
    monkeypatch: pytest.MonkeyPatch,
    op: Op,
    fault: str,
) -> None:
    if fault == "cut":
        fake.cut_before(sends(op))
    elif fault == "hang":
        fake.hang(sends(op))
        monkeypatch.setattr("iam.aws.connect.READ_TIMEOUT", 1.5)
        monkeypatch.setattr("iam.aws.connect.ATTEMPTS", 1)
        case.aws = connect_to(fake.url)
    elif fault == "drip":
        impatient_until_it_drips(case, fake, op, monkeypatch)
    elif fault == "throttle":
        fake.refuse(sends(op), "Throttling", 400)
    else:
        fake.refuse(sends(op), "ServiceFailure", 500)
    outcome = await case.change(op)
    # Of a lost answer nobody knows whether the change is still to come: IAM shows it later.
    assert outcome.ending == "unconfirmed"
    assert outcome.error is not None
    assert outcome.state == case.principal(op).attached
    assert not case.at_aws(op)
    assert case.phases == ["intent", "unconfirmed"]


@pytest.mark.parametrize(
    ("op", "body"), [("attach", "<html><p>Log in</p></html>"), ("detach", "<AttachUser/>")]
)
async def test_what_is_no_answer_of_aws_confirms_nothing(
    case: Case, fake: FakeIam, op: Op, body: str
) -> None:
    fake.add(Rule(sends(op), reply=lambda _: (200, body)))
    outcome = await case.change(op)
    assert outcome.ending == "unconfirmed"
    assert "not from AWS" in str(outcome.error)
    # Nor does a list without a list say that nothing is attached.
    fake.clear()
    fake.answer(reads(op), lambda _: "<IsTruncated>false</IsTruncated>")
    outcome = await case.change(op)
    assert (outcome.ending, outcome.sent) == ("failed", False)


@OPS
async def test_a_list_that_is_not_complete_is_not_taken_for_the_state(
    case: Case, fake: FakeIam, op: Op
) -> None:
    fake.answer(reads(op), lambda _: "<AttachedPolicies/><IsTruncated>true</IsTruncated>")
    outcome = await case.change(op)
    assert (outcome.ending, outcome.sent) == ("failed", False)
    assert "more results" in str(outcome.error)


@OPS
async def test_a_change_that_aws_does_not_show_is_unconfirmed(
    case: Case, fake: FakeIam, op: Op
) -> None:
    fake.answer(sends(op), lambda _: "")
    outcome = await case.change(op, shown=1)
    assert outcome.ending == "unconfirmed"
    assert outcome.error is not None
    assert outcome.error.code == "Unconfirmed"
    assert fake.actions.count(reads(op)) > 1
    assert case.phases == ["intent", "unconfirmed"]


@OPS
async def test_a_change_that_aws_shows_late_is_waited_for(
    case: Case, fake: FakeIam, op: Op
) -> None:
    stale = attached() if op == "attach" else attached(SHARED)
    fake.answer(reads(op), lambda _: stale, times=3)
    outcome = await case.change(op, shown=10)
    assert outcome.ending == "done"
    assert fake.actions.count(reads(op)) == 4


@OPS
async def test_where_neither_answer_nor_state_can_be_had_it_is_unconfirmed(
    case: Case, fake: FakeIam, op: Op
) -> None:
    fake.cut_after(sends(op))
    fake.pass_on(reads(op), times=1)
    fake.cut_before(reads(op))
    outcome = await case.change(op)
    assert outcome.ending == "unconfirmed"
    assert outcome.error is not None
    assert outcome.state is None
    assert case.phases == ["intent", "unconfirmed"]


@OPS
async def test_a_change_that_may_not_be_read_back_is_unconfirmed(
    case: Case, fake: FakeIam, op: Op
) -> None:
    fake.refuse(reads(op), "AccessDenied")
    outcome = await case.change(op, shown=5)
    assert outcome.ending == "unconfirmed"
    assert outcome.error is not None
    assert outcome.error.denied
    assert fake.actions == [reads(op), sends(op), reads(op)]  # a denial is not asked for again


@OPS
async def test_a_principal_that_is_gone_is_a_failure_and_nothing_is_sent(
    case: Case, fake: FakeIam, op: Op
) -> None:
    case.iam.detach_user_policy(UserName="bob", PolicyArn=SHARED)
    case.iam.delete_user(UserName="bob")
    case.iam.delete_role(RoleName="worker")
    outcome = await case.change(op)
    assert (outcome.ending, outcome.sent) == ("failed", False)
    assert outcome.error is not None
    assert outcome.error.code == "NoSuchEntity"
    assert outcome.state is None
    assert sends(op) not in fake.actions
    assert case.phases == []


@OPS
async def test_what_aws_has_as_wanted_already_is_not_sent(
    case: Case, fake: FakeIam, op: Op
) -> None:
    # Else an undo would take away what somebody else gave meanwhile.
    if op == "attach":
        case.iam.attach_role_policy(RoleName="worker", PolicyArn=SHARED)
    else:
        case.iam.detach_user_policy(UserName="bob", PolicyArn=SHARED)
    outcome = await case.change(op)
    assert (outcome.ending, outcome.sent) == ("unneeded", False)
    assert outcome.state == ((SHARED,) if op == "attach" else ())
    assert fake.actions == [reads(op)]
    assert case.phases == []


def stale_before(op: Op) -> str:
    """What a read shows that already has what a change is to bring about."""
    return attached(SHARED) if op == "attach" else attached()


@OPS
async def test_a_stale_read_of_a_pair_that_was_just_changed_is_read_again(
    case: Case, fake: FakeIam, op: Op
) -> None:
    back: Op = "detach" if op == "attach" else "attach"
    who = case.principal(op)
    assert (await case.change(op)).ending == "done"
    # IAM shows the state before the change once more: as if somebody had reversed it already.
    fake.answer(reads(op), lambda _: stale_before(back), times=2)
    outcome = await case.change(back, who, shown=20)
    assert outcome.ending == "done"
    assert case.phases == ["intent", "done"] * 2
    assert not case.at_aws(op)


@OPS
async def test_a_contradiction_that_stays_is_believed(case: Case, fake: FakeIam, op: Op) -> None:
    back: Op = "detach" if op == "attach" else "attach"
    who = case.principal(op)
    assert (await case.change(op)).ending == "done"
    fake.answer(reads(op), lambda _: stale_before(back))
    outcome = await case.change(back, who)
    assert (outcome.ending, outcome.sent) == ("unneeded", False)
    fake.seen.clear()
    await case.change(back, who)
    assert fake.actions == [reads(op)]


async def test_a_stale_read_cut_short_by_a_hurry_settles_nothing(case: Case, fake: FakeIam) -> None:
    await case.change("attach")
    hurry = asyncio.Event()
    loop = asyncio.get_running_loop()

    def reply(_: Any) -> str:
        loop.call_soon_threadsafe(hurry.set)
        return stale_before("detach")

    fake.answer(reads("attach"), reply)
    outcome = await case.change("detach", case.principal("attach"), shown=60, hurry=hurry)
    assert outcome.error is not None
    assert outcome.error.stopped


@OPS
async def test_a_detach_that_somebody_else_was_faster_with_fails_and_tells_the_state(
    case: Case, fake: FakeIam, op: Op
) -> None:
    if op == "attach":
        fake.refuse(sends(op), "NoSuchEntity", 404)
        outcome = await case.change(op)
        assert outcome.state == ()
    else:
        fake.answer(reads(op), lambda _: attached(SHARED), times=1)
        case.iam.detach_user_policy(UserName="bob", PolicyArn=SHARED)
        outcome = await case.change(op)
        assert outcome.state == ()
    assert outcome.ending == "failed"
    assert case.phases == ["intent", "failed"]


@pytest.mark.parametrize(
    ("op", "code"),
    [("attach", "ConcurrentModification"), ("detach", "EntityTemporarilyUnmodifiable")],
)
async def test_what_passes_is_tried_again(case: Case, fake: FakeIam, op: Op, code: str) -> None:
    fake.refuse(sends(op), code, 409, times=1)
    outcome = await case.change(op, again=30)
    assert outcome.ending == "done"
    assert fake.actions.count(sends(op)) == 2
    assert case.phases == ["intent", "done"]


async def test_a_detach_that_an_earlier_try_did_is_not_taken_for_a_failure(
    case: Case, fake: FakeIam
) -> None:
    # The answer of the first is lost, then AWS limits the rate, then there is nothing left to do.
    fake.cut_after("DetachUserPolicy", times=1)
    fake.refuse("DetachUserPolicy", "Throttling", 400, times=2)
    outcome = await case.change("detach", again=30)
    assert outcome.ending == "done"
    assert case.at_aws("detach")
    assert case.phases == ["intent", "done"]


async def test_in_a_hurry_nothing_new_is_sent(case: Case, fake: FakeIam) -> None:
    hurry = asyncio.Event()
    hurry.set()
    outcome = await case.change("attach", hurry=hurry)
    assert outcome.error is not None
    assert outcome.error.stopped
    assert sends("attach") not in fake.actions
    assert case.phases == []


async def test_in_a_hurry_a_change_under_way_is_recorded_without_waiting(
    case: Case, fake: FakeIam
) -> None:
    hurry = asyncio.Event()
    loop = asyncio.get_running_loop()

    def reply(_: Any) -> str:
        loop.call_soon_threadsafe(hurry.set)
        return ""

    fake.answer("AttachRolePolicy", reply)
    outcome = await case.change("attach", shown=60, hurry=hurry)
    assert outcome.ending == "unconfirmed"
    assert case.phases == ["intent", "unconfirmed"]


async def test_a_group_is_changed_like_a_user(case: Case, fake: FakeIam) -> None:
    outcome = await case.change("detach", case.account.groups[ME.account, "team"])
    assert outcome.ending == "done"
    assert case.iam.list_attached_group_policies(GroupName="team")["AttachedPolicies"] == []
    assert fake.actions == [
        "ListAttachedGroupPolicies", "DetachGroupPolicy", "ListAttachedGroupPolicies",
    ]  # fmt: skip


async def test_a_read_only_connection_changes_nothing(
    case: Case, fake: FakeIam, connect_to: Any
) -> None:
    case.aws = connect_to(fake.url, read_only=True)
    outcome = await case.change("attach")
    assert outcome.ending == "failed"
    assert isinstance(outcome.error, AwsError)
    assert outcome.error.code == "ReadOnly"
    assert fake.actions == [reads("attach")]


OTHER = "210987654321"


@OPS
async def test_a_change_for_another_account_than_the_connection_s_is_refused_unasked(
    case: Case, fake: FakeIam, op: Op
) -> None:
    outcome = await case.change(op, account_id=OTHER)
    assert (outcome.ending, outcome.sent) == ("failed", False)
    assert outcome.error is not None
    assert outcome.error.code == "WrongAccount"
    assert fake.actions == []
    assert case.phases == []


@OPS
async def test_an_entity_of_another_account_is_refused_unasked(
    case: Case, fake: FakeIam, op: Op
) -> None:
    # IAM takes names, not ARNs: the user of that name in this account would be changed.
    own = case.principal(op)
    outcome = await case.change(op, replace(own, arn=own.arn.replace(ME.account, OTHER)))
    assert (outcome.ending, outcome.sent) == ("failed", False)
    assert outcome.error is not None
    assert outcome.error.code == "WrongAccount"
    assert fake.actions == []
    assert case.phases == []
