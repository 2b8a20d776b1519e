"""One type of resource, and what patterns match of it: all, nothing, or some, with a sample of both.

A sample is a string of the type that a pattern matches, and one that it does not. Where samples
show that verdicts differ, no patterns have to be walked together. A sample is made of the very
letters that `iam.pattern.kinds` walks, so it belongs to one of the kinds that are found there.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from iam.automaton import ONE, OTHER, STAR, Automaton, Tokens, automaton
from iam.pattern import MOST_STATES, Patterns, TooComplex, kinds

_COMMON = frozenset({":", "/", "$", OTHER})
_State = tuple[int, ...]


class Match(NamedTuple):
    """What a pattern matches of a type of resource: a sample, and one that it does not match."""

    hit: str | None
    """None where it matches nothing."""
    miss: str | None
    """None where it matches everything."""


class Place:
    """The resources of one type, as far as a section's statement reaches them."""

    def __init__(self, tokens: Tokens, others: tuple[Patterns, ...]) -> None:
        """Take the type's ARN format, and the unions that its resources must match as well.

        Raises:
            TooComplex: There are too many states to find one of them.
        """
        self.universe: tuple[Patterns, ...] = ((tokens,), *others)
        machines = [automaton(patterns) for patterns in self.universe]
        # "every string" needs no walking
        self._inside = [m for m in machines if not m.always] or machines[:1]
        self._start = tuple(machine.start for machine in self._inside)
        self._ends: dict[_State, str | None] = {}
        self._matches: dict[Tokens, Match] = {}
        self._spans: dict[Patterns, bool | None] = {}
        self.sample = self._end(self._start)
        """One of the resources; None where there are none."""

    def match(self, pattern: Tokens) -> Match:
        """What a pattern matches of these resources; there must be some.

        Raises:
            TooComplex: More than 4,000 states would have to be walked.
        """
        if (known := self._matches.get(pattern)) is None:
            known = self._matches[pattern] = self._match(pattern)
        return known

    def span(self, patterns: Patterns) -> bool | None:
        """Whether a union matches all of these resources (True), nothing (False), or some.

        Raises:
            TooComplex: More than 4,000 states would have to be walked.
        """
        try:
            return self._spans[patterns]
        except KeyError:
            found = self._spans[patterns] = self._span(patterns)
            return found

    def samples(self, patterns: Sequence[Tokens]) -> dict[str, None]:
        """Some of these resources which some of the patterns match and others do not."""
        found: dict[str, None] = {}
        for pattern in patterns:
            for text in self.match(pattern):
                if text is not None:
                    found[text] = None
        return found

    def _span(self, patterns: Patterns) -> bool | None:
        cutting: list[Tokens] = []
        for pattern in patterns:
            hit, miss = self.match(pattern)
            if miss is None:
                return True
            if hit is not None:
                cutting.append(pattern)
        if len(cutting) < 2:
            return None if cutting else False
        if any(not any(matches(p, text) for p in cutting) for text in self.samples(cutting)):
            return None
        together = kinds(self.universe, (tuple(sorted(set(cutting))),))
        return True if together == {(True,)} else None

    def _match(self, pattern: Tokens) -> Match:
        machine = automaton((pattern,))
        assert self.sample is not None
        if machine.always:
            return Match(self.sample, None)
        hit, miss = (self.sample, None) if matches(pattern, self.sample) else (None, self.sample)
        if STAR not in pattern and ONE not in pattern and miss is not None:
            text = "".join(pattern)
            return Match(text if self._holds(text) else None, miss)
        seen: set[tuple[_State, int]] = set()
        queue: list[tuple[_State, int, str]] = []

        def reached(state: _State, mask: int, text: str) -> None:
            """Look at what begins with a text; walk on only where it does not settle the match."""
            nonlocal hit, miss
            if mask and not mask & machine.settled:
                if (state, mask) not in seen:
                    if len(seen) >= MOST_STATES:
                        raise TooComplex
                    seen.add((state, mask))
                    queue.append((state, mask, text))
            elif (hit if mask else miss) is None and (end := self._end(state)) is not None:
                if mask:
                    hit = text + end
                else:
                    miss = text + end

        reached(self._start, machine.start, "")
        while queue and (hit is None or miss is None):
            state, mask, text = queue.pop()
            if self._accepts(state):
                if mask & machine.accepting:
                    hit = text if hit is None else hit
                else:
                    miss = text if miss is None else miss
            for letter in self._letters(state) | machine.named(mask):
                if (after := self._step(state, letter)) is not None:
                    reached(after, machine.step(mask, letter), text + letter)
        return Match(hit, miss)

    def _letters(self, state: _State) -> frozenset[str]:
        return _COMMON.union(
            *[machine.named(mask) for machine, mask in zip(self._inside, state, strict=True)]
        )

    def _step(self, state: _State, letter: str) -> _State | None:
        after = []
        for machine, mask in zip(self._inside, state, strict=True):
            if not (moved := machine.step(mask, letter)):
                return None
            after.append(moved)
        return tuple(after)

    def _accepts(self, state: _State) -> bool:
        return all(
            mask & machine.accepting for machine, mask in zip(self._inside, state, strict=True)
        )

    def _holds(self, text: str) -> bool:
        state: _State | None = self._start
        for letter in text:
            if state is None:
                return False
            state = self._step(state, letter)
        return state is not None and self._accepts(state)

    def _end(self, start: _State) -> str | None:
        """The shortest way from here to one of these resources; None where there is none."""
        if start in self._ends:
            return self._ends[start]
        came: dict[_State, tuple[_State, str] | None] = {start: None}
        queue = [start]
        for state in queue:
            if self._accepts(state):
                text, back = "", came[state]
                while back is not None:
                    before, letter = back
                    text = letter + text
                    self._ends[before] = text
                    back = came[before]
                self._ends[start] = text
                return text
            # An unnamed letter first: then few patterns match the sample.
            for letter in sorted(self._letters(state)):
                after = self._step(state, letter)
                if after is not None and after not in came:
                    if len(came) >= MOST_STATES:
                        raise TooComplex
                    came[after] = (state, letter)
                    queue.append(after)
        self._ends[start] = None
        return None


@lru_cache(maxsize=10_000)
def place_of(tokens: Tokens, others: tuple[Patterns, ...]) -> Place:
    """The resources of a type; looked at once, whichever actions are about them."""
    return Place(tokens, others)


@cache
def _parts(pattern: Tokens) -> tuple[str, ...] | Automaton:
    """What stands between the stars; a pattern with a `?` is walked."""
    if ONE in pattern:
        return automaton((pattern,))
    parts = [""]
    for token in pattern:
        if token == STAR:
            parts.append("")
        else:
            parts[-1] += token
    return tuple(parts)


def matches(pattern: Tokens, text: str) -> bool:
    """Whether a Resource pattern matches a string."""
    parts = _parts(pattern)
    if isinstance(parts, Automaton):
        mask = parts.start
        for letter in text:
            mask = parts.step(mask, letter)
        return bool(mask & parts.accepting)
    if len(parts) == 1:
        return text == parts[0]
    first, *between, last = parts
    if len(text) < len(first) + len(last) or not (text.startswith(first) and text.endswith(last)):
        return False
    here, end = len(first), len(text) - len(last)
    for part in between:
        if (found := text.find(part, here, end)) < 0:
            return False
        here = found + len(part)
    return True
