"""Asking AWS's simulator: few calls, all pages, and errors in words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from iam.account.simulation import ContextEntry, Request, Simulated
from iam.aws.client import Aws
from iam.aws.simulator import AT_ONCE, MOST_PAGES, Answers, can_exclude, simulate
from iam.errors import AwsError
from tests.build import ID, allow, document
from tests.fake_iam import FakeIam, Params, Rule, error
from tests.iam.conftest import Connect

ALICE = f"arn:aws:iam::{ID}:user/alice"
CALL = "SimulatePrincipalPolicy"
MODELS = tuple(f"arn:aws:bedrock:us-east-1::foundation-model/m{i}" for i in range(4))
REQUESTS = tuple(
    Request(action, model)
    for model in MODELS
    for action in ("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream")
)


@pytest.fixture(autouse=True)
def _alice(iam: Any, moto_url: str) -> None:
    iam.create_user(UserName="alice")
    statement = allow("bedrock:InvokeModel", MODELS[:2])
    text = json.dumps(document(statement))
    iam.put_user_policy(UserName="alice", PolicyName="own", PolicyDocument=text)


def decisions(answers: Answers) -> dict[Request, str]:
    return {r: a.decision if isinstance(a, Simulated) else a.code for r, a in answers.items()}


async def test_requests_on_the_same_resources_share_a_call(aws: Aws, fake: FakeIam) -> None:
    answers = await simulate(aws, ALICE, REQUESTS)
    assert decisions(answers) == {
        request: "allowed"
        if request.action == "bedrock:InvokeModel" and request.resource in MODELS[:2]
        else "implicitDeny"
        for request in REQUESTS
    }
    assert fake.actions == [CALL]
    assert fake.writes == []


async def test_one_by_one_there_is_a_call_for_each_resource_and_few_at_a_time(
    aws: Aws, fake: FakeIam
) -> None:
    most = 0
    gate = fake.hold(CALL)

    def count(_: Answers) -> None:
        nonlocal most
        most = max(most, fake.under_way)

    gate.set()
    answers = await simulate(aws, ALICE, REQUESTS, one_by_one=True, on_answers=count)
    assert len(answers) == len(REQUESTS)
    assert fake.actions == [CALL] * len(MODELS)
    assert most <= AT_ONCE


async def test_the_context_is_sent_and_a_policy_left_out(aws: Aws, fake: FakeIam) -> None:
    region = ContextEntry("aws:RequestedRegion", ("us-east-1",))
    name = ContextEntry("aws:username", ("alice",))
    arn = f"arn:aws:iam::{ID}:policy/other"
    await simulate(
        aws, ALICE, [Request("bedrock:GetAgent", MODELS[0], (region,))], always=[name], without=arn
    )
    (sent,) = fake.seen
    names = {value for key, value in sent.items() if key.endswith("ContextKeyName")}
    assert names == {"aws:RequestedRegion", "aws:username"}
    assert sent["PolicyExclusionList.member.1.PolicyArn"] == arn


async def test_all_pages_are_read(aws: Aws, fake: FakeIam) -> None:
    def paged(params: Params) -> str:
        last = params.get("Marker") == "2"
        model = MODELS[1 if last else 0]
        marker = "" if last else "<Marker>2</Marker>"
        return (
            "<EvaluationResults><member><EvalActionName>bedrock:InvokeModel</EvalActionName>"
            "<EvalDecision>allowed</EvalDecision><ResourceSpecificResults><member>"
            f"<EvalResourceName>{model}</EvalResourceName>"
            "<EvalResourceDecision>allowed</EvalResourceDecision></member>"
            "</ResourceSpecificResults></member></EvaluationResults>"
            f"<IsTruncated>{str(not last).lower()}</IsTruncated>{marker}"
        )

    fake.answer(CALL, paged)
    asked = [Request("bedrock:InvokeModel", model) for model in MODELS[:3]]
    assert list(decisions(await simulate(aws, ALICE, asked)).values()) == [
        "allowed",
        "allowed",
        "Incomplete",  # AWS did not answer about it: never "denied"
    ]


async def test_pages_without_an_end_are_given_up(aws: Aws, fake: FakeIam) -> None:
    fake.answer(
        CALL,
        lambda params: (
            "<EvaluationResults/><IsTruncated>true</IsTruncated>"
            f"<Marker>{int(params.get('Marker', '0')) + 1}</Marker>"
        ),
    )
    answers = await simulate(aws, ALICE, REQUESTS)
    assert set(decisions(answers).values()) == {"Incomplete"}
    assert len(fake.actions) <= MOST_PAGES + 1


async def test_a_throttled_call_is_an_answer_in_words_and_the_others_are_asked(
    aws: Aws, fake: FakeIam
) -> None:
    one = {"ResourceArns.member.1": MODELS[0]}
    fake.add(Rule(CALL, matches=one, reply=lambda _: error("Throttling", 400)))
    answers = await simulate(aws, ALICE, REQUESTS[:4], one_by_one=True)
    assert list(decisions(answers).values()) == ["Throttling"] * 2 + ["allowed", "implicitDeny"]
    assert "throttling" in str(answers[REQUESTS[0]])


async def test_a_denied_call_ends_the_question(aws: Aws, fake: FakeIam) -> None:
    fake.refuse(CALL, "AccessDenied")
    with pytest.raises(AwsError) as raised:
        await simulate(aws, ALICE, REQUESTS, one_by_one=True)
    assert raised.value.denied
    assert len(fake.actions) <= AT_ONCE


async def test_what_takes_too_long_is_given_up(aws: Aws, fake: FakeIam) -> None:
    fake.hold(CALL)
    answers = await simulate(aws, ALICE, REQUESTS, seconds=0.2)
    assert set(decisions(answers).values()) == {"Timeout"}


async def test_a_read_only_connection_may_ask(connect_to: Connect, fake: FakeIam) -> None:
    aws = connect_to(fake.url, read_only=True)
    answers = await simulate(aws, ALICE, REQUESTS[:1])
    assert list(decisions(answers).values()) == ["allowed"]


async def test_botocore_says_whether_policies_can_be_left_out(aws: Aws) -> None:
    shape = aws.iam.meta.service_model.operation_model(CALL).input_shape
    assert shape is not None
    assert can_exclude(aws) == ("PolicyExclusionList" in shape.members)
