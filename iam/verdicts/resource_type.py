"""A resource type, and the extent to which patterns match its resources, with samples.

For each pattern, there is a sample resource that it matches and one that it does not, if they
exist. Where samples show that verdicts differ, the patterns need not be explored together. Samples
consist of the characters that `iam.policy.match_kinds` uses, so each belongs to a match kind found
there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, takewhile
from typing import NamedTuple

from iam.policy.automaton import OTHER, STAR, Intersection, Tokens, automaton
from iam.policy.glob import matches
from iam.policy.match_kinds import effort, match_kinds_of_type
from iam.policy.pattern import Patterns
from iam.policy.step_limit import PATTERN_LIMIT, VERDICT_LIMIT, StepBudget, step_limited

_COMMON = frozenset({":", "/", "$", OTHER})
MAX_SAMPLED = 32
"""Maximum number of patterns to take samples of. An exploration finds what samples miss."""


class Match(NamedTuple):
    """Samples for a pattern and a resource type."""

    hit: str | None
    """A resource that the pattern matches; None if it matches none."""
    miss: str | None
    """A resource that the pattern does not match; None if it matches all."""


class ResourceType:
    """The resources of one type that a section's statement names."""

    def __init__(self, tokens: Tokens, others: tuple[Patterns, ...]) -> None:
        """Prepare a resource type and find a sample.

        Args:
            tokens: The ARN format of the type.
            others: Further unions of patterns that the resources must match.

        Raises:
            TooComplex: Finding a sample takes too many steps.
        """
        self.scope: tuple[Patterns, ...] = ((tokens,), *others)
        machines = [automaton(patterns) for patterns in self.scope]
        # A union that matches every string restricts nothing.
        needed = [machine for machine in machines if not machine.matches_all] or machines[:1]
        self._automaton = needed[0] if len(needed) == 1 else Intersection(needed)
        self._moves_from: dict[int, dict[str, int]] = {}
        self._reachable_from: dict[int, int] = {}
        self._suffixes: dict[int, str | None] = {}
        # The literal start of all of the resources.
        self._prefix = "".join(takewhile(lambda token: len(token) == 1, tokens))
        self._prefix_state = self._state_after(self._automaton.start, self._prefix)
        self.sample = (
            self._complete(self._prefix_state, self._prefix) if self._prefix_state else None
        )
        """One of the resources; None if there are none."""

    def match(self, pattern: Tokens, budget: StepBudget | None = None) -> Match:
        """Find samples for a pattern. The type must have resources.

        Args:
            pattern: The pattern.
            budget: The steps available; by default `VERDICT_LIMIT`.

        Raises:
            TooComplex: The budget is exceeded.
        """
        return _cached_match(self, pattern, budget or StepBudget(VERDICT_LIMIT))

    def extent(self, patterns: Patterns, budget: StepBudget | None = None) -> bool | None:
        """Find the extent to which a union of patterns matches the resources.

        Args:
            patterns: The union of patterns.
            budget: The steps available; by default `VERDICT_LIMIT`.

        Returns:
            True if it matches all of the resources, False if none, None if some.

        Raises:
            TooComplex: The budget is exceeded.
        """
        return _cached_extent(self, patterns, budget or StepBudget(VERDICT_LIMIT))

    def iter_match_kinds(
        self, unions: tuple[Patterns, ...], budget: StepBudget
    ) -> Iterator[tuple[bool, ...]]:
        """Yield the match kinds of the resources: see `iam.policy.match_kinds`."""

        def extent(pattern: Tokens) -> bool | None:
            hit, miss = self.match(pattern)
            return None if hit is not None and miss is not None else miss is None

        return match_kinds_of_type(self.scope, unions, extent, budget)

    def samples(
        self, patterns: Sequence[Tokens], budget: StepBudget | None = None
    ) -> dict[str, None]:
        """Collect the samples for several patterns.

        Args:
            patterns: The patterns.
            budget: The steps available; by default `VERDICT_LIMIT`.

        Returns:
            The samples, as the keys of a dictionary to keep their order.

        Raises:
            TooComplex: The budget is exceeded.
        """
        found: dict[str, None] = {}
        budget = budget or StepBudget(VERDICT_LIMIT)
        for pattern in patterns:
            for text in self.match(pattern, budget):
                if text is not None:
                    found[text] = None
        return found

    def find_match(self, pattern: Tokens, budget: StepBudget) -> Match:
        """Find samples for a pattern without the cache: see `match`."""
        assert self.sample is not None
        budget.spend(1)
        prefix = "".join(takewhile(lambda token: len(token) == 1, pattern))
        if len(prefix) == len(pattern) and prefix != self.sample:
            in_type = prefix.startswith(self._prefix) and self._automaton.accepts(
                self._state_after(self._prefix_state, prefix[len(self._prefix) :])
            )
            return Match(prefix if in_type else None, self.sample)
        common = min(len(prefix), len(self._prefix))
        if prefix[:common] != self._prefix[:common]:
            return Match(None, self.sample)
        if not self._may_match(pattern, common, budget):
            return Match(None, self.sample)
        machine = automaton((pattern,))
        if machine.matches_all:
            return Match(self.sample, None)
        hit, miss = (self.sample, None) if matches(pattern, self.sample) else (None, self.sample)
        seen: set[tuple[int, int]] = set()
        queue: list[tuple[int, int, str]] = []

        def visit(state: int, mask: int, text: str) -> None:
            """Complete a text to a sample if the pattern is decided, otherwise queue it."""
            nonlocal hit, miss
            if mask and not mask & machine.absorbing:
                if (state, mask) not in seen:
                    seen.add((state, mask))
                    queue.append((state, mask, text))
            elif (hit if mask else miss) is None and (
                found := self._complete(state, text)
            ) is not None:
                if mask:
                    hit = found
                else:
                    miss = found

        mask = machine.start
        for char in self._prefix:
            mask = machine.step(mask, char)
        visit(self._prefix_state, mask, self._prefix)
        while queue and (hit is None or miss is None):
            state, mask, text = queue.pop()
            if self._automaton.accepts(state):
                if machine.accepts(mask):
                    hit = text if hit is None else hit
                else:
                    miss = text if miss is None else miss
            # Sorted, so that the number of steps is the same in every run.
            named = sorted(machine.named_characters(mask))
            moves = self._moves(state)
            budget.spend(len(moves) + (1 + len(named)) * effort(mask) + len(text) // 256)
            # Characters that the pattern names are queued last and followed first, because they
            # lead to a hit.
            unnamed: int | None = None
            for char, after in moves.items():
                if char not in named:
                    if unnamed is None:
                        unnamed = machine.step(mask, char)
                    visit(after, unnamed, text + char)
            for char in named:
                if after := self._automaton.step(state, char):
                    visit(after, machine.step(mask, char), text + char)
        return Match(hit, miss)

    def _may_match(self, pattern: Tokens, offset: int, budget: StepBudget) -> bool:
        """Check quickly whether a pattern can match any of the resources.

        The check steps the automaton of the resources through the pattern. Most patterns for other
        types fail after a few characters.
        """
        state, position = (
            (self._prefix_state, offset)
            if offset == len(self._prefix)
            else (self._automaton.start, 0)
        )
        for token in pattern[position:]:
            if len(token) == 1:
                state = self._automaton.step(state, token)
            elif token == STAR:
                state = self._reachable(state)
            else:
                state = self._automaton.step_any(state)
            position += 1
            if not state:
                break
        budget.spend(position // 16)
        return self._automaton.accepts(state)

    def _reachable(self, state: int) -> int:
        """Return the states that any number of characters leads to."""
        if (states := self._reachable_from.get(state)) is None:
            states = state
            while (more := states | self._automaton.step_any(states)) != states:
                states = more
            self._reachable_from[state] = states
        return states

    def _moves(self, state: int) -> dict[str, int]:
        """Return the transitions from a state, with `OTHER` first, since few patterns match it."""
        if (moves := self._moves_from.get(state)) is None:
            chars = sorted(_COMMON | self._automaton.named_characters(state))
            steps = ((char, self._automaton.step(state, char)) for char in chars)
            moves = self._moves_from[state] = {char: after for char, after in steps if after}
        return moves

    def _state_after(self, state: int, text: str) -> int:
        for char in text:
            if not state:
                break
            state = self._automaton.step(state, char)
        return state

    def _complete(self, start: int, text: str) -> str | None:
        """Return the shortest resource that starts with a text, given the state after the text."""
        if start not in self._suffixes:
            self._suffixes[start] = self._shortest_suffix(start)
        suffix = self._suffixes[start]
        return None if suffix is None else text + suffix

    def _shortest_suffix(self, start: int) -> str | None:
        text_to: dict[int, str] = {start: ""}
        queue = [start]
        budget = StepBudget(VERDICT_LIMIT)
        for state in queue:
            if self._automaton.accepts(state):
                return text_to[state]
            for char, after in self._moves(state).items():
                if after not in text_to:
                    budget.spend(len(self._moves_from[state]))
                    text_to[after] = text_to[state] + char
                    queue.append(after)
        return None


@step_limited(limit=PATTERN_LIMIT, cache_size=50_000)
def _cached_match(resources: ResourceType, pattern: Tokens, budget: StepBudget) -> Match:
    return resources.find_match(pattern, budget)


@step_limited(limit=VERDICT_LIMIT, cache_size=50_000)
def _cached_extent(resources: ResourceType, patterns: Patterns, budget: StepBudget) -> bool | None:
    partial: dict[Tokens, Match] = {}
    for pattern in patterns:
        found = resources.match(pattern, budget)
        if found.miss is None:
            return True
        if found.hit is not None:
            partial[pattern] = found
    if len(partial) < 2:
        return None if partial else False
    for text in dict.fromkeys(chain.from_iterable(list(partial.values())[:MAX_SAMPLED])):
        assert text is not None
        budget.spend(1 + len(partial) * (1 + len(text) // 128) // 4)
        if not any(matches(pattern, text) for pattern in partial):
            return None
    together = resources.iter_match_kinds((tuple(partial),), budget)
    return True if all(matched for (matched,) in together) else None
