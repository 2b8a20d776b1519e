"""IAM wildcards as small automata: what a pattern matches, and which kinds of resources there are.

A pattern is matched against the whole string: `*` is any run of characters, colons and slashes
too, and `?` exactly one. In a document of Version 2012-10-17 `${aws:username}` is a policy
variable and `${*}`, `${?}`, `${$}` are plain characters.

To know whether patterns *together* cover what an action can act on, `kinds` walks all of them at
once and tells which combinations of "matches / does not match" exist at all among the resources.
It is exact: each combination it returns is that of some string, and no string has another one.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_OF_CUSTOM_MODELS = re.compile(r":(custom-model|model-customization-job)/\$")
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
_OTHER = "\0"
"""Stands for every character that no pattern at hand names."""
_MOST_STATES = 4_000
_VERSION = 6
"""The most characters after a colon of a model's ID. The longest yet has five (`:1000k`); more
would let an ID hold what only the start of an ARN does: `:bedrock:`, or an account's number."""
_REGIONS = {"aws-cn": "cn-", "aws-us-gov": "us-gov-"}
"""What the regions of a partition begin with, so that `us-gov-*` is all of them there.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html"""
_WINDOW = 4
"""The most characters of the last such part before a custom model's own ID: a number (`:200k`)."""

# What one token of a pattern accepts: a character itself, or one of these classes.
_ANY, _NOT_COLON, _NOT_COLON_SLASH, _DIGIT = "any", "not : $", "not : / $", "digit"
_STAR, _WORD, _PATH, _ID, _ONE, _MODEL = "star", "word", "path", "id", "one", "model"
_OWNER = "owner"
Token = str
"""A character, or one of the words above (never a single character)."""
Tokens = tuple[Token, ...]


class TooComplex(Exception):
    """The patterns together have more states than can be walked in reasonable time."""


def has_variable(pattern: str) -> bool:
    """Whether a pattern of a 2012-10-17 document holds a policy variable."""
    return any(m.group(1) not in ("*", "?", "$") for m in _VARIABLE.finditer(pattern))


def resource_tokens(pattern: str, variables: bool = True) -> Tokens:
    """Read a Resource pattern.

    Args:
        pattern: As written in the document.
        variables: Whether `${…}` counts (Version 2012-10-17). A variable becomes a `*` here: what
            it stands for is not known, so the caller must treat such a match as possible, not
            certain.
    """
    tokens: list[Token] = []
    position = 0
    for match in _VARIABLE.finditer(pattern) if variables else ():
        tokens += _wild(pattern[position : match.start()])
        tokens.append(match.group(1) if match.group(1) in ("*", "?", "$") else _STAR)
        position = match.end()
    return (*tokens, *_wild(pattern[position:]))


def _wild(text: str) -> Iterator[Token]:
    for char in text:
        yield {"*": _STAR, "?": _ONE}.get(char, char)


def type_tokens(arn_format: str, partition: str) -> Tokens:
    """Read a resource type's ARN format: `arn:${Partition}:kms:${Region}:${Account}:key/${KeyId}`.

    An account is twelve digits, or `aws`. Regions, versions, and IDs that more follows hold
    neither a colon nor a slash; a name at the end may be a path. Only a `${ResourceId}` at the end
    may hold colons, as model IDs do, with a short part after each (`…-v1:0:200k`), and after that
    a custom model has a slash and an ID. No placeholder holds a `$`.
    """
    tokens: list[Token] = []
    position = 0
    for match in _PLACEHOLDER.finditer(arn_format):
        tokens += arn_format[position : match.start()]
        name = match.group(1)
        if name == "Partition":
            tokens += partition
        elif name == "Region":
            # As us-east-1: the name of a service is no region.
            tokens += (*_REGIONS.get(partition, ""), _WORD, "-", _DIGIT)
        elif name == "Account":
            tokens.append(_OWNER)
        elif match.end() < len(arn_format) or tokens[-1] == ":":
            tokens.append(_WORD)
        elif _OF_CUSTOM_MODELS.search(arn_format):
            tokens.append(_MODEL)
        else:
            tokens.append(_ID if name == "ResourceId" else _PATH)
        position = match.end()
    return (*tokens, *arn_format[position:])


class _Automaton:
    """A union of patterns, walked a character at a time; sets of states are bit masks."""

    __slots__ = (
        "_closure",
        "_edges",
        "_memo",
        "_named",
        "_settled",
        "accepting",
        "always",
        "start",
    )

    def __init__(self, patterns: Iterable[Tokens]) -> None:
        self._edges: list[list[tuple[str, int]]] = []
        self._closure: list[int] = []
        self._memo: dict[tuple[int, str], int] = {}
        self.accepting = 0
        self.start = 0
        self._settled = 0
        """States after which everything matches."""
        self._named: dict[int, frozenset[str]] = {}
        self.always = False
        """Whether every string matches."""
        for tokens in patterns:
            self.start |= self._add(tokens)
            self.always = self.always or (bool(tokens) and set(tokens) == {_STAR})

    def _add(self, tokens: Tokens) -> int:
        """Add a pattern's states; return the mask of where it begins."""
        edges: list[list[tuple[str, int]]] = [[]]
        skips: dict[int, int] = {}

        def state() -> int:
            edges.append([])
            return len(edges) - 1

        here = 0
        for token in tokens:
            before, here = here, state()
            if token == _STAR:
                edges[before].append((_ANY, before))
                skips[before] = here
            elif token == _ONE:
                edges[before].append((_ANY, here))
            elif token in (_WORD, _PATH):
                kind = _NOT_COLON if token == _PATH else _NOT_COLON_SLASH
                edges[before].append((kind, here))
                edges[here].append((kind, here))
                before, here = here, state()
                skips[before] = here
            elif token == _OWNER:
                for owner in ("aws", (_DIGIT,) * 12):
                    last = before
                    for kind in owner[:-1]:
                        edges[last].append((kind, len(edges)))
                        last = state()
                    edges[last].append((owner[-1], here))
            elif token in (_ID, _MODEL):
                edges[before].append((_NOT_COLON, here))
                edges[here].append((_NOT_COLON, here))
                colon, last, here = state(), here, state()
                edges[last].append((":", colon))
                skips[last] = here
                last = colon
                for _ in range(_VERSION):
                    after = state()
                    edges[last].append((_NOT_COLON_SLASH, after))
                    edges[after].append((":", colon))
                    skips[after], last = here, after
                if token == _MODEL:
                    # A custom model: `amazon.titan-text-lite-v1:0:4k/abcdefghij12`.
                    last, tail, kind = colon, state(), _DIGIT
                    for _ in range(_WINDOW):
                        after = state()
                        edges[last].append((kind, after))
                        edges[after].append(("/", tail))
                        last, kind = after, _NOT_COLON_SLASH
                    own = state()
                    edges[tail].append((_NOT_COLON_SLASH, own))
                    edges[own].append((_NOT_COLON_SLASH, own))
                    skips[own] = here
            else:
                edges[before].append((token, here))
        base = len(self._edges)
        self._edges += [[(kind, base + to) for kind, to in outgoing] for outgoing in edges]
        for i in range(len(edges)):
            mask = 1 << (base + i)
            while i in skips:
                i = skips[i]
                mask |= 1 << (base + i)
            self._closure.append(mask)
        self.accepting |= 1 << (base + here)
        if tokens and tokens[-1] == _STAR:
            self._settled |= 1 << (base + here - 1)
        return self._closure[base]

    def named(self, mask: int) -> frozenset[str]:
        """The characters that lead on from here otherwise than an unnamed one does."""
        if (known := self._named.get(mask)) is not None:
            return known
        kinds_here = {
            kind for i in range(mask.bit_length()) if mask >> i & 1 for kind, _ in self._edges[i]
        }
        result = frozenset(kinds_here - {_ANY, _NOT_COLON, _NOT_COLON_SLASH, _DIGIT})
        self._named[mask] = result
        return result

    def step(self, mask: int, char: str) -> int:
        key = (mask, char)
        if (known := self._memo.get(key)) is not None:
            return known
        result, left = 0, mask
        while left:
            lowest = left & -left
            left ^= lowest
            for kind, to in self._edges[lowest.bit_length() - 1]:
                if (
                    kind in (char, _ANY)
                    or (kind == _NOT_COLON and char not in ":$")
                    or (kind == _NOT_COLON_SLASH and char not in ":/$")
                    or (kind == _DIGIT and (char.isdigit() or char == _OTHER))
                ):
                    result |= self._closure[to]
        if settled := result & self._settled:
            # What else was under way no longer matters; forgetting it keeps long lists from
            # exploding.
            result = self._closure[(settled & -settled).bit_length() - 1]
        self._memo[key] = result
        return result


@lru_cache(maxsize=20_000)
def _automaton(patterns: tuple[Tokens, ...]) -> _Automaton:
    return _Automaton(patterns)


Patterns = tuple[Tokens, ...]
"""A union: matches what one of them matches."""


@lru_cache(maxsize=100_000)
def kinds(
    universe: tuple[Patterns, ...], lists: tuple[Patterns, ...]
) -> frozenset[tuple[bool, ...]]:
    """Which combinations of matching exist among the strings of a universe.

    Args:
        universe: The strings that match every one of these unions.
        lists: Unions of patterns to ask about.

    Returns:
        For every kind of string in the universe, whether each of `lists` matches it. Empty if the
        universe is.

    Raises:
        TooComplex: More than 4,000 states would have to be walked.
    """
    inside = [_automaton(patterns) for patterns in universe]
    asked = [_automaton(patterns) for patterns in lists]
    all_of_them = inside + asked
    common = frozenset({":", "/", "$", _OTHER})
    start = tuple(a.start for a in all_of_them)
    seen, queue = {start}, [start]
    found: set[tuple[bool, ...]] = set()
    n = len(inside)
    while queue:
        state = queue.pop()
        if all(m & a.accepting for m, a in zip(state, inside, strict=False)):
            found.add(tuple(bool(m & a.accepting) for m, a in zip(state[n:], asked, strict=True)))
        letters = common.union(
            *(a.named(m) for m, a in zip(state, all_of_them, strict=True) if not a.always)
        )
        for letter in letters:
            after: list[int] = []
            for i, (mask, a) in enumerate(zip(state, all_of_them, strict=True)):
                # "every string" needs no walking, and its states would only multiply the others
                moved = mask if a.always else a.step(mask, letter)
                if not moved and i < n:
                    break
                after.append(moved)
            else:
                target = tuple(after)
                if target not in seen:
                    if len(seen) >= _MOST_STATES:
                        raise TooComplex
                    seen.add(target)
                    queue.append(target)
    return frozenset(found)


def covers(wide: Sequence[Tokens], narrow: Tokens) -> bool:
    """Whether every string that matches `narrow` matches one of `wide`."""
    return kinds(((narrow,),), (tuple(wide),)) <= {(True,)}


def overlaps(one: Tokens, other: Tokens) -> bool:
    """Whether some string matches both."""
    return bool(kinds(((one,), (other,)), ()))


@cache
def action_regex(pattern: str) -> re.Pattern[str]:
    """An Action pattern as a regular expression; actions match without regard to case."""
    parts = (".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)


def matches_action(pattern: str, action: str) -> bool:
    """Whether an Action pattern such as `bedrock:Get*` matches a concrete action."""
    return action_regex(pattern).fullmatch(action) is not None


def matches_any_action(patterns: tuple[str, ...], action: str) -> bool:
    """Whether one of these Action patterns matches a concrete action."""
    services = _by_service(patterns)
    service = action.partition(":")[0].lower()
    return any(
        matches_action(pattern, action)
        for pattern in (*services.get(service, ()), *services.get("*", ()))
    )


@lru_cache(maxsize=4_096)
def _by_service(patterns: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Patterns by the service they name, or `*` for any: large policies name hundreds of others."""
    found: dict[str, list[str]] = {}
    for pattern in patterns:
        service = pattern.partition(":")[0].lower()
        found.setdefault("*" if "*" in service or "?" in service else service, []).append(pattern)
    return {service: tuple(those) for service, those in found.items()}


def action_tokens(pattern: str) -> Tokens:
    """An Action pattern as tokens, folded to lower case, for asking whether one covers another."""
    return tuple(_wild(pattern.lower()))
