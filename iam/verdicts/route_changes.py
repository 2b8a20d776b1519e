"""Say which routes to models a change opens and closes, and which stay as they are though it is
about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

from iam.verdicts.route_summary import (
    way_in_words,
    way_of,
    ways_of,
    whole_providers,
    why_not_granted,
)
from iam.verdicts.route_verdicts import RouteResult
from iam.verdicts.route_words import allowed_by
from iam.verdicts.routes import Route
from iam.verdicts.verdict import Verdict

Sign = Literal["+", "-", "~", "?", " "]
"""Routes open, close, become partial, become unknown, or stay as they are."""
NOTHING = "no route opens or closes"
SAME = "no verdict on a route changes"
"""Where some verdicts are partial or unknown: more or less may be open than before."""
_INDEFINITE = (Verdict.PARTIAL, Verdict.UNKNOWN)
_MOST = 2
"""Policies that are named; more are counted."""


@dataclass(frozen=True, slots=True)
class RouteLine:
    """One line about some routes."""

    sign: Sign
    text: str


class Step(NamedTuple):
    """The verdicts on a route before and after a change."""

    before: Verdict
    after: Verdict
    concerned: bool = False
    """Whether the policy that is changed would open the route by itself, be it in part."""

    @property
    def changes(self) -> bool:
        """Whether it is open, closed, partial or unknown otherwise than before."""
        return _state(self.before) is not _state(self.after)


class _Kind(NamedTuple):
    """What happens to some routes."""

    sign: Sign
    verb: str
    """Of several routes; empty where the sign says it."""
    one: str
    """Of a single route."""
    through: bool = False
    """Whether it is said which policies allow them; else why they are not granted."""
    reasons: bool = True


_OPEN = _Kind("+", "", "", reasons=False)
_CLOSE = _Kind("-", "", "", reasons=False)
_CLOSE_PARTIAL = _Kind("-", "that were partial", "that was partial", reasons=False)
_CLOSE_UNKNOWN = _Kind("-", "that were unknown", "that was unknown", reasons=False)
_PARTIAL = _Kind("~", "become partial", "becomes partial")
_UNKNOWN = _Kind("?", "become unknown", "becomes unknown")
_STAY_CLOSED = _Kind(" ", "stay closed", "stays closed")
_STAY_PARTIAL = _Kind(" ", "stay partial", "stays partial")
_STAY_UNKNOWN = _Kind(" ", "stay unknown", "stays unknown")
_STAY_OPEN = _Kind(" ", "stay open", "stays open", through=True)
_CHANGES = (_OPEN, _CLOSE, _CLOSE_PARTIAL, _CLOSE_UNKNOWN, _PARTIAL, _UNKNOWN)
_STAYS = (_STAY_CLOSED, _STAY_PARTIAL, _STAY_UNKNOWN, _STAY_OPEN)
_TO = {
    Verdict.GRANTED: _OPEN,
    Verdict.NONE: _CLOSE,
    Verdict.PARTIAL: _PARTIAL,
    Verdict.UNKNOWN: _UNKNOWN,
}
_FROM = {Verdict.PARTIAL: _CLOSE_PARTIAL, Verdict.UNKNOWN: _CLOSE_UNKNOWN}
_AS_BEFORE = {
    Verdict.GRANTED: _STAY_OPEN,
    Verdict.NONE: _STAY_CLOSED,
    Verdict.PARTIAL: _STAY_PARTIAL,
    Verdict.UNKNOWN: _STAY_UNKNOWN,
}


class Explained(NamedTuple):
    """Why routes have their verdicts after a change, for those to whom the same happens."""

    results: Sequence[tuple[Sequence[Step], Sequence[RouteResult]]]
    """For each of them what happens to every route, and the result for it."""
    complete: bool = True
    """Whether it is for all of them."""


def alike(routes: Sequence[Route], steps: Sequence[Step], providers: Mapping[str, str]) -> object:
    """A key that is equal where the lines are equal but for the reasons in them."""
    counts = Counter(
        (way_of(route), providers.get(route.model), _kind(step), _state(step.after))
        for route, step in zip(routes, steps, strict=True)
    )
    return frozenset(counts.items())


def lines_of(
    routes: Sequence[Route],
    steps: Sequence[Step],
    explain: Callable[[], Explained],
    attached: str = "",
    *,
    providers: Mapping[str, str],
    briefly: bool = False,
) -> tuple[RouteLine, ...]:
    """Say what becomes of the routes from a region.

    Args:
        routes: The routes.
        steps: What happens to each.
        explain: Explains the routes; called only where a reason is needed.
        attached: The policy that is attached; empty if one is detached. It matters what an attach
            leaves closed, and what a detach leaves open.
        providers: The provider of each model, by its ID.
        briefly: Whether what stays as it is is only counted.

    Returns:
        The changes, such as `+ all 20 by eu. profiles`; then the routes that the policy is about
        and that stay as they are, such as `all 32 by global. profiles stay closed: denied by SCP
        DenyRegions at Root`. Only what is granted counts as open.
    """
    by_kind: dict[_Kind, list[int]] = {}
    for number, step in enumerate(steps):
        if (kind := _kind(step)) is not None:
            by_kind.setdefault(kind, []).append(number)
    changes = [kind for kind in _CHANGES if kind in by_kind]
    usual = _STAY_OPEN if attached else _STAY_CLOSED
    stays = [kind for kind in _STAYS if kind in by_kind and kind is not usual]
    if usual in by_kind and not changes and (attached or not stays):
        stays.append(usual)
    words = _Words(routes, steps, cache(explain), attached, providers, briefly)
    lines = [line for kind in changes for line in words.of(kind, by_kind[kind])]
    if briefly and stays:
        clauses = (words.counted(kind, by_kind[kind], only=not changes) for kind in stays)
        rest = [RouteLine(" ", "; ".join(clauses))]
    else:
        rest = [line for kind in stays for line in words.of(kind, by_kind[kind])]
    if changes:
        return (*lines, *rest)
    head = SAME if any(step.after in _INDEFINITE for step in steps) else NOTHING
    if len(rest) == 1:
        return (RouteLine(" ", f"{head}: {rest[0].text}"),)
    return (RouteLine(" ", head), *rest)


def _state(verdict: Verdict) -> Verdict:
    """The verdict, where it makes no difference what closes a route."""
    return Verdict.NONE if verdict is Verdict.DENIED else verdict


def _kind(step: Step) -> _Kind | None:
    before, after = _state(step.before), _state(step.after)
    if before is after:
        return _AS_BEFORE[after] if step.concerned else None
    return _FROM.get(before, _CLOSE) if after is Verdict.NONE else _TO[after]


@dataclass(frozen=True, slots=True)
class _Words:
    """Puts what happens to routes in words: ways with the same reason together."""

    routes: Sequence[Route]
    steps: Sequence[Step]
    explain: Callable[[], Explained]
    attached: str
    providers: Mapping[str, str]
    briefly: bool

    def of(self, kind: _Kind, numbers: Sequence[int]) -> Iterable[RouteLine]:
        by_way: dict[str, list[int]] = {}
        for number in numbers:
            by_way.setdefault(way_of(self.routes[number]), []).append(number)
        by_reason: dict[str, list[str]] = {}
        for way in ways_of(self.routes[number] for number in numbers):
            by_reason.setdefault(self._reason(kind, (way,)), []).append(way)
        for reason, ways in by_reason.items():
            some = [number for way in ways for number in by_way[way]]
            if len(some) == len(self.routes) and len(ways) > 1:
                which = f"all {len(some)} routes"
            else:
                which = ", ".join(self._of_way(kind, way, by_way[way]) for way in ways)
            verb = kind.verb if len(some) > 1 else kind.one
            yield RouteLine(kind.sign, " ".join(filter(None, (which, verb))) + reason)

    def counted(self, kind: _Kind, numbers: Sequence[int], *, only: bool) -> str:
        """Count routes that stay as they are: `66 other routes stay closed: denied by DenyAll`.

        Args:
            kind: What happens to them.
            numbers: The routes.
            only: Whether no other routes change.
        """
        some = len(numbers)
        how_many = f"all {some}" if some == len(self.routes) > 1 else f"{some}"
        verb, noun = (kind.verb, "routes") if some > 1 else (kind.one, "route")
        ways = ways_of(self.routes[number] for number in numbers)
        reason = self._reason(kind, ways) if self.attached or kind is not _STAY_CLOSED else ""
        return f"{how_many} {'' if only else 'other '}{noun} {verb}{reason}"

    def _of_way(self, kind: _Kind, way: str, numbers: Sequence[int]) -> str:
        """`all 20 by eu. profiles`; of a part also how many are open then."""
        every = [n for n, route in enumerate(self.routes) if way_of(route) == way]
        words = way_in_words(way, self.routes[numbers[0]].source)
        total, some = len(every), len(numbers)
        if some == total:
            return f"all {total} {words}" if total > 1 else f"the one {words}"
        then = sum(self.steps[n].after is Verdict.GRANTED for n in every)
        differs = (kind is _OPEN and then > some) or (kind is _CLOSE and then)
        rest = f" (then {'all ' if then == total else ''}{then})" if differs else ""
        if kind in (_OPEN, _CLOSE) and not rest:
            changed = set(numbers)
            whole = whole_providers(((self.routes[n], n in changed) for n in every), self.providers)
            rest = f" ({whole})" if whole else ""
        return f"{some} of {total} {words}{rest}"

    def _reason(self, kind: _Kind, ways: Sequence[str]) -> str:
        if not kind.reasons or (kind.through and self.briefly):
            return ""
        explained = self.explain()
        results = [
            result
            for steps, results in explained.results
            for route, step, result in zip(self.routes, steps, results, strict=True)
            if way_of(route) in ways and _kind(step) is kind
        ]
        if kind.through:
            words, lead = _policies(results, but=self.attached), " through "
        else:
            words, lead = why_not_granted(results), ": "
        if not words or explained.complete:
            return lead + words if words else ""
        return f", for example{lead.removeprefix(':')}{words}"


def _policies(results: Iterable[RouteResult], but: str) -> str:
    """The policies that allow routes but one, the most frequent first."""
    counts = Counter(name for result in results for name in allowed_by(result) if name != but)
    names = [name for name, _ in counts.most_common()]
    more = len(names) - _MOST
    if more > 0:
        return f"{', '.join(names[:_MOST])} and {more} more"
    return " and ".join(names)
