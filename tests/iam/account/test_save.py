"""What is saved is what was read: the account, what is above it, and what could not be read."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from iam.account.model import Account
from iam.account.organization import Level, Organization, OrganizationPolicy
from iam.account.owners import owned
from iam.account.parse import parse_page
from iam.account.save import save_account
from iam.account.snapshot import read_snapshot
from iam.account.unread import Unread, document_of
from tests.build import ID, NOW, account, allow, deny, details, document, group, role, user

FULL = OrganizationPolicy("p-FullAWSAccess", "FullAWSAccess", document_of(document(allow())), True)
DENY = OrganizationPolicy("p-deny", "Deny", document_of(document(deny("bedrock:*"))))
KEYS = OrganizationPolicy("p-keys", "Keys", document_of(document(deny("kms:*"))))


OTHER = "210987654321"


def saved_accounts(*ids: str) -> Account:
    """Several accounts, each with one role."""
    roles = [{**role("worker"), "Arn": f"arn:aws:iam::{id}:role/worker"} for id in ids]
    return owned(parse_page(Account(id=None), details(*roles)))


def organization(depth: int, chosen: list[tuple[OrganizationPolicy, ...]]) -> Organization:
    """An organization with the account so many units below the root."""
    names = ["Root", *(f"unit {n}" for n in range(depth)), "ml"]
    ids = ["r-1", *(f"ou-{n}" for n in range(depth)), ID]
    levels = tuple(
        Level(id, name, kind, chosen[n % len(chosen)], (KEYS,) if n == 1 else ())  # type: ignore[arg-type]
        for n, (id, name, kind) in enumerate(
            zip(ids, names, ["root", *["ou"] * depth, "account"], strict=True)
        )
    )
    return Organization("applied", "o-1", "999999999999", levels)


@pytest.fixture
def saved() -> Account:
    made = account(
        user("alice", allow("bedrock:*"), groups=["ml"], tags={"team": "ml"}),
        role("worker", deny("bedrock:*"), boundary="arn:aws:iam::123456789012:policy/b"),
        group("ml", allow("kms:*")),
    )
    return replace(made, alias="acme", organizations={ID: organization(1, [(FULL, DENY)])})


@pytest.mark.parametrize("name", ["account.json", "account.json.gz"])
def test_an_account_is_read_back_as_it_was(tmp_path: Path, saved: Account, name: str) -> None:
    save_account(tmp_path / name, saved, NOW)
    read = read_snapshot(str(tmp_path / name), 10)
    assert (read.id, read.alias) == (ID, "acme")
    assert read.principals.keys() == saved.principals.keys()
    for arn, principal in saved.principals.items():
        assert (read.principals[arn].tags, read.principals[arn].id) == (
            principal.tags,
            principal.id,
        )
    assert read.organization.path == ("Root", "unit 0", "ml")
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_what_could_not_be_read_is_still_missing(tmp_path: Path, saved: Account) -> None:
    gap = Unread("roles", "AccessDenied", "AWS denied list roles.", hides=True)
    save_account(tmp_path / "a.json", replace(saved, unread=(gap,)), NOW)
    assert gap in read_snapshot(str(tmp_path / "a.json"), 10).unread


def test_each_of_several_accounts_has_its_own_reasons(tmp_path: Path) -> None:
    gap = Unread("the levels above ml", "AccessDenied", "AWS denied ListParents.")
    complete = organization(0, [(FULL,)])
    levels = (Level(OTHER, "ml", "account", (FULL,)),)
    made = replace(
        saved_accounts(ID, OTHER),
        organizations={
            ID: complete,
            OTHER: replace(complete, status="unread", levels=levels, unread=(gap,)),
        },
    )
    save_account(tmp_path / "a.json", made, NOW)
    read = read_snapshot(str(tmp_path / "a.json"), 10).organizations
    assert {id: (each.status, each.unread) for id, each in read.items()} == {
        ID: ("applied", ()),
        OTHER: ("unread", (gap,)),
    }


def test_levels_count_although_the_organization_has_no_id(tmp_path: Path, saved: Account) -> None:
    nameless = replace(saved.organization, id=None)
    save_account(tmp_path / "a.json", replace(saved, organizations={ID: nameless}), NOW)
    read = read_snapshot(str(tmp_path / "a.json"), 10).organization
    assert (read.status, read.path) == ("applied", nameless.path)


def test_a_key_of_another_tool_is_ignored(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({**details(role("alice")), "Organization": "acme"}))
    assert read_snapshot(str(path), 10).organization.status == "unasked"
