"""How far rules reach the resources of a scope, and which kinds of requests that makes.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from iam.policy.automaton import OTHER
from iam.policy.match_kinds import each_kind
from iam.policy.pattern import Patterns, type_tokens
from iam.policy.step_limit import A_QUESTION, Meter, TooComplex, metered
from iam.verdicts.request import RequestScope
from iam.verdicts.resource_type import ResourceType, resource_type
from iam.verdicts.rule import Reach, Rule

TYPICAL = RequestScope(
    resources=(
        (type_tokens("arn:${Partition}:bedrock:${Region}:${Account}:guardrail/${Id}", "aws"),),
    ),
    except_for=(),
    asked=False,
)
"""What most types of resources look like. Rules that are too complex to be told apart here are not
looked at in all the others, each of which would take as long."""


def narrows(rule: Rule, scope: RequestScope) -> bool:
    """Whether it takes a look at a rule's patterns to know which of the resources it reaches."""
    return rule.possible is not None and not (rule.held and scope.asked)


def kinds_of(
    scope: RequestScope, rules: Sequence[Rule], meter: Meter | None = None
) -> set[tuple[Reach, ...]]:
    """How far each rule reaches, for every kind of request that there is.

    Raises:
        TooComplex: It takes more steps than the meter has to tell all kinds apart.
    """
    return set(each_kind_of(scope, rules, meter or Meter(A_QUESTION)))


def each_kind_of(
    scope: RequestScope, rules: Sequence[Rule], meter: Meter, only: ResourceType | None = None
) -> Iterator[tuple[Reach, ...]]:
    """Find these one after the other, some of them more than once: see `kinds_of`.

    With `only`, those of the requests about the resources of one type.
    """
    asked: list[Patterns] = [scope.except_for]
    numbers: dict[Patterns, int] = {scope.except_for: 0}

    def number(patterns: Patterns) -> int:
        if patterns not in numbers:
            numbers[patterns] = len(asked)
            asked.append(patterns)
        return numbers[patterns]

    where = [
        (number(rule.certain or ()), number(rule.possible or ())) if narrows(rule, scope) else None
        for rule in rules
    ]
    if not scope.except_for and not any(where):
        yield tuple([rule.everywhere for rule in rules])  # no pattern tells them apart
        return
    lists = tuple(asked)
    found = only.each_kind(lists, meter) if only else each_kind(scope.resources, lists, meter)
    for kind in found:
        if not kind[0]:
            yield tuple(
                [
                    rule.everywhere if at is None else rule.reach(kind[at[0]], kind[at[1]])
                    for rule, at in zip(rules, where, strict=True)
                ]
            )


@lru_cache(maxsize=10_000)
def types_in(scope: RequestScope) -> tuple[ResourceType, ...] | None:
    """The types of resources in a scope, to be looked at one at a time.

    Returns:
        Those that have any; None where they must be looked at together, as what a section's
        statement leaves out is.
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
    return tuple(one for one in types if one.sample is not None) or None


@lru_cache(maxsize=100_000)
def is_plain(rule: Rule) -> bool:
    """Whether a rule's patterns can be matched against samples: they hold no letter that stands
    for all others."""
    return not any(OTHER in tokens for tokens in rule.possible or ())


@metered(limit=A_QUESTION, size=200_000)
def reach_in(resources: ResourceType, rule: Rule, meter: Meter) -> Reach | None:
    """How far a plain rule reaches the resources of a type, by its patterns.

    Returns:
        The reach; None where it is not the same for all of them.

    Raises:
        TooComplex: That takes more steps than the meter has.
    """
    if rule.possible is None:
        return rule.everywhere
    meter.take(len(rule.possible))
    possible = certain = resources.span(rule.possible, meter)
    if rule.certain != rule.possible:
        certain = resources.span(rule.certain or (), meter)
    if rule.inverted:
        possible, certain = _not(certain), _not(possible)
    if possible is None:
        return None
    if not possible:
        return Reach.NO
    if certain is None:
        return Reach.MAYBE if rule.everywhere is Reach.MAYBE else None
    return rule.everywhere if certain else Reach.MAYBE


def _not(whole: bool | None) -> bool | None:
    return None if whole is None else not whole


def whole_reach(scope: RequestScope, rule: Rule) -> Reach | None:
    """How far a rule reaches a scope; None where that differs, or takes more than a look."""
    try:
        return _looked_at(scope, rule, Meter(A_QUESTION))[0]
    except TooComplex:
        return None


def may_reach(scope: RequestScope, rule: Rule) -> bool:
    """Whether a rule reaches anything in a scope; it may where that is too much to work out."""
    try:
        return _looked_at(scope, rule, Meter(A_QUESTION))[1]
    except TooComplex:
        return True


@metered(limit=A_QUESTION, size=200_000)
def _looked_at(scope: RequestScope, rule: Rule, meter: Meter) -> tuple[Reach | None, bool]:
    """The whole reach of a rule in a scope, and whether it reaches anything there."""
    types = types_in(scope)
    if types is None or not is_plain(rule):
        return None, any(reach for (reach,) in kinds_of(scope, [rule], meter))
    if not narrows(rule, scope):
        return rule.everywhere, True
    found = [reach_in(one, rule, meter) for one in types]
    whole = found[0] if len(set(found)) == 1 else None
    return whole, any(reach is not Reach.NO for reach in found)
