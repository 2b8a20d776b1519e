"""What AWS is asked before a change."""

from __future__ import annotations

import json
from typing import Any

import pytest

from iam.account.model import Account, Entity
from iam.aws.client import Aws
from iam.aws.confirmed import Confirmed
from iam.aws.load_account import load_account
from iam.changes import preflight as module
from iam.changes.journal import Op
from iam.changes.preflight import Findings, caller_of, preflight
from iam.errors import AwsError
from tests.build import account, role, user
from tests.fake_iam import FakeIam, attached
from tests.iam.accounts import ALLOW, SHARED, fill
from tests.iam.aws.test_load_account import ME, arn


class Case:
    """An account, and who asks about it."""

    def __init__(self, aws: Aws, iam: Any, made: Account) -> None:
        self.aws = aws
        self.iam = iam
        self.account = made

    def __getitem__(self, name: str) -> Entity:
        entities = (*self.account.principals.values(), *self.account.groups.values())
        return next(h for h in entities if h.name == name)

    async def look(self, op: Op, *names: str, caller: str = "arn:aws:iam::1:user/x") -> Findings:
        entities = [self[name] for name in names]
        return await preflight(self.aws, self.account, entities, op, SHARED, caller)


@pytest.fixture
async def case(aws: Aws, iam: Any, fake: FakeIam) -> Case:
    fill(iam)
    made = await load_account(aws, ME)
    fake.seen.clear()
    return Case(aws, iam, made)


async def test_nothing_is_written(case: Case, fake: FakeIam) -> None:
    await case.look("attach", "alice", "bob", "worker", "team", caller=arn("user", "alice"))
    reads = ("List", "Get", "Simulate")
    assert all(action.startswith(reads) for action in fake.actions), fake.actions


async def test_what_has_changed_meanwhile_is_found(case: Case) -> None:
    case.iam.attach_user_policy(UserName="alice", PolicyArn=SHARED)
    case.iam.delete_role(RoleName="worker")
    seen: list[int] = []
    found = await preflight(
        case.aws, case.account, [case["alice"], case["worker"]], "attach", SHARED, "", seen.append
    )
    assert found.attached == {case["alice"].arn: (SHARED,)}
    assert found.blocked == {case["worker"].arn: "it no longer exists"}
    now = found.applied_to(case.account)
    assert now.principals[case["alice"].arn].attached == (SHARED,)
    assert seen == [1, 2]


async def test_a_read_that_contradicts_what_was_just_confirmed_is_repeated(
    case: Case, fake: FakeIam, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob, confirmed = case["bob"], Confirmed()
    confirmed.note(bob.arn, SHARED, attached=True)
    fake.answer("ListAttachedUserPolicies", lambda _: attached(), times=2)

    async def look() -> Findings:
        return await preflight(
            case.aws, case.account, [bob], "detach", SHARED, "", confirmed=confirmed
        )

    assert (await look()).attached == {bob.arn: (SHARED,)}
    monkeypatch.setattr(module, "PATIENCE", 0)
    fake.answer("ListAttachedUserPolicies", lambda _: attached())
    assert (await look()).attached == {bob.arn: ()}
    # It is believed now: nothing is read again for it.
    assert confirmed.of(bob.arn) == {}


def summary(**quotas: int) -> str:
    entries = "".join(
        f"<entry><key>AttachedPoliciesPer{kind}Quota</key><value>{n}</value></entry>"
        for kind, n in quotas.items()
    )
    return f"<SummaryMap>{entries}</SummaryMap>"


async def test_a_full_quota_blocks_an_attach_and_no_detach(case: Case, fake: FakeIam) -> None:
    other = case.iam.create_policy(PolicyName="other", PolicyDocument=json.dumps(ALLOW))["Policy"][
        "Arn"
    ]
    case.iam.attach_user_policy(UserName="alice", PolicyArn=other)
    fake.answer("GetAccountSummary", lambda _: summary(User=1, Role=20, Group=10))
    found = await case.look("attach", "alice", "bob", "worker")
    assert list(found.blocked) == [case["alice"].arn]  # bob has it already
    assert "1 of 1 managed policies" in found.blocked[case["alice"].arn]
    assert not (await case.look("detach", "bob")).blocked


async def test_a_quota_that_may_not_be_read_is_taken_for_the_usual_and_only_warned_of(
    case: Case, fake: FakeIam
) -> None:
    for i in range(10):
        made = case.iam.create_policy(PolicyName=f"p{i}", PolicyDocument=json.dumps(ALLOW))
        case.iam.attach_user_policy(UserName="alice", PolicyArn=made["Policy"]["Arn"])
    fake.refuse("GetAccountSummary", "AccessDenied")
    found = await case.look("attach", "alice", "bob")
    assert not found.blocked
    assert any("AWS may refuse alice: it has 10 of 10" in w for w in found.warnings)


async def test_what_may_not_be_read_is_warned_of(case: Case, fake: FakeIam) -> None:
    fake.refuse("ListAttachedUserPolicies", "AccessDenied")
    found = await case.look("detach", "bob")
    assert not found.attached
    assert any("bob" in warning and "AWS denied reading" in warning for warning in found.warnings)


@pytest.mark.parametrize("code", ["ExpiredToken", "InvalidClientTokenId"])
async def test_where_aws_cannot_be_asked_at_all_there_are_no_findings(
    case: Case, fake: FakeIam, code: str
) -> None:
    fake.refuse("*", code)
    with pytest.raises(AwsError) as caught:
        await case.look("detach", "bob")
    assert caught.value.code == code


async def test_who_takes_away_its_own_access_is_told(case: Case) -> None:
    me = arn("user", "alice")

    async def told(op: Op, name: str) -> list[str]:
        found = await case.look(op, name, caller=me)
        return [warning for warning in found.warnings if "your own access" in warning]

    assert await told("detach", "alice")
    assert "group team" in (await told("detach", "team"))[0]
    assert not await told("detach", "bob")
    assert not await told("attach", "alice")


def test_a_caller_is_the_user_or_the_role_that_its_arn_stands_for() -> None:
    made = account(user("alice"), role("admin", path="/ops/"))
    found = [
        caller_of(made, "arn:aws:iam::123456789012:user/alice"),
        caller_of(made, "arn:aws:sts::123456789012:assumed-role/admin/jane"),
        caller_of(made, "arn:aws:iam::123456789012:root"),
        caller_of(made, ""),
    ]
    assert [entity and entity.name for entity in found] == ["alice", "admin", None, None]


def simulated(**decisions: str) -> str:
    each = "".join(
        f"<member><EvalResourceName>{arn('user', name)}</EvalResourceName>"
        f"<EvalResourceDecision>{decision}</EvalResourceDecision></member>"
        for name, decision in decisions.items()
    )
    return (
        "<EvaluationResults><member><EvalActionName>iam:AttachUserPolicy</EvalActionName>"
        "<EvalDecision>implicitDeny</EvalDecision>"
        f"<ResourceSpecificResults>{each}</ResourceSpecificResults></member></EvaluationResults>"
    )


async def test_the_simulator_is_asked_whether_the_caller_may(case: Case, fake: FakeIam) -> None:
    fake.answer("SimulatePrincipalPolicy", lambda _: simulated(alice="allowed", bob="implicitDeny"))
    found = await case.look("attach", "alice", "bob", caller=arn("user", "alice"))
    assert any("not allowed iam:AttachUserPolicy for 1 of 2 users" in w for w in found.warnings)
    (asked,) = (p for p in fake.seen if p["Action"] == "SimulatePrincipalPolicy")
    assert asked["PolicySourceArn"] == arn("user", "alice")
    assert asked["ContextEntries.member.1.ContextKeyValues.member.1"] == SHARED


@pytest.mark.parametrize("strange", ["", "<EvaluationResults><member/></EvaluationResults>"])
async def test_a_simulator_or_a_summary_of_a_strange_shape_keeps_nobody_from_trying(
    case: Case, fake: FakeIam, strange: str
) -> None:
    fake.answer("SimulatePrincipalPolicy", lambda _: strange)
    fake.answer("GetAccountSummary", lambda _: "")
    found = await case.look("attach", "alice", caller=arn("user", "alice"))
    assert found == Findings(attached={case["alice"].arn: ()})


@pytest.mark.parametrize("code", ["AccessDenied", "Throttling", "InvalidAction"])
async def test_a_simulator_that_does_not_answer_keeps_nobody_from_trying(
    case: Case, fake: FakeIam, code: str
) -> None:
    fake.refuse("SimulatePrincipalPolicy", code, 400)
    found = await case.look("attach", "alice", caller=arn("user", "alice"))
    assert not found.warnings
    assert not found.blocked
