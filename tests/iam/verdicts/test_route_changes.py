"""Which changes of the routes to models are said together."""

from __future__ import annotations

from dataclasses import replace

from iam.verdicts.route_changes import Step, alike
from iam.verdicts.verdict import Verdict
from tests.iam.verdicts.routes_from import HAIKU, SONNET, evaluator


def test_equal_numbers_of_models_of_different_providers_are_not_alike() -> None:
    first = next(route for route in evaluator().routes if route.model == SONNET)
    routes = [first, replace(first, model=HAIKU)]
    opens, stays = Step(Verdict.NONE, Verdict.GRANTED), Step(Verdict.NONE, Verdict.NONE)
    one, other = (opens, stays), (stays, opens)
    assert alike(routes, one, {}) == alike(routes, other, {})
    of_two = {SONNET: "One", HAIKU: "Other"}
    assert alike(routes, one, of_two) != alike(routes, other, of_two)
