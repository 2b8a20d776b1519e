"""Parsing what GetAccountAuthorizationDetails returns: what does not parse is named, not lost."""

from __future__ import annotations

from datetime import UTC, datetime

from iam.account.model import Account, Role
from iam.account.parse import managed_policy_of, parse_page
from iam.account.unread import Unread
from iam.account.unread_documents import unread_documents
from iam.policy.document import Document
from tests.build import (
    ID,
    allow,
    details,
    document,
    group,
    policy,
    policy_arn,
    principal_id,
    role,
    the,
    user,
)


def parsed(*items: dict[str, object]) -> Account:
    return parse_page(Account(id=ID), details(*items))


def test_pages_add_up() -> None:
    first = parsed(user("alice", groups=["ml"]))
    whole = parse_page(first, details(role("worker"), group("ml"), policy("p")))
    assert {p.name for p in whole.principals.values()} == {"alice", "worker"}
    assert (list(whole.groups), list(whole.policies)) == ([(ID, "ml")], [policy_arn("p")])
    assert len(first.principals) == 1


def test_facts_of_a_role() -> None:
    raw = role("worker", path="/ops/") | {
        "CreateDate": "2026-01-02T03:04:05+00:00",
        "RoleLastUsed": {"LastUsedDate": "2026-11-01T00:00:00Z", "Region": "us-east-1"},
        "Tags": [{"Key": "team", "Value": "ml"}],
        "SomethingNew": 1,
    }
    worker = the(parsed(raw), "worker")
    assert isinstance(worker, Role)
    assert worker.created == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert worker.last_used == datetime(2026, 11, 1, tzinfo=UTC)
    assert (worker.path, worker.tags, worker.groups) == ("/ops/", (("team", "ml"),), ())


def test_a_list_of_tags_may_be_empty_null_or_not_there() -> None:
    raw = [user(name) for name in ("empty", "null", "missing")]
    raw[1]["Tags"] = None
    del raw[2]["Tags"]
    made = parsed(*raw)
    tags = [principal.tags for principal in made.principals.values()]
    assert (made.unread, tags) == ((), [(), (), None])


def test_null_in_place_of_a_list_is_an_empty_list() -> None:
    lists = ("UserPolicyList", "RolePolicyList", "GroupPolicyList", "AttachedManagedPolicies")
    nulls: dict[str, None] = dict.fromkeys((*lists, "GroupList", "Tags", "PolicyVersionList"))
    page = details(user("alice") | nulls, role("worker") | nulls, group("ml") | nulls)
    made = parse_page(Account(id=ID), page)
    without = parse_page(Account(id=ID), details(user("alice"), role("worker"), group("ml")))
    assert (made.principals, made.groups) == (without.principals, without.groups)
    assert made.unread == unread_documents(made) == ()
    empty = parse_page(Account(id=ID), dict.fromkeys(details()))
    assert (empty.principals, empty.groups, empty.policies, empty.unread) == ({}, {}, {}, ())


def test_ids_and_trust_policies_are_read() -> None:
    made = parsed(user("alice"), role("worker"), role("tagged", trust=document(allow("sts:*"))))
    ids = [principal.id for principal in made.principals.values()]
    assert ids == [
        principal_id("AIDA", "alice"),
        principal_id("AROA", "worker"),
        principal_id("AROA", "tagged"),
    ]
    assert [p.session_tags for p in made.principals.values() if isinstance(p, Role)] == [
        False,
        True,
    ]


def test_the_document_of_the_default_version_counts() -> None:
    raw = policy("p")
    raw["PolicyVersionList"] = [
        {"VersionId": "v3", "IsDefaultVersion": False, "Document": document(allow("s3:*"))},
        {"VersionId": "v2", "IsDefaultVersion": True, "Document": document(allow("kms:*"))},
    ]
    made = managed_policy_of(raw)
    assert isinstance(made.document, Document)
    assert made.document.statements[0].actions == ("kms:*",)


def test_a_policy_without_its_default_version_is_unread() -> None:
    raw = policy("p") | {"DefaultVersionId": "v9"}
    assert isinstance(managed_policy_of(raw).document, Unread)


def test_one_bad_item_leaves_the_others() -> None:
    made = parsed(user("alice"), {"UserName": "bob"}, role("worker") | {"Arn": 3})
    assert [p.name for p in made.principals.values()] == ["alice"]
    assert [(u.what, u.error, u.hides) for u in made.unread] == [
        ("user bob", "Malformed", True),
        ("role 3", "Malformed", True),
    ]


def test_documents_that_are_in_use_and_missing_are_named() -> None:
    made = parsed(
        user("alice", "not a document", attached=[policy_arn("gone")], groups=["ghosts"]),
        role("worker", boundary=policy_arn("cap")),
        policy("unused", raw="broken"),
    )
    assert [u.what for u in unread_documents(made)] == [
        f"inline policy inline-0 of arn:aws:iam::{ID}:user/alice",
        "group ghosts",
        f"policy {policy_arn('cap')}",
        f"policy {policy_arn('gone')}",
    ]
