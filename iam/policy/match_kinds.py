"""Which kinds of resources there are: strings that match the same of some patterns.

To know whether patterns *together* cover what an action can act on, `kinds` walks them as automata
and tells which combinations of "matches / does not match" exist at all among the resources.
It is exact: each combination it returns is that of some string, and no string has another one.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import takewhile

from iam.policy.automaton import OTHER, Automaton, Tokens, automaton
from iam.policy.pattern import Patterns
from iam.policy.step_limit import A_PATTERN, A_QUESTION, Meter, metered


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
        of_one = ((tokens,), *others)
        yield from kinds_of_one(of_one, lists, partial(_whole, of_one), meter)


def kinds_of_one(
    universe: tuple[Patterns, ...],
    lists: tuple[Patterns, ...],
    whole: Callable[[Tokens], bool | None],
    meter: Meter,
) -> Iterator[tuple[bool, ...]]:
    """Find the kinds of strings of one type.

    Args:
        universe: The type, and unions that its strings must match as well.
        lists: As for `kinds`.
        whole: Tells whether a pattern matches all of them, nothing, or some (None).
        meter: What may be spent on it.
    """
    settled: list[bool | Patterns] = []
    for patterns in lists:
        meter.take(len(patterns))
        cut: set[Tokens] = set()
        for pattern in patterns:
            if (matched := whole(pattern)) is None:
                cut.add(pattern)
            elif matched:
                settled.append(True)
                break
        else:
            settled.append(tuple(sorted(cut)) or False)
    asked = tuple(sorted({union for union in settled if not isinstance(union, bool)}))
    place = {union: i for i, union in enumerate(asked)}
    for kind in _walk(universe, asked, meter):
        yield tuple([one if isinstance(one, bool) else kind[place[one]] for one in settled])


def _whole(universe: tuple[Patterns, ...], pattern: Tokens) -> bool | None:
    return _whole_of(universe, pattern, Meter(A_PATTERN))


@metered(limit=A_PATTERN, size=50_000)
def _whole_of(universe: tuple[Patterns, ...], pattern: Tokens, meter: Meter) -> bool | None:
    found = set(_walk(universe, ((pattern,),), meter))
    return None if len(found) > 1 else (True,) in found


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
            not mask or mask & a.settled for mask, a in zip(masks, asked, strict=True)
        )
        if known or all(mask & a.accepting for mask, a in zip(here, inside, strict=True)):
            kind = tuple(
                [
                    bool(mask & (a.accepting | a.settled))
                    for mask, a in zip(masks, asked, strict=True)
                ]
            )
            if kind not in found:
                found.add(kind)
                told = iter(kind)
                yield tuple([a.always or next(told) for a in unions])
                if len(found) == 1 << len(asked):
                    return  # there can be no others
        if known:
            meter.take(1)
            continue
        if (ways := onward.get(here)) is None:
            letters = _COMMON.union(*[a.named(m) for m, a in zip(here, inside, strict=True)])
            steps = ((letter, _stepped(inside, here, letter)) for letter in sorted(letters))
            ways = onward[here] = [(letter, after) for letter, after in steps if all(after)]
        named = sorted(_NONE.union(*[a.named(m) for m, a in zip(masks, asked, strict=True)]))
        meter.take(1 + (len(ways) + (1 + len(named)) * sum(map(effort, masks))) // 2)
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
