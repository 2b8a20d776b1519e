"""Judge principals: evaluate every section on the documents that count for one.

A `Judge` is made for one managed policy and keeps what it has worked out: each document is read
against the sections once, however many principals hold it, and principals with the same documents,
of those that say anything, share one result; those of which only the documents that speak of an
entry are the same share the result on it. It knows no account by itself, so the account as it is
and the account as it would be are asked about in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from iam.account.attachments import attachment_of
from iam.account.effective_policies import EffectivePolicy, boundary_of, policies_of
from iam.account.model import Account, Entity, ManagedPolicy, Unread
from iam.policy.action_catalogue import Action, Catalogue
from iam.policy.document import Document, Statement
from iam.policy.statement_text import in_words
from iam.text import ascii_lower
from iam.verdicts.complexity import Complexity
from iam.verdicts.document_reader import Reader
from iam.verdicts.explain import Decision, decide
from iam.verdicts.request_index import Question, Reading, questions_of, said_about
from iam.verdicts.result import (
    TOO_COMPLEX,
    DecidingStatement,
    EntryResult,
    PrincipalResult,
    SectionResult,
    Summary,
)
from iam.verdicts.rule import ANYTHING, Rule, Universe
from iam.verdicts.section import Section, section_of_action, sections_of
from iam.verdicts.summary import Summaries
from iam.verdicts.verdict import Verdict, sum_up

_Key = tuple[object, ...]


class _Read(NamedTuple):
    """A document that counts, read."""

    key: _Key
    source: EffectivePolicy
    reading: Reading


class Evaluator:
    """Evaluates principals against the sections of one managed policy."""

    def __init__(
        self,
        managed: ManagedPolicy,
        catalogue: Catalogue,
        partition: str,
        only: Action | None = None,
    ) -> None:
        """Prepare the sections of a policy.

        Args:
            managed: The policy; without a readable document there are no sections to judge.
            catalogue: The concrete actions.
            partition: The account's, such as `aws`.
            only: Ask about this action, and about nothing else.
        """
        self.managed = managed
        self._partition = partition
        document = managed.document
        self.sections: tuple[Section, ...] = (
            sections_of(document, catalogue) if isinstance(document, Document) else ()
        )
        if only is not None:
            self.sections = (section_of_action(only, self.sections),)
        self.only = only
        self._questions = questions_of(self.sections, catalogue, partition)
        every = [q for of_section in self._questions for q in of_section]
        self.reader = Reader(
            [requests for q in every for requests in q.requests], Complexity(catalogue, partition)
        )
        """Numbers the requests of all entries, in order."""
        self._summaries = Summaries(
            self.sections, self._questions, self.reader, managed.arn, isinstance(document, Document)
        )
        self._silent: Reading = (None,) * len(every)
        self._anything: Reading = tuple((((0, ANYTHING),),) * len(q.requests) for q in every)
        self._readings: dict[tuple[str, bool], Reading] = {}
        self._vias: dict[_Key, DecidingStatement] = {}
        self._decisions: dict[_Key, Decision] = {}
        self._entries: dict[_Key, EntryResult] = {}
        self._results: dict[_Key, tuple[Verdict, tuple[SectionResult, ...]]] = {}

    def result(self, account: Account, principal: Entity) -> PrincipalResult:
        """Judge one principal.

        Args:
            account: Its account, as it is or as it would be.
            principal: One of its users or roles, or a group, judged by its own policies alone.

        Returns:
            The verdicts on all sections, and how it has the managed policy.
        """
        found = policies_of(account, principal)
        boundary = boundary_of(account, principal)
        cut = self.reader.too_complex_together([s.document for s in (*found, boundary) if s])
        read = [self._read(source, cut) for source in found]
        sources = [one for one in read if any(one.reading)]
        limit = self._read(boundary, cut) if boundary else None
        key = (tuple(one.key for one in sources), limit and limit.key)
        if (known := self._results.get(key)) is None:
            known = self._results[key] = self._evaluator(sources, limit)
        verdict, sections = known
        attached = attachment_of(account, principal, self.managed.arn)
        return PrincipalResult(verdict, sections, attached)

    def summary(self, account: Account, entity: Entity) -> Summary:
        """Sum up the verdicts on one principal, for a table: quick, also for thousands.

        Args:
            account: Its account, as it is or as it would be.
            holder: One of its users or roles, or a group, judged by its own policies alone.

        Returns:
            What `result` comes to, and what `iam.verdicts.hidden_grants` says of it (no policies of
            a group's).
        """
        return self._summaries.of(account, entity)

    def _evaluator(
        self, read: Sequence[_Read], limit: _Read | None
    ) -> tuple[Verdict, tuple[SectionResult, ...]]:
        sections: list[SectionResult] = []
        for section, questions in zip(self.sections, self._questions, strict=True):
            entries = tuple(self._entry(q, section, read, limit) for q in questions)
            verdict = sum_up(v for e in entries for v in e.concrete.values())
            sections.append(
                SectionResult(
                    sid=section.sid,
                    title=section.title,
                    verdict=Verdict.UNKNOWN if section.statement.problem else verdict,
                    entries=entries,
                    granted=sum(e.verdict is Verdict.GRANTED for e in entries),
                    total=len(entries),
                )
            )
        if not sections and not isinstance(self.managed.document, Document):
            return Verdict.UNKNOWN, ()
        if any(section.statement.problem for section in self.sections):
            return sum_up(s.verdict for s in sections), tuple(sections)
        every = (v for s in sections for e in s.entries for v in e.concrete.values())
        return sum_up(every), tuple(sections)

    def _entry(
        self,
        question: Question,
        section: Section,
        sources: Sequence[_Read],
        boundary: _Read | None,
    ) -> EntryResult:
        if section.statement.problem:
            return _not_understood(question, section.statement.problem)
        speaking = [read for read in sources if read.reading[question.place] is not None]
        key = (question, tuple([read.key for read in speaking]), boundary and boundary.key)
        if (known := self._entries.get(key)) is None:
            known = self._entries[key] = self._evaluated(question, speaking, boundary)
        return known

    def _evaluated(
        self, question: Question, sources: Sequence[_Read], boundary: _Read | None
    ) -> EntryResult:
        concrete: dict[str, Verdict] = {}
        statements: dict[tuple[_Key, int], tuple[_Read, Statement, Rule]] = {}
        reasons: dict[str, None] = {}
        idle: list[bool] = []
        too_complex = False
        place = question.place
        limit = boundary.source if boundary else None
        unread = limit is not None and isinstance(limit.document, Unread)
        limits = boundary.reading[place] if boundary and not unread else None
        said = [read.reading[place] or () for read in sources]
        alike: dict[tuple[object, ...], Verdict] = {}
        for i, requests in enumerate(question.requests):
            key = (requests.universe, *[of[i] for of in said], limits and limits[i])
            if (known := alike.get(key)) is not None:
                concrete[requests.name] = known
                continue
            found = [(r, *one) for r, of in zip(sources, said, strict=True) for one in of[i]]
            mine = len(found)
            if boundary and limits:
                found += [(boundary, *one) for one in limits[i]]
            decision = self._decision(
                requests.universe,
                tuple([rule for _, _, rule in found[:mine]]),
                None if limit is None or unread else tuple([rule for _, _, rule in found[mine:]]),
                unread,
            )
            concrete[requests.name] = alike[key] = decision.verdict
            idle.append(decision.idle)
            for n in sorted(decision.used):
                read, index, rule = found[n]
                document = read.source.document
                if isinstance(document, Unread):
                    reasons[f"{read.source.policy} could not be read: {document.message}"] = None
                else:
                    statements[read.key, index] = (read, document.statements[index], rule)
            too_complex = too_complex or decision.too_complex
            reasons.update(dict.fromkeys(_reasons(decision, limit)))
        via = [
            self._via(read, statement, rule, question.entry.action, idle=all(idle))
            for read, statement, rule in statements.values()
        ]
        return EntryResult(
            action=question.entry.action,
            verdict=sum_up(concrete.values()),
            concrete=concrete,
            via=tuple(dict.fromkeys(via)),
            reasons=tuple(reasons),
            too_complex=too_complex,
        )

    def _via(
        self, read: _Read, statement: Statement, rule: Rule, action: str, *, idle: bool
    ) -> DecidingStatement:
        service = ascii_lower(action.partition(":")[0])
        key = (
            read.key,
            statement.index,
            action if idle else service,
            idle,
            rule.understood,
            rule.too_complex,
        )
        if (known := self._vias.get(key)) is None:
            scope = in_words(statement, service, self._partition)
            if rule.too_complex:
                scope = (*scope, f"not understood: {TOO_COMPLEX}")
            known = self._vias[key] = DecidingStatement(
                effect=statement.effect or "Deny",
                policy=read.source.policy,
                kind=read.source.kind,
                group=read.source.group,
                sid=statement.sid,
                statement=statement.index,
                scope=(*scope, f"which reaches no resource of {action}") if idle else scope,
                understood=rule.understood,
                too_complex=rule.too_complex,
            )
        return known

    def _read(self, source: EffectivePolicy, cut: frozenset[Document]) -> _Read:
        """Read a document, once for all who hold it; some are too complex to be compared."""
        if isinstance(source.document, Unread):
            return _Read(_key(source), source, self._anything)
        compared = source.document not in cut
        return _Read((*_key(source), compared), source, self._reading(source.document, compared))

    def _reading(self, document: Document, compared: bool) -> Reading:
        key = (document.fingerprint, compared)
        if (known := self._readings.get(key)) is None:
            known = self._silent
            if said := self.reader.read(document, compared):
                known = tuple(said_about(said, q) for qs in self._questions for q in qs)
            self._readings[key] = known
        return known

    def _decision(
        self,
        universe: Universe,
        identity: tuple[Rule, ...],
        limit: tuple[Rule, ...] | None,
        unread: bool,
    ) -> Decision:
        key = (universe, identity, limit, unread)
        if (known := self._decisions.get(key)) is None:
            known = self._decisions[key] = decide(universe, identity, limit, unread)
        return known


def _not_understood(question: Question, problem: str) -> EntryResult:
    return EntryResult(
        action=question.entry.action,
        verdict=Verdict.UNKNOWN,
        concrete=dict.fromkeys(question.entry.concrete, Verdict.UNKNOWN),
        via=(),
        reasons=(f"the statement was not understood: {problem}",),
    )


def _key(source: EffectivePolicy) -> _Key:
    document = source.document
    content = document.fingerprint if isinstance(document, Document) else document
    return (content, source.policy, source.kind, source.group)


def _reasons(decision: Decision, boundary: EffectivePolicy | None) -> list[str]:
    found: list[str] = []
    if boundary and isinstance(boundary.document, Unread):
        if decision.verdict is not Verdict.UNKNOWN:
            return []
        found.append(
            f"its boundary {boundary.policy} could not be read: {boundary.document.message}"
        )
    elif boundary and decision.limited:
        found.append(f"limited by boundary {boundary.policy}")
    if decision.too_complex:
        found.append(TOO_COMPLEX)
    return found
