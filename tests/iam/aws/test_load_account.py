"""A whole account from AWS: identity, pages, and what is denied."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from iam.account.attachments import attachment_of
from iam.account.model import UNREAD_BOUNDARY, Account, Role
from iam.account.unread import Unread
from iam.account.unread_documents import unread_documents
from iam.aws.client import Aws
from iam.aws.fast_xml import parse_large_response
from iam.aws.identity import Identity, count_principals, identify
from iam.aws.load_account import load_account
from iam.aws.load_missing import load_missing
from iam.errors import AwsError
from tests.build import LIMITED, statements_of
from tests.fake_iam import FakeIam, Params, Rule, error, result
from tests.iam.accounts import ALLOW, BOUNDARY, fill

ME = Identity("123456789012", "arn:aws:iam::123456789012:user/me", None, "aws")
WHOLE = "GetAccountAuthorizationDetails"


def arn(kind: str, name: str) -> str:
    return f"arn:aws:iam::123456789012:{kind}/{name}"


async def test_the_identity_is_that_of_sts_with_the_alias(aws: Aws, iam: Any) -> None:
    iam.create_account_alias(AccountAlias="acme")
    found = await identify(aws)
    assert (found.account, found.alias, found.partition) == ("123456789012", "acme", "aws")
    assert found.caller == "arn:aws:sts::123456789012:user/moto"


async def test_a_denied_alias_is_no_alias(aws: Aws, fake: FakeIam) -> None:
    fake.refuse("ListAccountAliases", "AccessDenied")
    assert (await identify(aws)).alias is None


async def test_where_sts_is_shut_off_iam_tells_whose_account_it_is(aws: Aws, fake: FakeIam) -> None:
    fake.refuse("GetCallerIdentity", "AccessDenied")
    user = (
        "<User><Path>/</Path><UserName>me</UserName><UserId>AIDAEXAMPLEEXAMPLE</UserId>"
        "<Arn>arn:aws-cn:iam::123456789012:user/me</Arn>"
        "<CreateDate>2026-01-01T00:00:00Z</CreateDate></User>"
    )
    fake.answer("GetUser", lambda _: user)
    found = await identify(aws)
    assert (found.account, found.partition) == ("123456789012", "aws-cn")


async def test_credentials_that_have_expired_are_told(aws: Aws, fake: FakeIam) -> None:
    fake.refuse("*", "ExpiredToken")
    with pytest.raises(AwsError, match="credentials have expired"):
        await identify(aws)


async def test_the_account_holds_all_that_aws_says(aws: Aws, iam: Any) -> None:
    fill(iam)
    account = await load_account(aws, ME)
    alice = account.principals[arn("user", "alice")]
    assert alice.groups == ("team",)
    assert [policy.name for policy in alice.inline] == ["own"]
    assert statements_of(alice.inline[0].document)[0].actions == ("bedrock:InvokeModel",)
    assert account.groups[ME.account, "team"].attached == (arn("policy", "shared"),)
    assert statements_of(account.policies[arn("policy", "shared")].document)[0].effect == "Allow"
    assert account.principals[arn("role", "worker")].boundary == BOUNDARY
    assert account.policies[BOUNDARY].path == "/limits/"
    assert account.unread == unread_documents(account) == ()


async def test_documents_of_the_same_text_are_parsed_once(aws: Aws, iam: Any) -> None:
    for name in ("a", "b"):
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps(ALLOW))
    account = await load_account(aws, ME)
    first, second = (user.inline[0].document for user in account.principals.values())
    assert first is second


def pages_of_users(size: int, count: int) -> Any:
    """Answer with `count` pages of users, and with an empty page in between."""

    def reply(params: Params) -> str:
        if params.get("Filter.member.1") != "User":
            return "<IsTruncated>false</IsTruncated>"
        page = int(params.get("Marker", "0"))
        users = "".join(
            f"<member><UserName>u{page}-{i}</UserName><Path>/</Path>"
            f"<Arn>{arn('user', f'u{page}-{i}')}</Arn></member>"
            for i in range(0 if page == 1 else size)
        )
        more = f"<Marker>{page + 1}</Marker>" if page + 1 < count else ""
        truncated = "true" if more else "false"
        return (
            f"<UserDetailList>{users}</UserDetailList><IsTruncated>{truncated}</IsTruncated>{more}"
        )

    return reply


async def test_pages_arrive_as_they_come_even_after_an_empty_one(aws: Aws, fake: FakeIam) -> None:
    fake.answer(WHOLE, pages_of_users(size=20, count=4))
    told: list[list[str]] = []
    account = await load_account(aws, ME, lambda page: told.append(list(page.principals)))
    assert len(account.principals) == 60
    assert {len(new) for new in told} == {0, 20}
    assert {arn for new in told for arn in new} == account.principals.keys()
    assert {params["MaxItems"] for params in fake.seen} == {"1000"}
    assert len({params["Filter.member.1"] for params in fake.seen}) == 3


async def test_credentials_that_expire_on_the_way_end_it(aws: Aws, fake: FakeIam) -> None:
    pages = pages_of_users(size=5, count=3)

    fake.add(
        Rule(
            WHOLE,
            reply=lambda params: (
                error("ExpiredToken")
                if params.get("Marker") == "2"
                else (200, result(WHOLE, pages(params)))
            ),
        )
    )
    with pytest.raises(AwsError, match="credentials have expired"):
        await load_account(aws, ME)


async def test_throttling_and_a_cut_connection_on_the_way_lose_nothing(
    aws: Aws, fake: FakeIam, iam: Any
) -> None:
    fill(iam)
    fake.refuse(WHOLE, "Throttling", 400, times=1)
    fake.cut_before(WHOLE, times=1)
    assert len((await load_account(aws, ME)).principals) == 3


async def test_the_lean_walk_reads_what_botocore_reads(aws: Aws, iam: Any) -> None:
    fill(iam)
    answers = []
    read = "before-parse.iam.GetAccountAuthorizationDetails"
    aws.iam.meta.events.register_last(read, lambda **kwargs: answers.append(kwargs))
    lean = await load_account(aws, ME)
    # It has left botocore nothing to parse.
    assert all(b"UserDetailList" not in each["response_dict"]["body"] for each in answers)
    assert any(each["customized_response_dict"]["UserDetailList"] for each in answers)
    aws.iam.meta.events.unregister(read, parse_large_response)
    assert await load_account(aws, ME) == lean


async def test_a_boundary_that_nothing_else_uses_is_fetched(
    aws: Aws, fake: FakeIam, iam: Any
) -> None:
    fill(iam)
    without_policies = (
        f"<UserDetailList><member><UserName>alice</UserName><Arn>{arn('user', 'alice')}</Arn>"
        f"<PermissionsBoundary><PermissionsBoundaryArn>{BOUNDARY}</PermissionsBoundaryArn>"
        "</PermissionsBoundary></member></UserDetailList><IsTruncated>false</IsTruncated>"
    )
    fake.answer(WHOLE, lambda _: without_policies)
    account = await load_account(aws, ME)
    assert statements_of(account.policies[BOUNDARY].document)[0].actions == ("bedrock:*",)


@pytest.mark.parametrize("action", ["GetPolicy", "GetPolicyVersion"])
async def test_a_boundary_that_may_not_be_read_is_unread(
    aws: Aws, fake: FakeIam, iam: Any, action: str
) -> None:
    fill(iam)
    account = await load_account(aws, ME)
    fake.refuse(action, "AccessDenied")
    known = {k: v for k, v in account.policies.items() if k != BOUNDARY}
    bare = Account(id=account.id, principals=account.principals, policies=known)
    made = await load_missing(aws, bare)
    assert [(u.what, u.error) for u in unread_documents(made)] == [
        (f"policy {BOUNDARY}", "AccessDenied")
    ]
    assert list(made.groups) == [(ME.account, "team")]


async def test_where_the_whole_is_denied_the_parts_say_the_same(
    aws: Aws, fake: FakeIam, iam: Any
) -> None:
    fill(iam)
    whole = await load_account(aws, ME)
    fake.refuse(WHOLE, "AccessDenied")
    seen: list[Account] = []
    parts = await load_account(aws, ME, seen.append)
    assert parts.principals == whole.principals
    assert parts.groups == whole.groups
    assert parts.unread == ()
    used = {arn("policy", "shared"), BOUNDARY}
    assert {a: p.document for a, p in parts.policies.items()} == {
        a: whole.policies[a].document for a in used
    }
    assert sum(len(new.principals) for new in seen) == 3


@pytest.mark.parametrize(
    ("action", "shown"),
    [
        ("ListAttachedUserPolicies", "(attached policies could not be read)"),
        ("ListUserPolicies", "(inline policies could not be read)"),
        ("ListGroupsForUser", "(groups could not be read)"),
        ("GetUserPolicy", "own"),
    ],
)
async def test_what_is_denied_of_a_principal_does_not_look_like_nothing(
    aws: Aws, fake: FakeIam, iam: Any, action: str, shown: str
) -> None:
    fill(iam)
    fake.refuse(WHOLE, "AccessDenied")
    fake.refuse(action, "AccessDenied")
    account = await load_account(aws, ME)
    alice = account.principals[arn("user", "alice")]
    documents = {policy.name: policy.document for policy in alice.inline}
    hidden = documents[shown]
    assert isinstance(hidden, Unread)
    assert hidden.error == "AccessDenied"
    assert unread_documents(account)
    way = attachment_of(account, alice, LIMITED)
    assert way.unknown == (action in ("ListAttachedUserPolicies", "ListGroupsForUser"))


async def test_a_boundary_of_which_nothing_may_be_known_is_not_no_boundary(
    aws: Aws, fake: FakeIam, iam: Any
) -> None:
    fill(iam)
    fake.refuse(WHOLE, "AccessDenied")
    fake.refuse("GetUser", "AccessDenied")
    account = await load_account(aws, ME)
    assert account.principals[arn("user", "alice")].boundary == UNREAD_BOUNDARY
    assert isinstance(account.policies[UNREAD_BOUNDARY].document, Unread)
    assert account.principals[arn("role", "worker")].boundary == BOUNDARY


async def test_tags_are_read_unless_the_call_that_returns_them_is_denied(
    aws: Aws, fake: FakeIam, iam: Any
) -> None:
    fill(iam)
    iam.tag_user(UserName="bob", Tags=[{"Key": "team", "Value": "ml"}])
    alice, bob = arn("user", "alice"), arn("user", "bob")
    whole = await load_account(aws, ME)
    assert (whole.principals[alice].tags, whole.principals[bob].tags) == ((), (("team", "ml"),))
    fake.refuse(WHOLE, "AccessDenied")
    parts = await load_account(aws, ME)
    assert (parts.principals[alice].tags, parts.principals[bob].tags) == ((), (("team", "ml"),))
    fake.refuse("GetUser", "AccessDenied")
    unread = await load_account(aws, ME)
    assert (unread.principals[alice].tags, unread.principals[bob].tags) == (None, None)


@pytest.mark.parametrize(("denied", "read"), [("None", True), ("GetRole", False)])
async def test_no_use_on_record_is_not_the_same_as_not_read(
    aws: Aws, fake: FakeIam, iam: Any, denied: str, read: bool
) -> None:
    fill(iam)
    fake.refuse(denied, "AccessDenied")
    if not read:
        fake.refuse(WHOLE, "AccessDenied")
    worker = (await load_account(aws, ME)).principals[arn("role", "worker")]
    assert isinstance(worker, Role)
    assert (worker.last_used, worker.use_read) == (None, read)


async def test_a_list_that_is_denied_is_named(aws: Aws, fake: FakeIam, iam: Any) -> None:
    fill(iam)
    fake.refuse(WHOLE, "AccessDenied")
    fake.refuse("ListRoles", "AccessDenied")
    account = await load_account(aws, ME)
    assert [(u.what, u.error) for u in account.unread] == [("roles", "AccessDenied")]
    assert {p.type for p in account.principals.values()} == {"user"}


async def test_groups_of_which_nothing_may_be_known_are_missed(
    aws: Aws, fake: FakeIam, iam: Any
) -> None:
    fill(iam)
    for action in (WHOLE, "ListGroups", "GetGroup"):
        fake.refuse(action, "AccessDenied")
    account = await load_account(aws, ME)
    assert account.principals[arn("user", "alice")].groups == ("team",)
    assert [u.what for u in account.unread] == ["groups"]
    assert [u.what for u in unread_documents(account)] == ["group team"]


async def test_where_nothing_may_be_listed_there_is_an_error(aws: Aws, fake: FakeIam) -> None:
    for action in (WHOLE, "ListUsers", "ListRoles"):
        fake.refuse(action, "AccessDenied")
    with pytest.raises(AwsError, match="AWS denied ListUsers"):
        await load_account(aws, ME)


@pytest.mark.parametrize("denied", [(), (WHOLE,)], ids=["whole", "parts"])
async def test_principals_of_another_account_are_refused(
    aws: Aws, fake: FakeIam, iam: Any, denied: tuple[str, ...]
) -> None:
    fill(iam)
    for action in denied:
        fake.refuse(action, "AccessDenied")
    with pytest.raises(AwsError, match=f"{ME.account}:.* is not in account 222222222222") as caught:
        await load_account(aws, replace(ME, account="222222222222"))
    assert caught.value.code == "WrongAccount"


async def test_a_principal_that_goes_away_on_the_way_is_left_out(
    aws: Aws, fake: FakeIam, iam: Any
) -> None:
    fill(iam)
    fake.refuse(WHOLE, "AccessDenied")
    fake.refuse("ListAttachedRolePolicies", "NoSuchEntity", 404)
    account = await load_account(aws, ME)
    assert {p.name for p in account.principals.values()} == {"alice", "bob"}


async def test_a_load_that_is_cancelled_leaves_no_task(aws: Aws, fake: FakeIam) -> None:
    fake.hang("*")
    task = asyncio.create_task(load_account(aws, ME))
    await asyncio.to_thread(fake.arrived.wait, 20)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_the_number_of_principals_is_known_ahead_unless_aws_does_not_say(
    aws: Aws, fake: FakeIam, iam: Any
) -> None:
    fill(iam)
    assert await count_principals(aws) == 3
    fake.refuse("GetAccountSummary", "AccessDenied")
    assert await count_principals(aws) is None


async def test_an_inline_policy_that_has_just_gone_leaves_its_principal(
    aws: Aws, fake: FakeIam, iam: Any
) -> None:
    fill(iam)
    fake.refuse(WHOLE, "AccessDenied")
    fake.refuse("GetUserPolicy", "NoSuchEntity", 404)
    account = await load_account(aws, ME)
    alice = account.principals[arn("user", "alice")]
    assert alice.inline == ()
    assert alice.groups == ("team",)


async def test_entities_of_another_account_are_not_taken_for_this_one_s(aws: Aws, iam: Any) -> None:
    fill(iam)
    with pytest.raises(AwsError, match="which is not in account 210987654321") as raised:
        await load_account(aws, replace(ME, account="210987654321"))
    assert raised.value.code == "WrongAccount"
