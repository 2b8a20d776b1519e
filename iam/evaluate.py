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
from enum import IntEnum
from functools import cache, lru_cache

from iam.catalogue import Action
from iam.condition import Standing, standing
from iam.document import Condition, Document, Effect, Statement
from iam.pattern import (
    Patterns,
    TooComplex,
    action_tokens,
    covers,
    has_variable,
    kinds,
    matches_any_action,
    overlaps,
    resource_tokens,
    type_tokens,
)
from iam.verdict import Verdict, sum_up


class Reach(IntEnum):
    """How far a statement reaches a kind of request."""

    NO = 0
    MAYBE = 1
    """Some of these requests, or all of them under a condition."""
    YES = 2


@dataclass(frozen=True, slots=True, eq=False)
class Universe:
    """The resources that some requests are about. Compared by identity, like `Rule`."""

    resources: tuple[Patterns, ...]
    """They match every one of these unions …"""
    except_for: Patterns
    """… and none of these."""
    real: tuple[Patterns, ...] | None = None
    """The action's own resources, where the statement's patterns reach none of them."""


@dataclass(frozen=True, slots=True, eq=False)
class Requests:
    """The requests that a section's statement would allow, for one concrete action."""

    name: str
    """The concrete action, or a wildcard that the catalogue has no actions for."""
    action: Action | None
    universe: Universe
    conditions: tuple[Condition, ...]


_same_universe = cache(Universe)


def requests_of(
    name: str, action: Action | None, statement: Statement, variables: bool, partition: str
) -> Requests:
    """Make the requests that a section's statement would allow.

    Args:
        name: The concrete action.
        action: What the catalogue says of it.
        statement: The section's own, with the resources and conditions that it reaches.
        variables: Whether `${…}` in its resources are policy variables.
        partition: The account's.

    Returns:
        The requests. Where no real resource of the action matches the statement's own patterns
        (as with `arn:*:kms:*:::*`, which reaches no key), they are asked about as they are
        written.
    """
    written = _patterns(statement.resources, variables)
    excluded = _patterns(statement.not_resources, variables)
    # An action without resource types is asked for the resource "*", literally.
    formats = action.resources if action else ()
    types: Patterns = tuple(type_tokens(f, partition) for f in formats) or (("*",),)
    if action is None:
        universe = _same_universe((written or (resource_tokens("*"),),), excluded)
    elif written and not _any_of((types, written)):
        # `arn:*:kms:*:::*` also matches strings that begin as another service's ARN does.
        of_service: Patterns = (resource_tokens(f"arn:{partition}:{action.service}:*"),)
        asked = (of_service, written) if _any_of((of_service, written)) else (written,)
        universe = _same_universe(asked, excluded, real=(types,))
    else:
        universe = _same_universe((types, written) if written else (types,), excluded)
    return Requests(name, action, universe, statement.conditions)


def _any_of(resources: tuple[Patterns, ...]) -> bool:
    """Whether there are such resources; where that is too much to work out, there may be."""
    try:
        return bool(kinds(resources, ()))
    except TooComplex:
        return True


@lru_cache(maxsize=100_000)
def _patterns(texts: tuple[str, ...] | None, variables: bool) -> Patterns:
    return tuple(resource_tokens(text, variables) for text in texts or ())


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """What one statement of a document says about some requests. `_same_rule` makes one object of
    equal ones: they are compared by identity, and verdicts memoised by the rules that decide."""

    effect: Effect | None
    """None if it was not understood: it may do either."""
    standing: Standing
    everywhere: Reach
    """Its reach where no resource pattern narrows it."""
    certain: Patterns | None = None
    """Resources that it reaches (or, if `inverted`, may leave out); None for all."""
    possible: Patterns | None = None
    """The same with policy variables standing for anything."""
    inverted: bool = False

    def reach(self, in_certain: bool, in_possible: bool) -> Reach:
        """How far it reaches resources, given which of its patterns they match."""
        if self.inverted:
            in_certain, in_possible = not in_possible, not in_certain
        if not in_possible:
            return Reach.NO
        return min(self.everywhere, Reach.YES if in_certain else Reach.MAYBE)


def rules_of(document: Document, requests: Requests) -> tuple[tuple[int, Rule], ...]:
    """Find what a document says about some requests.

    Returns:
        Index of the statement and rule, for those statements whose action matches and whose
        condition is not certain never to hold.
    """
    variables = document.version == "2012-10-17"
    found: list[tuple[int, Rule]] = []
    for statement in document.statements:
        rule = _rule(statement, requests, variables)
        if rule is not None:
            found.append((statement.index, rule))
    return tuple(found)


def _rule(statement: Statement, requests: Requests, variables: bool) -> Rule | None:
    try:
        reach, clear = _action_reach(statement, requests.name), True
    except TooComplex:
        reach, clear = Reach.MAYBE, False
    if reach is Reach.NO:
        return None
    holds = standing(statement.conditions, requests.conditions, requests.action)
    if holds is Standing.NEVER:
        return None
    if statement.problem or not clear:
        holds = Standing.UNKNOWN_MAYBE if holds is Standing.MAYBE else Standing.UNKNOWN
    if holds in (Standing.MAYBE, Standing.UNKNOWN_MAYBE):
        reach = Reach.MAYBE
    inverted = statement.not_resources is not None
    texts = statement.not_resources if inverted else statement.resources
    if texts is None or (not inverted and "*" in texts):
        return _same_rule(statement.effect, holds, reach)
    certain = tuple(t for t in texts if not (variables and has_variable(t)))
    return _same_rule(
        statement.effect,
        holds,
        reach,
        certain=_patterns(certain, variables),
        possible=_patterns(texts, variables),
        inverted=inverted,
    )


_same_rule = cache(Rule)


def _action_reach(statement: Statement, name: str) -> Reach:
    listed = statement.actions if statement.not_actions is None else statement.not_actions
    if listed is None:
        return Reach.YES  # its actions were not understood; `problem` says so
    inverted = statement.not_actions is not None
    if "*" not in name and "?" not in name:
        return Reach.YES if matches_any_action(listed, name) != inverted else Reach.NO
    asked, patterns = action_tokens(name), [action_tokens(p) for p in listed]
    some, every = any(overlaps(asked, p) for p in patterns), covers(patterns, asked)
    if inverted:
        some, every = not every, not some
    return Reach.YES if every else Reach.MAYBE if some else Reach.NO


ANYTHING = Rule(None, Standing.UNKNOWN, Reach.YES)
"""Stands for a document that could not be read: it may allow or deny anything."""


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
    actual = replace(universe, resources=universe.real, real=None)
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
        if any(_reaches_all(rule, "Deny") for rule in rules):
            return Decision(Verdict.DENIED, everyone)
        mine = _without_needless(identity)
        limits = None if boundary is None else _without_needless(boundary)
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


def _reaches_all(rule: Rule, effect: Effect) -> bool:
    everywhere = rule.everywhere is Reach.YES and rule.possible is None
    return rule.effect == effect and everywhere and rule.standing is Standing.ALWAYS


def _without_needless(rules: Sequence[Rule]) -> list[Rule]:
    """Leave out the Allows that add nothing to one that allows everything."""
    if not any(_reaches_all(rule, "Allow") for rule in rules):
        return list(rules)
    return [r for r in rules if r.effect != "Allow" or _reaches_all(r, "Allow")]


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
        if rule.possible is not None
        else None
        for rule in rules
    ]
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
