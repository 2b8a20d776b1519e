"""Whether documents allow a concrete action: AWS's evaluation logic, on kinds of requests.

The requests of a section's statement for one action fall into kinds: those whose resources match
the same patterns of the documents at hand. Each kind is decided as AWS decides a request, and the
verdict sums up the kinds. Where something was not understood, the decision is made twice, once as
if that allowed all it could and once as if it denied all it could; if the two differ, the verdict
is `unknown`.

Outside of this: service and resource control policies, session policies, resource-based policies.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from iam.condition import Standing
from iam.document import Effect
from iam.pattern import Patterns, TooComplex, kinds
from iam.rule import Reach, Rule, Universe
from iam.verdict import Verdict, sum_up


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict on one concrete action, and what it comes from."""

    verdict: Verdict
    used: frozenset[int]
    """Places, in identity rules and then the boundary's, of those that reach any request."""
    limited: bool = False
    """The boundary takes something away by not allowing it."""
    too_complex: bool = False
    idle: bool = False
    """What is granted reaches none of the resources that the action acts on."""


def decide(
    universe: Universe,
    identity: Sequence[Rule],
    boundary: Sequence[Rule] | None,
    boundary_unread: bool = False,
) -> Decision:
    """Decide on some requests.

    Args:
        universe: The resources that they are about.
        identity: What the principal's own and its groups' documents say about them.
        boundary: What the permissions boundary says; None if there is none.
        boundary_unread: There is a boundary, and it could not be read.
    """
    decision = _decide(universe, identity, boundary, boundary_unread)
    if universe.real is None or decision.verdict is Verdict.UNKNOWN:
        return decision
    # Nothing real is asked about, yet the action may be allowed where it does act: that is some
    # access.
    actual = replace(universe, resources=universe.real, except_for=(), real=None, asked=False)
    real = _decide(actual, identity, boundary, boundary_unread)
    if decision.verdict is Verdict.GRANTED:
        return replace(decision, idle=real.verdict in (Verdict.NONE, Verdict.DENIED))
    if real.verdict in (Verdict.GRANTED, Verdict.PARTIAL):
        return replace(real, verdict=Verdict.PARTIAL, used=real.used | decision.used)
    return real if real.verdict is Verdict.UNKNOWN else decision


def _decide(
    universe: Universe,
    identity: Sequence[Rule],
    boundary: Sequence[Rule] | None,
    boundary_unread: bool,
) -> Decision:
    rules = [*identity, *(boundary or ())]
    n = len(identity)
    try:
        matching = _kinds_of(universe, rules)
    except TooComplex:
        everyone = frozenset(range(len(rules)))
        if any(_reaches_all(rule, "Deny", universe) for rule in rules):
            return Decision(Verdict.DENIED, everyone)
        mine = _without_needless(identity, universe)
        limits = None if boundary is None else _without_needless(boundary, universe)
        if len(mine) + len(limits or ()) < len(rules):
            return replace(_decide(universe, mine, limits, boundary_unread), used=everyone)
        return Decision(Verdict.UNKNOWN, everyone, too_complex=True)
    used: set[int] = set()
    limited = False
    best: set[Verdict] = set()
    worst: set[Verdict] = set()
    for reaches in matching:
        used.update(i for i, reach in enumerate(reaches) if reach)
        for hopeful, found in ((True, best), (False, worst)):
            own = _Sides.of(rules[:n], reaches[:n], hopeful)
            limit = None if boundary is None else _Sides.of(rules[n:], reaches[n:], hopeful)
            if boundary_unread:
                limit = None if hopeful else _Sides(Reach.NO, Reach.NO)
            found.add(_verdict(own, limit))
            if limit and limit.allow < own.allow:
                limited = True
    sums = {sum_up(best), sum_up(worst)}
    verdict = sums.pop() if len(sums) == 1 else Verdict.UNKNOWN
    return Decision(verdict, frozenset(used), limited)


def _reaches_all(rule: Rule, effect: Effect, universe: Universe) -> bool:
    everywhere = rule.everywhere is Reach.YES and not _narrows(rule, universe)
    return rule.effect == effect and everywhere and rule.standing is Standing.ALWAYS


def _narrows(rule: Rule, universe: Universe) -> bool:
    """Whether it takes a look at a rule's patterns to know which of the resources it reaches."""
    return rule.possible is not None and not (rule.held and universe.asked)


def _without_needless(rules: Sequence[Rule], universe: Universe) -> list[Rule]:
    """Leave out the Allows that add nothing to one that allows everything."""
    if not any(_reaches_all(rule, "Allow", universe) for rule in rules):
        return list(rules)
    return [r for r in rules if r.effect != "Allow" or _reaches_all(r, "Allow", universe)]


def _kinds_of(universe: Universe, rules: Sequence[Rule]) -> set[tuple[Reach, ...]]:
    """How far each rule reaches, for every kind of request that there is."""
    asked: list[Patterns] = [universe.except_for]
    places: dict[Patterns, int] = {universe.except_for: 0}

    def place(patterns: Patterns) -> int:
        if patterns not in places:
            places[patterns] = len(asked)
            asked.append(patterns)
        return places[patterns]

    where = [
        (place(rule.certain or ()), place(rule.possible or ()))
        if _narrows(rule, universe)
        else None
        for rule in rules
    ]
    if not universe.except_for and not any(where):
        return {tuple([rule.everywhere for rule in rules])}  # no pattern tells them apart
    found: set[tuple[Reach, ...]] = set()
    for kind in kinds(universe.resources, tuple(asked)):
        if kind[0]:
            continue
        found.add(
            tuple(
                rule.everywhere if at is None else rule.reach(kind[at[0]], kind[at[1]])
                for rule, at in zip(rules, where, strict=True)
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class _Sides:
    """How far Allows and Denies reach one kind of request."""

    allow: Reach
    deny: Reach

    @classmethod
    def of(cls, rules: Sequence[Rule], reaches: Sequence[Reach], hopeful: bool) -> _Sides:
        allow = deny = Reach.NO
        for rule, reach in zip(rules, reaches, strict=True):
            understood = rule.standing in (Standing.ALWAYS, Standing.MAYBE)
            if rule.effect == "Allow" or (rule.effect is None and hopeful):
                if understood or hopeful:
                    allow = max(allow, reach)
            elif understood or not hopeful:
                deny = max(deny, reach)
        return cls(allow, deny)


def _verdict(mine: _Sides, limit: _Sides | None) -> Verdict:
    deny = max(mine.deny, limit.deny) if limit else mine.deny
    allow = min(mine.allow, limit.allow) if limit else mine.allow
    if deny is Reach.YES:
        return Verdict.DENIED
    if allow is Reach.NO:
        return Verdict.NONE
    return Verdict.GRANTED if allow is Reach.YES and deny is Reach.NO else Verdict.PARTIAL
