"""Nondeterministic finite automata (NFAs) for patterns, stepped one character at a time.

The only IAM-specific part is the set of tokens that patterns and ARN formats consist of.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

OTHER = "\0"
"""Represents every character that none of the patterns names."""
_MAX_SUFFIX = 6
"""Maximum length of a suffix after a colon in a model ID. The longest known one has five characters
(`:1000k`). With a higher limit, an ID could contain a part that belongs to the start of an ARN:
`:bedrock:` or an account ID."""
_MAX_SIZE = 4
"""Maximum length of the last suffix before the ID of a custom model: a size (`:200k`)."""

# Character classes of transitions. A token of a pattern may also be DIGIT.
ANY, NOT_COLON, NOT_COLON_SLASH, DIGIT = "any", "not : $", "not : / $", "digit"
# Tokens of patterns other than literal characters. Patterns are sorted by these values.
STAR, WORD, PATH, ID, ONE, MODEL = "star", "word", "path", "id", "one", "model"
OWNER = "owner"  # the account field of an ARN: twelve digits, or `aws`
Token = str
"""A literal character, or one of the values above, each longer than one character."""
Tokens = tuple[Token, ...]


def is_wildcard(token: Token) -> bool:
    """Return whether a token is no literal character."""
    return len(token) > 1


_MAX_CACHED = 1_024
"""Maximum number of cached transitions of an automaton."""


def _states(mask: int) -> list[int]:
    """List the states in a mask."""
    states: list[int] = []
    while mask:
        lowest = mask & -mask
        mask ^= lowest
        states.append(lowest.bit_length() - 1)
    return states


class Automaton:
    """The NFA of a union of patterns. A set of states is a bit mask."""

    __slots__ = (
        "_closure",
        "_edges",
        "_memo",
        "_named",
        "_stars",
        "_superseded",
        "absorbing",
        "accepting",
        "matches_all",
        "start",
    )

    def __init__(self, patterns: Iterable[Tokens]) -> None:
        self._edges: list[list[tuple[str, int]]] = []
        self._closure: dict[int, int] = {}
        """The epsilon closures of states that have epsilon transitions, as masks."""
        self._memo: dict[tuple[int, str], int] = {}
        self.accepting = 0
        self.start = 0
        self.absorbing = 0
        """States from which every continuation matches."""
        self._stars = 0
        """States that match a `*`."""
        self._superseded: dict[int, int] = {}
        """By such a state, the earlier states of its pattern, which it makes redundant."""
        self._named: dict[int, frozenset[str]] = {}
        self.matches_all = False
        """Whether every string matches."""
        for tokens in patterns:
            self.start |= self._add(tokens)
            self.matches_all = self.matches_all or (bool(tokens) and set(tokens) == {STAR})

    def _add(self, tokens: Tokens) -> int:
        """Add the states of a pattern and return the mask of its start states."""
        edges: list[list[tuple[str, int]]] = [[]]
        skips: dict[int, int] = {}
        stars: dict[int, int] = {}

        def state() -> int:
            edges.append([])
            return len(edges) - 1

        here = 0
        for token in tokens:
            before, here = here, state()
            if token == STAR:
                edges[before].append((ANY, before))
                skips[before] = here
                stars[before] = (1 << here) - 1 & ~(1 << before)
            elif token == ONE:
                edges[before].append((ANY, here))
            elif token in (WORD, PATH):
                kind = NOT_COLON if token == PATH else NOT_COLON_SLASH
                edges[before].append((kind, here))
                edges[here].append((kind, here))
                before, here = here, state()
                skips[before] = here
            elif token == OWNER:
                for owner in ("aws", (DIGIT,) * 12):
                    last = before
                    for kind in owner[:-1]:
                        edges[last].append((kind, len(edges)))
                        last = state()
                    edges[last].append((owner[-1], here))
            elif token in (ID, MODEL):
                edges[before].append((NOT_COLON, here))
                edges[here].append((NOT_COLON, here))
                colon, last, here = state(), here, state()
                edges[last].append((":", colon))
                skips[last] = here
                last = colon
                for _ in range(_MAX_SUFFIX):
                    after = state()
                    edges[last].append((NOT_COLON_SLASH, after))
                    edges[after].append((":", colon))
                    skips[after], last = here, after
                if token == MODEL:
                    # A custom model: `amazon.titan-text-lite-v1:0:4k/abcdefghij12`.
                    last, tail, kind = colon, state(), DIGIT
                    for _ in range(_MAX_SIZE):
                        after = state()
                        edges[last].append((kind, after))
                        edges[after].append(("/", tail))
                        last, kind = after, NOT_COLON_SLASH
                    states_mask = state()
                    edges[tail].append((NOT_COLON_SLASH, states_mask))
                    edges[states_mask].append((NOT_COLON_SLASH, states_mask))
                    skips[states_mask] = here
            else:
                edges[before].append((token, here))
        base = len(self._edges)
        self._edges += [[(kind, base + to) for kind, to in outgoing] for outgoing in edges]
        for i in skips:
            to, mask = i, 1 << (base + i)
            while to in skips:
                to = skips[to]
                mask |= 1 << (base + to)
            self._closure[base + i] = mask
        for i, outdone in stars.items():
            self._stars |= 1 << (base + i)
            self._superseded[base + i] = outdone << base
        self.accepting |= 1 << (base + here)
        if tokens and tokens[-1] == STAR:
            self.absorbing |= 1 << (base + here - 1)
        return self._closure_of(base)

    def _closure_of(self, state: int) -> int:
        return self._closure.get(state) or 1 << state

    def named_characters(self, mask: int) -> frozenset[str]:
        """Return the characters that some transition from these states names explicitly."""
        if (cached := self._named.get(mask)) is not None:
            return cached
        classes = {kind for state in _states(mask) for kind, _ in self._edges[state]}
        result = frozenset(classes - {ANY, NOT_COLON, NOT_COLON_SLASH, DIGIT})
        if len(self._named) >= _MAX_CACHED:
            self._named.clear()
        self._named[mask] = result
        return result

    def step(self, mask: int, char: str) -> int:
        """Return the states after a character, given the states before it."""
        key = (mask, char)
        if (cached := self._memo.get(key)) is not None:
            return cached
        result = 0
        for state in _states(mask):
            for kind, to in self._edges[state]:
                if (
                    kind in (char, ANY)
                    or (kind == NOT_COLON and char not in ":$")
                    or (kind == NOT_COLON_SLASH and char not in ":/$")
                    or (kind == DIGIT and (char.isdigit() or char == OTHER))
                ):
                    result |= self._closure_of(to)
        if absorbed := result & self.absorbing:
            # The result is known, so the other states are dropped. This keeps the number of
            # distinct masks small for long lists of patterns.
            result = self._closure_of((absorbed & -absorbed).bit_length() - 1)
        elif stars := result & self._stars:
            # A later `*` of a pattern makes its earlier states redundant. Dropping them keeps the
            # number of distinct masks of a single pattern linear in its length.
            while stars:
                star = stars.bit_length() - 1
                result &= ~self._superseded[star]
                stars &= ~(self._superseded[star] | 1 << star)
        if len(self._memo) >= _MAX_CACHED:
            self._memo.clear()
        self._memo[key] = result
        return result

    def step_any(self, mask: int) -> int:
        """Return the states that any character leads to."""
        key = (mask, "")
        if (cached := self._memo.get(key)) is not None:
            return cached
        result = 0
        for state in _states(mask):
            for _, to in self._edges[state]:
                result |= self._closure_of(to)
        self._memo[key] = result
        return result

    def accepts(self, mask: int) -> bool:
        """Return whether one of these states is accepting."""
        return bool(mask & self.accepting)

    @property
    def size(self) -> int:
        """The number of states."""
        return len(self._edges)


class Intersection:
    """The intersection of several automata: matches the strings that all of them match."""

    __slots__ = ("_machines", "start")

    def __init__(self, machines: Iterable[Automaton]) -> None:
        self._machines: list[tuple[Automaton, int, int]] = []
        """Each automaton, the offset of its states in the combined mask, and their mask."""
        self.start = offset = 0
        for machine in machines:
            self._machines.append((machine, offset, (1 << machine.size) - 1))
            self.start |= machine.start << offset
            offset += machine.size

    def named_characters(self, mask: int) -> frozenset[str]:
        """Return the characters that some transition from these states names explicitly."""
        return frozenset().union(
            *[
                m.named_characters(mask >> offset & states_mask)
                for m, offset, states_mask in self._machines
            ]
        )

    def step(self, mask: int, char: str) -> int:
        """Return the states after a character; 0 if one of the automata can no longer match."""
        result = 0
        for machine, offset, states_mask in self._machines:
            if not (after := machine.step(mask >> offset & states_mask, char)):
                return 0
            result |= after << offset
        return result

    def step_any(self, mask: int) -> int:
        """Return the states that any character leads to; 0 if one automaton has none."""
        result = 0
        for machine, offset, states_mask in self._machines:
            if not (after := machine.step_any(mask >> offset & states_mask)):
                return 0
            result |= after << offset
        return result

    def accepts(self, mask: int) -> bool:
        """Return whether each automaton is in an accepting state."""
        return all(
            m.accepts(mask >> offset & states_mask) for m, offset, states_mask in self._machines
        )


@lru_cache(maxsize=1_024)
def automaton(patterns: tuple[Tokens, ...]) -> Automaton:
    """Return the cached automaton of a union of patterns."""
    return Automaton(patterns)
