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

from iam.policy.step_limit import A_WALK, Meter, TooComplex
from iam.verdicts.coverage import kinds_of, may_reach, narrows, tell_apart
from iam.verdicts.decide import settled, verdict_of
from iam.verdicts.rule import Reach, Rule, Universe, real_of
from iam.verdicts.verdict import Verdict, sum_up


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
    limited = _limited(universe, identity, boundary, boundary_unread)
    if limited is not None:
        return _settled(universe, identity, boundary, boundary_unread, limited)
    try:
        tell_apart(frozenset((*identity, *(boundary or ()))), Meter(A_WALK))
        return of_all_kinds(universe, identity, boundary, boundary_unread, Meter(A_WALK))
    except TooComplex:
        denies = [rule for rule in boundary or () if rule.effect == "Deny"]
        decision = _settled(universe, identity, boundary, boundary_unread, limited=False)
        unlimited = settled(universe, [*identity, *denies], None)
        return replace(decision, limited=decision.verdict is not unlimited)


def of_all_kinds(
    universe: Universe,
    identity: Sequence[Rule],
    boundary: Sequence[Rule] | None,
    boundary_unread: bool,
    meter: Meter | None = None,
) -> Decision:
    """Decide on every kind of request that there is: what all shorter ways must come to.

    Raises:
        TooComplex: It takes more steps than the meter has to tell all kinds apart.
    """
    rules = [*identity, *(boundary or ())]
    n = len(identity)
    reaching: set[int] = set()
    limited = False
    best: set[Verdict] = set()
    worst: set[Verdict] = set()
    for reaches in kinds_of(universe, rules, meter):
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
    universe: Universe,
    identity: Sequence[Rule],
    boundary: Sequence[Rule] | None,
    boundary_unread: bool,
) -> bool | None:
    """Whether a boundary takes something away by not allowing it; None if that takes a walk."""

    def allowing(rules: Sequence[Rule], hopeful: bool) -> list[Rule]:
        return [rule for rule in rules if rule.effect_if(hopeful) == "Allow"]

    def allowed(hopeful: bool) -> bool:
        return any(may_reach(universe, rule) for rule in allowing(identity, hopeful))

    if boundary_unread:
        return allowed(hopeful=False)
    if boundary is None:
        return False
    limited = False
    for hopeful in (True, False):
        limits = allowing(boundary, hopeful)
        level = max([Reach.NO, *(rule.everywhere for rule in limits)])
        if level is Reach.MAYBE or any(narrows(rule, universe) for rule in limits):
            return None
        limited = limited or (level is Reach.NO and allowed(hopeful))
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
