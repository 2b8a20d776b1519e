"""The verdict on the requests of a scope, from the rules that bear on them.

Rules that cannot change it are left out first, and samples of resources often settle the rest:
where one is granted and another is not, the verdict is `partial`, whatever else there is. Only
`granted`, `denied` and `none` of patterns together need a walk over all kinds of requests.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from iam.policy.glob import matches
from iam.policy.step_limit import A_QUESTION, A_WALK, Meter, TooComplex, metered
from iam.verdicts.coverage import TYPICAL, each_kind_of, is_plain, reach_in, types_in
from iam.verdicts.request import RequestScope
from iam.verdicts.resource_type import MOST_SAMPLED, ResourceType
from iam.verdicts.rule import Reach, Rule
from iam.verdicts.verdict import Verdict, sum_up

_MOST_MATCHED = 2_000
"""So often patterns are matched with samples of a type; a verdict that these miss, a walk finds."""


class Level(NamedTuple):
    """How far the statements of one effect reach some requests: all of them alike, and further by
    rules whose patterns tell them apart."""

    reach: Reach
    rules: frozenset[Rule] = frozenset()


NOWHERE = Level(Reach.NO)


class Case(NamedTuple):
    """What bears on some requests, in the best or the worst case."""

    allows: frozenset[Level]
    """The Allows of the principal's own documents, and those of each limit: a request is allowed as
    far as all of them reach."""
    deny: Level
    """The Denies of all of them."""

    @property
    def rules(self) -> Iterator[Rule]:
        for level in self.allows:
            yield from level.rules
        yield from self.deny.rules


def level_of(reach: Reach, rules: Iterable[Rule]) -> Level:
    """A level without the rules that reach no further than all requests are reached."""
    return Level(reach, frozenset([rule for rule in rules if rule.everywhere > reach]))


def case_of(allows: Iterable[Level], deny: Level) -> Case:
    """A case without the levels that cannot matter in it, so that many are equal."""
    narrowing = frozenset([level for level in allows if level.reach is not Reach.YES])
    return Case(frozenset([NOWHERE]) if NOWHERE in narrowing else narrowing, deny)


def verdict_of(allow: Reach, deny: Reach) -> Verdict:
    """The verdict on requests that all of the Allows and Denies reach alike."""
    if deny is Reach.YES:
        return Verdict.DENIED
    if allow is Reach.NO:
        return Verdict.NONE
    return Verdict.GRANTED if allow is Reach.YES and deny is Reach.NO else Verdict.PARTIAL


def verdict_in(scope: RequestScope, case: Case) -> Verdict | None:
    """The verdict on the requests of a scope; None where the patterns together are too complex to
    be compared."""
    try:
        return _verdict_in(scope, case, Meter(A_QUESTION))
    except TooComplex:
        return None


def takes_away(scope: RequestScope, own: Level, limit: Level) -> bool:
    """Whether a limit allows less of the requests of a scope than a principal's own documents."""
    rules = [*own.rules, *limit.rules]
    n = len(own.rules)
    try:
        return any(
            max([limit.reach, *reaches[n:]]) < max([own.reach, *reaches[:n]])
            for reaches in each_kind_of(scope, rules, Meter(A_WALK))
        )
    except TooComplex:
        limited, alone = case_of([own, limit], NOWHERE), case_of([own], NOWHERE)
        return verdict_in(scope, limited) is not verdict_in(scope, alone)


@metered(limit=A_QUESTION, size=200_000)
def _verdict_in(scope: RequestScope, case: Case, meter: Meter) -> Verdict:
    """The verdict on the requests of a scope.

    Raises:
        TooComplex: It takes more steps than the meter has.
    """
    types = types_in(scope)
    if types is None or not all(map(is_plain, case.rules)):
        return sum_up(_exactly(scope, case, meter))
    found: set[Verdict] = set()
    undecided: list[tuple[ResourceType, Case, frozenset[Verdict]]] = []
    for resources in types:
        here = _among(resources, case, meter)
        if here.deny.reach is Reach.YES or not any(here.rules):
            found.add(verdict_of(_least(here), here.deny.reach))
        else:
            sampled = frozenset(_of_samples(resources, here, meter))
            found |= sampled
            # Where nothing is allowed, all that is not denied is `none`, and one is enough.
            if NOWHERE not in here.allows or Verdict.NONE not in sampled:
                undecided.append((resources, here, sampled))
        if _is_partial(found):
            return Verdict.PARTIAL
    for resources, here, sampled in undecided:
        meter.take(1)
        if scope is not TYPICAL:
            _verdict_in(TYPICAL, here, Meter(A_QUESTION))
        # It has a limit of its own, lower than what samples may cost: hundreds of patterns are
        # matched in no time, and a few can have millions of states together.
        found |= _all_of(resources, here, sampled, Meter(A_WALK))
        if _is_partial(found):
            return Verdict.PARTIAL
    return sum_up(found)


@metered(limit=A_WALK, size=50_000)
def _all_of(
    resources: ResourceType, case: Case, sampled: frozenset[Verdict], meter: Meter
) -> frozenset[Verdict]:
    """The verdicts on all kinds of requests about a type, unless their sum is known before."""
    alone = RequestScope(resources.scope, except_for=(), asked=False)
    found = set(sampled)
    for verdict in _exactly(alone, case, meter, resources):
        found.add(verdict)
        if _is_partial(found):
            break
    return frozenset(found)


def _is_partial(found: set[Verdict]) -> bool:
    """Whether the sum is `partial`, whatever other kinds of requests there may be."""
    return Verdict.PARTIAL in found or (Verdict.GRANTED in found and len(found) > 1)


def _least(case: Case) -> Reach:
    """How far all of the Allows reach, where no rules tell requests apart."""
    return min([level.reach for level in case.allows], default=Reach.YES)


def _among(resources: ResourceType, case: Case, meter: Meter) -> Case:
    """The case of one type of resource, of which many a rule reaches all or nothing."""

    def look(level: Level) -> Level:
        reach, left = level.reach, []
        for rule in level.rules:
            whole = reach_in(resources, rule, meter)
            if whole is None:
                left.append(rule)
            elif whole > reach:
                reach = whole
        return level_of(reach, left)

    return case_of(map(look, case.allows), look(case.deny))


def _of_samples(resources: ResourceType, case: Case, meter: Meter) -> set[Verdict]:
    cutting = {pattern for rule in case.rules for pattern in rule.possible or ()}
    # In order, so that it is the same in every run of the program.
    texts = list(resources.samples(sorted(cutting)[:MOST_SAMPLED], meter))
    texts = texts[: max(4, _MOST_MATCHED // max(1, len(cutting)))]
    # All of it, before it is known how many of them it takes.
    meter.take(len(cutting) * sum([1 + len(text) // 128 for text in texts]) // 4)
    found: set[Verdict] = set()
    for text in texts:

        def reach(level: Level, text: str = text) -> Reach:
            return max([level.reach, *(_reach_of_text(rule, text) for rule in level.rules)])

        found.add(verdict_of(min(map(reach, case.allows), default=Reach.YES), reach(case.deny)))
        if _is_partial(found):
            break
    return found


def _reach_of_text(rule: Rule, text: str) -> Reach:
    possible = any(matches(pattern, text) for pattern in rule.possible or ())
    if rule.certain == rule.possible:
        return rule.reach(possible, possible)
    certain = any(matches(pattern, text) for pattern in rule.certain or ())
    return rule.reach(certain, possible)


def _exactly(
    scope: RequestScope, case: Case, meter: Meter, only: ResourceType | None = None
) -> Iterator[Verdict]:
    """The verdicts on all kinds of requests that there are, one after the other."""
    levels = [case.deny, *case.allows]
    rules = [rule for level in levels for rule in level.rules]
    for reaches in each_kind_of(scope, rules, meter, only):
        following = iter(reaches)
        deny, *allows = [
            max([level.reach, *[next(following) for _ in level.rules]]) for level in levels
        ]
        yield verdict_of(min(allows, default=Reach.YES), deny)
