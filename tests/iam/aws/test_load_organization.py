"""The organization above an account: read from moto, with every call refused in turn."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import boto3
import pytest

from iam.account.organization import Organization
from iam.aws import paging
from iam.aws.client import Aws
from iam.aws.load_organization import load_organization
from tests.build import ID, allow, deny, document
from tests.fake_iam import FakeIam, Params, Reply, Rule, json_error
from tests.iam.conftest import Connect

SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"


class Tree(NamedTuple):
    """An organization at moto, whose management account is the one that all tests have."""

    client: Any
    root: str
    unit: str
    member: str
    """An account in the unit."""


@pytest.fixture
def tree(moto_url: str) -> Iterator[Tree]:
    client = boto3.client(
        "organizations",
        endpoint_url=moto_url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    client.create_organization(FeatureSet="ALL")
    root = client.list_roots()["Roots"][0]["Id"]
    for kind in (SCP, RCP):
        client.enable_policy_type(RootId=root, PolicyType=kind)  # type: ignore[arg-type]
    unit = client.create_organizational_unit(ParentId=root, Name="Workloads")
    unit_id = unit["OrganizationalUnit"]["Id"]
    status = client.create_account(Email="ml@example.com", AccountName="ml-prod")
    member = status["CreateAccountStatus"]["AccountId"]
    client.move_account(AccountId=member, SourceParentId=root, DestinationParentId=unit_id)
    attach(client, unit_id, "NoModels", document(deny("bedrock:InvokeModel*")))
    keys = document({**deny("kms:*"), "Principal": "*"})
    attach(client, root, "Keys", keys, RCP)
    yield Tree(client, root, unit_id, member)
    client.close()


def attach(client: Any, target: str, name: str, content: Any, kind: str = SCP) -> str:
    policy = client.create_policy(
        Name=name, Content=json.dumps(content), Type=kind, Description="…"
    )
    id: str = policy["Policy"]["PolicySummary"]["Id"]
    client.attach_policy(PolicyId=id, TargetId=target)
    return id


def names(found: Organization) -> list[list[str]]:
    return [[p.name for p in (*level.scps, *level.rcps)] for level in found.levels]


async def test_each_level_with_its_policies(aws: Aws, tree: Tree) -> None:
    found = await load_organization(aws, tree.member)
    assert (found.status, found.unread) == ("applied", ())
    assert found.path == ("Root", "Workloads", "ml-prod")
    full = ["FullAWSAccess", "RCPFullAWSAccess"]
    assert names(found) == [[*full, "Keys"], [full[0], "NoModels", full[1]], full]
    assert found.id_path == f"{found.id}/{tree.root}/{tree.unit}/"
    assert not any(s.problem for p in found.levels[0].rcps for s in p.document.statements)  # type: ignore[union-attr]


async def test_the_management_account_is_exempt(aws: Aws, tree: Tree) -> None:
    found = await load_organization(aws, ID)
    assert (found.status, found.management_account, found.levels) == ("exempt", ID, ())


async def test_an_account_without_an_organization(aws: Aws) -> None:
    assert await load_organization(aws, ID) == Organization("none")


async def test_each_policy_is_read_once(aws: Aws, fake: FakeIam, tree: Tree) -> None:
    await load_organization(aws, tree.member)
    described = [params["PolicyId"] for params in fake.seen if params["Action"] == "DescribePolicy"]
    assert len(described) == len(set(described)) == 4


async def test_pages_are_read_to_the_end(
    aws: Aws, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("iam.aws.load_organization._PAGE_SIZE", 1)
    for number in range(3):
        attach(tree.client, tree.member, f"p{number}", document(allow()))
    found = await load_organization(aws, tree.member)
    assert [policy.name for policy in found.levels[-1].scps] == ["FullAWSAccess", "p0", "p1", "p2"]


@pytest.mark.parametrize(
    ("call", "what", "path", "who"),
    [
        ("DescribeOrganization", "the organization", (), "Any of its accounts"),
        (
            "ListParents",
            "the levels of the organization above ml-prod",
            ("ml-prod",),
            "Only the management account",
        ),
        (
            "ListPoliciesForTarget",
            "the service control policies at Root",
            ("Root", "Workloads", "ml-prod"),
            "Only the management account",
        ),
        (
            "DescribePolicy",
            "policy NoModels at Workloads",
            ("Root", "Workloads", "ml-prod"),
            "Only the management account",
        ),
    ],
)
async def test_what_is_denied_is_noted_with_who_may_read_it(
    aws: Aws, fake: FakeIam, tree: Tree, call: str, what: str, path: tuple[str, ...], who: str
) -> None:
    fake.refuse(call, "AccessDeniedException", 400)
    found = await load_organization(aws, tree.member)
    assert (found.status, found.path) == ("unread", path)
    noted = {unread.what: unread for unread in found.unread}
    assert noted[what].error == "AccessDeniedException"
    assert f". {who}" in noted[what].message


async def test_a_list_that_is_denied_leaves_the_other_list_complete(
    aws: Aws, fake: FakeIam, tree: Tree
) -> None:
    def answer(params: Params) -> Reply:
        return json_error("AccessDeniedException", 400)

    fake.add(Rule("ListPoliciesForTarget", reply=answer, matches={"Filter": RCP}))
    found = await load_organization(aws, tree.member)
    assert [[p.name for p in level.scps] for level in found.levels] == [
        ["FullAWSAccess"], ["FullAWSAccess", "NoModels"], ["FullAWSAccess"],
    ]  # fmt: skip
    assert {unread.what for unread in found.unread} == {
        f"the resource control policies at {name}" for name in ("Root", "Workloads", "ml-prod")
    }


async def test_a_type_that_is_not_in_use_has_no_policies(
    aws: Aws, fake: FakeIam, tree: Tree
) -> None:
    fake.refuse("ListPoliciesForTarget", "PolicyTypeNotEnabledException", 400)
    found = await load_organization(aws, tree.member)
    assert (found.status, names(found)) == ("applied", [[], [], []])


async def test_a_list_that_never_ends_is_given_up(
    aws: Aws, fake: FakeIam, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "MOST_PAGES", 4)

    def answer(params: Params) -> Reply:
        token = f"{params.get('NextToken', '')}x"
        return 200, json.dumps({"Policies": [{"Id": "p-FullAWSAccess"}], "NextToken": token})

    fake.add(Rule("ListPoliciesForTarget", reply=answer))
    found = await load_organization(aws, tree.member)
    assert "4 pages without an end" in found.unread[0].message
    assert found.levels[0].scps[0].id == "p-FullAWSAccess"
    per_list = Counter(p["TargetId"] + p["Filter"] for p in fake.seen if "Filter" in p)
    assert set(per_list.values()) == {4}


async def test_a_token_that_repeats_ends_the_list(aws: Aws, fake: FakeIam, tree: Tree) -> None:
    fake.add(
        Rule(
            "ListPoliciesForTarget",
            reply=lambda _: (200, json.dumps({"Policies": [], "NextToken": "same"})),
        )
    )
    found = await load_organization(aws, tree.member)
    assert "same page twice" in found.unread[0].message


async def test_an_empty_page_is_not_the_end(aws: Aws, fake: FakeIam, tree: Tree) -> None:
    empty = json.dumps({"Parents": [], "NextToken": "more"})
    fake.add(Rule("ListParents", reply=lambda _: (200, empty), times=1))
    assert (await load_organization(aws, tree.member)).path == ("Root", "Workloads", "ml-prod")


async def test_an_endpoint_that_is_no_url_is_told_in_words(
    connect_to: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_ORGANIZATIONS", "nonsense")
    (unread,) = (await load_organization(connect_to(None), ID)).unread
    assert unread.message.startswith("The region or the endpoint is not valid")


async def test_what_is_read_ends_where_the_credentials_change_account(
    aws: Aws, fake: FakeIam, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(params: Params) -> Reply:
        monkeypatch.setattr(aws.credentials, "_ask", lambda _: tree.member)
        monkeypatch.setattr(aws.credentials, "_key", None)
        return 200, json.dumps({"Account": {"Name": "ml-prod"}})

    fake.add(Rule("DescribeAccount", reply=change))
    found = await load_organization(aws, tree.member)
    assert (found.status, found.path) == ("unread", ("ml-prod",))
    assert {unread.error for unread in found.unread} == {"WrongAccount"}


@pytest.mark.parametrize("call", ["DescribeAccount", "DescribeOrganizationalUnit"])
async def test_without_a_name_the_id_will_do(
    aws: Aws, fake: FakeIam, tree: Tree, call: str
) -> None:
    fake.refuse(call, "AccessDeniedException", 400)
    found = await load_organization(aws, tree.member)
    assert found.status == "applied"
    assert (tree.member in found.path) is (call == "DescribeAccount")
    assert (tree.unit in found.path) is (call == "DescribeOrganizationalUnit")


async def test_a_throttled_call_is_tried_again(aws: Aws, fake: FakeIam, tree: Tree) -> None:
    fake.refuse("ListParents", "TooManyRequestsException", 400, times=1)
    assert (await load_organization(aws, tree.member)).status == "applied"


@pytest.mark.parametrize("read_timeout", [0.3])
async def test_a_call_that_hangs_is_given_up(
    connect_to: Connect, fake: FakeIam, tree: Tree
) -> None:
    aws = connect_to(fake.url)
    fake.hang("ListParents")
    found = await load_organization(aws, tree.member)
    assert found.status == "unread"
    assert found.unread[0].what == "the levels of the organization above ml-prod"


async def test_expired_credentials_are_told_in_words(aws: Aws, fake: FakeIam, tree: Tree) -> None:
    fake.refuse("DescribeOrganization", "ExpiredTokenException", 400)
    (unread,) = (await load_organization(aws, tree.member)).unread
    assert unread.message.startswith("The credentials have expired.")


async def test_a_read_only_session_may_read_it(
    connect_to: Connect, fake: FakeIam, tree: Tree
) -> None:
    aws = connect_to(fake.url, read_only=True)
    assert (await load_organization(aws, tree.member)).status == "applied"
    assert fake.writes == []
