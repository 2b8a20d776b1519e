"""Compute the effect of a document: which requests it allows and denies, and how far.

The statements of one effect reach a request *fully* (on all resources of its scope), *possibly*
(under a condition, or through a policy variable) or *partly* (on some of the resources, which are
then compared with those of other documents). Documents with the same effect share one object.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from iam.account.request_context import may_be_known
from iam.account.unread import Unread
from iam.policy.document import Document, Statement
from iam.policy.known_values import KnownValues
from iam.policy.specialize import SpecializedDocument, Specializer, keys_of
from iam.policy.step_limit import CONDITION_LIMIT, PRINCIPAL_LIMIT
from iam.policy.variables import Known
from iam.verdicts.complexity import too_complex_together
from iam.verdicts.coverage import may_reach, uniform_reach
from iam.verdicts.document_reader import DocumentReader, StatementMatch
from iam.verdicts.rule import UNREADABLE_RULE, Reach, Rule, possible_rule

RequestRules = tuple[int, frozenset[Rule]]
"""Requests, and the rules that reach only some of their resources."""


class CaseEffect(NamedTuple):
    """The effect of a document in the best or the worst case.

    In the best case, statements that were not understood allow as much as they can. In the worst
    case, they deny as much as they can.
    """

    allow: int = 0
    """The requests that Allow statements reach fully."""
    may_allow: int = 0
    """The requests that Allow statements reach possibly."""
    allow_partly: int = 0
    """The requests that Allow statements reach partly."""
    allow_rules: tuple[RequestRules, ...] = ()
    """The requests of `allow_partly`, grouped by their rules. The groups are disjoint."""
    deny: int = 0
    may_deny: int = 0
    deny_partly: int = 0
    deny_rules: tuple[RequestRules, ...] = ()


NOTHING = CaseEffect()


@dataclass(frozen=True, slots=True, eq=False)
class DocumentEffect:
    """The effect of a document. Equal effects are the same object."""

    best_case: CaseEffect
    worst_case: CaseEffect
    """The same object as `best_case` if all statements were understood."""


class ReadDocument(NamedTuple):
    """A document as it applies to a principal, matched with all requests."""

    matches: tuple[StatementMatch, ...]
    effect: DocumentEffect | None
    """None if the document has no effect on any request."""
    requests: int
    """The requests that its statements match."""
    specialized: SpecializedDocument | None = None
    """None if the document could not be read."""
    excluded: int = 0
    """The requests of its Allow statements with a condition that never holds for the principal."""
    allows: int = 0
    """The requests that one of its Allow statements reaches fully, possibly or partly."""
    steps: int = 0
    """The steps to compare it: see `iam.verdicts.complexity.Complexity.steps`."""
    compared: bool = True
    """Whether its Resource patterns are compared with resources."""

    @property
    def understood(self) -> bool:
        """Whether it is known what the document allows and denies."""
        return self.effect is None or self.effect.best_case is self.effect.worst_case


class DocumentEffects:
    """Computes the effects of documents. Each document is read once."""

    def __init__(self, reader: DocumentReader, carried: Collection[str] = ()) -> None:
        """Prepare the effects of unread documents.

        Args:
            reader: Matches documents with requests.
            carried: Condition keys, in lower case, that are known beside those of the account.
        """
        self._carried = frozenset(carried)
        self._reader = reader
        self._scopes = [(requests, scope) for scope, requests in reader.index.scopes.items()]
        index = reader.index
        self._section_patterns = {
            text
            for section in index.sections
            for text in (
                *(section.section.statement.resources or ()),
                *(section.section.statement.not_resources or ()),
            )
        }
        self._originals: dict[str, ReadDocument | Specializer] = {}
        """By fingerprint."""
        self._for_principals: dict[tuple[object, ...], ReadDocument] = {}
        """By fingerprint and what is known of the condition keys."""
        self._specialized: dict[tuple[str, bool], ReadDocument] = {}
        """By fingerprint of the specialized document, and whether it is compared."""
        self._interned: dict[tuple[CaseEffect, CaseEffect], DocumentEffect] = {}
        self._by_rule: dict[Rule, tuple[int, int, int, int]] = {}
        every = reader.index.all_requests
        matches = (StatementMatch(0, UNREADABLE_RULE, every),)
        self.unread = ReadDocument(matches, self._effect(matches), every)
        """The result for a document that could not be read: it may allow or deny anything."""
        self.unread_limit = DocumentEffect(CaseEffect(allow=every), NOTHING)
        """The effect of an unread document of a limit, which may remove all access or none."""

    def read_all(self, documents: Sequence[Document | Unread], known: Known) -> list[ReadDocument]:
        """Read all documents of a principal.

        Args:
            documents: The documents, including those of limits.
            known: What is known of a condition key in each request of the principal.

        Returns:
            The results in the same order. Documents that exceed the step limits of a principal are
            not specialized, or not compared: see `too_complex_together`.
        """
        read_documents: list[ReadDocument] = []
        dependent: list[tuple[int, Specializer]] = []
        for n, document in enumerate(documents):
            original = self._original(document)
            if isinstance(original, Specializer):
                dependent.append((n, original))
                original = self.unread
            read_documents.append(original)
        if dependent:
            decided = self._for_principal([original for _, original in dependent], known)
            for n, original in dependent:
                read_documents[n] = decided[original]
        if sum([read.steps for read in read_documents]) > PRINCIPAL_LIMIT:
            excluded = too_complex_together(
                {r.specialized.document: r.steps for r in read_documents if r.specialized},
                PRINCIPAL_LIMIT,
            )
            read_documents = [
                self._read_specialized(read.specialized, compared=False)
                if read.specialized and read.specialized.document in excluded
                else read
                for read in read_documents
            ]
        return read_documents

    def allow_requests(self, statement: Statement) -> int:
        """Select the requests whose action an Allow statement matches; none for a Deny."""
        return self._reader.requests_matching(statement) if statement.effect == "Allow" else 0

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
        allows = CaseEffect(allow=self._reader.index.all_requests)
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
        best = worst = _denies(effect.best_case, requests, allows, possibly)
        if effect.worst_case is not effect.best_case:
            worst = _denies(effect.worst_case, requests, allows, possibly)
        return self._interned_effect(best, worst)

    def restricted_to(self, effect: DocumentEffect, requests: int) -> DocumentEffect:
        """Return the effect of a document on some requests only."""
        best = worst = _restricted(effect.best_case, requests)
        if effect.worst_case is not effect.best_case:
            worst = _restricted(effect.worst_case, requests)
        return self._interned_effect(best, worst)

    def without_allows(self, effect: DocumentEffect) -> DocumentEffect:
        """Return the effect of a document without its Allow statements."""
        every = self._reader.index.all_requests
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

    def _original(self, document: Document | Unread) -> ReadDocument | Specializer:
        """Read a document, or prepare to read it for each principal if it depends on that."""
        if isinstance(document, Unread):
            return self.unread
        read = self._originals.get(document.fingerprint)
        if read is None:
            matches = self._reader.read(document)
            relevant = frozenset([match.statement for match in matches])
            asked = keys_of(document, relevant)
            keys = sorted(key for key in asked if key in self._carried or may_be_known(key))
            read = (
                Specializer(document, relevant, keys, self._section_patterns)
                if keys
                else self._result(SpecializedDocument(document, {}), matches)
            )
            self._originals[document.fingerprint] = read
        return read

    def _for_principal(
        self, originals: Iterable[Specializer], known: Known
    ) -> dict[Specializer, ReadDocument]:
        """Read documents as they apply to a principal, as far as the limit on steps permits."""
        values = {original: [known(key) for key in original.keys] for original in originals}
        steps = {one.document: one.steps(of_keys) for one, of_keys in values.items()}
        undecided: Collection[Document] = ()
        if sum(steps.values()) > CONDITION_LIMIT:
            undecided = too_complex_together(steps, CONDITION_LIMIT)
        return {
            original: self._read_specialized(original.undecided)
            if original.document in undecided
            else self._decided(original, of_keys)
            for original, of_keys in values.items()
        }

    def _decided(self, original: Specializer, values: Sequence[KnownValues | None]) -> ReadDocument:
        """Read a document, given what is known of each of its condition keys."""
        document = original.document
        key = (document.fingerprint, *values)
        if (for_principal := self._for_principals.get(key)) is None:
            specialized = original.specialize(dict(zip(original.keys, values, strict=True)).get)
            for_principal = self._read_specialized(specialized)
            if specialized.decided:
                kept = {statement.index for statement in specialized.document.statements}
                excluded = 0
                for statement in document.statements:
                    if statement.index not in kept:
                        excluded |= self.allow_requests(statement)
                for_principal = for_principal._replace(excluded=excluded)
            self._for_principals[key] = for_principal
        return for_principal

    def _read_specialized(
        self, specialized: SpecializedDocument, compared: bool = True
    ) -> ReadDocument:
        document = specialized.document
        key = (document.fingerprint, compared)
        if (read := self._specialized.get(key)) is None:
            matches = self._reader.read(document, compared, specialized.undecided)
            read = self._specialized[key] = self._result(specialized, matches, compared)
        return read

    def _result(
        self,
        specialized: SpecializedDocument,
        matches: tuple[StatementMatch, ...],
        compared: bool = True,
    ) -> ReadDocument:
        requests = allows = 0
        for match in matches:
            requests |= match.requests
            if match.rule.effect == "Allow":
                allows |= self.reached_requests(match, match.requests)
        return ReadDocument(
            matches=matches,
            effect=self._effect(matches),
            requests=requests,
            specialized=specialized,
            allows=allows,
            steps=self._reader.steps(specialized.document),
            compared=compared,
        )

    def _effect(self, matches: Sequence[StatementMatch]) -> DocumentEffect | None:
        best = worst = self._case(matches, best_case=True)
        if not all(match.rule.understood for match in matches):
            worst = self._case(matches, best_case=False)
        if best == worst == NOTHING:
            return None
        return self._interned_effect(best, worst)

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
            for of_scope, scope in self._scopes:
                if not missing & of_scope:
                    continue
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


def _restricted(effect: CaseEffect, requests: int) -> CaseEffect:
    return CaseEffect(
        allow=effect.allow & requests,
        may_allow=effect.may_allow & requests,
        allow_partly=effect.allow_partly & requests,
        allow_rules=_rules_on(requests, effect.allow_rules),
        deny=effect.deny & requests,
        may_deny=effect.may_deny & requests,
        deny_partly=effect.deny_partly & requests,
        deny_rules=_rules_on(requests, effect.deny_rules),
    )


def _rules_on(requests: int, rules: Iterable[RequestRules]) -> tuple[RequestRules, ...]:
    return tuple((some, of_some) for group, of_some in rules if (some := group & requests))


def _denies(effect: CaseEffect, requests: int, allows: CaseEffect, possibly: bool) -> CaseEffect:
    """Combine the Denies of one effect on some requests with the Allows of another."""
    deny, may_deny = effect.deny & requests, effect.may_deny & requests
    rules = _rules_on(requests, effect.deny_rules)
    if possibly:
        deny, may_deny = 0, deny | may_deny
        rules = tuple((some, frozenset(map(possible_rule, of_some))) for some, of_some in rules)
    return allows._replace(
        deny=deny, may_deny=may_deny, deny_partly=effect.deny_partly & requests, deny_rules=rules
    )
