"""Resource types, each made once, and the simple case of a single resource."""

from __future__ import annotations

from functools import lru_cache

from iam.policy.automaton import OTHER, Tokens, is_wildcard
from iam.policy.glob import matches
from iam.policy.pattern import Patterns
from iam.policy.step_limit import StepBudget
from iam.verdicts.resource_type import Match, ResourceType


class SingleResource(ResourceType):
    """A resource that is named without wildcards: each pattern matches it, or does not."""

    def __init__(self, tokens: Tokens) -> None:
        """Take the name of the resource, a literal pattern."""
        self.scope = ((tokens,),)
        self.sample: str = "".join(tokens)

    def match(self, pattern: Tokens, budget: StepBudget | None = None) -> Match:
        """Find out whether a pattern matches the resource."""
        if budget is not None:
            budget.spend(1)
        hit = matches(pattern, self.sample)
        return Match(self.sample, None) if hit else Match(None, self.sample)

    def extent(self, patterns: Patterns, budget: StepBudget | None = None) -> bool:
        """Return whether one of some patterns matches the resource."""
        return any(self.match(pattern, budget).hit is not None for pattern in patterns)


@lru_cache(maxsize=10_000)
def resource_type(tokens: Tokens, others: tuple[Patterns, ...]) -> ResourceType:
    """Return the cached resource type, which is shared by all actions that have it."""
    if not others and OTHER not in tokens and not any(map(is_wildcard, tokens)):
        return SingleResource(tokens)
    return ResourceType(tokens, others)
