"""Hidden grants: who can invoke models by a policy that nobody takes for Bedrock's."""

from __future__ import annotations

import pytest

from tests.build import (
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
from tests.iam.verdicts.sums import agreed

INVOKE = "bedrock:InvokeModel"


def of(*items: dict[str, object]) -> tuple[str, ...]:
    made = account(*items)
    alice = the(made)
    return agreed(make_evaluator(), made, alice).hidden


@pytest.mark.parametrize("action", ["*", ["s3:*", INVOKE], "b*:*"])
def test_a_policy_for_more_than_bedrock_hides_a_grant(action: str | list[str]) -> None:
    items = [user("alice", attached=[policy_arn("WebTier")]), policy("WebTier", allow(action))]
    assert of(*items) == ("WebTier",)


def test_it_may_come_by_a_group_and_by_several_policies() -> None:
    items = [user("alice", allow("*"), groups=["ops"]), group("ops", attached=[policy_arn("Ops")])]
    assert of(*items, policy("Ops", allow(["s3:*", "bedrock:*"]))) == ("Ops", "inline-0")


@pytest.mark.parametrize(
    "held",
    [
        user("alice", attached=[LIMITED]),
        user("alice", allow("*"), attached=[LIMITED]),
        user("alice", attached=[policy_arn("MyBedrockUsers")]),
        user("alice", allow(INVOKE)),
        user("alice", allow(NotAction="bedrock*:*")),
        user("alice", allow("*"), deny("bedrock*:*")),
        user("alice"),
    ],
)
def test_what_anybody_would_expect_is_not_hidden(held: dict[str, object]) -> None:
    assert of(held, policy("MyBedrockUsers", allow("*"))) == ()
