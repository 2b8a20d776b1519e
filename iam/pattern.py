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
from functools import lru_cache
from itertools import takewhile

from iam.automaton import (
    DIGIT,
    ID,
    MODEL,
    OTHER,
    OWNER,
    PATH,
    STAR,
    WORD,
    Automaton,
    Token,
    Tokens,
    automaton,
)
from iam.glob import folded, matches, normal, wild
from iam.work import A_PATTERN, A_QUESTION, Meter, metered

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_OF_CUSTOM_MODELS = re.compile(r":(custom-model|model-customization-job)/\$")
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")

_REGIONS = {"aws-cn": "cn-", "aws-us-gov": "us-gov-"}
"""What the regions of a partition begin with, so that `us-gov-*` is all of them there.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html"""


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

    Returns:
        Its normal form, so that patterns that say the same are one.
    """
    tokens: list[Token] = []
    position = 0
    for match in _VARIABLE.finditer(pattern) if variables else ():
        tokens += wild(pattern[position : match.start()])
        tokens.append(match.group(1) if match.group(1) in ("*", "?", "$") else STAR)
        position = match.end()
    return normal((*tokens, *wild(pattern[position:])))


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


def kinds(
    universe: tuple[Patterns, ...], lists: tuple[Patterns, ...], meter: Meter | None = None
) -> frozenset[tuple[bool, ...]]:
    """Which combinations of matching exist among the strings of a universe.

    Args:
        universe: The strings that match every one of these unions; at least one.
        lists: Unions of patterns to ask about.
        meter: What may be spent on it; by default what a question may cost.

    Returns:
        For every kind of string in the universe, whether each of `lists` matches it. Empty if the
        universe is.

    Raises:
        TooComplex: That does not suffice.
    """
    return frozenset(each_kind(universe, lists, meter or Meter(A_QUESTION)))


def each_kind(
    universe: tuple[Patterns, ...], lists: tuple[Patterns, ...], meter: Meter
) -> Iterator[tuple[bool, ...]]:
    """Find the kinds one after the other, some of them more than once: see `kinds`."""
    first, *others = universe
    # One type of resource at a time: most patterns match all or nothing of it, and what is left
    # to be walked is small.
    for tokens in first:
        yield from _kinds_of_one(((tokens,), *others), lists, meter)


def _kinds_of_one(
    universe: tuple[Patterns, ...], lists: tuple[Patterns, ...], meter: Meter
) -> Iterator[tuple[bool, ...]]:
    cutting: dict[Patterns, None] = {}
    settled: list[bool | Patterns] = []
    for patterns in lists:
        cut: set[Tokens] = set()
        for pattern in patterns:
            meter.take(1)
            relation = _relation(universe, pattern, Meter(A_PATTERN))
            if not relation:
                return
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
    for kind in _walk(universe, asked, meter):
        yield tuple([one if isinstance(one, bool) else kind[place[one]] for one in settled])


_ALL, _NOTHING = frozenset({(True,)}), frozenset({(False,)})


@metered(limit=A_PATTERN, size=50_000)
def _relation(
    universe: tuple[Patterns, ...], pattern: Tokens, meter: Meter
) -> frozenset[tuple[bool, ...]]:
    return frozenset(_walk(universe, ((pattern,),), meter))


def _walk(
    universe: tuple[Patterns, ...], lists: tuple[Patterns, ...], meter: Meter
) -> Iterator[tuple[bool, ...]]:
    """Find the kinds by walking all automata at once; each kind comes once.

    What patterns name is followed first, always in the same order: a caller that has heard enough
    has spent the same in every run of the program.
    """
    machines = [automaton(patterns) for patterns in universe]
    # "every string" needs no walking, and its states would only multiply the others
    inside = [a for a in machines if not a.always] or machines[:1]
    unions = [automaton(patterns) for patterns in lists]
    asked = [a for a in unions if not a.always]
    here, masks = tuple([a.start for a in inside]), tuple([a.start for a in asked])
    if len(universe[0]) == 1:
        # What all of its strings begin with leaves no choice.
        for letter in takewhile(lambda token: len(token) == 1, universe[0][0]):
            here, masks = _stepped(inside, here, letter), _stepped(asked, masks, letter)
        if not all(here):
            return
    onward: dict[tuple[int, ...], list[tuple[str, tuple[int, ...]]]] = {}
    queue = [(here, masks)]
    seen = {(here, masks)}
    found: set[tuple[bool, ...]] = set()
    while queue:
        here, masks = queue.pop()
        # Where only one is walked inside, each of its states is on the way to an end.
        known = len(inside) == 1 and all(
            [not mask or mask & a.settled for mask, a in zip(masks, asked, strict=True)]
        )
        if known or all(mask & a.accepting for mask, a in zip(here, inside, strict=True)):
            kind = tuple([bool(mask & (a.accepting | a.settled)) for mask, a in zip(masks, asked, strict=True)])
            if kind not in found:
                found.add(kind)
                told = iter(kind)
                yield tuple([a.always or next(told) for a in unions])
        if known:
            meter.take(1)
            continue
        if (ways := onward.get(here)) is None:
            letters = _COMMON.union(*[a.named(m) for m, a in zip(here, inside, strict=True)])
            steps = ((letter, _stepped(inside, here, letter)) for letter in sorted(letters))
            ways = onward[here] = [(letter, after) for letter, after in steps if all(after)]
        named = sorted(_NONE.union(*[a.named(m) for m, a in zip(masks, asked, strict=True)]))
        meter.take(2 + len(ways) + (1 + len(named)) * sum(map(effort, masks)))
        unnamed: tuple[int, ...] | None = None
        on: list[tuple[tuple[int, ...], tuple[int, ...]]] = []
        for letter, after in ways:
            if letter not in named:
                unnamed = unnamed or _stepped(asked, masks, letter)
                on.append((after, unnamed))
        for letter in named:
            if all(after := _stepped(inside, here, letter)):
                on.append((after, _stepped(asked, masks, letter)))
        for target in on:
            if target not in seen:
                seen.add(target)
                queue.append(target)


def _stepped(machines: list[Automaton], masks: tuple[int, ...], letter: str) -> tuple[int, ...]:
    return tuple([a.step(mask, letter) for mask, a in zip(masks, machines, strict=True)])


_NONE: frozenset[str] = frozenset()
_COMMON = frozenset({":", "/", "$", OTHER})


def effort(mask: int) -> int:
    """What a step from some states of an automaton costs: more, where they are many or far on."""
    return 1 + mask.bit_count() // 4 + mask.bit_length() // 256


def covers(wide: Sequence[Tokens], narrow: Tokens, meter: Meter | None = None) -> bool:
    """Whether every string that matches `narrow` matches one of `wide`."""
    return kinds(((narrow,),), (tuple(wide),), meter) <= {(True,)}


def overlaps(one: Tokens, other: Tokens, meter: Meter | None = None) -> bool:
    """Whether some string matches both."""
    return bool(kinds(((one,), (other,)), (), meter))


def matches_action(pattern: str, action: str) -> bool:
    """Whether an Action pattern such as `bedrock:Get*` matches a concrete action."""
    return matches(action_tokens(pattern), folded(action))


def matches_any_action(patterns: tuple[str, ...], action: str) -> bool:
    """Whether one of these Action patterns matches a concrete action."""
    return any(matches_action(pattern, action) for pattern in that_may_match(patterns, action))


def that_may_match(patterns: tuple[str, ...], action: str) -> tuple[str, ...]:
    """Of these Action patterns those that can have anything in common with an action.

    Args:
        patterns: Of a statement.
        action: A concrete action, or a pattern itself.
    """
    service = folded(action.partition(":")[0])
    if "*" in service or "?" in service:
        return patterns
    services = _by_service(patterns)
    return (*services.get(service, ()), *services.get("*", ()))


@lru_cache(maxsize=4_096)
def _by_service(patterns: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Patterns by the service they name, or `*` for any: large policies name hundreds of others."""
    found: dict[str, list[str]] = {}
    for pattern in patterns:
        service = folded(pattern.partition(":")[0])
        found.setdefault("*" if "*" in service or "?" in service else service, []).append(pattern)
    return {service: tuple(those) for service, those in found.items()}


@lru_cache(maxsize=16_384)
def action_tokens(pattern: str) -> Tokens:
    """An Action pattern as tokens, without regard to case."""
    return normal(wild(folded(pattern)))
