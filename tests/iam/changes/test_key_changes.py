"""API keys switched off and on, and deleted: announced, sent once, read back, recovered."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from iam.account.api_keys import ApiKey
from iam.account.model import User
from iam.aws import client
from iam.aws.client import Aws
from iam.aws.confirmed import Confirmed
from iam.changes.apply import Outcome, Timeouts, apply
from iam.changes.cli_script import aws_commands
from iam.changes.history import read_history
from iam.changes.journal import Journal, JournalEntry, KeyOp
from iam.changes.key_plan import KeyChange, plan_key_change
from iam.changes.recover import recover
from iam.changes.undo_order import next_undo
from iam.policy.action_catalogue import catalogue
from iam.reports.csv_format import history_as_csv
from iam.verdicts.api_key_use import KeyJudge
from tests.build import ID, NOW, account, make_evaluator, user
from tests.fake_iam import FakeIam

ALICE = f"arn:aws:iam::{ID}:user/alice"
UPDATE, DELETE = "UpdateServiceSpecificCredential", "DeleteServiceSpecificCredential"
LIST = "ListServiceSpecificCredentials"
BEDROCK = "bedrock.amazonaws.com"


class Case:
    """A user with a key, a journal, and a change to make."""

    def __init__(self, aws: Aws, iam: Any, key: str, folder: Path) -> None:
        self.aws = aws
        self.iam = iam
        self.key = key
        self.journal = Journal(folder / "journal.jsonl")
        self.confirmed = Confirmed()

    async def change(self, op: KeyOp, account_id: str = ID) -> Outcome:
        return await apply(
            self.aws,
            self.journal,
            KeyChange(op, User("alice", ALICE), self.key),
            account_id=account_id,
            caller="arn:me",
            batch="b1",
            timeouts=Timeouts(0.3, 0.3),
            confirmed=self.confirmed,
        )

    def intent(self, op: KeyOp) -> None:
        entry = JournalEntry("b1", ID, "arn:me", op, ALICE, "", credential=self.key)
        self.journal.intent(entry)

    @property
    def at_aws(self) -> list[str]:
        """The states of the keys that AWS has."""
        found = self.iam.list_service_specific_credentials(UserName="alice")
        return [key["Status"] for key in found["ServiceSpecificCredentials"]]

    @property
    def lines(self) -> list[dict[str, Any]]:
        if not self.journal.path.exists():
            return []
        return [json.loads(line) for line in self.journal.path.read_text().splitlines()]

    @property
    def phases(self) -> list[str]:
        return [line["phase"] for line in self.lines]


@pytest.fixture
def case(aws: Aws, iam: Any, fake: FakeIam, tmp_path: Path) -> Case:
    iam.create_user(UserName="alice")
    made = iam.create_service_specific_credential(UserName="alice", ServiceName=BEDROCK)
    id = made["ServiceSpecificCredential"]["ServiceSpecificCredentialId"]
    return Case(aws, iam, id, tmp_path)


@pytest.mark.parametrize(
    ("op", "sent", "left"),
    [("deactivate-key", UPDATE, ["Inactive"]), ("delete-key", DELETE, [])],
)
async def test_a_change_is_sent_once_read_back_and_recorded(
    case: Case, fake: FakeIam, op: KeyOp, sent: str, left: list[str]
) -> None:
    outcome = await case.change(op)
    assert (outcome.ending, outcome.error) == ("done", None)
    assert fake.actions == [LIST, sent, LIST]
    assert case.at_aws == left
    assert case.phases == ["intent", "done"]
    intent = case.lines[0]
    assert (intent["op"], intent["credential"], intent["principal"], intent["policy"]) == (
        op, case.key, ALICE, None,
    )  # fmt: skip


async def test_a_key_is_switched_on_again(case: Case) -> None:
    await case.change("deactivate-key")
    assert (await case.change("activate-key")).ending == "done"
    assert case.at_aws == ["Active"]


async def test_the_intent_is_on_disk_before_the_call_is_sent(case: Case, fake: FakeIam) -> None:
    found: list[list[str]] = []

    def reply(_: Any) -> str:
        found.append(case.phases)
        return ""

    fake.answer(DELETE, reply)
    await case.change("delete-key")
    assert found == [["intent"]]


async def test_what_aws_has_as_wanted_already_is_not_sent(case: Case, fake: FakeIam) -> None:
    outcome = await case.change("activate-key")
    assert (outcome.ending, outcome.sent, fake.writes) == ("unneeded", False, [])
    assert case.lines == []


@pytest.mark.parametrize("code", ["AccessDenied", "InvalidInput"])
async def test_a_refusal_is_a_failure_and_needs_no_waiting(
    case: Case, fake: FakeIam, code: str
) -> None:
    fake.refuse(UPDATE, code, 400)
    outcome = await case.change("deactivate-key")
    assert (outcome.ending, outcome.error and outcome.error.code) == ("failed", code)
    assert fake.actions == [LIST, UPDATE]
    assert case.phases == ["intent", "failed"]


async def test_throttling_is_waited_out(case: Case, fake: FakeIam) -> None:
    fake.refuse(UPDATE, "Throttling", 400, times=1)
    assert (await case.change("deactivate-key")).ending == "done"


async def test_an_answer_lost_after_aws_acted_is_found_out(case: Case, fake: FakeIam) -> None:
    fake.cut_after(DELETE)
    outcome = await case.change("delete-key")
    assert (outcome.ending, outcome.error, case.at_aws) == ("done", None, [])


async def test_a_hung_call_is_not_called_failed(
    case: Case, fake: FakeIam, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "CALL_TIME", 0.3)
    fake.hang(UPDATE)
    assert (await case.change("deactivate-key")).ending == "unconfirmed"
    assert case.phases == ["intent", "unconfirmed"]


async def test_who_may_write_and_not_read_can_still_change_it(case: Case, fake: FakeIam) -> None:
    fake.refuse(LIST, "AccessDenied")
    outcome = await case.change("deactivate-key")
    assert (outcome.ending, case.at_aws) == ("unconfirmed", ["Inactive"])


async def test_a_stale_read_is_not_taken_for_the_state(case: Case, fake: FakeIam) -> None:
    await case.change("deactivate-key")
    before = fake.state
    await case.change("activate-key")
    fake.show(before, LIST, times=1)
    outcome = await case.change("deactivate-key")
    assert (outcome.ending, case.at_aws) == ("done", ["Inactive"])


async def test_read_only_and_wrong_accounts_send_nothing(
    case: Case, fake: FakeIam, connect_to: Any
) -> None:
    case.aws = connect_to(fake.url, read_only=True)
    outcome = await case.change("delete-key")
    assert (outcome.ending, outcome.sent) == ("failed", False)
    other = await case.change("delete-key", account_id="999999999999")
    assert (other.sent, other.error and other.error.code) == (False, "WrongAccount")
    assert fake.writes == []
    assert case.at_aws == ["Active"]


@pytest.mark.parametrize(
    ("announced", "happened", "phase"),
    [
        ("deactivate-key", True, "done"),
        ("deactivate-key", False, "failed"),
        ("delete-key", True, "done"),
        ("delete-key", False, "failed"),
        ("activate-key", True, "done"),
    ],
)
async def test_a_change_that_a_crash_cut_short_is_looked_up(
    case: Case, announced: KeyOp, happened: bool, phase: str
) -> None:
    which = {"UserName": "alice", "ServiceSpecificCredentialId": case.key}
    case.intent(announced)
    if happened and announced == "delete-key":
        case.iam.delete_service_specific_credential(**which)
    elif happened and announced == "deactivate-key":
        case.iam.update_service_specific_credential(**which, Status="Inactive")
    (found,) = await recover(case.aws, case.journal, ID, 0)
    assert found.phase == phase
    assert case.phases == ["intent", phase]


async def test_undo_reverses_what_can_be_reversed(case: Case) -> None:
    await case.change("deactivate-key")
    history = read_history(case.journal.path)
    reversal = next_undo(history, ID)
    assert reversal is not None
    assert reversal.arns == {case.key}
    assert f",{case.key}\n" in history_as_csv(history.batches)


async def test_a_deletion_cannot_be_undone(case: Case) -> None:
    await case.change("delete-key")
    history = read_history(case.journal.path)
    assert (next_undo(history, ID), history.damaged) == (None, 0)


def test_the_commands_name_user_key_and_state() -> None:
    key = KeyChange("deactivate-key", User("al ice", ALICE), "ACCA1")
    gone = replace(key, op="delete-key")
    *_, one, two, _ = aws_commands([key, gone], account=ID)
    assert one == (
        "aws iam update-service-specific-credential --user-name='al ice' "
        "--service-specific-credential-id=ACCA1 --status=Inactive"
    )
    assert two == (
        "aws iam delete-service-specific-credential --user-name='al ice' "
        "--service-specific-credential-id=ACCA1"
    )


@pytest.mark.parametrize(
    ("op", "status", "owner", "refusal"),
    [
        ("deactivate-key", "Active", "alice", ""),
        ("deactivate-key", "Inactive", "alice", "inactive already"),
        ("activate-key", "Active", "alice", "active already"),
        ("activate-key", "Expired", "alice", "expired"),
        ("delete-key", "Expired", "alice", ""),
        ("delete-key", "Active", "bob", "bob was not read"),
    ],
)
def test_a_plan_says_why_there_is_nothing_to_do(
    op: KeyOp, status: Any, owner: str, refusal: str
) -> None:
    key = ApiKey("ACCA1", owner, "a key", status)
    judge = KeyJudge(catalogue(), "aws", NOW)
    (use,) = judge.uses(account(user("alice")), make_evaluator(), [key])
    plan = plan_key_change(op, use, None)
    assert refusal in plan.refusal
    assert bool(plan.changes) is not bool(refusal)
