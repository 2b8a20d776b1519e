"""What the review dialog is given besides the plan, and what else than a plan it returns."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iam.changes.plan import Plan
    from iam.reports.simulation_lines import Line
    from tui.session.simulator import Progress

Check = Callable[[Callable[[int], None]], Awaitable["Plan"]]
"""Checks with AWS and makes the plan again; calls back with the number checked so far."""


@dataclass(frozen=True, slots=True)
class ShowGroup:
    """The operator wants to see a group instead."""

    name: str


@dataclass(frozen=True, slots=True)
class About:
    """What the dialog shows besides the plan."""

    account_id: str
    alias: str
    commands: Callable[[Plan], tuple[str, ...]]
    """The plan as AWS CLI commands."""
    confirm_above: int
    dry_run: bool
    out_of_sight: int = 0
    """How many marked entries the filter hides."""
    ask_without: Callable[[Plan, Progress], Awaitable[Sequence[Line]]] | None = None
    """Asks AWS what remains without the policy; None where nothing is detached."""

    @property
    def account(self) -> str:
        return f"{self.account_id} ({self.alias})" if self.alias else self.account_id


def says_the_same(shown: Plan, checked: Plan) -> bool:
    """Whether the checked plan says the same as the one that was shown."""
    return (
        [c.entity.arn for c in shown.changes] == [c.entity.arn for c in checked.changes]
        and [(e.before.verdict, e.after) for e in shown.effects]
        == [(e.before.verdict, e.after) for e in checked.effects]
        and shown.warnings == checked.warnings
        and (_postpones_models(shown) or shown.models == checked.models)
        and [left.why for left in shown.blocked] == [left.why for left in checked.blocked]
    )


def _postpones_models(plan: Plan) -> bool:
    """Whether a plan says that models are evaluated during the check."""
    return plan.models is not None and not plan.models.looked_at
