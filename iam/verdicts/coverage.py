"""Compute how far rules reach the resources of a scope.

Requests that all rules reach equally far are of the same *kind*.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from iam.policy.automaton import OTHER
from iam.policy.match_kinds import iter_match_kinds
from iam.policy.pattern import Patterns, type_tokens
from iam.policy.step_limit import VERDICT_LIMIT, StepBudget, TooComplex, step_limited
from iam.verdicts.request import RequestScope
from iam.verdicts.resource_type import ResourceType
from iam.verdicts.resource_types import resource_type
from iam.verdicts.rule import Reach, Rule

TYPICAL = RequestScope(
    resources=(
        (type_tokens("arn:${Partition}:bedrock:${Region}:${Account}:guardrail/${Id}", "aws"),),
    ),
    except_for=(),
    from_section=False,
)
"""A resource type whose ARN format is typical. Rules that are too complex for it are not compared
for other resource types, each of which would take as many steps."""


def narrows(rule: Rule, scope: RequestScope) -> bool:
    """Return whether the reach of a rule in a scope depends on its resource patterns."""
    return rule.possible is not None and not (rule.repeats_section and scope.from_section)


def request_kinds(
    scope: RequestScope, rules: Sequence[Rule], budget: StepBudget | None = None
) -> set[tuple[Reach, ...]]:
    """Find the kinds of requests in a scope.

    Args:
        scope: The resources of the requests.
        rules: The rules that apply to the requests.
        budget: The steps available; by default `VERDICT_LIMIT`.

    Returns:
        For each kind of request, the reach of each rule.

    Raises:
        TooComplex: The budget is exceeded.
    """
    return set(iter_request_kinds(scope, rules, budget or StepBudget(VERDICT_LIMIT)))


def iter_request_kinds(
    scope: RequestScope, rules: Sequence[Rule], budget: StepBudget, only: ResourceType | None = None
) -> Iterator[tuple[Reach, ...]]:
    """Yield the kinds of requests as they are found, possibly with repetitions.

    Args:
        scope: The resources of the requests.
        rules: The rules that apply to the requests.
        budget: The steps available.
        only: Consider only the resources of this type.

    Raises:
        TooComplex: The budget is exceeded.
    """
    unions: list[Patterns] = [scope.except_for]
    indexes: dict[Patterns, int] = {scope.except_for: 0}

    def index(patterns: Patterns) -> int:
        if patterns not in indexes:
            indexes[patterns] = len(unions)
            unions.append(patterns)
        return indexes[patterns]

    pairs = [
        (index(rule.certain or ()), index(rule.possible or ())) if narrows(rule, scope) else None
        for rule in rules
    ]
    if not scope.except_for and not any(pairs):
        yield tuple([rule.max_reach for rule in rules])  # no pattern distinguishes the requests
        return
    lists = tuple(unions)
    kinds = (
        only.iter_match_kinds(lists, budget)
        if only
        else iter_match_kinds(scope.resources, lists, budget)
    )
    for kind in kinds:
        if not kind[0]:
            yield tuple(
                [
                    rule.max_reach if pair is None else rule.reach(kind[pair[0]], kind[pair[1]])
                    for rule, pair in zip(rules, pairs, strict=True)
                ]
            )


@lru_cache(maxsize=10_000)
def types_in(scope: RequestScope) -> tuple[ResourceType, ...] | None:
    """Split a scope into resource types.

    Returns:
        The resource types that have resources in the scope. None if the scope cannot be split, as
        with the NotResource of a section's statement.
    """
    first, *others = scope.resources
    if scope.except_for or any(
        OTHER in tokens for patterns in scope.resources for tokens in patterns
    ):
        return None
    try:
        types = [resource_type(tokens, tuple(others)) for tokens in first]
    except TooComplex:
        return None
    return tuple(resources for resources in types if resources.sample is not None) or None


@lru_cache(maxsize=100_000)
def can_be_sampled(rule: Rule) -> bool:
    """Return whether a rule's patterns can be matched against sample resources.

    A pattern that contains `OTHER` literally cannot, since samples contain it as a placeholder.
    """
    return not any(OTHER in tokens for tokens in rule.possible or ())


@step_limited(limit=VERDICT_LIMIT, cache_size=200_000)
def reach_in_type(resources: ResourceType, rule: Rule, budget: StepBudget) -> Reach | None:
    """Compute how far a rule reaches the resources of a type.

    Args:
        resources: The resource type.
        rule: A rule that can be sampled: see `can_be_sampled`.
        budget: The steps available.

    Returns:
        The reach; None if it is not the same for all of the resources.

    Raises:
        TooComplex: The budget is exceeded.
    """
    if rule.possible is None:
        return rule.max_reach
    budget.spend(len(rule.possible))
    possible = certain = resources.extent(rule.possible, budget)
    if rule.certain != rule.possible:
        certain = resources.extent(rule.certain or (), budget)
    if rule.inverted:
        possible, certain = _invert(certain), _invert(possible)
    if possible is None:
        return None
    if not possible:
        return Reach.NO
    if certain is None:
        return Reach.MAYBE if rule.max_reach is Reach.MAYBE else None
    return rule.max_reach if certain else Reach.MAYBE


def _invert(extent: bool | None) -> bool | None:
    return None if extent is None else not extent


def uniform_reach(scope: RequestScope, rule: Rule) -> Reach | None:
    """Return the reach of a rule in a scope; None if it is not uniform or too complex to find."""
    try:
        return _scope_reach(scope, rule, StepBudget(VERDICT_LIMIT))[0]
    except TooComplex:
        return None


def may_reach(scope: RequestScope, rule: Rule) -> bool:
    """Return whether a rule reaches any request of a scope; True if that is too complex to find."""
    try:
        return _scope_reach(scope, rule, StepBudget(VERDICT_LIMIT))[1]
    except TooComplex:
        return True


@step_limited(limit=VERDICT_LIMIT, cache_size=200_000)
def _scope_reach(scope: RequestScope, rule: Rule, budget: StepBudget) -> tuple[Reach | None, bool]:
    """Return the uniform reach of a rule in a scope, if any, and whether it reaches any request."""
    types = types_in(scope)
    if types is None or not can_be_sampled(rule):
        return None, any(reach for (reach,) in request_kinds(scope, [rule], budget))
    if not narrows(rule, scope):
        return rule.max_reach, True
    reaches = [reach_in_type(resources, rule, budget) for resources in types]
    uniform = reaches[0] if len(set(reaches)) == 1 else None
    return uniform, any(reach is not Reach.NO for reach in reaches)
