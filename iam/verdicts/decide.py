"""The verdict on some requests, and nothing else: not which rules it comes from.

So rules that cannot change it are left out first, and samples of resources often settle the rest:
where one is granted and another is not, the verdict is `partial`, whatever else there is. Only
`granted`, `denied` and `none` of patterns together need a walk over all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from iam.policy.automaton import Tokens
from iam.policy.glob import matches
from iam.policy.step_limit import A_QUESTION, A_WALK, Meter, TooComplex, metered
from iam.verdicts.coverage import TYPICAL, each_kind_of, is_plain, narrows, places_of, reach_in
from iam.verdicts.resource_type import MOST_SAMPLED, Place
from iam.verdicts.rule import Reach, Rule, Universe
from iam.verdicts.verdict import Verdict, sum_up

_NO_RULES: frozenset[Rule] = frozenset()
_MOST_MATCHED = 2_000
"""So often patterns are matched with samples of a type; a verdict that these miss, a walk finds."""


class Case(NamedTuple):
    """What bears on some requests, where all was understood: reaches that are the same for all of
    them, and rules whose patterns tell them apart."""

    own: Reach
    """How far the principal's own Allows reach anyhow; the rules may reach further."""
    own_rules: frozenset[Rule]
    limit: Reach
    """The same of the boundary's Allows; without a boundary all the way."""
    limit_rules: frozenset[Rule]
    deny: Reach
    """The same of the Denies of both."""
    deny_rules: frozenset[Rule]


def case_of(
    own: Reach,
    own_rules: Iterable[Rule],
    limit: Reach,
    limit_rules: Iterable[Rule],
    deny: Reach,
    deny_rules: Iterable[Rule],
) -> Case:
    """A case without the rules that cannot matter in it, so that many are the same one."""
    further = [rule for rule in own_rules if rule.everywhere > own]
    limiting = [rule for rule in limit_rules if rule.everywhere > limit]
    if not ((own or further) and (limit or limiting)):
        own, limit, further, limiting = Reach.NO, Reach.YES, [], []
    return Case(
        own,
        frozenset(further) if further else _NO_RULES,
        limit,
        frozenset(limiting) if limiting else _NO_RULES,
        deny,
        frozenset([rule for rule in deny_rules if rule.everywhere > deny]),
    )


def verdict_of(allow: Reach, deny: Reach) -> Verdict:
    """The verdict on requests that all of the Allows and Denies reach alike."""
    if deny is Reach.YES:
        return Verdict.DENIED
    if allow is Reach.NO:
        return Verdict.NONE
    return Verdict.GRANTED if allow is Reach.YES and deny is Reach.NO else Verdict.PARTIAL


def verdict_in(universe: Universe, case: Case) -> Verdict | None:
    """The verdict on the requests about a universe; None where the patterns together are too many
    to be compared."""
    try:
        return metered_verdict_in(universe, case, Meter(A_QUESTION))
    except TooComplex:
        return None


@metered(limit=A_QUESTION, size=200_000)
def metered_verdict_in(universe: Universe, case: Case, meter: Meter) -> Verdict:
    """The verdict on the requests about a universe.

    Raises:
        TooComplex: It takes more steps than the meter has.
    """
    places = places_of(universe)
    if places is None or not all(map(is_plain, _rules(case))):
        return sum_up(_exactly(universe, case, meter))
    found: set[Verdict] = set()
    open_: list[tuple[Place, Case, frozenset[Verdict]]] = []
    for place in places:
        here = _in_place(place, case, meter)
        if here.deny is Reach.YES or not (here.own_rules or here.limit_rules or here.deny_rules):
            found.add(verdict_of(min(here.own, here.limit), here.deny))
        else:
            some = frozenset(_of_samples(place, here, meter))
            found |= some
            # Where nothing is allowed, all that is not denied is `none`, and one is enough.
            if here.own or here.own_rules or Verdict.NONE not in some:
                open_.append((place, here, some))
        if _is_partial(found):
            return Verdict.PARTIAL
    for place, here, some in open_:
        meter.take(1)
        if universe is not TYPICAL:
            metered_verdict_in(TYPICAL, here, Meter(A_QUESTION))
        # It has a limit of its own, lower than what samples may cost: hundreds of patterns are
        # matched in no time, and a few can have millions of states together.
        found |= _all_of(place, here, some, Meter(A_WALK))
        if _is_partial(found):
            return Verdict.PARTIAL
    return sum_up(found)


@metered(limit=A_WALK, size=50_000)
def _all_of(place: Place, case: Case, some: frozenset[Verdict], meter: Meter) -> frozenset[Verdict]:
    """The verdicts on all kinds of requests about a type, unless their sum is known before."""
    alone = Universe(place.universe, except_for=(), asked=False)
    found = set(some)
    for verdict in _exactly(alone, case, meter, place):
        found.add(verdict)
        if _is_partial(found):
            break
    return frozenset(found)


def _rules(case: Case) -> Iterator[Rule]:
    yield from case.own_rules
    yield from case.limit_rules
    yield from case.deny_rules


def _is_partial(found: set[Verdict]) -> bool:
    """Whether the sum is `partial`, whatever other kinds of requests there may be."""
    return Verdict.PARTIAL in found or (Verdict.GRANTED in found and len(found) > 1)


def _in_place(place: Place, case: Case, meter: Meter) -> Case:
    """The case of one type of resource, of which many a rule reaches all or nothing."""

    def look(reach: Reach, rules: Iterable[Rule]) -> tuple[Reach, list[Rule]]:
        left: list[Rule] = []
        for rule in rules:
            whole = reach_in(place, rule, meter)
            if whole is None:
                left.append(rule)
            elif whole > reach:
                reach = whole
        return reach, left

    return case_of(
        *look(case.own, case.own_rules),
        *look(case.limit, case.limit_rules),
        *look(case.deny, case.deny_rules),
    )


def _of_samples(place: Place, case: Case, meter: Meter) -> set[Verdict]:
    cutting: dict[Tokens, None] = {}
    for rule in _rules(case):
        for pattern in rule.possible or ():
            cutting[pattern] = None
    # In order, so that it is the same in every run of the program.
    texts = list(place.samples(sorted(cutting)[:MOST_SAMPLED], meter))
    texts = texts[: max(4, _MOST_MATCHED // max(1, len(cutting)))]
    # All of it, before it is known how many of them it takes.
    meter.take(len(cutting) * sum([1 + len(text) // 128 for text in texts]) // 4)
    found: set[Verdict] = set()
    for text in texts:

        def reach(so_far: Reach, rules: Iterable[Rule], text: str = text) -> Reach:
            return max([so_far, *(_reach_of_text(rule, text) for rule in rules)])

        found.add(
            verdict_of(
                min(reach(case.own, case.own_rules), reach(case.limit, case.limit_rules)),
                reach(case.deny, case.deny_rules),
            )
        )
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
    universe: Universe, case: Case, meter: Meter, place: Place | None = None
) -> Iterator[Verdict]:
    """The verdicts on all kinds of requests that there are, one after the other."""
    own, limit, deny = list(case.own_rules), list(case.limit_rules), list(case.deny_rules)
    m, n = len(own), len(own) + len(limit)
    for reaches in each_kind_of(universe, [*own, *limit, *deny], meter, place):
        yield verdict_of(
            min(max([case.own, *reaches[:m]]), max([case.limit, *reaches[m:n]])),
            max([case.deny, *reaches[n:]]),
        )


def settled(
    universe: Universe,
    identity: Sequence[Rule],
    boundary: Sequence[Rule] | None,
    boundary_unread: bool = False,
) -> Verdict | None:
    """The verdict on the requests about a universe, as `iam.verdicts.explain.decide` has it.

    Args:
        universe: The resources; those that the action acts on are another matter.
        identity: What the principal's own and its groups' documents say about them.
        boundary: What the permissions boundary says; None if there is none.
        boundary_unread: There is a boundary, and it could not be read.

    Returns:
        The verdict; None where the patterns together are too many to be compared.
    """
    found: set[Verdict] = set()
    for hopeful in (True, False):
        sides: dict[str, tuple[list[Reach], list[Rule]]]
        sides = {side: ([Reach.NO], []) for side in ("own", "limit", "deny")}
        for side, rules in (("own", identity), ("limit", boundary or ())):
            for rule in rules:
                if (effect := rule.effect_if(hopeful)) is None:
                    continue
                reaches, open_ = sides["deny" if effect == "Deny" else side]
                if narrows(rule, universe):
                    open_.append(rule)
                else:
                    reaches.append(rule.everywhere)
        if boundary is None and (hopeful or not boundary_unread):
            sides["limit"][0].append(Reach.YES)
        own, limit, deny = ((max(reaches), open_) for reaches, open_ in sides.values())
        if (verdict := verdict_in(universe, case_of(*own, *limit, *deny))) is None:
            return None
        found.add(verdict)
        if not boundary_unread and all(rule.understood for rule in (*identity, *(boundary or ()))):
            break  # it comes to the same
    return found.pop() if len(found) == 1 else Verdict.UNKNOWN
