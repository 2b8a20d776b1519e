"""The last use of Bedrock, read from AWS: what is asked, and what stays unknown when that fails."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from iam.account.last_use import BedrockUse
from iam.account.model import Account
from iam.account.uses import with_uses
from iam.aws.calls import get_policy
from iam.aws.client import Aws
from iam.aws.identity import identify
from iam.aws.last_use import Uses, uses_of_each, uses_of_policy
from iam.aws.load_account import load_account
from iam.demo.last_used import record_use
from tests.build import ID, allow, document
from tests.fake_iam import FakeIam, Params, Reply, error, result

ARN = f"arn:aws:iam::{ID}:policy/bedrock"
NOW = datetime.now(UTC).replace(microsecond=0)
GENERATE = "GenerateServiceLastAccessedDetails"
DETAILS = "GetServiceLastAccessedDetails"
ENTITIES = "GetServiceLastAccessedDetailsWithEntities"


def arn_of(name: str) -> str:
    return f"arn:aws:iam::{ID}:user/{name}"


@pytest.fixture
def aws(aws: Aws, iam: Any, monkeypatch: pytest.MonkeyPatch) -> Aws:
    """Alice and, by a group, bob have the policy; carol may everything by a policy of her own."""
    from moto.iam.models import iam_backends

    monkeypatch.setattr("iam.aws.last_use.PAUSES", (0.001,))
    statements = document(allow(["bedrock:*", "bedrock-mantle:Get*", "s3:*"]))
    iam.create_policy(PolicyName="bedrock", PolicyDocument=json.dumps(statements))
    iam.create_group(GroupName="team")
    for name in ("alice", "bob", "carol", "dave"):
        iam.create_user(UserName=name)
    iam.attach_user_policy(UserName="alice", PolicyArn=ARN)
    iam.attach_group_policy(GroupName="team", PolicyArn=ARN)
    iam.add_user_to_group(GroupName="team", UserName="bob")
    every = json.dumps(document(allow("*")))
    iam.put_user_policy(UserName="carol", PolicyName="all", PolicyDocument=every)
    backend = iam_backends[ID]["aws"]
    record_use(backend, arn_of("alice"), NOW - timedelta(days=3), "bedrock", "eu-west-1")
    record_use(backend, arn_of("carol"), NOW - timedelta(days=90), "bedrock-websearch")
    return aws


async def read(aws: Aws) -> Account:
    return await load_account(aws, await identify(aws))


def ask(aws: Aws, said: list[str] | None = None) -> tuple[Uses, Account]:
    """Ask about the policy; the account has the answer in it."""

    async def run() -> tuple[Uses, Account]:
        account = await read(aws)
        policy = await get_policy(aws, ARN)
        uses = await uses_of_policy(aws, account, policy, (said if said is not None else []).append)
        return uses, with_uses(account, uses.by_arn, uses.asked)

    return asyncio.run(run())


def ask_each(aws: Aws, *names: str) -> Uses:
    async def run() -> Uses:
        return await uses_of_each(aws, map(arn_of, names))

    return asyncio.run(run())


def in_short(uses: Iterable[tuple[str, BedrockUse | None]]) -> dict[str, str]:
    return {arn.rpartition("/")[2]: "?" if use is None else use.in_short for arn, use in uses}


def shown(account: Account) -> dict[str, str]:
    return in_short((arn, p.bedrock_use) for arn, p in account.principals.items())


def test_one_job_tells_of_all_who_have_the_policy(aws: Aws, fake: FakeIam) -> None:
    said: list[str] = []
    uses, account = ask(aws, said)
    assert shown(account) == {
        "alice": "3 d", "bob": "never in 400 d", "carol": "?", "dave": "?",
    }  # fmt: skip
    assert uses.asked.unread == ()
    last = uses.by_arn[arn_of("alice")].last
    assert last is not None and (last.service, last.region) == ("bedrock", "eu-west-1")
    calls = Counter(action for action in fake.actions if "LastAccessed" in action)
    # In progress, complete, the services; and for each of the two services those who have it.
    assert calls == {GENERATE: 1, DETAILS: 3, ENTITIES: 2}
    assert said == [
        "asking AWS for a report", "waiting for AWS's report", "reading who used bedrock",
        "reading who used bedrock-mantle",
    ]  # fmt: skip


def test_never_is_not_said_of_who_may_use_more_than_the_report_is_on(aws: Aws, iam: Any) -> None:
    every = json.dumps(document(allow("*")))
    iam.put_user_policy(UserName="bob", PolicyName="all", PolicyDocument=every)
    uses, account = ask(aws)
    assert shown(account)["bob"] == "?"
    assert uses.by_arn[arn_of("bob")].unread == ("bedrock-websearch",)


def test_all_pages_are_read(aws: Aws, fake: FakeIam, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("iam.aws.last_use._PAGE", 1)
    _, account = ask(aws)
    assert shown(account)["bob"] == "never in 400 d"
    assert Counter(fake.actions)[ENTITIES] == 4


def test_a_user_without_the_policy_has_a_job_of_its_own(aws: Aws, fake: FakeIam) -> None:
    uses = ask_each(aws, "carol", "dave")
    assert in_short(uses.by_arn.items()) == {"carol": "90 d"}
    (unread,) = uses.asked.unread
    assert unread.what == f"last use of {arn_of('dave')}"
    assert "allow no Bedrock service" in unread.message
    assert Counter(fake.actions)[GENERATE] == 2


def failing(params: Params) -> str:
    return (
        "<JobStatus>FAILED</JobStatus><JobCreationDate>2026-05-01T00:00:00Z</JobCreationDate>"
        "<Error><Code>InternalFailure</Code><Message>no luck</Message></Error>"
    )


def never_ending(params: Params) -> str:
    return (
        "<JobStatus>IN_PROGRESS</JobStatus><JobCreationDate>2026-05-01T00:00:00Z</JobCreationDate>"
    )


@pytest.mark.parametrize(
    ("arrange", "code", "words"),
    [
        (lambda fake: fake.refuse(GENERATE, "AccessDenied"), "AccessDenied", "AWS denied Generate"),
        (lambda fake: fake.refuse(DETAILS, "AccessDenied"), "AccessDenied", "AWS denied Get"),
        (lambda fake: fake.refuse(GENERATE, "Throttling"), "Throttling", "is throttling"),
        (lambda fake: fake.answer(DETAILS, failing), "JobFailed", "(InternalFailure): no luck"),
        (lambda fake: fake.answer(DETAILS, never_ending), "JobTimeout", "was not ready after"),
        (lambda fake: fake.answer(GENERATE, lambda _: ""), "Malformed", "has no JobId"),
    ],
)
def test_a_job_that_fails_is_one_line_and_everybody_stays_unknown(
    aws: Aws,
    fake: FakeIam,
    monkeypatch: pytest.MonkeyPatch,
    arrange: Any,
    code: str,
    words: str,
) -> None:
    monkeypatch.setattr("iam.aws.last_use.LONGEST", 0.01)
    arrange(fake)
    uses, account = ask(aws)
    (unread,) = uses.asked.unread
    assert (unread.what, unread.error) == ("last use of bedrock", code)
    assert words in unread.message
    assert set(shown(account).values()) == {"?"}


def test_a_job_that_is_throttled_once_is_asked_for_again(aws: Aws, fake: FakeIam) -> None:
    fake.refuse(GENERATE, "Throttling", 400, times=1)
    fake.refuse(ENTITIES, "Throttling", 400, times=1)
    uses, account = ask(aws)
    assert uses.asked.unread == ()
    assert shown(account)["alice"] == "3 d"


def test_a_service_that_is_denied_leaves_never_unknown(aws: Aws, fake: FakeIam) -> None:
    def reply(params: Params) -> Reply:
        return error("AccessDenied")

    from tests.fake_iam import Rule

    fake.add(Rule(ENTITIES, {"ServiceNamespace": "bedrock-mantle"}, reply=reply))
    uses, account = ask(aws)
    assert shown(account)["alice"] == "3 d"  # or less: the other service is not known
    assert shown(account)["bob"] == "?"
    use = uses.by_arn[arn_of("alice")]
    assert use.unread == ("bedrock-mantle",)
    assert use.unused_for(3) is None
    assert use.unused_for(4) is False
    assert [each.what for each in uses.asked.unread] == ["last use of bedrock-mantle"]


def test_denied_for_every_service_is_one_line(aws: Aws, fake: FakeIam) -> None:
    fake.refuse(ENTITIES, "AccessDenied")
    uses, account = ask(aws)
    assert [each.what for each in uses.asked.unread] == ["last use of bedrock, bedrock-mantle"]
    assert set(shown(account).values()) == {"?"}


def test_a_report_without_a_service_of_the_policy_leaves_never_unknown(
    aws: Aws, fake: FakeIam
) -> None:
    """The policy grants bedrock-mantle; a report without it says nothing about its use."""
    complete = (
        "<JobStatus>COMPLETED</JobStatus><JobCreationDate>2026-05-01T00:00:00Z</JobCreationDate>"
        "<ServicesLastAccessed><member><ServiceName>B</ServiceName><ServiceNamespace>bedrock"
        "</ServiceNamespace></member></ServicesLastAccessed><IsTruncated>false</IsTruncated>"
    )
    fake.pass_on(DETAILS, times=2)
    fake.answer(DETAILS, lambda _: complete)
    uses, account = ask(aws)
    assert shown(account)["bob"] == "?"
    assert [each.what for each in uses.asked.unread] == ["last use of bedrock-mantle"]


def test_pages_without_an_end_are_given_up(
    aws: Aws, fake: FakeIam, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("iam.aws.paging.MOST_PAGES", 3)
    markers = iter(range(100))

    def endless(params: Params) -> Reply:
        return 200, result(
            ENTITIES,
            "<JobStatus>COMPLETED</JobStatus><EntityDetailsList/><IsTruncated>true</IsTruncated>"
            f"<Marker>{next(markers)}</Marker>",
        )

    from tests.fake_iam import Rule

    fake.add(Rule(ENTITIES, {"ServiceNamespace": "bedrock"}, reply=endless))
    uses, account = ask(aws)
    assert [each.error for each in uses.asked.unread] == ["Incomplete"]
    assert shown(account)["bob"] == "?"


def test_a_cancelled_question_sends_nothing_more(aws: Aws, fake: FakeIam) -> None:
    fake.answer(DETAILS, never_ending)

    async def run() -> None:
        account, policy = await read(aws), await get_policy(aws, ARN)
        waits = asyncio.Event()

        def progress(said: str) -> None:
            if said.startswith("waiting"):
                waits.set()

        task = asyncio.create_task(uses_of_policy(aws, account, policy, progress))
        await waits.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    fake.wait_until_idle()
    assert ENTITIES not in fake.actions


def test_a_read_only_connection_may_ask(connect_to: Any, aws: Aws, fake: FakeIam) -> None:
    uses, _ = ask(connect_to(fake.url, read_only=True))
    assert uses.asked.unread == ()
    assert fake.writes == []
