"""Decide the verdict on the requests of a scope from the rules that apply to them.

Rules that cannot change the verdict are left out first. Then sample resources are evaluated: if one
is granted and another is not, the verdict is `partial`. Otherwise, all kinds of requests are
explored.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from iam.policy.glob import matches
from iam.policy.step_limit import (
    EXPLORATION_LIMIT,
    VERDICT_LIMIT,
    StepBudget,
    TooComplex,
    step_limited,
)
from iam.verdicts.coverage import (
    TYPICAL,
    can_be_sampled,
    iter_request_kinds,
    reach_in_type,
    types_in,
)
from iam.verdicts.request import RequestScope
from iam.verdicts.resource_type import MAX_SAMPLED, ResourceType
from iam.verdicts.rule import Reach, Rule
from iam.verdicts.verdict import Verdict, sum_up

_MAX_MATCHED = 2_000
"""Maximum number of matches of patterns and samples for a resource type. The exploration of all
kinds finds what samples miss."""


class CombinedReach(NamedTuple):
    """How far the statements of one effect together reach some requests."""

    reach: Reach
    """The minimum for all of the requests."""
    rules: frozenset[Rule] = frozenset()
    """The rules that reach some of the requests further, depending on their patterns."""


NO_REACH = CombinedReach(Reach.NO)


class Case(NamedTuple):
    """All that determines the verdict on some requests, in the best or the worst case."""

    allows: frozenset[CombinedReach]
    """The Allows of the principal's own documents, and those of each limit. A request is allowed
    only as far as all of them reach."""
    deny: CombinedReach
    """The Denies of all documents."""

    @property
    def rules(self) -> Iterator[Rule]:
        """All rules of the case."""
        for combined in self.allows:
            yield from combined.rules
        yield from self.deny.rules


_WITHOUT_RULES = {reach: CombinedReach(reach) for reach in Reach}


def combined_reach(reach: Reach, rules: Collection[Rule]) -> CombinedReach:
    """Combine reaches, leaving out the rules that cannot exceed `reach`."""
    if not rules:
        return _WITHOUT_RULES[reach]
    return CombinedReach(reach, frozenset([rule for rule in rules if rule.max_reach > reach]))


def case_of(allows: Iterable[CombinedReach], deny: CombinedReach) -> Case:
    """Build a case without the Allows that cannot change the verdict, so that more cases are equal.

    Args:
        allows: The combined reach of the Allows of each layer.
        deny: The combined reach of all Denies.
    """
    relevant = frozenset([combined for combined in allows if combined.reach is not Reach.YES])
    return Case(frozenset([NO_REACH]) if NO_REACH in relevant else relevant, deny)


def verdict_of(allow: Reach, deny: Reach) -> Verdict:
    """Return the verdict on requests of the same kind.

    Args:
        allow: The reach of the Allows.
        deny: The reach of the Denies.
    """
    if deny is Reach.YES:
        return Verdict.DENIED
    if allow is Reach.NO:
        return Verdict.NONE
    return Verdict.GRANTED if allow is Reach.YES and deny is Reach.NO else Verdict.PARTIAL


def verdict_in(scope: RequestScope, case: Case) -> Verdict | None:
    """Decide the verdict on the requests of a scope.

    Args:
        scope: The resources of the requests.
        case: The rules that apply to the requests.

    Returns:
        The verdict; None if the patterns together are too complex to be compared.
    """
    try:
        return _verdict_in(scope, case, StepBudget(VERDICT_LIMIT))
    except TooComplex:
        return None


def limit_narrows(scope: RequestScope, own: CombinedReach, limit: CombinedReach) -> bool:
    """Return whether a limit allows less than the principal's own documents.

    Args:
        scope: The resources of the requests.
        own: The Allows of the principal's own documents.
        limit: The Allows of the limit.
    """
    rules = [*own.rules, *limit.rules]
    n = len(own.rules)
    try:
        return any(
            max([limit.reach, *reaches[n:]]) < max([own.reach, *reaches[:n]])
            for reaches in iter_request_kinds(scope, rules, StepBudget(EXPLORATION_LIMIT))
        )
    except TooComplex:
        limited, unlimited = case_of([own, limit], NO_REACH), case_of([own], NO_REACH)
        return verdict_in(scope, limited) is not verdict_in(scope, unlimited)


@step_limited(limit=VERDICT_LIMIT, cache_size=200_000)
def _verdict_in(scope: RequestScope, case: Case, budget: StepBudget) -> Verdict:
    """Decide the verdict on the requests of a scope.

    Raises:
        TooComplex: The budget is exceeded.
    """
    types = types_in(scope)
    if types is None or not all(map(can_be_sampled, case.rules)):
        return sum_up(_verdicts_of_all_kinds(scope, case, budget))
    verdicts: set[Verdict] = set()
    undecided: list[tuple[ResourceType, Case, frozenset[Verdict]]] = []
    for resources in types:
        type_case = _case_for_type(resources, case, budget)
        if type_case.deny.reach is Reach.YES or not any(type_case.rules):
            verdicts.add(verdict_of(_allow_reach(type_case), type_case.deny.reach))
        else:
            sampled = frozenset(_sample_verdicts(resources, type_case, budget))
            verdicts |= sampled
            # If nothing is allowed, all verdicts are `denied` or `none`, and a single `none`
            # determines their sum.
            if NO_REACH not in type_case.allows or Verdict.NONE not in sampled:
                undecided.append((resources, type_case, sampled))
        if _is_partial(verdicts):
            return Verdict.PARTIAL
    for resources, type_case, sampled in undecided:
        budget.spend(1)
        if scope is not TYPICAL:
            _verdict_in(TYPICAL, type_case, StepBudget(VERDICT_LIMIT))
        # The exploration has a limit of its own, lower than that of samples. Matching hundreds of
        # patterns is fast, but even a few patterns can have millions of states together.
        verdicts |= _verdicts_of_type(resources, type_case, sampled, StepBudget(EXPLORATION_LIMIT))
        if _is_partial(verdicts):
            return Verdict.PARTIAL
    return sum_up(verdicts)


@step_limited(limit=EXPLORATION_LIMIT, cache_size=50_000)
def _verdicts_of_type(
    resources: ResourceType, case: Case, sampled: frozenset[Verdict], budget: StepBudget
) -> frozenset[Verdict]:
    """Find the verdicts on all kinds of requests on a resource type, until their sum is known."""
    scope_of_type = RequestScope(resources.scope, except_for=(), from_section=False)
    verdicts = set(sampled)
    for verdict in _verdicts_of_all_kinds(scope_of_type, case, budget, resources):
        verdicts.add(verdict)
        if _is_partial(verdicts):
            break
    return frozenset(verdicts)


def _is_partial(verdicts: set[Verdict]) -> bool:
    """Return whether the sum is `partial`, regardless of the verdicts still missing."""
    return Verdict.PARTIAL in verdicts or (Verdict.GRANTED in verdicts and len(verdicts) > 1)


def _allow_reach(case: Case) -> Reach:
    """Return how far all Allows of a case without rules reach."""
    return min([combined.reach for combined in case.allows], default=Reach.YES)


def _case_for_type(resources: ResourceType, case: Case, budget: StepBudget) -> Case:
    """Reduce a case to one resource type: drop the rules whose reach is uniform there."""

    def reduced(combined: CombinedReach) -> CombinedReach:
        reach, nonuniform = combined.reach, []
        for rule in combined.rules:
            uniform = reach_in_type(resources, rule, budget)
            if uniform is None:
                nonuniform.append(rule)
            elif uniform > reach:
                reach = uniform
        return combined_reach(reach, nonuniform)

    return case_of(map(reduced, case.allows), reduced(case.deny))


def _sample_verdicts(resources: ResourceType, case: Case, budget: StepBudget) -> set[Verdict]:
    """Find the verdicts on samples of a resource type, until their sum is known."""
    patterns = {pattern for rule in case.rules for pattern in rule.possible or ()}
    # Sorted, so that the samples are the same in every run.
    texts = list(resources.samples(sorted(patterns)[:MAX_SAMPLED], budget))
    texts = texts[: max(4, _MAX_MATCHED // max(1, len(patterns)))]
    # The cost of all samples, even if fewer turn out to be sufficient.
    budget.spend(len(patterns) * sum([1 + len(text) // 128 for text in texts]) // 4)
    verdicts: set[Verdict] = set()
    for text in texts:

        def reach(combined: CombinedReach, text: str = text) -> Reach:
            return max([combined.reach, *(_reach_of_text(rule, text) for rule in combined.rules)])

        verdicts.add(verdict_of(min(map(reach, case.allows), default=Reach.YES), reach(case.deny)))
        if _is_partial(verdicts):
            break
    return verdicts


def _reach_of_text(rule: Rule, text: str) -> Reach:
    possible = any(matches(pattern, text) for pattern in rule.possible or ())
    if rule.certain == rule.possible:
        return rule.reach(possible, possible)
    certain = any(matches(pattern, text) for pattern in rule.certain or ())
    return rule.reach(certain, possible)


def _verdicts_of_all_kinds(
    scope: RequestScope, case: Case, budget: StepBudget, only: ResourceType | None = None
) -> Iterator[Verdict]:
    """Yield the verdicts on all kinds of requests, possibly with repetitions."""
    all_combined = [case.deny, *case.allows]
    rules = [rule for combined in all_combined for rule in combined.rules]
    for reaches in iter_request_kinds(scope, rules, budget, only):
        next_reach = iter(reaches)
        deny, *allows = [
            max([combined.reach, *[next(next_reach) for _ in combined.rules]])
            for combined in all_combined
        ]
        yield verdict_of(min(allows, default=Reach.YES), deny)
