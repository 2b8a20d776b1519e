"""The summary of the routes from us-east-1: what it counts, and that it claims no more."""

from __future__ import annotations

from typing import Any

import pytest

from iam.account.region_models import RegionModels
from iam.verdicts.route_summary import principals_by_way, summary_of, ways_of
from iam.verdicts.routes import routes_of
from tests.build import account, allow, deny, the, user
from tests.iam.verdicts.routes_from import (
    HAIKU,
    OFFERED,
    ROUTES,
    evaluator,
    model_arn,
    under,
)

PROVIDERS = OFFERED.providers
MFA = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}


def summary(*statements: Any, reasons: bool = True, **scps: Any) -> str:
    """What is said of alice, who has these statements, below these SCPs."""
    made = account(user("alice", *statements))
    made = under(made, **scps) if scps else made
    alice = the(made, "alice")
    results = evaluator().results(made, alice)
    return "; ".join(summary_of(results, PROVIDERS, reasons=reasons))


def test_the_columns_are_the_ways_that_there_are() -> None:
    assert ways_of(ROUTES) == ("region", "us.", "global.", "profiles", "own")
    assert ways_of(routes_of(RegionModels("us-east-1", "", True), "aws")) == ()


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        ([allow("bedrock:*")], "all 5 routes to models from us-east-1"),
        ([], "none of 5 routes to models from us-east-1 (no policy allows it)"),
        (
            [allow("bedrock:*", **MFA)],
            "all 5 routes to models from us-east-1 partial (inline-0 with MFA)",
        ),
    ],
)
def test_what_is_the_same_by_all_ways_is_said_once(statements: list[Any], said: str) -> None:
    assert summary(*statements) == said


def test_a_deny_of_the_organization_is_named_for_the_way_that_it_blocks() -> None:
    no_region = {"Condition": {"StringEquals": {"aws:RequestedRegion": "unspecified"}}}
    said = summary(allow("bedrock:*"), NoGlobal=[deny("bedrock:*", **no_region)])
    assert "the one by us. profiles" in said
    assert "none of 1 by global. profiles (denied by SCP NoGlobal at Root)" in said


def test_partial_is_not_counted_as_granted() -> None:
    said = summary(allow("bedrock:*", model_arn("*", HAIKU)), allow("bedrock:*", **MFA))
    assert said.startswith("the one in us-east-1 itself; the one by us. profiles partial (")


def test_reasons_can_be_left_out() -> None:
    assert summary(reasons=False) == "none of 5 routes to models from us-east-1"


def test_principals_are_counted_once_a_way_and_only_those_who_certainly_can() -> None:
    made = account(
        user("alice", allow("bedrock:*")),
        user("bob", allow("bedrock:*", **MFA)),
        user("carol", allow("bedrock:*", f"arn:aws:bedrock:us-east-1::foundation-model/{HAIKU}")),
        user("dave"),
    )
    results = [
        [each for each in evaluator().results(made, who) if each.route.model == HAIKU]
        for who in made.principals.values()
    ]
    assert principals_by_way(results) == (
        "2 of 4 in us-east-1 itself, 1 partial",
        "1 of 4 by models of the account, 1 partial",
    )
    assert principals_by_way([]) == ()
