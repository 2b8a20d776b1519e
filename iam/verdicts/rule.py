"""Convert a statement to a rule: how far the statement applies to the requests of an action.

A statement *reaches* a request if its action, resources and conditions match the request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from iam.policy.condition import evaluate_conditions, values_in
from iam.policy.document import Condition, Effect, Statement
from iam.policy.known_values import Holds
from iam.policy.match_kinds import covers, overlaps
from iam.policy.pattern import (
    Patterns,
    action_tokens,
    has_variable,
    matches_any_action,
    patterns_for_service,
    resource_patterns,
)
from iam.policy.step_limit import TooComplex
from iam.policy.variables import replace_known
from iam.verdicts.request import ActionRequests


class Reach(IntEnum):
    """How far a statement reaches requests of the same kind."""

    NO = 0
    MAYBE = 1
    """Some of the requests, or all of them under a condition."""
    YES = 2


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """How one statement of a document applies to some requests.

    Rules are compared by identity, and verdicts are cached by rules. `_interned_rule` returns the
    same object for equal values.
    """

    effect: Effect | None
    """None if it was not understood: the statement may allow or deny."""
    conditions: Holds
    max_reach: Reach
    """The reach on resources that match the resource patterns."""
    certain: Patterns | None = None
    """The resource patterns without policy variables; None for all resources."""
    possible: Patterns | None = None
    """All resource patterns, where a policy variable matches any string."""
    inverted: bool = False
    """Whether the patterns are those of NotResource."""
    repeats_section: bool = False
    """Whether it reaches all resources that the section names, because it repeats its patterns."""
    too_complex: bool = False
    """Whether it is not understood because its patterns or conditions are too complex."""

    @property
    def understood(self) -> bool:
        """Whether the effect of the statement on the requests that it reaches is known."""
        return self.conditions in (Holds.ALWAYS, Holds.MAYBE)

    def effect_in(self, best_case: bool) -> Effect | None:
        """Return the effect in the best or the worst case.

        In the best case, statements that were not understood allow as much as they can. In the
        worst case, they deny as much as they can.

        Returns:
            The effect; None if the statement has none in this case.
        """
        effect = self.effect or ("Allow" if best_case else "Deny")
        return effect if self.understood or best_case is (effect == "Allow") else None

    def reach(self, in_certain: bool, in_possible: bool) -> Reach:
        """Return the reach on resources.

        Args:
            in_certain: Whether the resources match one of the certain patterns.
            in_possible: Whether the resources match one of the possible patterns.
        """
        if self.inverted:
            in_certain, in_possible = not in_possible, not in_certain
        if not in_possible:
            return Reach.NO
        return min(self.max_reach, Reach.YES if in_certain else Reach.MAYBE)


def rule_of(statement: Statement, requests: ActionRequests, variables: bool) -> Rule | None:
    """Convert a statement to a rule for some requests.

    Args:
        statement: A statement of a document.
        requests: The requests of one concrete action.
        variables: Whether `${…}` in the statement is a policy variable.

    Returns:
        The rule; None if the action does not match or the conditions never hold.
    """
    try:
        reach, comparable = _action_reach(statement, requests.name), True
    except TooComplex:
        reach, comparable = Reach.MAYBE, False
    if reach is Reach.NO:
        return None
    same_syntax = variables is requests.variables
    given = [c for c in requests.statement.conditions if same_syntax or not _has_variable(c)]
    conditions = evaluate_conditions(statement.conditions, given, requests.action, variables)
    if conditions is Holds.NEVER:
        return None
    if statement.problem or not comparable:
        conditions = Holds.UNKNOWN_MAYBE if conditions is Holds.MAYBE else Holds.UNKNOWN
    if conditions in (Holds.MAYBE, Holds.UNKNOWN_MAYBE):
        reach = Reach.MAYBE
    inverted = statement.not_resources is not None
    texts = statement.not_resources if inverted else statement.resources
    if texts is None or (not inverted and "*" in texts):
        return _interned_rule(statement.effect, conditions, reach)
    if variables and any(map(has_variable, texts)):
        texts = _in_requests(texts, inverted, requests.statement)
        if not texts:
            return None
    certain = tuple(t for t in texts if not (variables and has_variable(t)))
    return _interned_rule(
        statement.effect,
        conditions,
        reach,
        certain=resource_patterns(certain, variables),
        possible=resource_patterns(texts, variables),
        inverted=inverted,
        repeats_section=same_syntax and _repeats_resources(statement, requests.statement),
    )


def _in_requests(
    texts: tuple[str, ...], inverted: bool, section_statement: Statement
) -> tuple[str, ...]:
    """Replace the policy variables of patterns whose values are the same in all requests.

    A pattern with a variable that no request has matches nothing. Whether AWS ignores it in a
    NotResource, or all of the statement, is not documented.
    """
    known = values_in(section_statement.conditions).get
    replaced = [(text, replace_known(text, known)) for text in texts]
    return tuple(
        [
            text if value is None else value
            for text, value in replaced
            if value is not None or inverted
        ]
    )


_interned_rule = lru_cache(maxsize=100_000)(Rule)


def too_complex_rule(rule: Rule) -> Rule:
    """Return the rule of a statement whose patterns or conditions are too complex to be compared.

    Args:
        rule: The rule of the statement if they were not.
    """
    maybe = rule.conditions in (Holds.MAYBE, Holds.UNKNOWN_MAYBE)
    conditions = Holds.UNKNOWN_MAYBE if maybe else Holds.UNKNOWN
    return _interned_rule(rule.effect, conditions, rule.max_reach, too_complex=True)


def possible_rule(rule: Rule) -> Rule:
    """Return the rule of a statement that reaches at most some of the resources it matches."""
    return _interned_rule(
        rule.effect,
        rule.conditions,
        min(rule.max_reach, Reach.MAYBE),
        certain=rule.certain,
        possible=rule.possible,
        inverted=rule.inverted,
        repeats_section=rule.repeats_section,
        too_complex=rule.too_complex,
    )


def unmatched_rule(statement: Statement) -> Rule:
    """Return the rule of a statement whose document has too many Action patterns to match."""
    return _interned_rule(statement.effect, Holds.UNKNOWN, Reach.YES, too_complex=True)


def _repeats_resources(statement: Statement, section_statement: Statement) -> bool:
    """Return whether a statement reaches the section's resources by identical patterns.

    The result also holds for patterns with policy variables, whose values are the same in both.
    """
    if statement.not_resources is not None and section_statement.not_resources is not None:
        return set(statement.not_resources) <= set(section_statement.not_resources)
    return bool(section_statement.resources) and set(section_statement.resources or ()) <= set(
        statement.resources or ()
    )


def _has_variable(condition: Condition) -> bool:
    return any("${" in value for value in condition.values)


def _action_reach(statement: Statement, name: str) -> Reach:
    listed = statement.actions if statement.not_actions is None else statement.not_actions
    if listed is None:
        return Reach.YES  # the actions were not understood: see `Statement.problem`
    inverted = statement.not_actions is not None
    if name in listed or ("*" not in name and "?" not in name):
        return Reach.YES if matches_any_action(listed, name) != inverted else Reach.NO
    name_tokens = action_tokens(name)
    patterns = [action_tokens(pattern) for pattern in patterns_for_service(listed, name)]
    some, every = any(overlaps(name_tokens, p) for p in patterns), covers(patterns, name_tokens)
    if inverted:
        some, every = not every, not some
    return Reach.YES if every else Reach.MAYBE if some else Reach.NO


UNREADABLE_RULE = Rule(None, Holds.UNKNOWN, Reach.YES)
"""The rule for a document that could not be read: it may allow or deny anything."""
