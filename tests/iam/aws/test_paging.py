"""Pages that are announced and do not come: what was read stands, and what is missing is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from iam.account.model import Account
from iam.account.unread import Unread
from iam.aws import client, paging
from iam.aws.client import Aws
from iam.aws.load_account import load_account
from iam.aws.load_one_by_one import load_one_by_one
from iam.errors import AwsError
from tests.fake_iam import FakeIam, Params, Rule
from tests.iam.accounts import fill
from tests.iam.aws.test_load_account import ME, WHOLE, arn

BROKEN = pytest.mark.parametrize(
    ("marker", "says"),
    [
        ("", "more results without a marker"),
        ("<Marker/>", "more results without a marker"),
        ("<Marker>same</Marker>", "same page twice"),
    ],
    ids=["no marker", "empty marker", "the same marker"],
)


def users_then(marker: str) -> Callable[[Params], str]:
    """Answer with a user, and with the promise of more; other kinds are complete."""

    def reply(params: Params) -> str:
        if params.get("Filter.member.1") != "User":
            return "<IsTruncated>false</IsTruncated>"
        who = f"<UserName>alice</UserName><Path>/</Path><Arn>{arn('user', 'alice')}</Arn>"
        users = f"<UserDetailList><member>{who}</member></UserDetailList>"
        return f"{users}<IsTruncated>true</IsTruncated>{marker}"

    return reply


def only(account: Account) -> Unread:
    """The one thing that is unread of an account of which alice was read."""
    assert arn("user", "alice") in account.principals
    (unread,) = account.unread
    return unread


@BROKEN
async def test_a_page_of_the_whole_without_a_way_on_is_not_the_last(
    aws: Aws, fake: FakeIam, marker: str, says: str
) -> None:
    fake.answer(WHOLE, users_then(marker))
    unread = only(await load_account(aws, ME))
    assert (unread.what, unread.error, unread.hides) == ("users", "Incomplete", True)
    assert says in unread.message


@BROKEN
async def test_a_list_of_names_without_a_way_on_is_not_complete(
    aws: Aws, fake: FakeIam, iam: Any, marker: str, says: str
) -> None:
    fill(iam)
    who = (
        f"<member><UserName>alice</UserName><Path>/</Path><UserId>AIDA</UserId>"
        f"<Arn>{arn('user', 'alice')}</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate></member>"
    )
    fake.answer(
        "ListUsers", lambda _: f"<Users>{who}</Users><IsTruncated>true</IsTruncated>{marker}"
    )
    unread = only(await load_one_by_one(aws, Account(id=ME.account), lambda _: None))
    assert (unread.what, unread.error, unread.hides) == ("users", "Incomplete", True)
    assert says in unread.message


@pytest.mark.parametrize(
    ("action", "key", "shown"),
    [
        ("ListAttachedUserPolicies", "AttachedPolicies", "(attached policies could not be read)"),
        ("ListUserPolicies", "PolicyNames", "(inline policies could not be read)"),
        ("ListGroupsForUser", "Groups", "(groups could not be read)"),
    ],
)
async def test_a_part_of_a_principal_without_a_way_on_is_unread(
    aws: Aws, fake: FakeIam, iam: Any, action: str, key: str, shown: str
) -> None:
    fill(iam)
    fake.answer(action, lambda _: f"<{key}/><IsTruncated>true</IsTruncated>")
    account = await load_one_by_one(aws, Account(id=ME.account), lambda _: None)
    alice = account.principals[arn("user", "alice")]
    (document,) = (policy.document for policy in alice.inline if policy.name == shown)
    assert isinstance(document, Unread)
    assert document.error == "Incomplete"


async def test_a_marker_without_a_word_on_truncation_is_followed(aws: Aws, fake: FakeIam) -> None:
    def reply(params: Params) -> str:
        more = "" if "Marker" in params else "<Marker>m</Marker>"
        return f"<PolicyNames><member>p{len(params)}</member></PolicyNames>{more}"

    fake.answer("ListUserPolicies", reply)
    found, missing = await paging.listed(aws, "list_user_policies", "PolicyNames", UserName="x")
    assert (len(set(found)), missing) == (2, None)


async def test_ever_new_markers_come_to_an_end(
    aws: Aws, fake: FakeIam, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "MOST_PAGES", 4)

    def reply(params: Params) -> str:
        return users_then(f"<Marker>{int(params.get('Marker', 0)) + 1}</Marker>")(params)

    fake.answer(WHOLE, reply)
    unread = only(await load_account(aws, ME))
    assert "4 pages without an end" in unread.message
    assert unread.hides
    assert [p.get("Filter.member.1") for p in fake.seen].count("User") == 4


async def test_pages_that_take_too_long_in_all_come_to_an_end(
    aws: Aws, fake: FakeIam, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "STREAM_TIME", 0)
    fake.answer(WHOLE, users_then("<Marker>more</Marker>"))
    unread = only(await load_account(aws, ME))
    assert "minutes to get account authorization details" in unread.message
    assert unread.hides


async def test_an_answer_that_comes_drop_by_drop_is_given_up(
    aws: Aws, fake: FakeIam, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "CALL_TIME", 4)  # on a busy machine each call takes its time
    more = {"Marker": "more"}
    fake.add(Rule(WHOLE, matches=more, reply=lambda _: (200, ""), drip=True))
    fake.answer(WHOLE, users_then("<Marker>more</Marker>"))
    unread = only(await load_account(aws, ME))
    assert (unread.what, unread.error, unread.hides) == ("users", "Timeout", True)
    assert "response is incomplete" in unread.message


async def test_where_no_page_is_complete_there_is_an_error(
    aws: Aws, fake: FakeIam, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.drip("*")
    monkeypatch.setattr(client, "CALL_TIME", 0.3)
    with pytest.raises(AwsError, match="Timed out while trying to get account"):
        await load_account(aws, ME)
