"""Answers that are not AWS's, or not as AWS describes them: a sentence, and the rest is read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from iam.account.model import UNREAD_BOUNDARY, Account
from iam.account.unread import Unread
from iam.account.unread_documents import unread_documents
from iam.aws.calls import get_policy
from iam.aws.client import Aws
from iam.aws.identity import identify
from iam.aws.load_account import load_account
from iam.aws.load_one_by_one import load_one_by_one
from iam.aws.managed_policy import managed_policy
from iam.errors import AwsError
from iam.versions.list_versions import list_versions, read_documents
from tests.fake_iam import FakeIam, Rule
from tests.iam.accounts import SHARED, fill
from tests.iam.aws.test_load_account import ME, WHOLE, arn

PAGE = "<html><body>Log in to the network</body></html>"


@pytest.mark.parametrize("body", [PAGE, "<html><br>It works", "", "hello", "<a><b/></a>"])
@pytest.mark.parametrize("ask", [identify, lambda aws: load_account(aws, ME)])
async def test_a_page_with_status_200_is_no_answer(
    aws: Aws, fake: FakeIam, ask: Callable[[Aws], Awaitable[object]], body: str
) -> None:
    fake.add(Rule("*", reply=lambda _: (200, body)))
    with pytest.raises(AwsError, match="The response is not from AWS"):
        await ask(aws)


@pytest.mark.parametrize(
    ("action", "inside", "missing"),
    [
        ("GetCallerIdentity", "", "Account"),
        ("GetCallerIdentity", "<Account/><Arn>arn:aws:iam::1:root</Arn>", "Account"),
        ("GetCallerIdentity", "<Account>123456789012</Account>", "Arn"),
        ("ListAccountAliases", "<IsTruncated>false</IsTruncated>", "AccountAliases"),
    ],
)
async def test_an_identity_without_its_fields_is_a_sentence(
    aws: Aws, fake: FakeIam, action: str, inside: str, missing: str
) -> None:
    fake.answer(action, lambda _: inside)
    fake.refuse("GetUser", "AccessDenied")
    with pytest.raises(AwsError, match=f"not from AWS: it has no {missing}"):
        await identify(aws)


async def test_a_user_whose_arn_names_no_account_does_not_tell_whose_it_is(
    aws: Aws, fake: FakeIam
) -> None:
    fake.refuse("GetCallerIdentity", "AccessDenied")
    fake.answer("GetUser", lambda _: "<User><Arn>me</Arn></User>")
    with pytest.raises(AwsError, match="AWS denied GetCallerIdentity"):
        await identify(aws)


async def one_by_one(aws: Aws) -> Account:
    return await load_one_by_one(aws, Account(id=ME.account), lambda _: None)


@pytest.mark.parametrize("load", [lambda aws: load_account(aws, ME), one_by_one])
async def test_a_result_with_nothing_in_it_is_no_last_page(
    aws: Aws, fake: FakeIam, load: Callable[[Aws], Awaitable[Account]]
) -> None:
    for action in (WHOLE, "ListUsers", "ListRoles"):
        fake.answer(action, lambda _: "")
    with pytest.raises(AwsError, match="The response is not from AWS"):
        await load(aws)


def member(*fields: str) -> str:
    """A user in a list, with these fields."""
    values = {"UserName": "eve", "Path": "/", "Arn": arn("user", "eve")}
    return "".join(f"<{field}>{values[field]}</{field}>" for field in fields)


@pytest.mark.parametrize("fields", [("Arn", "Path"), ("Path",)], ids=["no name", "nothing"])
async def test_a_user_without_a_name_is_unread_and_not_the_end(
    aws: Aws, fake: FakeIam, iam: Any, fields: tuple[str, ...]
) -> None:
    fill(iam)
    alice = f"<UserName>alice</UserName><Path>/</Path><Arn>{arn('user', 'alice')}</Arn>"
    users = f"<member>{member(*fields)}</member><member>{alice}</member>"
    fake.answer("ListUsers", lambda _: f"<Users>{users}</Users>")
    account = await one_by_one(aws)
    assert {p.name for p in account.principals.values()} == {"alice", "worker"}
    (unread,) = account.unread
    assert (unread.error, unread.hides) == ("Malformed", True)


async def test_a_malformed_user_is_unread_and_not_the_end(
    aws: Aws, fake: FakeIam, iam: Any
) -> None:
    fill(iam)
    inside = f"<User>{member('UserName', 'Path')}</User>"
    fake.answer("GetUser", lambda _: inside, times=1)
    account = await one_by_one(aws)
    assert len(account.principals) == 2
    (unread,) = account.unread
    assert (unread.error, unread.hides) == ("Malformed", True)


@pytest.mark.parametrize(
    ("inside", "what"),
    [
        (member("Arn", "Path"), "UserName of user"),
        (member("UserName", "Arn") + "<PermissionsBoundary/>", "boundary of"),
        (member("UserName", "Arn") + "<Tags><member><Key>k</Key></member></Tags>", "Tags of user"),
    ],
    ids=["no name", "a boundary without an ARN", "a tag without a value"],
)
async def test_a_malformed_fact_about_a_user_is_unread_and_the_user_is_there(
    aws: Aws, fake: FakeIam, iam: Any, inside: str, what: str
) -> None:
    fill(iam)
    fake.answer("GetUser", lambda _: f"<User>{inside}</User>", times=1)
    account = await one_by_one(aws)
    assert account.principals[arn("user", "eve")].name == "eve"
    unread = [u for u in (*account.unread, *unread_documents(account)) if u.error == "Malformed"]
    assert [(u.what, u.hides) for u in unread] == [(f"{what} {arn('user', 'eve')}", False)]


@pytest.mark.parametrize(
    ("action", "inside", "shown"),
    [
        (
            "ListAttachedUserPolicies",
            "<AttachedPolicies><member/></AttachedPolicies>",
            "(attached policies could not be read)",
        ),
        ("ListAttachedUserPolicies", "", "(attached policies could not be read)"),
        ("ListUserPolicies", "", "(inline policies could not be read)"),
        ("ListUserPolicies", "<PolicyNames><member/></PolicyNames>", ""),
        ("ListGroupsForUser", "<Groups><member/></Groups>", "(groups could not be read)"),
        ("GetUserPolicy", "<UserName>alice</UserName>", "own"),
    ],
)
async def test_a_malformed_part_of_a_user_is_unread_and_the_user_is_there(
    aws: Aws, fake: FakeIam, iam: Any, action: str, inside: str, shown: str
) -> None:
    fill(iam)
    fake.answer(action, lambda _: inside)
    account = await one_by_one(aws)
    alice = account.principals[arn("user", "alice")]
    documents = {policy.name: policy.document for policy in alice.inline}
    assert isinstance(documents[shown], Unread)


async def test_a_user_without_a_get_user_answer_may_have_a_boundary(
    aws: Aws, fake: FakeIam, iam: Any
) -> None:
    fill(iam)
    fake.answer("GetUser", lambda _: "")
    account = await one_by_one(aws)
    assert account.principals[arn("user", "alice")].boundary == UNREAD_BOUNDARY


STRANGE = pytest.mark.parametrize(
    ("action", "inside"),
    [
        ("GetPolicy", ""),
        ("GetPolicy", "<Policy><PolicyName>shared</PolicyName></Policy>"),
        ("GetPolicy", "<Policy><DefaultVersionId>v1</DefaultVersionId></Policy>"),
        ("GetPolicyVersion", ""),
        ("GetPolicyVersion", "<PolicyVersion><VersionId>v1</VersionId></PolicyVersion>"),
    ],
)


@STRANGE
async def test_a_policy_of_a_strange_shape_is_an_unread_document(
    aws: Aws, fake: FakeIam, iam: Any, action: str, inside: str
) -> None:
    fill(iam)
    fake.refuse(WHOLE, "AccessDenied")
    fake.answer(action, lambda _: inside)
    with pytest.raises(AwsError) as caught:
        await get_policy(aws, SHARED)
    assert caught.value.code == "Malformed"
    account = await load_account(aws, ME)
    assert len(account.principals) == 3
    document = account.policies[SHARED].document
    assert isinstance(document, Unread)
    assert document.error == "Malformed"


@pytest.mark.parametrize(
    "inside", ["<Versions><member/></Versions>", "", "<Versions><member><X/></member></Versions>"]
)
async def test_versions_of_a_strange_shape_are_listed_or_told_of(
    aws: Aws, fake: FakeIam, iam: Any, inside: str
) -> None:
    fill(iam)
    account = await load_account(aws, ME)
    managed = await managed_policy(aws, SHARED, account)
    fake.answer("ListPolicyVersions", lambda _: inside)
    fake.answer("GetPolicyVersion", lambda _: "<PolicyVersion/>")
    versions = await list_versions(aws, managed)
    assert versions.all
    await read_documents(aws, managed, versions, range(len(versions.all)))


async def test_a_list_of_versions_that_is_not_complete_says_so(
    aws: Aws, fake: FakeIam, iam: Any
) -> None:
    fill(iam)
    managed = await managed_policy(aws, SHARED, await load_account(aws, ME))
    version = "<member><VersionId>v7</VersionId></member>"
    fake.answer(
        "ListPolicyVersions",
        lambda _: f"<Versions>{version}</Versions><IsTruncated>true</IsTruncated>",
    )
    versions = await list_versions(aws, managed)
    assert "v7" in {v.id for v in versions.all}
    assert any("versions is incomplete" in note for note in versions.notes)
