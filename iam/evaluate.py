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

from iam.pattern import TooComplex
from iam.reach import kinds_of, may_reach, narrows
from iam.rule import Reach, Rule, Universe, real_of
from iam.settle import settled, verdict_of
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
    real = _decide(real_of(universe), identity, boundary, boundary_unread)
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
    if not boundary_unread and (limited := _limited(universe, identity, boundary)) is not None:
        return _settled(universe, identity, boundary, boundary_unread, limited)
    try:
        matching = kinds_of(universe, rules)
    except TooComplex:
        denies = [rule for rule in boundary or () if rule.effect == "Deny"]
        decision = _settled(universe, identity, boundary, boundary_unread, limited=False)
        unlimited = settled(universe, [*identity, *denies], None)
        return replace(decision, limited=decision.verdict is not unlimited)
    reaching: set[int] = set()
    limited = False
    best: set[Verdict] = set()
    worst: set[Verdict] = set()
    for reaches in matching:
        reaching.update(i for i, reach in enumerate(reaches) if reach)
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
    return Decision(verdict, frozenset(reaching), limited)


def _limited(
    universe: Universe, identity: Sequence[Rule], boundary: Sequence[Rule] | None
) -> bool | None:
    """Whether a boundary takes something away by not allowing it; None if that takes a walk."""
    if boundary is None:
        return False
    limited = False
    for hopeful in (True, False):
        allows = [rule for rule in boundary if rule.effect_if(hopeful) == "Allow"]
        level = max([Reach.NO, *(rule.everywhere for rule in allows)])
        if any(narrows(rule, universe) for rule in allows) or level is Reach.MAYBE:
            return None
        if level is Reach.NO:
            limited = limited or any(
                rule.effect_if(hopeful) == "Allow" and may_reach(universe, rule)
                for rule in identity
            )
    return limited


def _settled(
    universe: Universe,
    identity: Sequence[Rule],
    boundary: Sequence[Rule] | None,
    boundary_unread: bool,
    limited: bool,
) -> Decision:
    """Decide without telling all kinds of requests apart."""
    rules = (*identity, *(boundary or ()))
    used = frozenset([i for i, rule in enumerate(rules) if may_reach(universe, rule)])
    verdict = settled(universe, identity, boundary, boundary_unread)
    if verdict is None:
        return Decision(Verdict.UNKNOWN, used, too_complex=True)
    return Decision(verdict, used, limited)


@dataclass(frozen=True, slots=True)
class _Sides:
    """How far Allows and Denies reach one kind of request."""

    allow: Reach
    deny: Reach

    @classmethod
    def of(cls, rules: Sequence[Rule], reaches: Sequence[Reach], hopeful: bool) -> _Sides:
        allow = deny = Reach.NO
        for rule, reach in zip(rules, reaches, strict=True):
            effect = rule.effect_if(hopeful)
            if effect == "Allow":
                allow = max(allow, reach)
            elif effect == "Deny":
                deny = max(deny, reach)
        return cls(allow, deny)


def _verdict(mine: _Sides, limit: _Sides | None) -> Verdict:
    deny = max(mine.deny, limit.deny) if limit else mine.deny
    return verdict_of(min(mine.allow, limit.allow) if limit else mine.allow, deny)
