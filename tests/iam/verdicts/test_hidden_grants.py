"""Hidden grants."""

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
from tests.iam.verdicts.summary_check import agreed

INVOKE = "bedrock:InvokeModel"


def hidden_of(*items: dict[str, object]) -> tuple[str, ...]:
    made = account(*items)
    alice = the(made)
    return agreed(make_evaluator(), made, alice).hidden


@pytest.mark.parametrize("action", ["*", ["s3:*", INVOKE], "b*:*"])
def test_a_policy_for_several_services_hides_a_grant(action: str | list[str]) -> None:
    items = [user("alice", attached=[policy_arn("WebTier")]), policy("WebTier", allow(action))]
    assert hidden_of(*items) == ("WebTier",)


def test_a_grant_may_be_hidden_in_several_policies_and_a_group() -> None:
    items = [user("alice", allow("*"), groups=["ops"]), group("ops", attached=[policy_arn("Ops")])]
    assert hidden_of(*items, policy("Ops", allow(["s3:*", "bedrock:*"]))) == ("Ops", "inline-0")


@pytest.mark.parametrize(
    "alice",
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
def test_an_obvious_grant_is_not_hidden(alice: dict[str, object]) -> None:
    assert hidden_of(alice, policy("MyBedrockUsers", allow("*"))) == ()
