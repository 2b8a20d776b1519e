"""The verdicts on all requests at once, from the profiles of the documents that count.

A set of requests is an `int` with a bit for each, so that what most documents say is put together
in a few steps, however many requests there are. Where rules tell resources apart, those requests
of which the same rules say the same are one case, decided once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_
from typing import NamedTuple

from iam.verdicts.decide import Case, case_of, verdict_in
from iam.verdicts.document_effect import NOTHING, Cut, Profile, Side
from iam.verdicts.rule import Reach, Rule, Universe
from iam.verdicts.verdict import Verdict


class Verdicts(NamedTuple):
    """Requests by verdict; those in none of these sets are unknown."""

    granted: int
    partial: int
    denied: int
    none: int


class Tally:
    """Puts profiles together, and remembers what cases came to."""

    def __init__(self, universes: dict[Universe, int]) -> None:
        """Take the requests, by the resources that they are about."""
        self._universes = universes
        self._every = reduce(or_, universes.values(), 0)
        self._known: dict[Case, tuple[int, Verdicts]] = {}

    def of(
        self, profiles: Sequence[Profile], boundary: Profile | None, limit: bool, unread: bool
    ) -> Verdicts:
        """The verdicts on all requests.

        Args:
            profiles: Of the principal's own documents and those of its groups.
            boundary: Of its boundary; None if that says nothing.
            limit: Whether there is a boundary at all.
            unread: Whether it could not be read.
        """
        best = self._if_understood(
            [profile.hopeful for profile in profiles],
            None if not limit or unread else boundary.hopeful if boundary else NOTHING,
        )
        read = boundary is None or boundary.hopeful is boundary.fearful
        if read and not unread and all(p.hopeful is p.fearful for p in profiles):
            return best
        worst = self._if_understood(
            [profile.fearful for profile in profiles],
            None if not limit else boundary.fearful if boundary and not unread else NOTHING,
        )
        return Verdicts(*(one & other for one, other in zip(best, worst, strict=True)))

    def _if_understood(self, own: Sequence[Side], boundary: Side | None) -> Verdicts:
        every = self._every
        allow = may_allow = allow_cut = deny = may_deny = deny_cut = 0
        for side in own:
            allow |= side.allow
            may_allow |= side.may_allow
            allow_cut |= side.allow_cut
            deny |= side.deny
            may_deny |= side.may_deny
            deny_cut |= side.deny_cut
        limit, may_limit, limit_cut = every, 0, 0
        if boundary is not None:
            limit, may_limit, limit_cut = boundary.allow, boundary.may_allow, boundary.allow_cut
            deny |= boundary.deny
            may_deny |= boundary.may_deny
            deny_cut |= boundary.deny_cut
        able = (allow | may_allow | allow_cut) & (limit | may_limit | limit_cut)
        narrowed = allow_cut & ~allow | limit_cut & ~limit
        look = (deny_cut | able & narrowed) & every & ~deny
        plain = every & ~deny & ~look
        some = plain & (allow | may_allow) & (limit | may_limit)
        granted = some & allow & limit & ~may_deny
        found = [granted, some & ~granted, deny & every, plain & ~some]
        if look:
            levels = (able, allow, may_allow, limit, may_limit, may_deny)
            for part in _divided(look, levels):
                able_here = bool(part & able)
                self._add(
                    found,
                    part,
                    (_level(part, allow, may_allow), [s.allow_cuts for s in own if able_here]),
                    (
                        _level(part, limit, may_limit),
                        [boundary.allow_cuts] if boundary and able_here else [],
                    ),
                    (
                        _level(part, 0, may_deny),
                        [s.deny_cuts for s in (*own, boundary or NOTHING)],
                    ),
                )
        return Verdicts(*found)

    def _add(
        self, found: list[int], part: int, *sides: tuple[Reach, list[tuple[Cut, ...]]]
    ) -> None:
        """Decide on some requests of which the same is certain."""
        cases: list[tuple[int, tuple[tuple[int, frozenset[Rule]], ...]]] = [(part, ())]
        for n, (level, documents) in enumerate(sides):
            if level is Reach.YES:
                continue
            for cuts in documents:
                for requests, rules in cuts:
                    if not requests & part:
                        continue
                    divided = []
                    for these, of in cases:
                        if both := these & requests:
                            divided.append((both, (*of, (n, rules))))
                        if rest := these & ~requests:
                            divided.append((rest, of))
                    cases = divided
        for requests, of in cases:
            rules_of = ([rule for m, rules in of if m == n for rule in rules] for n in range(3))
            own, limit, deny = zip((level for level, _ in sides), rules_of, strict=True)
            for n, these in enumerate(self._of_case(case_of(*own, *limit, *deny), requests)):
                found[n] |= these & requests

    def _of_case(self, case: Case, requests: int) -> Verdicts:
        """The verdicts on some requests in a case; in none of the sets where it is too complex."""
        decided, known = self._known.get(case, _UNDECIDED)
        if missing := requests & ~decided:
            found = list(known)
            for universe, of_universe in self._universes.items():
                if not missing & of_universe:
                    continue
                if (verdict := verdict_in(universe, case)) is not None:
                    found[_PLACES[verdict]] |= of_universe
                decided |= of_universe
            # Stored as one: another thread may be at the same case.
            known = Verdicts(*found)
            self._known[case] = decided, known
        return known


_UNDECIDED = (0, Verdicts(0, 0, 0, 0))
_PLACES = {Verdict.GRANTED: 0, Verdict.PARTIAL: 1, Verdict.DENIED: 2, Verdict.NONE: 3}


def _level(part: int, all_of: int, may: int) -> Reach:
    return Reach.YES if part & all_of else Reach.MAYBE if part & may else Reach.NO


def _divided(requests: int, by: Iterable[int]) -> Iterable[int]:
    """The requests, divided into those that are in the same of some sets."""
    parts = [requests]
    for these in by:
        if these & requests and ~these & requests:
            parts = [half for part in parts for half in (part & these, part & ~these) if half]
    return parts
