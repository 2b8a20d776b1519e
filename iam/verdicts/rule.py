"""What a statement says about the requests of an action: whether it reaches them, and how far.

A statement of a document becomes a rule, or nothing where it says nothing of the requests.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from iam.policy.condition import Standing, standing
from iam.policy.document import Condition, Effect, Statement
from iam.policy.match_kinds import covers, overlaps
from iam.policy.pattern import (
    Patterns,
    action_tokens,
    has_variable,
    matches_any_action,
    resource_patterns,
    that_may_match,
)
from iam.policy.step_limit import TooComplex
from iam.verdicts.request import ActionRequests


class Reach(IntEnum):
    """How far a statement reaches a kind of request."""

    NO = 0
    MAYBE = 1
    """Some of these requests, or all of them under a condition."""
    YES = 2


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
    held: bool = False
    """All that the section's statement has for resources stands in it word for word."""
    too_complex: bool = False
    """It is not understood, for the number of its patterns or for what they look like."""

    @property
    def understood(self) -> bool:
        """Whether it is certain what the statement does where it reaches."""
        return self.standing in (Standing.ALWAYS, Standing.MAYBE)

    def effect_in(self, best_case: bool) -> Effect | None:
        """What it does in the best case, in which all that was not understood allows what it can,
        or in the worst, in which that denies what it can; None if nothing."""
        effect = self.effect or ("Allow" if best_case else "Deny")
        return effect if self.understood or best_case is (effect == "Allow") else None

    def reach(self, in_certain: bool, in_possible: bool) -> Reach:
        """How far it reaches resources, given which of its patterns they match."""
        if self.inverted:
            in_certain, in_possible = not in_possible, not in_certain
        if not in_possible:
            return Reach.NO
        return min(self.everywhere, Reach.YES if in_certain else Reach.MAYBE)


def rule_of(statement: Statement, requests: ActionRequests, variables: bool) -> Rule | None:
    """Find what a statement says about some requests.

    Args:
        statement: Of a document.
        requests: Of one concrete action.
        variables: Whether `${…}` in the statement are policy variables.

    Returns:
        The rule; None where its action does not match, or its condition is certain never to hold.
    """
    try:
        reach, clear = _action_reach(statement, requests.name), True
    except TooComplex:
        reach, clear = Reach.MAYBE, False
    if reach is Reach.NO:
        return None
    alike = variables is requests.variables
    given = [c for c in requests.statement.conditions if alike or not _has_variable(c)]
    holds = standing(statement.conditions, given, requests.action)
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
        certain=resource_patterns(certain, variables),
        possible=resource_patterns(texts, variables),
        inverted=inverted,
        held=alike and _holds_all(statement, requests.statement),
    )


_same_rule = lru_cache(maxsize=100_000)(Rule)


def too_complex(rule: Rule) -> Rule:
    """The rule of the same statement, if its patterns are not to be compared."""
    maybe = rule.standing in (Standing.MAYBE, Standing.UNKNOWN_MAYBE)
    holds = Standing.UNKNOWN_MAYBE if maybe else Standing.UNKNOWN
    return _same_rule(rule.effect, holds, rule.everywhere, too_complex=True)


def unmatched(statement: Statement) -> Rule:
    """The rule of a statement about any request, if its actions are not to be matched."""
    return _same_rule(statement.effect, Standing.UNKNOWN, Reach.YES, too_complex=True)


def _holds_all(statement: Statement, own: Statement) -> bool:
    """Whether a statement reaches what the section's own does, by the same words: whatever the
    variables in them stand for, it is the same in both."""
    if statement.not_resources is not None and own.not_resources is not None:
        return set(statement.not_resources) <= set(own.not_resources)
    return bool(own.resources) and set(own.resources or ()) <= set(statement.resources or ())


def _has_variable(condition: Condition) -> bool:
    return any("${" in value for value in condition.values)


def _action_reach(statement: Statement, name: str) -> Reach:
    listed = statement.actions if statement.not_actions is None else statement.not_actions
    if listed is None:
        return Reach.YES  # its actions were not understood; `problem` says so
    inverted = statement.not_actions is not None
    if name in listed or ("*" not in name and "?" not in name):
        return Reach.YES if matches_any_action(listed, name) != inverted else Reach.NO
    asked = action_tokens(name)
    patterns = [action_tokens(pattern) for pattern in that_may_match(listed, name)]
    some, every = any(overlaps(asked, p) for p in patterns), covers(patterns, asked)
    if inverted:
        some, every = not every, not some
    return Reach.YES if every else Reach.MAYBE if some else Reach.NO


ANYTHING = Rule(None, Standing.UNKNOWN, Reach.YES)
"""Stands for a document that could not be read: it may allow or deny anything."""
