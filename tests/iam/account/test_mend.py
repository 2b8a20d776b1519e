"""What does not parse of one item: it is named, and costs no more than what depends on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from iam.account.model import UNREAD_BOUNDARY, Account, Role
from iam.account.parse import parse_page
from iam.account.unread_documents import unread_documents
from iam.verdicts.verdict import Verdict
from tests.build import (
    ID,
    LIMITED,
    account,
    allow,
    deny,
    details,
    group,
    make_evaluator,
    policy,
    policy_arn,
    role,
    the,
    user,
)

ALICE = f"arn:aws:iam::{ID}:user/alice"
WORKER = f"arn:aws:iam::{ID}:role/worker"


def named(made: Account) -> list[str]:
    """All that is named as not read."""
    return [unread.what for unread in (*made.unread, *unread_documents(made))]


def verdict_on(made: Account, name: str) -> Verdict:
    return make_evaluator().result(made, the(made, name)).verdict


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("CreateDate", "the day before yesterday"),
        ("CreateDate", {}),
        ("Tags", [{"Key": "team"}]),
        ("Tags", ["team"]),
        ("Tags", [{"Key": "team", "Value": 3}]),
        ("Tags", "team=ml"),
        ("Path", 3),
        ("RoleLastUsed", {"LastUsedDate": "never"}),
        ("RoleLastUsed", "never"),
        ("RoleId", 7),
    ],
)
def test_a_fact_that_no_verdict_depends_on_is_named_and_left_out(field: str, value: Any) -> None:
    raw = role("worker", allow("bedrock:*"), tags={"a": "b"}) | {field: value}
    made = account(raw, user("alice"))
    whole = account(role("worker", allow("bedrock:*")))
    assert named(made) == [f"{field} of role {WORKER}"]
    assert not made.unread[0].hides
    assert verdict_on(made, "worker") is verdict_on(whole, "worker") is not Verdict.UNKNOWN
    worker = the(made, "worker")
    assert isinstance(worker, Role)
    assert (worker.created, worker.last_used, worker.path) == (None, None, "/")
    assert worker.use_read == (field != "RoleLastUsed")
    assert worker.tags == (None if field == "Tags" else (("a", "b"),))


@pytest.mark.parametrize("broken", [3, ["x", 3], {}, [{}], [{"PolicyArn": 3}], [None]])
def test_attached_policies_that_cannot_be_read_make_it_unknown(broken: Any) -> None:
    made = account(user("alice") | {"AttachedManagedPolicies": broken})
    assert f"attached policies of user {ALICE}" in named(made)
    assert verdict_on(made, "alice") is Verdict.UNKNOWN


@pytest.mark.parametrize("broken", [3, "x", [3], [{}], [{"PolicyName": "x"}], [None]])
def test_inline_policies_that_cannot_be_read_make_it_unknown(broken: Any) -> None:
    made = account(user("alice") | {"UserPolicyList": broken})
    assert named(made) == [f"inline policies of user {ALICE}"]
    assert verdict_on(made, "alice") is Verdict.UNKNOWN


@pytest.mark.parametrize("broken", [3, "ops", [3], [None], [{"GroupName": "ops"}]])
def test_groups_that_cannot_be_read_make_it_unknown(broken: Any) -> None:
    made = account(user("alice") | {"GroupList": broken})
    assert named(made) == [f"groups of user {ALICE}"]
    assert verdict_on(made, "alice") is Verdict.UNKNOWN


@pytest.mark.parametrize("broken", [3, "", {}, {"PermissionsBoundaryArn": None}, []])
def test_a_boundary_that_cannot_be_read_is_not_no_boundary(broken: Any) -> None:
    raw = user("alice", attached=[LIMITED]) | {"PermissionsBoundary": broken}
    made = account(raw, user("bob") | {"PermissionsBoundary": broken})
    assert the(made).boundary == UNREAD_BOUNDARY
    assert f"boundary of {ALICE}" in named(made)
    assert verdict_on(made, "alice") is Verdict.UNKNOWN
    assert verdict_on(made, "bob") is Verdict.NONE


def test_what_can_be_read_beside_it_still_counts() -> None:
    raw = user("alice", deny(), attached=[LIMITED], groups=["ops"])
    raw["UserPolicyList"].append({"PolicyName": "no document"})
    raw["AttachedManagedPolicies"].append({"PolicyName": "no ARN"})
    raw["GroupList"].append(3)
    made = account(raw, group("ops"))
    alice = the(made)
    assert (alice.attached, alice.groups) == ((LIMITED,), ("ops",))
    assert {policy.name for policy in alice.inline} == {
        "inline-0",
        "(inline policies could not be read)",
        "(attached policies could not be read)",
        "(groups could not be read)",
    }
    assert verdict_on(made, "alice") is Verdict.DENIED


@pytest.mark.parametrize("path", ["/", "/ops/", "/ops/night/"])
@pytest.mark.parametrize("field", ["UserName", "Path"])
def test_a_name_or_path_is_taken_from_the_arn_where_it_cannot_be_read(
    field: str, path: str
) -> None:
    made = account(user("alice", path=path) | {field: 3})
    assert named(made) == [f"{field} of user arn:aws:iam::{ID}:user{path}alice"]
    assert (the(made).name, the(made).path) == ("alice", path)


def test_a_group_and_a_policy_are_kept_as_well() -> None:
    raw = policy("p", allow("bedrock:*")) | {"UpdateDate": "x", "Path": 3, "IsAttachable": "?"}
    made = account(
        group("ops", attached=[policy_arn("p")]) | {"CreateDate": "x"},
        user("alice", groups=["ops"]),
        raw,
    )
    assert named(made) == [
        f"CreateDate of group arn:aws:iam::{ID}:group/ops",
        *(
            f"{field} of policy {policy_arn('p')}"
            for field in ("Path", "UpdateDate", "IsAttachable")
        ),
    ]
    assert verdict_on(made, "alice") is verdict_on(
        account(user("alice", allow("bedrock:*"))), "alice"
    )


def test_a_broken_item_never_costs_another() -> None:
    broken: list[Any] = [None, 3, "x", [], {}, {"Arn": 3}, {"Arn": ALICE}, {"UserName": "x"}]
    page = details(user("bob"), role("worker"), group("ops"), policy("p"))
    for items in page.values():
        items += broken
    made = parse_page(Account(id=ID), page)
    assert {"bob", "worker"} <= {principal.name for principal in made.principals.values()}
    assert (ID, "ops") in made.groups
    assert policy_arn("p") in made.policies


JUNK: list[Any] = [None, 3, "", [], {}, "x", True, [None], [{}], {"a": 1}, "\ud800", 10**30, "2024"]
DECIDING = ("UserPolicyList", "AttachedManagedPolicies", "GroupList", "PermissionsBoundary")


def places_in(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands in a JSON value, at any depth."""
    keys = (
        value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    )
    for key in keys:
        yield (*above, key)
        yield from places_in(value[key], (*above, key))


def alice() -> dict[str, Any]:
    """A user with something of everything."""
    return user(
        "alice",
        allow("bedrock:*"),
        attached=[LIMITED],
        groups=["ops"],
        boundary=policy_arn("cap"),
        tags={"team": "ml"},
    ) | {"CreateDate": "2024-01-01T00:00:00Z"}


@pytest.mark.parametrize("place", list(places_in(alice())), ids=str)
def test_nothing_that_is_wrong_with_one_user_costs_anybody_else(place: tuple[Any, ...]) -> None:
    others = [
        user("bob", allow("bedrock:*"), groups=["ops"]),
        role("worker", attached=[policy_arn("cap")]),
        group("ops", allow("bedrock:Get*")),
        policy("cap", allow("bedrock:*")),
    ]
    evaluator = make_evaluator()

    def verdicts(item: dict[str, Any]) -> dict[str, Verdict]:
        made = account(item, *others)
        return {arn: evaluator.result(made, p).verdict for arn, p in made.principals.items()}

    whole = verdicts(alice())
    for junk in JUNK:
        item = alice()
        *above, last = place
        inside: Any = item
        for key in above:
            inside = inside[key]
        inside[last] = junk
        damaged = verdicts(item)
        before, after = whole[ALICE], damaged.pop(ALICE, None)
        damaged = {arn: verdict for arn, verdict in damaged.items() if arn in whole}
        assert {**damaged, ALICE: before} == whole
        if place[0] in DECIDING:
            assert after is not None
        elif place[0] != "Arn":
            assert after is before
