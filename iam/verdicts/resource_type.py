"""One type of resource, and what patterns match of it: all, nothing or some, with samples of both.

A sample is a string of the type that a pattern matches, and one that it does not. Where samples
show that verdicts differ, no patterns have to be walked together. A sample is made of the very
letters that `iam.policy.match_kinds.kinds` walks, so it belongs to one of the kinds found there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, takewhile
from typing import NamedTuple

from iam.policy.automaton import OTHER, STAR, Together, Tokens, automaton
from iam.policy.glob import matches
from iam.policy.match_kinds import effort, kinds_of_one
from iam.policy.pattern import Patterns
from iam.policy.step_limit import A_PATTERN, A_QUESTION, Meter, metered

_COMMON = frozenset({":", "/", "$", OTHER})
MOST_SAMPLED = 32
"""So many patterns are enough to take samples by: what these do not tell, a walk does."""


class Match(NamedTuple):
    """What a pattern matches of a type of resource: a sample, and one that it does not match."""

    hit: str | None
    """None where it matches nothing."""
    miss: str | None
    """None where it matches everything."""


class ResourceType:
    """The resources of one type, as far as a section's statement reaches them."""

    def __init__(self, tokens: Tokens, others: tuple[Patterns, ...]) -> None:
        """Take the type's ARN format, and the unions that its resources must match as well.

        Raises:
            TooComplex: It takes too many steps to find one of them.
        """
        self.scope: tuple[Patterns, ...] = ((tokens,), *others)
        machines = [automaton(patterns) for patterns in self.scope]
        # "every string" needs no walking
        inside = [machine for machine in machines if not machine.always] or machines[:1]
        self._inside = inside[0] if len(inside) == 1 else Together(inside)
        self._known_moves: dict[int, dict[str, int]] = {}
        self._known_beyond: dict[int, int] = {}
        self._ends: dict[int, str | None] = {}
        # All of the resources begin with this, and so must a pattern, unless it has a wildcard.
        self._lead = "".join(takewhile(lambda token: len(token) == 1, tokens))
        self._led = self._walked(self._inside.start, self._lead)
        self.sample = self._end(self._led, self._lead) if self._led else None
        """One of the resources; None where there are none."""

    def match(self, pattern: Tokens, meter: Meter | None = None) -> Match:
        """What a pattern matches of these resources; there must be some.

        Raises:
            TooComplex: That takes more steps than the meter has.
        """
        return _match(self, pattern, meter or Meter(A_QUESTION))

    def span(self, patterns: Patterns, meter: Meter | None = None) -> bool | None:
        """Whether a union matches all of these resources (True), nothing (False), or some.

        Raises:
            TooComplex: That takes more steps than the meter has.
        """
        return _span(self, patterns, meter or Meter(A_QUESTION))

    def each_kind(self, lists: tuple[Patterns, ...], meter: Meter) -> Iterator[tuple[bool, ...]]:
        """Find the kinds of these resources one after the other: see `match_kinds.kinds`."""

        def whole(pattern: Tokens) -> bool | None:
            hit, miss = self.match(pattern)
            return None if hit is not None and miss is not None else miss is None

        return kinds_of_one(self.scope, lists, whole, meter)

    def samples(self, patterns: Sequence[Tokens], meter: Meter | None = None) -> dict[str, None]:
        """Some of these resources which some of the patterns match and others do not.

        Raises:
            TooComplex: That takes more steps than the meter has.
        """
        found: dict[str, None] = {}
        meter = meter or Meter(A_QUESTION)
        for pattern in patterns:
            for text in self.match(pattern, meter):
                if text is not None:
                    found[text] = None
        return found

    def looked_at(self, pattern: Tokens, meter: Meter) -> Match:
        """Find what a pattern matches, without remembering it."""
        assert self.sample is not None
        meter.take(1)
        lead = "".join(takewhile(lambda token: len(token) == 1, pattern))
        if len(lead) == len(pattern) and lead != self.sample:
            held = lead.startswith(self._lead) and self._inside.accepts(
                self._walked(self._led, lead[len(self._lead) :])
            )
            return Match(lead if held else None, self.sample)
        common = min(len(lead), len(self._lead))
        if lead[:common] != self._lead[:common]:
            return Match(None, self.sample)
        if not self._may_match(pattern, common, meter):
            return Match(None, self.sample)
        machine = automaton((pattern,))
        if machine.always:
            return Match(self.sample, None)
        hit, miss = (self.sample, None) if matches(pattern, self.sample) else (None, self.sample)
        seen: set[tuple[int, int]] = set()
        queue: list[tuple[int, int, str]] = []

        def reached(state: int, mask: int, text: str) -> None:
            """Look at what begins with a text; walk on only where it does not settle the match."""
            nonlocal hit, miss
            if mask and not mask & machine.settled:
                if (state, mask) not in seen:
                    seen.add((state, mask))
                    queue.append((state, mask, text))
            elif (hit if mask else miss) is None and (found := self._end(state, text)) is not None:
                if mask:
                    hit = found
                else:
                    miss = found

        mask = machine.start
        for letter in self._lead:
            mask = machine.step(mask, letter)
        reached(self._led, mask, self._lead)
        while queue and (hit is None or miss is None):
            state, mask, text = queue.pop()
            if self._inside.accepts(state):
                if machine.accepts(mask):
                    hit = text if hit is None else hit
                else:
                    miss = text if miss is None else miss
            # In order, so that the steps are the same in every run of the program.
            named = sorted(machine.named(mask))
            moves = self._moves(state)
            meter.take(len(moves) + (1 + len(named)) * effort(mask) + len(text) // 256)
            # What the pattern names comes last, to be followed first: it leads to a hit.
            unnamed: int | None = None
            for letter, after in moves.items():
                if letter not in named:
                    if unnamed is None:
                        unnamed = machine.step(mask, letter)
                    reached(after, unnamed, text + letter)
            for letter in named:
                if after := self._inside.step(state, letter):
                    reached(after, machine.step(mask, letter), text + letter)
        return Match(hit, miss)

    def _may_match(self, pattern: Tokens, led: int, meter: Meter) -> bool:
        """Whether a pattern matches any of these resources, as far as a quick look tells.

        It follows the pattern through the resources' own states, which most patterns of other types
        leave after a few characters.
        """
        state, here = (self._led, led) if led == len(self._lead) else (self._inside.start, 0)
        for token in pattern[here:]:
            if len(token) == 1:
                state = self._inside.step(state, token)
            elif token == STAR:
                state = self._beyond(state)
            else:
                state = self._inside.anywhere(state)
            here += 1
            if not state:
                break
        meter.take(here // 16)
        return self._inside.accepts(state)

    def _beyond(self, state: int) -> int:
        """Where any number of characters leads."""
        if (known := self._known_beyond.get(state)) is None:
            known = state
            while (more := known | self._inside.anywhere(known)) != known:
                known = more
            self._known_beyond[state] = known
        return known

    def _moves(self, state: int) -> dict[str, int]:
        """What leads on from here; an unnamed letter first, since few patterns match it."""
        if (known := self._known_moves.get(state)) is None:
            letters = sorted(_COMMON | self._inside.named(state))
            steps = ((letter, self._inside.step(state, letter)) for letter in letters)
            known = self._known_moves[state] = {letter: after for letter, after in steps if after}
        return known

    def _walked(self, state: int, text: str) -> int:
        for letter in text:
            if not state:
                break
            state = self._inside.step(state, letter)
        return state

    def _end(self, start: int, text: str) -> str | None:
        """The shortest of these resources that begins with a text, which has led here."""
        if start not in self._ends:
            self._ends[start] = self._shortest(start)
        end = self._ends[start]
        return None if end is None else text + end

    def _shortest(self, start: int) -> str | None:
        came: dict[int, str] = {start: ""}
        queue = [start]
        meter = Meter(A_QUESTION)
        for state in queue:
            if self._inside.accepts(state):
                return came[state]
            for letter, after in self._moves(state).items():
                if after not in came:
                    meter.take(len(self._known_moves[state]))
                    came[after] = came[state] + letter
                    queue.append(after)
        return None


@metered(limit=A_PATTERN, size=50_000)
def _match(resources: ResourceType, pattern: Tokens, meter: Meter) -> Match:
    return resources.looked_at(pattern, meter)


@metered(limit=A_QUESTION, size=50_000)
def _span(resources: ResourceType, patterns: Patterns, meter: Meter) -> bool | None:
    cutting: dict[Tokens, Match] = {}
    for pattern in patterns:
        found = resources.match(pattern, meter)
        if found.miss is None:
            return True
        if found.hit is not None:
            cutting[pattern] = found
    if len(cutting) < 2:
        return None if cutting else False
    for text in dict.fromkeys(chain.from_iterable(list(cutting.values())[:MOST_SAMPLED])):
        assert text is not None
        meter.take(1 + len(cutting) * (1 + len(text) // 128) // 4)
        if not any(matches(pattern, text) for pattern in cutting):
            return None
    together = resources.each_kind((tuple(cutting),), meter)
    return True if all(matched for (matched,) in together) else None


@lru_cache(maxsize=10_000)
def resource_type(tokens: Tokens, others: tuple[Patterns, ...]) -> ResourceType:
    """The resources of a type; looked at once, whichever actions are about them."""
    return ResourceType(tokens, others)
