"""The effect of a document: for each request whether it allows or denies all of it, some of it, or
what takes a look at resources.

Documents of the same effect share one object, whatever their names and whoever holds them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from iam.account.model import Unread
from iam.policy.document import Document
from iam.policy.step_limit import A_PRINCIPAL
from iam.verdicts.complexity import too_complex_together
from iam.verdicts.coverage import may_reach, whole_reach
from iam.verdicts.document_reader import DocumentReader, StatementMatch
from iam.verdicts.rule import ANYTHING, Reach, Rule

RulesOf = tuple[int, frozenset[Rule]]
"""Requests, and the rules that reach some of their resources and not others."""


class CaseEffect(NamedTuple):
    """The effect of a document in the best case, in which what was not understood allows all it
    can, or in the worst, in which it denies all it can."""

    allow: int = 0
    """The requests that it allows, each in all of its resources."""
    may_allow: int = 0
    """The same, where a condition only may hold."""
    allow_cut: int = 0
    """Those of which it allows some resources."""
    allow_rules: tuple[RulesOf, ...] = ()
    """Them, by the rules; no request is in two of these."""
    deny: int = 0
    may_deny: int = 0
    deny_cut: int = 0
    deny_rules: tuple[RulesOf, ...] = ()


NOTHING = CaseEffect()


@dataclass(frozen=True, slots=True, eq=False)
class DocumentEffect:
    """The effect of a document. There is one object of the same content."""

    best_case: CaseEffect
    worst_case: CaseEffect
    """The very same object where all was understood."""


class ReadDocument(NamedTuple):
    """A document, read against all requests."""

    matches: tuple[StatementMatch, ...]
    effect: DocumentEffect | None
    """None if it has none on any request."""
    requests: int
    """Those that its statements match."""
    allows: int = 0
    """The requests of which an Allow of it reaches anything, certain or not."""
    steps: int = 0
    """What it takes to compare it: see `iam.verdicts.complexity.Complexity.steps`."""
    compared: bool = True
    """Whether its patterns are compared with resources."""


class DocumentEffects:
    """Reads documents, each once."""

    def __init__(self, reader: DocumentReader) -> None:
        """Take what reads them against the requests."""
        self._reader = reader
        self._scopes = [(requests, scope) for scope, requests in reader.index.scopes.items()]
        self._by_content: dict[tuple[str, bool], ReadDocument] = {}
        self._same: dict[tuple[CaseEffect, CaseEffect], DocumentEffect] = {}
        self._by_rule: dict[Rule, tuple[int, int, int, int]] = {}
        every = reader.index.every
        anything = (StatementMatch(0, ANYTHING, every),)
        self.unread = ReadDocument(anything, self._effect(anything), every)
        """A document that could not be read: it may allow or deny anything."""
        self.unread_limit = DocumentEffect(CaseEffect(allow=every), NOTHING)
        """The same as a limit, which may take anything away or nothing."""

    def of(self, documents: Sequence[Document | Unread]) -> list[ReadDocument]:
        """Read all documents of a principal, as far as all of them may be compared."""
        found = [self._read(document) for document in documents]
        if sum([one.steps for one in found]) > A_PRINCIPAL:
            steps = {
                document: one.steps
                for document, one in zip(documents, found, strict=True)
                if isinstance(document, Document)
            }
            cut = too_complex_together(steps)
            found = [self._read(d, compared=d not in cut) for d in documents]
        return found

    def reached(self, match: StatementMatch, requests: int) -> int:
        """Of some requests those of which a statement reaches anything, certain or not."""
        if not (requests := requests & match.requests):
            return 0
        reached, may_be, cut = self._reach(match.rule, requests)
        found = reached | may_be
        for of_scope, scope in self._scopes if cut else ():
            if of_scope & cut and may_reach(scope, match.rule):
                found |= of_scope & cut
        return found

    def _read(self, document: Document | Unread, compared: bool = True) -> ReadDocument:
        if isinstance(document, Unread):
            return self.unread
        key = (document.fingerprint, compared)
        if (known := self._by_content.get(key)) is None:
            matches = self._reader.read(document, compared)
            requests = allows = 0
            for match in matches:
                requests |= match.requests
                if match.rule.effect == "Allow":
                    allows |= self.reached(match, match.requests)
            steps = self._reader.steps(document)
            known = ReadDocument(matches, self._effect(matches), requests, allows, steps, compared)
            self._by_content[key] = known
        return known

    def _effect(self, matches: Sequence[StatementMatch]) -> DocumentEffect | None:
        best = worst = self._case(matches, best_case=True)
        if not all(match.rule.understood for match in matches):
            worst = self._case(matches, best_case=False)
        if best == worst == NOTHING:
            return None
        return self._same.setdefault((best, worst), DocumentEffect(best, worst))

    def _case(self, matches: Sequence[StatementMatch], best_case: bool) -> CaseEffect:
        effects = [(match.rule.effect_in(best_case), match) for match in matches]
        return CaseEffect(
            *self._combined(match for effect, match in effects if effect == "Allow"),
            *self._combined(match for effect, match in effects if effect == "Deny"),
        )

    def _combined(
        self, matches: Iterable[StatementMatch]
    ) -> tuple[int, int, int, tuple[RulesOf, ...]]:
        """What statements of one effect reach together: all of some requests, all of others under
        a condition, and some resources of others."""
        all_of, may, cuts = 0, 0, []
        for _, rule, requests in matches:
            reached, may_be, cut = self._reach(rule, requests)
            all_of |= reached
            may |= may_be
            if cut:
                cuts.append((cut, rule))
        parts: list[RulesOf] = []
        for cut, rule in cuts:
            # What it reaches by another statement anyhow needs no look at resources.
            left = cut & ~all_of if rule.everywhere is Reach.YES else cut & ~(all_of | may)
            divided: list[RulesOf] = []
            for requests, rules in parts:
                if both := requests & left:
                    divided.append((both, rules | {rule}))
                if rest := requests & ~left:
                    divided.append((rest, rules))
                left &= ~requests
            parts = divided
            if left:
                parts.append((left, frozenset([rule])))
        merged: dict[frozenset[Rule], int] = {}
        for requests, rules in parts:
            merged[rules] = merged.get(rules, 0) | requests
        ordered = sorted((requests, rules) for rules, requests in merged.items())
        return all_of, may & ~all_of, sum(merged.values()), tuple(ordered)

    def _reach(self, rule: Rule, requests: int) -> tuple[int, int, int]:
        """Of some requests those that a rule reaches, may reach, and reaches some resources of."""
        known, reached, may_be, cut = self._by_rule.get(rule, (0, 0, 0, 0))
        if missing := requests & ~known:
            for of_scope, scope in self._scopes:
                if not missing & of_scope:
                    continue
                reach = whole_reach(scope, rule)
                known |= of_scope
                if reach is None:
                    cut |= of_scope
                elif reach is Reach.YES:
                    reached |= of_scope
                elif reach is Reach.MAYBE:
                    may_be |= of_scope
            # Stored as one: another thread may be at the same rule.
            self._by_rule[rule] = known, reached, may_be, cut
        return reached & requests, may_be & requests, cut & requests
