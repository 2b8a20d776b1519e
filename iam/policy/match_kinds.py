"""Find which combinations of patterns strings can match.

Given several unions of patterns, the *match kind* of a string says for each union whether the
string matches it. Whether patterns together cover the resources of an action follows from the match
kinds that occur among these resources. `match_kinds` finds them by exploring the automata of all
patterns together. The result is exact: every kind occurs, and no other kind does.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import takewhile

from iam.policy.automaton import OTHER, Automaton, Tokens, automaton
from iam.policy.pattern import Patterns
from iam.policy.step_limit import PATTERN_LIMIT, VERDICT_LIMIT, StepBudget, step_limited


def match_kinds(
    domain: tuple[Patterns, ...], unions: tuple[Patterns, ...], budget: StepBudget | None = None
) -> frozenset[tuple[bool, ...]]:
    """Find the match kinds that occur among the strings of a domain.

    Args:
        domain: At least one union of patterns. The domain consists of the strings that match all of
            these unions.
        unions: The unions of patterns to match the strings against.
        budget: The steps available; by default `VERDICT_LIMIT`.

    Returns:
        The match kinds, each with one value per union. Empty if the domain is empty.

    Raises:
        TooComplex: The budget is exceeded.
    """
    return frozenset(iter_match_kinds(domain, unions, budget or StepBudget(VERDICT_LIMIT)))


def iter_match_kinds(
    domain: tuple[Patterns, ...], unions: tuple[Patterns, ...], budget: StepBudget
) -> Iterator[tuple[bool, ...]]:
    """Yield the match kinds as they are found, possibly with repetitions: see `match_kinds`."""
    first, *others = domain
    # Resource types are handled one at a time. Most patterns match all or none of the resources of
    # a type, so few patterns remain to be explored together.
    for tokens in first:
        type_domain = ((tokens,), *others)
        yield from match_kinds_of_type(type_domain, unions, partial(_extent, type_domain), budget)


def match_kinds_of_type(
    domain: tuple[Patterns, ...],
    unions: tuple[Patterns, ...],
    extent: Callable[[Tokens], bool | None],
    budget: StepBudget,
) -> Iterator[tuple[bool, ...]]:
    """Yield the match kinds that occur among the strings of one resource type.

    Args:
        domain: The resource type, and further unions that its strings must match.
        unions: The unions of patterns to match the strings against.
        extent: Returns whether a pattern matches all of the strings (True), none of them (False),
            or some (None).
        budget: The steps available.

    Raises:
        TooComplex: The budget is exceeded.
    """
    results: list[bool | Patterns] = []
    for patterns in unions:
        budget.spend(len(patterns))
        cut: set[Tokens] = set()
        for pattern in patterns:
            if (matched := extent(pattern)) is None:
                cut.add(pattern)
            elif matched:
                results.append(True)
                break
        else:
            results.append(tuple(sorted(cut)) or False)
    queried = tuple(sorted({union for union in results if not isinstance(union, bool)}))
    position = {union: i for i, union in enumerate(queried)}
    for kind in _explore(domain, queried, budget):
        yield tuple(
            [union if isinstance(union, bool) else kind[position[union]] for union in results]
        )


def _extent(domain: tuple[Patterns, ...], pattern: Tokens) -> bool | None:
    return _cached_extent(domain, pattern, StepBudget(PATTERN_LIMIT))


@step_limited(limit=PATTERN_LIMIT, cache_size=50_000)
def _cached_extent(
    domain: tuple[Patterns, ...], pattern: Tokens, budget: StepBudget
) -> bool | None:
    kinds = set(_explore(domain, ((pattern,),), budget))
    return None if len(kinds) > 1 else (True,) in kinds


def _explore(
    domain: tuple[Patterns, ...], unions: tuple[Patterns, ...], budget: StepBudget
) -> Iterator[tuple[bool, ...]]:
    """Yield each match kind once, exploring all automata together.

    Characters that patterns name are followed first, in a fixed order. A caller that stops early
    has therefore used the same number of steps in every run.
    """
    machines = [automaton(patterns) for patterns in domain]
    # A union that matches every string restricts nothing and would only multiply the states.
    inside = [a for a in machines if not a.matches_all] or machines[:1]
    automata = [automaton(patterns) for patterns in unions]
    queried = [a for a in automata if not a.matches_all]
    states, masks = tuple([a.start for a in inside]), tuple([a.start for a in queried])
    if len(domain[0]) == 1:
        # All strings of the type share this literal prefix.
        for char in takewhile(lambda token: len(token) == 1, domain[0][0]):
            states, masks = _step_all(inside, states, char), _step_all(queried, masks, char)
        if not all(states):
            return
    known_moves: dict[tuple[int, ...], list[tuple[str, tuple[int, ...]]]] = {}
    queue = [(states, masks)]
    seen = {(states, masks)}
    kinds: set[tuple[bool, ...]] = set()
    while queue:
        states, masks = queue.pop()
        # From each state of a single domain automaton, an accepting state can be reached. So the
        # kind is decided once every union automaton is in an absorbing state or has none left.
        decided = len(inside) == 1 and all(
            not mask or mask & a.absorbing for mask, a in zip(masks, queried, strict=True)
        )
        if decided or all(mask & a.accepting for mask, a in zip(states, inside, strict=True)):
            kind = tuple(
                [
                    bool(mask & (a.accepting | a.absorbing))
                    for mask, a in zip(masks, queried, strict=True)
                ]
            )
            if kind not in kinds:
                kinds.add(kind)
                matched = iter(kind)
                yield tuple([a.matches_all or next(matched) for a in automata])
                if len(kinds) == 1 << len(queried):
                    return  # all possible kinds have been found
        if decided:
            budget.spend(1)
            continue
        if (moves := known_moves.get(states)) is None:
            chars = _COMMON.union(
                *[a.named_characters(m) for m, a in zip(states, inside, strict=True)]
            )
            steps = ((char, _step_all(inside, states, char)) for char in sorted(chars))
            moves = known_moves[states] = [(char, after) for char, after in steps if all(after)]
        named = sorted(
            _NONE.union(*[a.named_characters(m) for m, a in zip(masks, queried, strict=True)])
        )
        budget.spend(1 + (len(moves) + (1 + len(named)) * sum(map(effort, masks))) // 2)
        unnamed: tuple[int, ...] | None = None
        successors: list[tuple[tuple[int, ...], tuple[int, ...]]] = []
        for char, after in moves:
            if char not in named:
                unnamed = unnamed or _step_all(queried, masks, char)
                successors.append((after, unnamed))
        for char in named:
            if all(after := _step_all(inside, states, char)):
                successors.append((after, _step_all(queried, masks, char)))
        for target in successors:
            if target not in seen:
                seen.add(target)
                queue.append(target)


def _step_all(machines: list[Automaton], masks: tuple[int, ...], char: str) -> tuple[int, ...]:
    return tuple([a.step(mask, char) for mask, a in zip(masks, machines, strict=True)])


_NONE: frozenset[str] = frozenset()
_COMMON = frozenset({":", "/", "$", OTHER})


def effort(mask: int) -> int:
    """Return the cost of a transition, which grows with the number and the size of states."""
    return 1 + mask.bit_count() // 4 + mask.bit_length() // 256


def covers(wide: Sequence[Tokens], narrow: Tokens, budget: StepBudget | None = None) -> bool:
    """Return whether every string that matches `narrow` matches one of `wide`."""
    return match_kinds(((narrow,),), (tuple(wide),), budget) <= {(True,)}


def overlaps(first: Tokens, second: Tokens, budget: StepBudget | None = None) -> bool:
    """Return whether some string matches both patterns."""
    return bool(match_kinds(((first,), (second,)), (), budget))
