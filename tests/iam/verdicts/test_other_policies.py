"""Other policies: those not specific to Bedrock that let a principal invoke models."""

from __future__ import annotations

import pytest

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
    the,
    user,
)
from tests.iam.verdicts.summary_check import agreed

INVOKE = "bedrock:InvokeModel"


def others_of(*items: dict[str, object]) -> tuple[str, ...] | None:
    made = account(*items)
    alice = the(made)
    return agreed(make_evaluator(), made, alice).other_policies


@pytest.mark.parametrize("action", ["*", ["s3:*", INVOKE], "b*:*"])
def test_a_policy_for_several_services_is_an_other_policy(action: str | list[str]) -> None:
    items = [user("alice", attached=[policy_arn("WebTier")]), policy("WebTier", allow(action))]
    assert others_of(*items) == ("WebTier",)


def test_other_policies_may_be_several_and_apply_by_a_group() -> None:
    items = [user("alice", allow("*"), groups=["ops"]), group("ops", attached=[policy_arn("Ops")])]
    assert others_of(*items, policy("Ops", allow(["s3:*", "bedrock:*"]))) == ("Ops", "inline-0")


def test_an_other_policy_counts_although_the_managed_policy_is_attached() -> None:
    assert others_of(user("alice", allow("*"), attached=[LIMITED])) == ("inline-0",)


def test_an_other_policy_counts_for_the_group_that_has_it() -> None:
    made = account(user("alice"), group("ops", allow("*")))
    ops = made.groups[ID, "ops"]
    assert agreed(make_evaluator(), made, ops).other_policies == ("inline-0",)


def test_where_a_policy_is_unread_it_is_not_known_whether_there_are_other_policies() -> None:
    assert others_of(user("alice", attached=[policy_arn("Missing")])) is None


def test_an_unread_policy_that_is_specific_to_bedrock_is_no_other_policy() -> None:
    assert others_of(user("alice", attached=[policy_arn("MissingBedrock")])) == ()


@pytest.mark.parametrize(
    "alice",
    [
        user("alice", attached=[LIMITED]),
        user("alice", attached=[policy_arn("MyBedrockUsers")]),
        user("alice", allow(INVOKE)),
        user("alice", allow(NotAction="bedrock*:*")),
        user("alice", allow("*"), deny("bedrock*:*")),
        user("alice", attached=[LIMITED], boundary=policy_arn("MissingBoundary")),
        user("alice"),
    ],
)
def test_no_other_policy(alice: dict[str, object]) -> None:
    assert others_of(alice, policy("MyBedrockUsers", allow("*"))) == ()
