"""Combine statements into the effect of their document, and derive effects from others.

Equal effects share one object, so that what is known of one is found for all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from iam.verdicts.coverage import may_reach, uniform_reach
from iam.verdicts.document_effect import (
    NOTHING,
    CaseEffect,
    DocumentEffect,
    RequestRules,
    restricted,
    with_denies_of,
)
from iam.verdicts.document_reader import StatementMatch
from iam.verdicts.request_index import RequestIndex
from iam.verdicts.rule import Reach, Rule


class EffectBuilder:
    """Makes effects on the requests of all entries."""

    def __init__(self, index: RequestIndex) -> None:
        """Prepare without any effect.

        Args:
            index: The requests.
        """
        self._every = index.all_requests
        self._scopes = [(requests, scope) for scope, requests in index.scopes.items()]
        self._scope_of = [
            (index.scopes[request.scope], request.scope) for request in index.requests
        ]
        """The requests of the same scope, and the scope, by number."""
        self._interned: dict[tuple[CaseEffect, CaseEffect], DocumentEffect] = {}
        self._by_rule: dict[Rule, tuple[int, int, int, int]] = {}

    def effect_of(self, matches: Sequence[StatementMatch]) -> DocumentEffect | None:
        """Combine the statements of a document; None if it has no effect on any request."""
        best = worst = self._case(matches, best_case=True)
        if not all(match.rule.understood for match in matches):
            worst = self._case(matches, best_case=False)
        if best == worst == NOTHING:
            return None
        return self._interned_effect(best, worst)

    def denies_only(
        self, effect: DocumentEffect | None, requests: int, possibly: bool = False
    ) -> DocumentEffect:
        """Return the effect of a document whose Allows do not matter.

        Args:
            effect: The effect of the document; None if it has none.
            requests: The requests that its Denies apply to.
            possibly: Whether they never reach all resources of these requests, although patterns
                do not tell which ones.

        Returns:
            An effect that allows everything and denies what the document denies of the requests.
        """
        allows = CaseEffect(allow=self._every)
        if effect is None:
            return self._interned_effect(allows, allows)
        return self._denying(effect, requests, allows, possibly=possibly)

    def _interned_effect(self, best: CaseEffect, worst: CaseEffect) -> DocumentEffect:
        if best == worst:
            worst = best  # what was not understood makes no difference
        return self._interned.setdefault((best, worst), DocumentEffect(best, worst))

    def _denying(
        self, effect: DocumentEffect, requests: int, allows: CaseEffect, *, possibly: bool
    ) -> DocumentEffect:
        best = worst = with_denies_of(effect.best_case, requests, allows, possibly)
        if effect.worst_case is not effect.best_case:
            worst = with_denies_of(effect.worst_case, requests, allows, possibly)
        return self._interned_effect(best, worst)

    def restricted_to(self, effect: DocumentEffect, requests: int) -> DocumentEffect:
        """Return the effect of a document on some requests only."""
        best = worst = restricted(effect.best_case, requests)
        if effect.worst_case is not effect.best_case:
            worst = restricted(effect.worst_case, requests)
        return self._interned_effect(best, worst)

    def without_allows(self, effect: DocumentEffect) -> DocumentEffect:
        """Return the effect of a document without its Allow statements."""
        every = self._every
        return self._denying(effect, every, NOTHING, possibly=False)

    def reached_requests(self, match: StatementMatch, requests: int) -> int:
        """Select the requests that a statement reaches fully, possibly or partly.

        Args:
            match: A match of the statement.
            requests: The requests to select from.
        """
        if not (requests := requests & match.requests):
            return 0
        fully, possibly, partly = self._reach(match.rule, requests)
        reached = fully | possibly
        for of_scope, scope in self._scopes if partly else ():
            if of_scope & partly and may_reach(scope, match.rule):
                reached |= of_scope & partly
        return reached

    def _case(self, matches: Sequence[StatementMatch], best_case: bool) -> CaseEffect:
        effects = [(match.rule.effect_in(best_case), match) for match in matches]
        return CaseEffect(
            *self._combined(match for effect, match in effects if effect == "Allow"),
            *self._combined(match for effect, match in effects if effect == "Deny"),
        )

    def _combined(
        self, matches: Iterable[StatementMatch]
    ) -> tuple[int, int, int, tuple[RequestRules, ...]]:
        """Combine the statements of one effect.

        Returns:
            The requests that they reach fully, possibly and partly, and the rules of the latter.
        """
        fully, possibly, partial = 0, 0, []
        for _, rule, requests in matches:
            rule_fully, rule_possibly, rule_partly = self._reach(rule, requests)
            fully |= rule_fully
            possibly |= rule_possibly
            if rule_partly:
                partial.append((rule_partly, rule))
        parts: list[RequestRules] = []
        for rule_partly, rule in partial:
            # Requests that another statement reaches at least as far need not be compared.
            remaining = (
                rule_partly & ~fully
                if rule.max_reach is Reach.YES
                else rule_partly & ~(fully | possibly)
            )
            divided: list[RequestRules] = []
            for requests, rules in parts:
                if both := requests & remaining:
                    divided.append((both, rules | {rule}))
                if rest := requests & ~remaining:
                    divided.append((rest, rules))
                remaining &= ~requests
            parts = divided
            if remaining:
                parts.append((remaining, frozenset([rule])))
        merged: dict[frozenset[Rule], int] = {}
        for requests, rules in parts:
            merged[rules] = merged.get(rules, 0) | requests
        ordered = sorted((requests, rules) for rules, requests in merged.items())
        return fully, possibly & ~fully, sum(merged.values()), tuple(ordered)

    def _reach(self, rule: Rule, requests: int) -> tuple[int, int, int]:
        """Select the requests that a rule reaches fully, possibly and partly."""
        known, fully, possibly, partly = self._by_rule.get(rule, (0, 0, 0, 0))
        if missing := requests & ~known:
            while missing:
                of_scope, scope = self._scope_of[(missing & -missing).bit_length() - 1]
                missing &= ~of_scope
                reach = uniform_reach(scope, rule)
                known |= of_scope
                if reach is None:
                    partly |= of_scope
                elif reach is Reach.YES:
                    fully |= of_scope
                elif reach is Reach.MAYBE:
                    possibly |= of_scope
            # Stored as one tuple, since other threads may update the same rule.
            self._by_rule[rule] = known, fully, possibly, partly
        return fully & requests, possibly & requests, partly & requests
