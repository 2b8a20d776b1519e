"""What stands in the data twice: once if it is the same, unread if it is not."""

from __future__ import annotations

from typing import Any

import pytest

from iam.account.unread import Unread
from iam.account.unread_documents import unread_documents
from iam.verdicts.verdict import Verdict
from tests.build import (
    ID,
    LIMITED,
    account,
    allow,
    deny,
    group,
    make_evaluator,
    policy,
    policy_arn,
    role,
    the,
    user,
)


def verdict_on(*items: dict[str, Any]) -> Verdict:
    """The verdict on alice."""
    made = account(*items)
    return make_evaluator().result(made, the(made)).verdict


def named(*items: dict[str, Any]) -> list[str]:
    made = account(*items)
    return [unread.what for unread in (*made.unread, *unread_documents(made))]


@pytest.mark.parametrize(
    "items",
    [
        [user("alice", allow("bedrock:*"), tags={"a": "b"})],
        [role("alice", allow("bedrock:*"))],
        [user("alice", groups=["ops"]), group("ops", allow("bedrock:*"))],
        [user("alice", attached=[policy_arn("p")]), policy("p", allow("bedrock:*"))],
    ],
)
def test_the_same_content_twice_counts_once(items: list[dict[str, Any]]) -> None:
    assert named(*items, *items) == []
    assert verdict_on(*items, *items) is verdict_on(*items)
    assert len(account(*items, *items).principals) == 1


@pytest.mark.parametrize(
    "other",
    [
        role("alice", deny("bedrock:*")),
        role("alice"),
        role("alice", allow("bedrock:*"), boundary=policy_arn("cap")),
        role("alice", allow("bedrock:*"), attached=[LIMITED]),
        role("alice", allow("bedrock:*"), tags={"team": "ml"}),
        role("alice", allow("bedrock:*")) | {"CreateDate": "2026-01-01T00:00:00Z"},
    ],
)
@pytest.mark.parametrize("order", [1, -1])
def test_a_principal_twice_with_different_content_is_unknown(
    other: dict[str, Any], order: int
) -> None:
    items = [role("alice", allow("bedrock:*")), role("bob"), other][::order]
    assert verdict_on(*items) is Verdict.UNKNOWN
    alice = f"role arn:aws:iam::{ID}:role/alice"
    assert [what for what in named(*items) if alice in what] == [
        f"{alice} (item 1 of RoleDetailList)",
        f"{alice} (item 3 of RoleDetailList)",
    ]
    made = account(*items)
    assert not isinstance(the(made, "bob").inline, Unread)
    assert make_evaluator().result(made, the(made, "bob")).verdict is Verdict.NONE


def test_what_a_principal_has_in_both_places_is_known() -> None:
    made = account(
        user("alice", allow("bedrock:*"), tags={"team": "ml"}), user("alice", tags={"team": "ml"})
    )
    alice = the(made)
    assert (alice.tags, alice.id is not None) == ((("team", "ml"),), True)
    made = account(user("alice", tags={"team": "ml"}), user("alice", tags={"team": "hr"}))
    assert the(made).tags is None


def test_a_third_time_is_named_too() -> None:
    assert len(named(user("alice"), user("alice", deny()), user("alice"))) == 3


def test_a_group_twice_with_different_content_makes_its_members_unknown() -> None:
    items = [group("ops", allow("bedrock:*")), group("ops")]
    assert verdict_on(user("alice", groups=["ops"]), *items) is Verdict.UNKNOWN
    assert verdict_on(user("alice"), *items) is Verdict.NONE
    assert len(named(*items)) == 2


def test_a_policy_twice_with_different_content_is_unread_where_it_is_used() -> None:
    items = [policy("p", allow("bedrock:*")), policy("p", deny("bedrock:*"))]
    alice = user("alice", attached=[policy_arn("p")])
    assert verdict_on(alice, *items) is Verdict.UNKNOWN
    assert named(alice, *items) == [f"policy {policy_arn('p')}"]
    assert named(*items) == []
