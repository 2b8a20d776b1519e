"""Which models a change opens and closes: what is counted, and that no more is claimed."""

from __future__ import annotations

from typing import Any

import pytest

from iam.account.model import Account
from iam.changes.journal import Op
from iam.changes.model_effects import ModelEffects, model_effects
from iam.changes.plan import make_plan
from tests.build import (
    ID,
    account,
    allow,
    deny,
    group,
    limited,
    make_evaluator,
    policy,
    policy_arn,
    role,
    the,
    user,
)
from tests.iam.verdicts.routes_from import DESTINATIONS, evaluator, model_arn, under

NO_REGION = {"Condition": {"StringEquals": {"aws:RequestedRegion": "unspecified"}}}
MFA = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}
HELD = [limited().arn]
B = policy_arn("b")
ALL_FIVE = "all 5 routes"


def effects(
    op: Op, *items: Any, of: tuple[str, ...] = ("alice",), most: int = 500, **scps: Any
) -> ModelEffects | None:
    """The effects of a change of some principals or groups, below these SCPs."""
    made: Account = account(*items)
    made = under(made, **scps) if scps else made
    entities = [made.groups.get((ID, name)) or the(made, name) for name in of]
    plan = make_plan(make_evaluator(), made, entities, op, limited())
    return model_effects(evaluator(), made, plan, "us-east-1", most=most)


def lines(op: Op, *items: Any, **more: Any) -> list[str]:
    """The lines about the only group of those whom a change affects."""
    found = effects(op, *items, **more)
    assert found is not None
    (only,) = found.groups
    return [f"{line.sign} {line.text}" for line in only.lines]


@pytest.mark.parametrize(
    ("op", "items", "said"),
    [
        ("attach", [user("alice")], [f"+ {ALL_FIVE}"]),
        ("detach", [user("alice", attached=HELD)], [f"- {ALL_FIVE}"]),
        # Another policy still opens them: nothing is lost.
        (
            "detach",
            [user("alice", allow("bedrock:*"), attached=HELD)],
            [f"  no route opens or closes: {ALL_FIVE} stay open through inline-0"],
        ),
        (
            "attach",
            [user("alice", boundary=B), policy("b", allow("s3:*"))],
            [f"  no route opens or closes: {ALL_FIVE} stay closed: limited by boundary {B}"],
        ),
        # What depends on the request is not open.
        (
            "attach",
            [user("alice", deny("bedrock:InvokeModel", **MFA))],
            [f"~ {ALL_FIVE} become partial: denied by inline-0 with MFA; {limited().name}"],
        ),
    ],
)
def test_the_routes_that_open_and_close_are_counted(
    op: Op, items: list[Any], said: list[str]
) -> None:
    assert lines(op, *items) == said


def test_an_scp_that_blocks_a_way_is_named_as_what_keeps_it_closed() -> None:
    opened, *rest = lines("attach", user("alice"), NoGlobal=[deny("bedrock:*", **NO_REGION)])
    assert opened.startswith("+ ") and "global." not in opened
    assert rest == ["  the one by global. profiles stays closed: denied by SCP NoGlobal at Root"]


def test_a_profile_stays_closed_while_one_of_its_regions_is_denied() -> None:
    elsewhere = deny("bedrock:InvokeModel", model_arn(DESTINATIONS[-1]))
    said = lines("attach", user("alice", elsewhere))
    assert "by us. profiles" not in said[0]
    (closed,) = [line for line in said if "stay closed" in line or "stays closed" in line]
    assert "by us. profiles" in closed and "denied by inline-0" in closed


def test_principals_to_whom_the_same_happens_are_counted_together() -> None:
    found = effects(
        "attach",
        user("alice"),
        role("bob"),
        user("carol", allow("*")),
        of=("alice", "bob", "carol"),
    )
    assert found is not None
    assert [group.count for group in found.groups] == [2, 1]
    assert (found.total, found.looked_at, found.others) == (3, 3, 0)
    assert [line.text for line in found.groups[0].lines] == [ALL_FIVE]


def test_a_group_counts_by_its_members() -> None:
    made = [group("ml"), user("alice", groups=["ml"]), user("bob", groups=["ml"])]
    found = effects("attach", *made, of=("ml",))
    assert found is not None
    assert [(each.count, each.lines[0].sign) for each in found.groups] == [(2, "+")]


def test_of_more_than_it_may_evaluate_nothing_is_claimed() -> None:
    people = [user(name) for name in ("alice", "bob", "carol")]
    found = effects("attach", *people, of=("alice", "bob", "carol"), most=2)
    assert found is not None
    assert (found.total, found.looked_at, found.groups) == (3, 0, ())
