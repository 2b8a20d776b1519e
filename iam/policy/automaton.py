"""The machine behind patterns: a union of them as an automaton, walked a character at a time.

It knows nothing of IAM but the kinds of tokens that patterns and ARN formats are made of.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

OTHER = "\0"
"""Stands for every character that no pattern at hand names."""
_VERSION = 6
"""The most characters after a colon of a model's ID. The longest yet has five (`:1000k`); more
would let an ID hold what only the start of an ARN does: `:bedrock:`, or an account's number."""
_WINDOW = 4
"""The most characters of the last such part before a custom model's own ID: a number (`:200k`)."""

# What one token of a pattern accepts: a character itself, or one of these classes.
ANY, NOT_COLON, NOT_COLON_SLASH, DIGIT = "any", "not : $", "not : / $", "digit"
STAR, WORD, PATH, ID, ONE, MODEL = "star", "word", "path", "id", "one", "model"
OWNER = "owner"
Token = str
"""A character, or one of the words above (never a single character)."""
Tokens = tuple[Token, ...]


_MOST_KNOWN = 1_024
"""So many steps are remembered of an automaton."""


def _states(mask: int) -> list[int]:
    """The states in a mask."""
    found: list[int] = []
    while mask:
        lowest = mask & -mask
        mask ^= lowest
        found.append(lowest.bit_length() - 1)
    return found


class Automaton:
    """A union of patterns, walked a character at a time; sets of states are bit masks."""

    __slots__ = (
        "_closure",
        "_edges",
        "_memo",
        "_named",
        "_outdone",
        "_stars",
        "accepting",
        "always",
        "settled",
        "start",
    )

    def __init__(self, patterns: Iterable[Tokens]) -> None:
        self._edges: list[list[tuple[str, int]]] = []
        self._closure: dict[int, int] = {}
        """Masks of the states from which others are reached by no character."""
        self._memo: dict[tuple[int, str], int] = {}
        self.accepting = 0
        self.start = 0
        self.settled = 0
        """States after which everything matches."""
        self._stars = 0
        """States in which a `*` is matched."""
        self._outdone: dict[int, int] = {}
        """What need not be followed there: what comes before the `*` in its pattern."""
        self._named: dict[int, frozenset[str]] = {}
        self.always = False
        """Whether every string matches."""
        for tokens in patterns:
            self.start |= self._add(tokens)
            self.always = self.always or (bool(tokens) and set(tokens) == {STAR})

    def _add(self, tokens: Tokens) -> int:
        """Add a pattern's states; return the mask of where it begins."""
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
                for _ in range(_VERSION):
                    after = state()
                    edges[last].append((NOT_COLON_SLASH, after))
                    edges[after].append((":", colon))
                    skips[after], last = here, after
                if token == MODEL:
                    # A custom model: `amazon.titan-text-lite-v1:0:4k/abcdefghij12`.
                    last, tail, kind = colon, state(), DIGIT
                    for _ in range(_WINDOW):
                        after = state()
                        edges[last].append((kind, after))
                        edges[after].append(("/", tail))
                        last, kind = after, NOT_COLON_SLASH
                    own = state()
                    edges[tail].append((NOT_COLON_SLASH, own))
                    edges[own].append((NOT_COLON_SLASH, own))
                    skips[own] = here
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
            self._outdone[base + i] = outdone << base
        self.accepting |= 1 << (base + here)
        if tokens and tokens[-1] == STAR:
            self.settled |= 1 << (base + here - 1)
        return self._reached(base)

    def _reached(self, state: int) -> int:
        return self._closure.get(state) or 1 << state

    def named(self, mask: int) -> frozenset[str]:
        """The characters that lead on from here otherwise than an unnamed one does."""
        if (known := self._named.get(mask)) is not None:
            return known
        kinds_here = {kind for state in _states(mask) for kind, _ in self._edges[state]}
        result = frozenset(kinds_here - {ANY, NOT_COLON, NOT_COLON_SLASH, DIGIT})
        if len(self._named) >= _MOST_KNOWN:
            self._named.clear()
        self._named[mask] = result
        return result

    def step(self, mask: int, char: str) -> int:
        key = (mask, char)
        if (known := self._memo.get(key)) is not None:
            return known
        result = 0
        for state in _states(mask):
            for kind, to in self._edges[state]:
                if (
                    kind in (char, ANY)
                    or (kind == NOT_COLON and char not in ":$")
                    or (kind == NOT_COLON_SLASH and char not in ":/$")
                    or (kind == DIGIT and (char.isdigit() or char == OTHER))
                ):
                    result |= self._reached(to)
        if settled := result & self.settled:
            # What else was under way no longer matters; forgetting it keeps long lists from
            # exploding.
            result = self._reached((settled & -settled).bit_length() - 1)
        elif stars := result & self._stars:
            # So does what is in the middle of a pattern, where a later `*` of it matches: a pattern
            # of stars alone has no more states to be in than it has characters.
            while stars:
                star = stars.bit_length() - 1
                result &= ~self._outdone[star]
                stars &= ~(self._outdone[star] | 1 << star)
        if len(self._memo) >= _MOST_KNOWN:
            self._memo.clear()
        self._memo[key] = result
        return result

    def anywhere(self, mask: int) -> int:
        """Where some character leads, whichever it is."""
        key = (mask, "")
        if (known := self._memo.get(key)) is not None:
            return known
        result = 0
        for state in _states(mask):
            for _, to in self._edges[state]:
                result |= self._reached(to)
        self._memo[key] = result
        return result

    def accepts(self, mask: int) -> bool:
        """Whether what has led here matches."""
        return bool(mask & self.accepting)

    @property
    def size(self) -> int:
        """How many states it has."""
        return len(self._edges)


class Together:
    """Several automata walked at once: matches what all of them match."""

    __slots__ = ("_machines", "start")

    def __init__(self, machines: Iterable[Automaton]) -> None:
        self._machines: list[tuple[Automaton, int, int]] = []
        """Each with the place of its states in a mask of all, and its own mask there."""
        self.start = place = 0
        for machine in machines:
            self._machines.append((machine, place, (1 << machine.size) - 1))
            self.start |= machine.start << place
            place += machine.size

    def named(self, mask: int) -> frozenset[str]:
        """The characters that lead on from here otherwise than an unnamed one does."""
        return frozenset().union(*[m.named(mask >> at & own) for m, at, own in self._machines])

    def step(self, mask: int, char: str) -> int:
        """Where a character leads; 0 as soon as one of them cannot match any more."""
        result = 0
        for machine, at, own in self._machines:
            if not (after := machine.step(mask >> at & own, char)):
                return 0
            result |= after << at
        return result

    def anywhere(self, mask: int) -> int:
        """Where some character leads each of them, whichever it is."""
        result = 0
        for machine, at, own in self._machines:
            if not (after := machine.anywhere(mask >> at & own)):
                return 0
            result |= after << at
        return result

    def accepts(self, mask: int) -> bool:
        """Whether what has led here matches."""
        return all(m.accepts(mask >> at & own) for m, at, own in self._machines)


@lru_cache(maxsize=1_024)
def automaton(patterns: tuple[Tokens, ...]) -> Automaton:
    return Automaton(patterns)
