"""Which versions of a policy there are, and what stands in where AWS does not tell."""

from __future__ import annotations

import json
from typing import Any

import pytest

from iam.account.model import Account, ManagedPolicy
from iam.account.parse import managed_policy_of
from iam.account.unread import Unread
from iam.aws.client import Aws
from iam.aws.managed_policy import Managed, managed_policy
from iam.policy.document import Document
from iam.versions.list_versions import VersionList, list_versions, read_documents
from tests.build import LIMITED, limited
from tests.fake_iam import FakeIam
from tests.iam.accounts import allowing

HERE = Account(id="123456789012")


def ids(versions: VersionList) -> list[str]:
    return [version.id for version in versions.all]


def held(*ids: str, arn: str = LIMITED, default: str = "v8") -> ManagedPolicy:
    """A policy as the account's data holds it, each version allowing another action."""
    return managed_policy_of(
        {
            "Arn": arn,
            "DefaultVersionId": default,
            "PolicyVersionList": [
                {
                    "VersionId": id,
                    "IsDefaultVersion": id == default,
                    "CreateDate": "2026-04-09T00:00:00Z",
                    "Document": allowing(f"bedrock:Get{id}"),
                }
                for id in ids
            ],
        }
    )


@pytest.fixture
def ours(iam: Any) -> str:
    """The ARN of a policy of the account with three versions, v2 in force."""
    made = iam.create_policy(
        PolicyName="ours", PolicyDocument=json.dumps(allowing("bedrock:GetAgent"))
    )
    arn = made["Policy"]["Arn"]
    for action, default in (("bedrock:Get*", True), ("bedrock:*", False)):
        iam.create_policy_version(
            PolicyArn=arn, PolicyDocument=json.dumps(allowing(action)), SetAsDefault=default
        )
    return str(arn)


async def test_aws_lists_the_versions_and_each_document_is_read_when_it_is_wanted(
    aws: Aws, fake: FakeIam, ours: str
) -> None:
    managed = await managed_policy(aws, "ours", HERE)
    fake.seen.clear()
    versions = await list_versions(aws, managed)
    assert ids(versions) == ["v1", "v2", "v3"]
    assert (versions.in_force, versions.initial_pair, versions.notes) == ("v2", (0, 1), ())
    assert all(version.day and version.source == "aws" for version in versions.all)
    assert fake.actions == ["ListPolicyVersions"]
    read = await read_documents(aws, managed, versions, (0, 1))
    # The one in force is known already.
    assert fake.actions == ["ListPolicyVersions", "GetPolicyVersion"]
    assert [isinstance(version.document, Document) for version in read.all] == [True, True, False]
    await read_documents(aws, managed, read, (0, 1))
    assert len(fake.actions) == 2


async def test_all_pages_of_the_list_are_read(aws: Aws, fake: FakeIam, ours: str) -> None:
    def page(params: dict[str, str]) -> str:
        first = "Marker" not in params
        versions = ("v12", "v11") if first else ("v2", "v10")
        items = "".join(
            f"<member><VersionId>{id}</VersionId>"
            f"<IsDefaultVersion>{'true' if id == 'v12' else 'false'}</IsDefaultVersion></member>"
            for id in versions
        )
        more = "<IsTruncated>true</IsTruncated><Marker>m</Marker>" if first else ""
        return f"<Versions>{items}</Versions>{more}"

    managed = await managed_policy(aws, "ours", HERE)
    fake.answer("ListPolicyVersions", page)
    versions = await list_versions(aws, managed)
    assert ids(versions) == ["v2", "v10", "v11", "v12"]


async def test_a_version_that_came_into_force_since_the_account_was_read_is_told_of(
    aws: Aws, iam: Any, ours: str
) -> None:
    managed = await managed_policy(aws, "ours", HERE)
    iam.set_default_policy_version(PolicyArn=ours, VersionId="v3")
    versions = await list_versions(aws, managed)
    assert (versions.in_force, versions.initial_pair) == ("v3", (1, 2))
    (note,) = versions.notes
    assert note.startswith("v3 has come into force since the account was read with v2")


async def test_one_version_that_cannot_be_read_is_unknown_and_the_rest_works(
    aws: Aws, fake: FakeIam, ours: str
) -> None:
    managed = await managed_policy(aws, "ours", HERE)
    fake.refuse("GetPolicyVersion", "NoSuchEntity", 404, times=1)
    versions = await read_documents(aws, managed, await list_versions(aws, managed), (0, 2))
    missing, _, last = versions.all
    assert isinstance(missing.document, Unread)
    assert missing.document.error == "NoSuchEntity"
    assert isinstance(last.document, Document)
    # Asked again, it may be there.
    again = await read_documents(aws, managed, versions, (0,))
    assert isinstance(again.all[0].document, Document)


@pytest.mark.parametrize(("code", "status"), [("AccessDenied", 403), ("ServiceFailure", 500)])
async def test_where_the_list_is_refused_the_accounts_data_stands_in(
    aws: Aws, fake: FakeIam, ours: str, code: str, status: int
) -> None:
    account = Account(id=HERE.id, policies={ours: held("v3", "v1", "v2", arn=ours, default="v2")})
    managed = await managed_policy(aws, "ours", account)
    fake.refuse("ListPolicyVersions", code, status)
    versions = await list_versions(aws, managed)
    assert ids(versions) == ["v1", "v2", "v3"]
    assert versions.in_force == "v2"
    (note,) = versions.notes
    assert note.startswith("AWS's list of versions could not be read: AWS ")
    read = await read_documents(aws, managed, versions, (0, 1))
    assert all(isinstance(version.document, Document) for version in read.all)


async def test_where_a_document_is_refused_that_of_the_accounts_data_stands_in(
    aws: Aws, fake: FakeIam, ours: str
) -> None:
    account = Account(id=HERE.id, policies={ours: held("v1", "v2", arn=ours, default="v2")})
    managed = await managed_policy(aws, "ours", account)
    fake.refuse("GetPolicyVersion", "AccessDenied")
    versions = await read_documents(aws, managed, await list_versions(aws, managed), (0, 2))
    assert isinstance(versions.all[0].document, Document)
    assert isinstance(versions.all[2].document, Unread)


async def test_a_saved_account_has_its_own_versions_and_the_newer_one_that_is_shipped() -> None:
    managed = Managed(held("v7", "v8"), "account", None)
    versions = await list_versions(None, managed)
    assert [(v.id, v.source) for v in versions.all] == [
        ("v7", "account"), ("v8", "account"), ("v9", "shipped"),
    ]  # fmt: skip
    assert versions.initial_pair == (0, 1)
    assert [version.day for version in versions.all] == ["2026-04-09", "2026-04-09", "2026-08-04"]
    assert all(isinstance(version.document, Document) for version in versions.all)
    assert "AWS was not asked" in versions.notes[0]


async def test_a_saved_account_with_one_version_is_compared_with_the_one_that_is_shipped() -> None:
    versions = await list_versions(None, Managed(held("v8"), "account", None))
    assert (ids(versions), versions.initial_pair, versions.in_force) == (["v8", "v9"], (0, 1), "v8")


async def test_where_only_the_shipped_one_is_known_nothing_is_said_to_be_in_force() -> None:
    versions = await list_versions(None, Managed(limited(), "shipped", "2026-08-04"))
    assert (ids(versions), versions.initial_pair, versions.in_force) == (["v9"], None, None)
    assert versions.notes[-1] == "Which version is in force is unknown."


async def test_where_getting_the_policy_is_denied_the_list_still_says_what_is_in_force(
    aws: Aws, fake: FakeIam, ours: str
) -> None:
    def listing(_: dict[str, str]) -> str:
        return "".join(
            f"<Versions><member><VersionId>{id}</VersionId><IsDefaultVersion>{default}"
            f"</IsDefaultVersion></member></Versions>"
            for id, default in (("v10", "true"),)
        )

    fake.refuse("GetPolicy", "AccessDenied")
    fake.refuse("GetPolicyVersion", "AccessDenied")
    fake.answer("ListPolicyVersions", listing)
    managed = await managed_policy(aws, LIMITED, HERE)
    assert managed.source == "shipped"
    versions = await list_versions(aws, managed)
    assert (ids(versions), versions.in_force) == (["v9", "v10"], "v10")
    read = await read_documents(aws, managed, versions, (0, 1))
    assert isinstance(read.all[0].document, Document)
    assert isinstance(read.all[1].document, Unread)


def test_versions_of_an_odd_shape_do_not_cost_the_policy() -> None:
    policy = managed_policy_of(
        {
            "Arn": LIMITED,
            "DefaultVersionId": "v2",
            "PolicyVersionList": [
                {"VersionId": "v2", "CreateDate": "yesterday", "Document": allowing("kms:*")},
                {"VersionId": 1, "Document": "no JSON"},
                {"VersionId": "v0"},
                "nothing",
            ],
        }
    )
    assert isinstance(policy.document, Document)
    assert [version.id for version in policy.versions] == ["v2", "1", "v0"]
    documents = [version.document for version in policy.versions]
    assert isinstance(documents[0], Document)
    assert [d.error for d in documents if isinstance(d, Unread)] == ["Malformed", "Missing"]
