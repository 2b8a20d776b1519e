"""Whether a plan that was checked with AWS still says what the operator has confirmed."""

from __future__ import annotations

from dataclasses import replace

from iam.account.model import ManagedPolicy
from iam.changes.model_effects import ModelEffects, ModelGroup
from iam.changes.plan import make_plan
from iam.verdicts.route_changes import RouteLine
from tests.build import account, make_evaluator, policy_arn, user
from tui.dialogs.review_data import says_the_same

PLAN = make_plan(
    make_evaluator(),
    made := account(user("alice")),
    made.entities,
    "attach",
    ManagedPolicy("Models", policy_arn("Models"), "v1"),
)
EVALUATED = ModelEffects("us-east-1", 1, 1, (ModelGroup(1, (RouteLine("+", "all 5 routes"),)),))
POSTPONED = ModelEffects("us-east-1", 1, 0)


def test_models_that_the_preview_has_postponed_ask_no_second_time() -> None:
    assert says_the_same(replace(PLAN, models=POSTPONED), replace(PLAN, models=EVALUATED))


def test_models_that_the_preview_has_not_spoken_of_are_something_new() -> None:
    assert says_the_same(PLAN, PLAN)
    assert not says_the_same(PLAN, replace(PLAN, models=EVALUATED))
