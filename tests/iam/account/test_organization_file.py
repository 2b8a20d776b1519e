"""Organizations from files: what is above an account, and what a file may lack."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from iam.account.json_file import SnapshotError
from iam.account.organization import Organization
from iam.account.organization_file import read_organization
from iam.account.unread import Unread
from tests.build import ID, allow, deny, details, document, role

Json = dict[str, Any]
Write = Callable[[object], str]
SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
FULL = "p-FullAWSAccess"


def policy(id: str, *statements: Json, type: str = SCP, **more: Any) -> Json:
    return {"Id": id, "Name": id[2:], "Type": type, "Content": document(*statements), **more}


def organization(**changes: Any) -> Json:
    """An organization with the account two units below the root."""
    return {
        "Organization": {"Id": "o-example", "MasterAccountId": "999999999999"},
        "Roots": [{"Id": "r-1", "Name": "Root", "Policies": [FULL, "p-Region"]}],
        "OrganizationalUnits": [
            {"Id": "ou-1", "Name": "Workloads", "ParentId": "r-1", "Policies": [FULL]},
            {"Id": "ou-2", "Name": "ml", "ParentId": "ou-1", "Policies": [FULL, "p-Keys"]},
        ],
        "Accounts": [
            {"Id": ID, "Name": "ml-prod", "ParentId": "ou-2", "Policies": [FULL]},
            {"Id": "999999999999", "Name": "payer", "ParentId": "r-1", "Policies": [FULL]},
        ],
        "Policies": [
            policy(FULL, allow(), AwsManaged=True),
            policy("p-Region", deny("bedrock:*")),
            policy("p-Keys", {**deny("kms:*"), "Principal": "*"}, type=RCP),
        ],
        **changes,
    }


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(body: object) -> str:
        path = tmp_path / "organization.json"
        path.write_text(body if isinstance(body, str) else json.dumps(body), encoding="utf-8")
        return str(path)

    return written


def above(path: str, account: str = ID) -> Organization:
    return read_organization(path, 10).above(account)


def test_the_levels_from_the_root_to_the_account(write: Write) -> None:
    found = above(write(organization()))
    assert (found.status, found.id, found.unread) == ("applied", "o-example", ())
    assert found.path == ("Root", "Workloads", "ml", "ml-prod")
    assert [level.kind for level in found.levels] == ["root", "ou", "ou", "account"]
    assert [[p.name for p in level.scps] for level in found.levels] == [
        ["FullAWSAccess", "Region"], ["FullAWSAccess"], ["FullAWSAccess"], ["FullAWSAccess"],
    ]  # fmt: skip
    assert [[p.name for p in level.rcps] for level in found.levels] == [[], [], ["Keys"], []]
    assert found.id_path == "o-example/r-1/ou-1/ou-2/"


def test_the_principal_of_a_resource_control_policy_is_everybody(write: Write) -> None:
    (policy,) = above(write(organization())).levels[2].rcps
    assert not isinstance(policy.document, Unread)
    assert [statement.problem for statement in policy.document.statements] == [None]


def test_a_resource_control_policy_for_some_principals_is_not_understood(write: Write) -> None:
    some = policy("p-Keys", {**deny("kms:*"), "Principal": {"AWS": "1"}}, type=RCP)
    body = organization(Policies=[*organization()["Policies"][:2], some])
    (found,) = above(write(body)).levels[2].rcps
    assert not isinstance(found.document, Unread)
    assert found.document.statements[0].problem == "unknown element Principal"


def test_the_management_account_is_exempt(write: Write) -> None:
    found = above(write(organization()), "999999999999")
    assert (found.status, found.path) == ("exempt", ("Root", "payer"))


def test_the_management_account_need_not_be_listed(write: Write) -> None:
    body = organization(Accounts=organization()["Accounts"][:1])
    found = above(write(body), "999999999999")
    assert (found.status, found.id, found.levels) == ("exempt", "o-example", ())


def test_a_resource_control_policy_may_be_url_encoded(write: Write) -> None:
    keys = policy("p-Keys", {**deny("kms:*"), "Principal": "*"}, type=RCP)
    keys["Content"] = quote(json.dumps(keys["Content"]))
    found = above(write(organization(Policies=[*organization()["Policies"][:2], keys])))
    assert found == above(write(organization()))


def test_policies_that_limit_no_permissions_do_not_count(write: Write) -> None:
    tags = {"Id": "p-Keys", "Name": "Tags", "Type": "TAG_POLICY", "Content": {"tags": {}}}
    found = above(write(organization(Policies=[*organization()["Policies"][:2], tags])))
    assert (found.status, found.levels[2].rcps) == ("applied", ())


@pytest.mark.parametrize("type", ["service_control_policy", "NEW_POLICY", ""])
def test_a_policy_of_a_type_that_nobody_knows_may_be_of_either(write: Write, type: str) -> None:
    odd = policy("p-Region", deny("bedrock:*"), type=type)
    first, _, last = organization()["Policies"]
    found = above(write(organization(Policies=[first, odd, last])))
    assert found.status == "unread"
    assert [unread.what for unread in found.unread] == ["policy Region at Root"]
    assert found.levels[0].scps[-1] == found.levels[0].rcps[-1]


def test_documents_may_be_text_and_the_file_compressed(write: Write, tmp_path: Path) -> None:
    body = organization()
    for each in body["Policies"]:
        each["Content"] = json.dumps(each["Content"])
    path = tmp_path / "organization.json.gz"
    path.write_bytes(gzip.compress(json.dumps(body).encode()))
    assert above(str(path)) == above(write(organization()))


def test_a_saved_account_may_hold_its_organization(write: Write) -> None:
    saved = {**details(role("alice")), "Organization": organization()}
    assert above(write(saved)).path == ("Root", "Workloads", "ml", "ml-prod")


def test_null_lists_are_empty_and_further_keys_are_ignored(write: Write) -> None:
    body = organization(OrganizationalUnits=None, Comment="x")
    body["Accounts"][0] |= {"ParentId": "r-1", "Policies": None, "Email": "x"}
    found = above(write(body))
    assert (found.status, found.path, found.levels[-1].scps) == ("applied", ("Root", "ml-prod"), ())


@pytest.mark.parametrize(
    ("changes", "what", "levels"),
    [
        ({"Policies": []}, "policy p-FullAWSAccess at Root", 4),
        ({"OrganizationalUnits": []}, "the levels of the organization above ml-prod", 1),
        ({"Roots": []}, "the levels of the organization above Workloads", 3),
        ({"Roots": [{"Id": "r-1", "Name": "Root"}]}, "the policies at Root", 4),
        (
            {"Accounts": [{"Id": ID, "Name": "ml-prod", "Policies": [FULL]}]},
            "the levels of the organization above ml-prod",
            1,
        ),
        (
            {"Policies": [{"Id": FULL, "Name": "Full", "Type": SCP, "Content": "{"}]},
            "policy Full at Root",
            4,
        ),
        ({"Policies": [{"Id": FULL, "Name": "Full", "Type": SCP}]}, "policy Full at Root", 4),
        (
            {"Organization": {"Id": "o-example"}},
            "whether the account is the management account, which no policy limits",
            4,
        ),
    ],
)
def test_what_is_missing_is_noted_and_the_rest_counts(
    write: Write, changes: Json, what: str, levels: int
) -> None:
    found = above(write(organization(**changes)))
    assert found.status == "unread"
    assert what in [unread.what for unread in found.unread]
    assert len(found.levels) == levels


def test_reasons_as_earlier_versions_wrote_them_are_those_of_all_accounts(write: Write) -> None:
    why = {"What": "the levels above ml", "Error": "AccessDenied", "Message": "AWS denied it."}
    found = above(write(organization(Unread=[why, "of another tool"])))
    assert found.status == "unread"
    assert found.unread == (Unread("the levels above ml", "AccessDenied", "AWS denied it."),)


UNITS = organization()["OrganizationalUnits"]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ([], "is not an organization: it is not an object"),
        ({}, "is not an organization: Organization is missing"),
        (organization(Organization={}), "is not an organization: Organization.Id is missing"),
        (organization(Roots={}), "is not an organization: Roots is not a list"),
        (
            organization(Accounts=[{"Name": "x"}]),
            "is not an organization: Accounts[0].Id is missing",
        ),
        (
            organization(Roots=[{"Id": "r-1", "Policies": "p-1"}]),
            "is not an organization: Roots[0].Policies is not a list",
        ),
        (organization(Accounts=[]), f"holds no account {ID}"),
        (
            organization(OrganizationalUnits=[*UNITS, UNITS[0]]),
            "holds organizational unit ou-1 twice",
        ),
        (
            organization(OrganizationalUnits=[{**UNITS[0], "ParentId": "ou-2"}, UNITS[1]]),
            "has a cycle: ou-2 is above itself",
        ),
        ('{"Organization": {"Id": "a", "Id": "b"}}', "cannot be trusted"),
        (
            organization(Policies=[{**policy(FULL, allow()), "AwsManaged": "perhaps"}]),
            "is not an organization: Policies[0].AwsManaged is malformed (",
        ),
        ("{", "is truncated"),
        ("Organization: x", "save the organization with --output json"),
    ],
)
def test_a_malformed_file_is_told_in_one_sentence(write: Write, body: object, fault: str) -> None:
    path = write(body)
    with pytest.raises(SnapshotError) as raised:
        above(path)
    assert str(raised.value).startswith(path)
    assert fault in str(raised.value)
    assert "\n" not in str(raised.value)


ARN = "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess"
REGION = "arn:aws:organizations::999999999999:policy/o-example/service_control_policy/p-region"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """The folder of an organization in a store of iam-collect."""
    folder = tmp_path / "store" / "aws" / "aws" / "organizations" / "o-example"
    files: dict[str, object] = {
        "metadata.json": {"id": "o-example", "rootAccountId": "999999999999", "features": {}},
        "accounts.json": {ID: {"ou": "ou-1", "scps": [ARN], "rcps": []}},
        "ous.json": {
            "r-1": {"scps": [ARN, REGION], "rcps": []},
            "ou-1": {"parent": "r-1", "scps": [ARN], "rcps": []},
        },
        "ous/ou-1/metadata.json": {"arn": "…", "name": "Workloads"},
        "scps/p-fullawsaccess/metadata.json": {"name": "FullAWSAccess"},
        "scps/p-fullawsaccess/policy.json": document(allow()),
        "scps/p-region/metadata.json": {"name": "Region"},
        "scps/p-region/policy.json": document(deny("bedrock:*")),
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")
    return folder


@pytest.mark.parametrize("up", [0, 3, 4])
def test_the_store_of_iam_collect(store: Path, up: int) -> None:
    found = above(str([store, *store.parents][up]))
    assert (found.status, found.path) == ("applied", ("r-1", "Workloads", ID))
    assert [p.name for p in found.levels[0].scps] == ["FullAWSAccess", "Region"]


def test_a_store_that_lists_policies_of_one_type_only(store: Path) -> None:
    units = {
        "r-1": {"scps": [ARN, REGION]},
        "ou-1": {"parent": "r-1", "scps": None, "rcps": []},
    }
    (store / "ous.json").write_text(json.dumps(units), encoding="utf-8")
    found = above(str(store))
    assert found.unread == (
        Unread("the resource control policies at r-1", "Missing", "the store does not list them"),
    )
    assert found.status == "unread"
    assert [p.name for p in found.levels[0].scps] == ["FullAWSAccess", "Region"]
    assert [isinstance(p.document, Unread) for p in found.levels[0].rcps] == [True]
    assert found.levels[1].scps == ()


def test_a_store_leads_to_no_file_outside_of_it(store: Path) -> None:
    metadata = {"id": "o-example", "rootAccountId": "999999999999", "name": "not of a unit"}
    (store / "metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
    units = {"r-1": {"scps": ["policy/.."], "rcps": []}, "..": {"parent": "r-1"}}
    (store / "ous.json").write_text(json.dumps(units), encoding="utf-8")
    (store / "policy.json").write_text(json.dumps(document(allow())), encoding="utf-8")
    accounts = {ID: {"ou": "..", "scps": [], "rcps": []}}
    (store / "accounts.json").write_text(json.dumps(accounts), encoding="utf-8")
    found = above(str(store))
    assert found.path == ("r-1", "..", ID)
    assert [isinstance(p.document, Unread) for p in found.levels[0].scps] == [True]


def test_a_folder_without_an_organization_is_told(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="folder with no organization"):
        read_organization(str(tmp_path), 1)
