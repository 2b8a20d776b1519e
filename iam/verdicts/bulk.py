"""Evaluate all requests at once, from the effects of the documents that apply to a principal.

Most verdicts follow from operations on sets of requests. Requests that are reached partly are
grouped by their rules; each group is a case, which is decided once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import and_
from typing import NamedTuple

from iam.verdicts.decide import (
    NO_REACH,
    Case,
    CombinedReach,
    case_of,
    combined_reach,
    limit_narrows,
    verdict_in,
)
from iam.verdicts.document_effect import CaseEffect, DocumentEffect, RequestRules
from iam.verdicts.request_index import RequestIndex
from iam.verdicts.rule import Reach, Rule
from iam.verdicts.verdict import Verdict

VERDICT_ORDER = (Verdict.GRANTED, Verdict.PARTIAL, Verdict.DENIED, Verdict.NONE)
"""The verdicts in the order of the sets of `Verdicts`."""


class Verdicts(NamedTuple):
    """Requests by verdict. Requests in none of the first four sets are unknown."""

    granted: int = 0
    partial: int = 0
    denied: int = 0
    none: int = 0
    allowed: int = 0
    """Unknown requests that are granted or partial: only how far is unknown."""

    @property
    def known(self) -> int:
        """The requests that are not unknown."""
        return self.granted | self.partial | self.denied | self.none

    def as_list(self, numbers: range) -> list[Verdict]:
        """Return the verdicts on a range of requests, in order."""
        verdicts = [Verdict.UNKNOWN] * len(numbers)
        every = (1 << len(numbers)) - 1
        for verdict, requests in zip(VERDICT_ORDER, self[:4], strict=True):
            remaining = requests >> numbers.start & every
            if remaining == every:
                return [verdict] * len(numbers)
            while remaining:
                lowest = remaining & -remaining
                remaining ^= lowest
                verdicts[lowest.bit_length() - 1] = verdict
        return verdicts

    def restricted_to(self, requests: int) -> Verdicts:
        """Return the verdicts on some of the requests only."""
        return Verdicts(*[by_verdict & requests for by_verdict in self])


def any_allowed(requests: int, verdicts: Verdicts) -> bool | None:
    """Return whether any of some requests is allowed, be it in part; None if that is not known."""
    if requests & (verdicts.granted | verdicts.partial | verdicts.allowed):
        return True
    return None if requests & ~verdicts.known else False


class Evaluation(NamedTuple):
    """The verdicts on all requests, by both numbers (see `RequestIndex`)."""

    verdicts: Verdicts
    too_complex: int
    """The unknown requests whose patterns together are too complex to be compared."""


Effects = frozenset[DocumentEffect]
"""The effects of the documents of one layer: those of the principal, or those of a limit."""


class BulkEvaluator:
    """Combines the effects of documents to verdicts. Cases are cached."""

    def __init__(self, index: RequestIndex) -> None:
        """Prepare the evaluation of the requests of an index."""
        self._index = index
        self._cases: dict[Case, tuple[int, tuple[int, ...]]] = {}

    def evaluate(self, own: Effects, limits: Sequence[Effects] = ()) -> Evaluation:
        """Evaluate all requests.

        Args:
            own: The effects of the principal's own documents and those of its groups.
            limits: The effects of each limit. Limits never grant: a request is allowed only if each
                limit allows it as well.
        """
        *best, complex = self._evaluate_case(
            [effect.best_case for effect in own],
            [[effect.best_case for effect in limit] for limit in limits],
        )
        if all(e.best_case is e.worst_case for effects in (own, *limits) for e in effects):
            return Evaluation(Verdicts(*best), complex)
        *worst, further = self._evaluate_case(
            [effect.worst_case for effect in own],
            [[effect.worst_case for effect in limit] for limit in limits],
        )
        verdicts = Verdicts(*map(and_, best, worst))
        allowed = (best[0] | best[1]) & (worst[0] | worst[1]) & ~verdicts.known
        return Evaluation(verdicts._replace(allowed=allowed), complex | further)

    def limited(self, own: Effects, limit: Effects) -> int:
        """Find the requests of which a limit allows less than the principal's own documents.

        Args:
            own: The effects of the principal's own documents and those of its groups.
            limit: The effects of the documents of one limit.
        """
        limited = self._limited_case([e.best_case for e in own], [e.best_case for e in limit])
        if all(effect.best_case is effect.worst_case for effect in (*own, *limit)):
            return limited
        return limited | self._limited_case(
            [effect.worst_case for effect in own], [effect.worst_case for effect in limit]
        )

    def _evaluate_case(
        self, own: Sequence[CaseEffect], limits: Sequence[Sequence[CaseEffect]]
    ) -> list[int]:
        """Evaluate all requests in the best or the worst case.

        Returns:
            The requests by verdict, in `VERDICT_ORDER`, and those that are too complex.
        """
        every = self._index.all_requests
        effects = [*own, *(effect for limit in limits for effect in limit)]
        layers = [_BulkReach.by_allows(own), *map(_BulkReach.by_allows, limits)]
        denies = _BulkReach.by_denies(effects)
        reachable = maybe_allowed = surely_allowed = every
        partly_allowed = 0
        for fully, possibly, partly, _ in layers:
            reachable &= fully | possibly | partly
            maybe_allowed &= fully | possibly
            surely_allowed &= fully
            partly_allowed |= partly
        deny = denies.fully
        undecided = (denies.partly | reachable & partly_allowed) & every & ~deny
        decided = every & ~deny & ~undecided
        allowed = decided & maybe_allowed
        granted = decided & surely_allowed & ~denies.possibly
        by_verdict = [granted, allowed & ~granted, deny & every, decided & ~allowed, 0]
        if undecided:
            # The verdicts on requests that are not allowed depend on the Denies alone.
            for requests, (denied,) in _split(undecided & ~reachable, [denies]):
                self._add_verdicts(by_verdict, case_of([NO_REACH], denied), requests)
            for requests, (denied, *allows) in _split(undecided & reachable, [denies, *layers]):
                self._add_verdicts(by_verdict, case_of(allows, denied), requests)
        return by_verdict

    def _add_verdicts(self, by_verdict: list[int], case: Case, requests: int) -> None:
        for n, of_verdict in enumerate(self._evaluate_scopes(case, requests)):
            by_verdict[n] |= of_verdict & requests

    def _limited_case(self, own: Sequence[CaseEffect], limit: Sequence[CaseEffect]) -> int:
        allows, limits = _BulkReach.by_allows(own), _BulkReach.by_allows(limit)
        limited = 0
        for requests, (own_reach, limit_reach) in _split(
            allows.any_reach & ~limits.fully, [allows, limits]
        ):
            for scope, scope_requests in self._index.scopes.items():
                if requests & scope_requests and limit_narrows(scope, own_reach, limit_reach):
                    limited |= requests & scope_requests
        return limited

    def _evaluate_scopes(self, case: Case, requests: int) -> tuple[int, ...]:
        """Evaluate a case in the scopes of some requests.

        Returns:
            The requests of these scopes, and of others evaluated before, by verdict, in
            `VERDICT_ORDER`, and those that are too complex.
        """
        decided, results = self._cases.get(case, (0, (0,) * 5))
        if missing := requests & ~decided:
            by_verdict = list(results)
            for scope, scope_requests in self._index.scopes.items():
                if not missing & scope_requests:
                    continue
                verdict = verdict_in(scope, case)
                by_verdict[4 if verdict is None else VERDICT_ORDER.index(verdict)] |= scope_requests
                decided |= scope_requests
            # Stored as one tuple, since other threads may update the same case.
            results = tuple(by_verdict)
            self._cases[case] = decided, results
        return results


class _BulkReach(NamedTuple):
    """How far the statements of one effect reach each request: see `document_effect`."""

    fully: int
    possibly: int
    """Without those in `fully`."""
    partly: int
    """Without those in `fully`."""
    rules: list[tuple[RequestRules, ...]]
    """The rules that reach requests partly, by document."""

    @property
    def any_reach(self) -> int:
        """The requests that are reached fully, possibly or partly."""
        return self.fully | self.possibly | self.partly

    @classmethod
    def by_allows(cls, effects: Sequence[CaseEffect]) -> _BulkReach:
        fully = possibly = partly = 0
        for effect in effects:
            fully |= effect.allow
            possibly |= effect.may_allow
            partly |= effect.allow_partly
        rules = [effect.allow_rules for effect in effects] if partly else []
        return cls(fully, possibly & ~fully, partly & ~fully, rules)

    @classmethod
    def by_denies(cls, effects: Sequence[CaseEffect]) -> _BulkReach:
        fully = possibly = partly = 0
        for effect in effects:
            fully |= effect.deny
            possibly |= effect.may_deny
            partly |= effect.deny_partly
        rules = [effect.deny_rules for effect in effects] if partly else []
        return cls(fully, possibly & ~fully, partly & ~fully, rules)

    def reach_of(self, requests: int) -> Reach:
        """Return how far all resources of some requests are reached, given they are all alike."""
        if requests & self.fully:
            return Reach.YES
        return Reach.MAYBE if requests & self.possibly else Reach.NO


def _split(
    requests: int, reaches: Sequence[_BulkReach]
) -> Iterator[tuple[int, list[CombinedReach]]]:
    """Split requests into groups with the same combined reaches.

    Yields:
        The requests of a group, and the combined reach for each of `reaches`.
    """
    parts = [requests] if requests else []
    for group in [group for reach in reaches for group in (reach.fully, reach.possibly)]:
        if group & requests and ~group & requests:
            parts = [half for part in parts for half in (part & group, part & ~group) if half]
    for part in parts:
        yield from _split_by_rules(part, reaches)


def _split_by_rules(
    requests: int, reaches: Sequence[_BulkReach]
) -> Iterator[tuple[int, list[CombinedReach]]]:
    """Split requests that are reached equally far into groups with the same rules."""
    parts: list[tuple[int, tuple[tuple[int, frozenset[Rule]], ...]]] = [(requests, ())]
    for n, reach in enumerate(reaches):
        if not requests & reach.partly:
            continue
        for document_rules in reach.rules:
            for group, rules in document_rules:
                if not group & requests:
                    continue
                divided = []
                for part, part_rules in parts:
                    if both := part & group:
                        divided.append((both, (*part_rules, (n, rules))))
                    if rest := part & ~group:
                        divided.append((rest, part_rules))
                parts = divided
    for part, part_rules in parts:
        rules_of: list[list[Rule]] = [[] for _ in reaches]
        for n, rules in part_rules:
            rules_of[n] += rules
        yield (
            part,
            [
                combined_reach(reach.reach_of(part), rules)
                for reach, rules in zip(reaches, rules_of, strict=True)
            ],
        )
