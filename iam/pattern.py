"""IAM wildcards: what a pattern matches, and which kinds of resources there are.

A pattern is matched against the whole string: `*` is any run of characters, colons and slashes
too, and `?` exactly one. In a document of Version 2012-10-17 `${aws:username}` is a policy
variable and `${*}`, `${?}`, `${$}` are plain characters.

To know whether patterns *together* cover what an action can act on, `kinds` walks them as automata
and tells which combinations of "matches / does not match" exist at all among the resources.
It is exact: each combination it returns is that of some string, and no string has another one.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import takewhile

from iam.automaton import (
    DIGIT,
    ID,
    MODEL,
    ONE,
    OTHER,
    OWNER,
    PATH,
    STAR,
    WORD,
    Token,
    Tokens,
    automaton,
)
from iam.text import ascii_lower

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_OF_CUSTOM_MODELS = re.compile(r":(custom-model|model-customization-job)/\$")
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")

MOST_STATES = 4_000

_REGIONS = {"aws-cn": "cn-", "aws-us-gov": "us-gov-"}
"""What the regions of a partition begin with, so that `us-gov-*` is all of them there.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html"""


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
        tokens.append(match.group(1) if match.group(1) in ("*", "?", "$") else STAR)
        position = match.end()
    return (*tokens, *_wild(pattern[position:]))


def _wild(text: str) -> Iterator[Token]:
    for char in text:
        yield {"*": STAR, "?": ONE}.get(char, char)


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
            tokens += (*_REGIONS.get(partition, ""), WORD, "-", DIGIT)
        elif name == "Account":
            tokens.append(OWNER)
        elif match.end() < len(arn_format) or tokens[-1] == ":":
            tokens.append(WORD)
        elif _OF_CUSTOM_MODELS.search(arn_format):
            tokens.append(MODEL)
        else:
            tokens.append(ID if name == "ResourceId" else PATH)
        position = match.end()
    return (*tokens, *arn_format[position:])


Patterns = tuple[Tokens, ...]
"""A union: matches what one of them matches."""


@lru_cache(maxsize=100_000)
def kinds(
    universe: tuple[Patterns, ...], lists: tuple[Patterns, ...]
) -> frozenset[tuple[bool, ...]]:
    """Which combinations of matching exist among the strings of a universe.

    Args:
        universe: The strings that match every one of these unions; at least one.
        lists: Unions of patterns to ask about.

    Returns:
        For every kind of string in the universe, whether each of `lists` matches it. Empty if the
        universe is.

    Raises:
        TooComplex: More than 4,000 states would have to be walked at once.
    """
    first, *others = universe
    # One type of resource at a time: most patterns match all or nothing of it, and what is left
    # to be walked is small, and the same for many questions.
    return frozenset().union(*(_kinds_of_one(((tokens,), *others), lists) for tokens in first))


def _kinds_of_one(
    universe: tuple[Patterns, ...], lists: tuple[Patterns, ...]
) -> frozenset[tuple[bool, ...]]:
    cutting: dict[Patterns, None] = {}
    settled: list[bool | Patterns] = []
    for patterns in lists:
        cut: set[Tokens] = set()
        for pattern in patterns:
            relation = _walk(universe, ((pattern,),))
            if not relation:
                return frozenset()
            if relation == _ALL:
                settled.append(True)
                break
            if relation != _NOTHING:
                cut.add(pattern)
        else:
            union = tuple(sorted(cut))
            settled.append(union or False)
            if union:
                cutting[union] = None
    asked = tuple(sorted(cutting))
    place = {union: i for i, union in enumerate(asked)}
    return frozenset(
        tuple(one if isinstance(one, bool) else kind[place[one]] for one in settled)
        for kind in _walk(universe, asked)
    )


_ALL, _NOTHING = frozenset({(True,)}), frozenset({(False,)})


@lru_cache(maxsize=100_000)
def _walk(
    universe: tuple[Patterns, ...], lists: tuple[Patterns, ...]
) -> frozenset[tuple[bool, ...]]:
    """Find the kinds by walking all automata at once."""
    inside = [automaton(patterns) for patterns in universe]
    asked = [automaton(patterns) for patterns in lists]
    all_of_them = inside + asked
    common = frozenset({":", "/", "$", OTHER})
    start = tuple(a.start for a in all_of_them)
    if len(universe[0]) == 1:
        # What all of its strings begin with leaves no choice.
        for letter in takewhile(lambda token: len(token) == 1, universe[0][0]):
            start = tuple(a.step(m, letter) for m, a in zip(start, all_of_them, strict=True))
        if not all(start[: len(inside)]):
            return frozenset()
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
                    if len(seen) >= MOST_STATES:
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
    """An Action pattern as a regular expression; the case of A to Z makes no difference."""
    parts = (".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL | re.ASCII)


def matches_action(pattern: str, action: str) -> bool:
    """Whether an Action pattern such as `bedrock:Get*` matches a concrete action."""
    return action_regex(pattern).fullmatch(action) is not None


def matches_any_action(patterns: tuple[str, ...], action: str) -> bool:
    """Whether one of these Action patterns matches a concrete action."""
    return any(matches_action(pattern, action) for pattern in that_may_match(patterns, action))


def that_may_match(patterns: tuple[str, ...], action: str) -> tuple[str, ...]:
    """Of these Action patterns those that can have anything in common with an action.

    Args:
        patterns: Of a statement.
        action: A concrete action, or a pattern itself.
    """
    service = ascii_lower(action.partition(":")[0])
    if "*" in service or "?" in service:
        return patterns
    services = _by_service(patterns)
    return (*services.get(service, ()), *services.get("*", ()))


@lru_cache(maxsize=4_096)
def _by_service(patterns: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Patterns by the service they name, or `*` for any: large policies name hundreds of others."""
    found: dict[str, list[str]] = {}
    for pattern in patterns:
        service = ascii_lower(pattern.partition(":")[0])
        found.setdefault("*" if "*" in service or "?" in service else service, []).append(pattern)
    return {service: tuple(those) for service, those in found.items()}


def action_tokens(pattern: str) -> Tokens:
    """An Action pattern as tokens, folded to lower case, for asking whether one covers another."""
    return tuple(_wild(ascii_lower(pattern)))
