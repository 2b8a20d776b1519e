"""Add to a plan which models it opens and closes, from the region of the session."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iam.account.model import Account
    from iam.account.region_models import RegionModels
    from iam.changes.plan import Plan
    from iam.verdicts.evaluator import Evaluator
    from iam.verdicts.route_verdicts import RouteEvaluator
    from tui.session.models import Models
    from tui.session.state import SessionState

FEW = 5
"""Principals who are evaluated before the preview opens: it must not wait for more than 0.1 s."""


class PlannedModels:
    """Evaluates the routes to all models, without a call; to be used in a thread."""

    def __init__(self, state: SessionState, models: Models) -> None:
        self._state = state
        self._models = models
        self._last: tuple[RegionModels, Evaluator, RouteEvaluator] | None = None
        """Of the last plan, which is usually made again."""

    def of_few(self, plan: Plan, account: Account) -> Plan:
        """Evaluate those whom a plan affects if they are few; for many it is left to `of_all`.

        Args:
            plan: The plan.
            account: The account before the changes.
        """
        return self._added(plan, account, FEW)

    def of_all(self, plan: Plan, account: Account) -> Plan:
        """Evaluate all whom a plan affects, up to a number that the plan tells.

        Args:
            plan: The plan.
            account: The account before the changes.
        """
        return self._added(plan, account, None)

    def _added(self, plan: Plan, account: Account, most: int | None) -> Plan:
        from iam.account.shipped_models import shipped_day
        from iam.changes.model_effects import MOST, model_effects

        if not (region := self._state.region) or not plan.effects:
            return plan
        models = self._models.known(region)
        evaluator = self._evaluator(models, account.partition)
        day = "" if models.live else shipped_day()
        providers = models.providers
        effects = model_effects(evaluator, account, plan, region, providers, day, most or MOST)
        return replace(plan, models=effects)

    def _evaluator(self, models: RegionModels, partition: str) -> RouteEvaluator:
        from iam.policy.action_catalogue import catalogue
        from iam.verdicts.route_verdicts import RouteEvaluator
        from iam.verdicts.routes import routes_of

        _, of_account, _ = self._state.read
        last = self._last  # another thread may replace it
        if last is None or last[:2] != (models, of_account):
            routes = routes_of(models, partition)
            made = RouteEvaluator(routes, catalogue(), partition, of_account.now)
            self._last = last = models, of_account, made
        return last[2]
