"""Which models a plan opens and closes, from a region, for those whom it affects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from iam.account.model import Account, ManagedPolicy, Principal
from iam.account.request_context import may_be_known
from iam.changes.plan import Plan, account_after
from iam.policy.document import Document
from iam.policy.specialize import keys_of
from iam.verdicts.route_changes import Explained, RouteLine, Step, alike, lines_of
from iam.verdicts.route_verdicts import RouteEvaluator, RouteResult
from iam.verdicts.verdict import Verdict

MOST = 500
"""Principals that are looked at."""
_MOST_GROUPS = 3
"""Groups of principals with equal changes that are described; others are counted."""
_MOST_EXPLAINED = 8
"""Principals of a group with different documents whose reasons are worked out: each takes 10 ms."""
_CLOSED = (Verdict.NONE, Verdict.DENIED)


class _Member(NamedTuple):
    """A principal after the changes, and what becomes of each route."""

    principal: Principal
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class ModelGroup:
    """Principals for whom a plan opens and closes the same."""

    count: int
    lines: tuple[RouteLine, ...]


@dataclass(frozen=True, slots=True)
class ModelEffects:
    """Which models a plan opens and closes, for all whom it affects."""

    region: str
    """The region from which they are invoked."""
    total: int
    """How many principals the plan affects."""
    looked_at: int
    """How many of them have been evaluated, the first ones; zero before they are."""
    groups: tuple[ModelGroup, ...] = ()
    """The largest group first."""
    day: str = ""
    """The day of the list of models; empty if AWS listed them in this session."""

    @property
    def others(self) -> int:
        """How many are in no group that is described."""
        return self.looked_at - sum(group.count for group in self.groups)


def model_effects(
    evaluator: RouteEvaluator,
    account: Account,
    plan: Plan,
    region: str,
    providers: Mapping[str, str],
    day: str = "",
    most: int = MOST,
) -> ModelEffects | None:
    """Work out which models a plan opens and closes.

    Args:
        evaluator: Of all routes from the region.
        account: The account before the changes.
        plan: The plan.
        region: The region.
        providers: The provider of each model, by its ID.
        day: The day of the list of models, unless AWS was asked.
        most: How many principals may be evaluated; of more, it is only said that there are any.

    Returns:
        The effects; None if the policy is not about invoking these models.
    """
    principals = [effect.principal for effect in plan.effects]
    total = len(principals)
    postponed = total > most and most < MOST
    looked_at = principals[: 1 if postponed else most]
    after = account_after(account, plan)
    by_key: dict[object, list[_Member]] = {}
    concerned = False
    for principal in looked_at:
        now, then = account.principals[principal.arn], after.principals[principal.arn]
        own = evaluator.verdicts(*_alone(account, then, plan.policy))
        before, later = evaluator.verdicts(account, now), evaluator.verdicts(after, then)
        steps = tuple(
            Step(one, other, concerned=of_policy not in _CLOSED)
            for one, other, of_policy in zip(before, later, own, strict=True)
        )
        concerned |= any(each is not Verdict.NONE for each in own)
        concerned |= any(step.changes for step in steps)
        by_key.setdefault(alike(evaluator.routes, steps, providers), []).append(
            _Member(then, steps)
        )
    if not concerned and not (postponed and _differs(plan.policy)):
        return None
    if postponed:
        return ModelEffects(region, total, 0, (), day)
    groups = []
    for members in sorted(by_key.values(), key=lambda members: -len(members))[:_MOST_GROUPS]:
        explain = partial(_explained, evaluator, after, members)
        attached = plan.policy.name if plan.op == "attach" else ""
        steps, briefly = members[0].steps, total > 1
        lines = lines_of(
            evaluator.routes, steps, explain, attached, providers=providers, briefly=briefly
        )
        groups.append(ModelGroup(len(members), lines))
    return ModelEffects(region, total, len(looked_at), tuple(groups), day)


def _differs(policy: ManagedPolicy) -> bool:
    """Whether a policy may be about models for some principals only, by their tags for example."""
    document = policy.document
    if not isinstance(document, Document):
        return False  # unknown for all
    return any(map(may_be_known, keys_of(document, range(len(document.statements)))))


def _alone(
    account: Account, principal: Principal, policy: ManagedPolicy
) -> tuple[Account, Principal]:
    """The principal with this policy and nothing else, in an account without limits."""
    bare = replace(principal, attached=(policy.arn,), inline=(), boundary=None)
    if bare.type == "user":
        bare = replace(bare, groups=())
    empty = Account(id=account.id, partition=account.partition, policies={policy.arn: policy})
    return empty, bare


def _explained(evaluator: RouteEvaluator, after: Account, members: Sequence[_Member]) -> Explained:
    """Explain the routes of members of a group, until there have been enough different results."""
    found: dict[int, tuple[Sequence[Step], Sequence[RouteResult]]] = {}
    for principal, steps in members:
        if len(found) == _MOST_EXPLAINED:
            return Explained(tuple(found.values()), complete=False)
        results = evaluator.results(after, principal)
        found[id(results)] = steps, results
    return Explained(tuple(found.values()))
