"""The API keys of an account: read from moto in one list, with the list refused in each way."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

import pytest

from iam.aws import client, paging
from iam.aws.client import Aws
from iam.aws.load_api_keys import keys_of_user, load_api_keys
from iam.errors import AwsError
from tests.build import ID
from tests.fake_iam import FakeIam, Params

LIST = "ListServiceSpecificCredentials"
BEDROCK = "bedrock.amazonaws.com"


def member(**fields: str) -> str:
    inside = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items())
    return f"<member>{inside}</member>"


def page(members: str = "", marker: str = "") -> str:
    more = f"<IsTruncated>true</IsTruncated><Marker>{marker}</Marker>" if marker else ""
    return f"<ServiceSpecificCredentials>{members}</ServiceSpecificCredentials>{more}"


@pytest.fixture
def users(moto_url: str, iam: Any) -> Any:
    for name in ("alice", "bob"):
        iam.create_user(UserName=name)
        iam.create_service_specific_credential(UserName=name, ServiceName=BEDROCK)
    iam.create_service_specific_credential(
        UserName="bob", ServiceName=BEDROCK, CredentialAgeDays=30
    )
    iam.create_service_specific_credential(UserName="bob", ServiceName="codecommit.amazonaws.com")
    return iam


async def test_one_call_reads_the_keys_of_all_users(aws: Aws, fake: FakeIam, users: Any) -> None:
    found = await load_api_keys(aws)
    assert (found.status, found.unread) == ("read", ())
    assert [(key.name, key.expires is None) for key in found.keys] == [
        (f"alice-at-{ID}", True), (f"bob+1-at-{ID}", False), (f"bob-at-{ID}", True),
    ]  # fmt: skip
    assert fake.actions == [LIST]
    assert {k: fake.seen[0][k] for k in ("AllUsers", "ServiceName")} == {
        "AllUsers": "true", "ServiceName": BEDROCK,
    }  # fmt: skip


async def test_an_account_without_keys_has_been_read(aws: Aws) -> None:
    found = await load_api_keys(aws)
    assert (found.status, found.keys) == ("read", ())


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("AccessDenied", "needs iam:ListServiceSpecificCredentials"),
        ("Throttling", "throttling"),
        ("InvalidInput", "does not list the keys of all users"),
        ("InvalidAction", "has no API keys"),
    ],
)
async def test_a_refused_list_is_one_line_and_not_an_empty_list(
    aws: Aws, fake: FakeIam, users: Any, code: str, words: str
) -> None:
    fake.refuse(LIST, code, 400)
    found = await load_api_keys(aws)
    assert (found.status, found.keys, len(found.unread)) == ("unread", (), 1)
    assert found.unread[0].error == code
    assert words in found.unread[0].message
    assert found.of("alice") is None


async def test_a_list_that_never_ends_keeps_what_was_read(
    aws: Aws, fake: FakeIam, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "MOST_PAGES", 3)
    key = member(UserName="alice", ServiceSpecificCredentialId="ACCA1", Status="Active")

    def reply(params: Params) -> str:
        return page(key, f"{params.get('Marker', '')}x")

    fake.answer(LIST, reply)
    found = await load_api_keys(aws)
    assert (found.status, [key.id for key in found.keys]) == ("unread", ["ACCA1"])
    assert "3 pages without an end" in found.unread[0].message
    assert fake.actions == [LIST] * 3


async def test_a_hung_list_is_given_up(
    aws: Aws, fake: FakeIam, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "CALL_TIME", 0.3)
    fake.hang(LIST)
    found = await load_api_keys(aws)
    assert (found.status, found.unread[0].error) == ("unread", "Timeout")


async def test_a_botocore_that_does_not_know_the_list_says_so(
    aws: Aws, fake: FakeIam, monkeypatch: pytest.MonkeyPatch
) -> None:
    shape = aws.iam.meta.service_model.operation_model(LIST).input_shape
    assert shape is not None
    monkeypatch.delitem(shape.members, "AllUsers")
    found = await load_api_keys(aws)
    assert "botocore is too old" in found.unread[0].message
    assert fake.actions == []


async def test_the_keys_of_one_user_are_read_by_name(aws: Aws, users: Any) -> None:
    assert [key.user for key in await keys_of_user(aws, "bob")] == ["bob", "bob"]
    with pytest.raises(AwsError, match="does not exist"):
        await keys_of_user(aws, "nobody")
