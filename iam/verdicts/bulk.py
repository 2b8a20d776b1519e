"""The verdicts on all requests at once, from the effects of the documents that count.

Where rules tell resources apart, those requests of which the same rules say the same are one case,
decided once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import and_, or_
from typing import NamedTuple

from iam.verdicts.decide import NOWHERE, Case, Level, case_of, level_of, takes_away, verdict_in
from iam.verdicts.document_effect import CaseEffect, DocumentEffect, RulesOf
from iam.verdicts.request_index import RequestIndex
from iam.verdicts.rule import Reach, Rule
from iam.verdicts.verdict import Verdict

IN_ORDER = (Verdict.GRANTED, Verdict.PARTIAL, Verdict.DENIED, Verdict.NONE)
"""The verdicts in the order of the sets of `Verdicts`."""


class Verdicts(NamedTuple):
    """Requests by verdict; those in none of these sets are unknown."""

    granted: int = 0
    partial: int = 0
    denied: int = 0
    none: int = 0

    @property
    def known(self) -> int:
        """The requests that are not unknown."""
        return self.granted | self.partial | self.denied | self.none

    def each(self, numbers: range) -> list[Verdict]:
        """The verdicts on some requests that follow one another."""
        found = [Verdict.UNKNOWN] * len(numbers)
        every = (1 << len(numbers)) - 1
        for verdict, these in zip(IN_ORDER, self, strict=True):
            some = these >> numbers.start & every
            if some == every:
                return [verdict] * len(numbers)
            while some:
                lowest = some & -some
                some ^= lowest
                found[lowest.bit_length() - 1] = verdict
        return found

    def on(self, requests: int) -> Verdicts:
        """The verdicts on some of the requests."""
        return Verdicts(*[these & requests for these in self])


class Evaluation(NamedTuple):
    """The verdicts on all requests by both of their numbers (see `RequestIndex`)."""

    verdicts: Verdicts
    too_complex: int
    """The unknown ones whose patterns together are too complex to be compared."""


Effects = frozenset[DocumentEffect]
"""Of documents that count together: a principal's own, or those of a limit."""


class BulkEvaluator:
    """Combines effects of documents, and remembers what cases came to."""

    def __init__(self, index: RequestIndex) -> None:
        """Take the requests."""
        self._index = index
        self._known: dict[Case, tuple[int, tuple[int, ...]]] = {}

    def evaluate(self, own: Effects, limits: Sequence[Effects] = ()) -> Evaluation:
        """Find the verdicts on all requests.

        Args:
            own: Of the principal's own documents and those of its groups, which allow.
            limits: Of each limit, which only may take away: a request is allowed as far as all of
                them allow it too.
        """
        *best, complex = self._in_case(
            [one.best_case for one in own], [[one.best_case for one in of] for of in limits]
        )
        if all(one.best_case is one.worst_case for of in (own, *limits) for one in of):
            return Evaluation(Verdicts(*best), complex)
        *worst, further = self._in_case(
            [one.worst_case for one in own], [[one.worst_case for one in of] for of in limits]
        )
        return Evaluation(Verdicts(*map(and_, best, worst)), complex | further)

    def limited(self, own: Effects, limit: Effects) -> int:
        """The requests of which a limit allows less than the principal's own documents do."""
        found = self._limited_in_case(
            [one.best_case for one in own], [one.best_case for one in limit]
        )
        if all(one.best_case is one.worst_case for one in (*own, *limit)):
            return found
        return found | self._limited_in_case(
            [one.worst_case for one in own], [one.worst_case for one in limit]
        )

    def _in_case(
        self, own: Sequence[CaseEffect], limits: Sequence[Sequence[CaseEffect]]
    ) -> list[int]:
        """Requests by verdict, and those that are too complex, in the best or the worst case."""
        every = self._index.every
        effects = [*own, *(effect for of in limits for effect in of)]
        levels = [_Reached.by_allows(own), *map(_Reached.by_allows, limits)]
        denies = _Reached.by_denies(effects)
        able = reduce(and_, [level.anything for level in levels])
        narrowed = reduce(or_, [level.cut for level in levels])
        deny = denies.all_of
        look = (denies.cut | able & narrowed) & every & ~deny
        plain = every & ~deny & ~look
        some = reduce(and_, [level.all_of | level.may for level in levels], plain)
        granted = reduce(and_, [level.all_of for level in levels], some & ~denies.may)
        found = [granted, some & ~granted, deny & every, plain & ~some, 0]
        if look:
            # What is not allowed at all depends on the Denies alone.
            for requests, (denied,) in _divided(look & ~able, [denies]):
                self._add(found, case_of([NOWHERE], denied), requests)
            for requests, (denied, *allows) in _divided(look & able, [denies, *levels]):
                self._add(found, case_of(allows, denied), requests)
        return found

    def _add(self, found: list[int], case: Case, requests: int) -> None:
        for n, these in enumerate(self._of_case(case, requests)):
            found[n] |= these & requests

    def _limited_in_case(self, own: Sequence[CaseEffect], limit: Sequence[CaseEffect]) -> int:
        allows, limits = _Reached.by_allows(own), _Reached.by_allows(limit)
        found = 0
        for requests, (mine, other) in _divided(allows.anything & ~limits.all_of, [allows, limits]):
            for scope, of_scope in self._index.scopes.items():
                if requests & of_scope and takes_away(scope, mine, other):
                    found |= requests & of_scope
        return found

    def _of_case(self, case: Case, requests: int) -> tuple[int, ...]:
        """The verdicts on some requests in a case, and those of them that are too complex."""
        decided, known = self._known.get(case, (0, (0,) * 5))
        if missing := requests & ~decided:
            found = list(known)
            for scope, of_scope in self._index.scopes.items():
                if not missing & of_scope:
                    continue
                verdict = verdict_in(scope, case)
                found[4 if verdict is None else IN_ORDER.index(verdict)] |= of_scope
                decided |= of_scope
            # Stored as one: another thread may be at the same case.
            known = tuple(found)
            self._known[case] = decided, known
        return known


class _Reached(NamedTuple):
    """How far the statements of one effect, of some documents, reach each request."""

    all_of: int
    may: int
    """The same under a condition; not those that are in `all_of`."""
    cut: int
    """Some of their resources; not those that are in `all_of`."""
    rules: list[tuple[RulesOf, ...]]
    """What tells these resources apart, by document."""

    @property
    def anything(self) -> int:
        return self.all_of | self.may | self.cut

    @classmethod
    def by_allows(cls, effects: Sequence[CaseEffect]) -> _Reached:
        all_of = may = cut = 0
        for effect in effects:
            all_of |= effect.allow
            may |= effect.may_allow
            cut |= effect.allow_cut
        rules = [effect.allow_rules for effect in effects] if cut else []
        return cls(all_of, may & ~all_of, cut & ~all_of, rules)

    @classmethod
    def by_denies(cls, effects: Sequence[CaseEffect]) -> _Reached:
        all_of = may = cut = 0
        for effect in effects:
            all_of |= effect.deny
            may |= effect.may_deny
            cut |= effect.deny_cut
        rules = [effect.deny_rules for effect in effects] if cut else []
        return cls(all_of, may & ~all_of, cut & ~all_of, rules)

    def among(self, requests: int) -> Reach:
        """How far all of some requests are reached, which are alike in this."""
        if requests & self.all_of:
            return Reach.YES
        return Reach.MAYBE if requests & self.may else Reach.NO


def _divided(requests: int, reached: Sequence[_Reached]) -> Iterator[tuple[int, list[Level]]]:
    """Divide requests into those of which the same levels hold.

    Yields:
        Requests, and the level for each of `reached`.
    """
    parts = [requests] if requests else []
    for these in [these for one in reached for these in (one.all_of, one.may)]:
        if these & requests and ~these & requests:
            parts = [half for part in parts for half in (part & these, part & ~these) if half]
    for part in parts:
        yield from _by_rules(part, reached)


def _by_rules(requests: int, reached: Sequence[_Reached]) -> Iterator[tuple[int, list[Level]]]:
    """Divide requests that are reached alike by what tells their resources apart."""
    parts: list[tuple[int, tuple[tuple[int, frozenset[Rule]], ...]]] = [(requests, ())]
    for n, one in enumerate(reached):
        if not requests & one.cut:
            continue
        for documents in one.rules:
            for these, rules in documents:
                if not these & requests:
                    continue
                divided = []
                for part, of in parts:
                    if both := part & these:
                        divided.append((both, (*of, (n, rules))))
                    if rest := part & ~these:
                        divided.append((rest, of))
                parts = divided
    for part, of in parts:
        yield (
            part,
            [
                level_of(one.among(part), (rule for m, rules in of if m == n for rule in rules))
                for n, one in enumerate(reached)
            ],
        )
