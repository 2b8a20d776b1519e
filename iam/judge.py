"""Judge principals: evaluate every section on the documents that count for one.

A `Judge` is made for one managed policy and keeps what it has worked out: each document is read
against the sections once, however many principals hold it, and principals with the same documents
share one result; those of which only the documents that speak of an entry are the same share the
result on it. It knows no account by itself, so the account as it is and the account as it would be
are asked about in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from iam.account import Account, ManagedPolicy, Principal, Unread
from iam.catalogue import Action, Catalogue
from iam.condition import is_known
from iam.document import Document, Statement
from iam.evaluate import (
    ANYTHING,
    Decision,
    Requests,
    Rule,
    Universe,
    decide,
    requests_of,
    rules_of,
)
from iam.scope import in_words
from iam.section import Entry, Section, section_of_action, sections_of
from iam.sources import Source, attachment_of, boundary_of, sources_of
from iam.verdict import (
    EntryResult,
    PrincipalResult,
    SectionResult,
    Verdict,
    Via,
    sum_up,
)


@dataclass(frozen=True, slots=True, eq=False)
class _Question:
    """An entry of a section, ready to be asked of any principal."""

    entry: Entry
    requests: tuple[Requests, ...]


_Said = tuple[tuple[tuple[int, Rule], ...], ...]
"""What a document says of each of a question's requests: places of statements, and rules."""
_Key = tuple[object, ...]
_Keyed = tuple[_Key, Source]


class Judge:
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
        self._questions = [_questions(s, catalogue, partition) for s in self.sections]
        self._said: dict[tuple[str, _Question], _Said | None] = {}
        self._decisions: dict[_Key, Decision] = {}
        self._entries: dict[_Key, EntryResult] = {}
        self._results: dict[_Key, tuple[Verdict, tuple[SectionResult, ...]]] = {}

    def result(self, account: Account, principal: Principal) -> PrincipalResult:
        """Judge one principal.

        Args:
            account: Its account, as it is or as it would be.
            principal: One of its users or roles.

        Returns:
            The verdicts on all sections, and how it has the managed policy.
        """
        sources = [(_key(s), s) for s in sources_of(account, principal)]
        limit = boundary_of(account, principal)
        boundary = (_key(limit), limit) if limit else None
        key = (tuple(key for key, _ in sources), boundary and boundary[0])
        if (known := self._results.get(key)) is None:
            known = self._results[key] = self._judge(sources, boundary)
        verdict, sections = known
        attached = attachment_of(account, principal, self.managed.arn)
        return PrincipalResult(verdict, sections, attached)

    def _judge(
        self, sources: Sequence[_Keyed], boundary: _Keyed | None
    ) -> tuple[Verdict, tuple[SectionResult, ...]]:
        sections: list[SectionResult] = []
        for section, questions in zip(self.sections, self._questions, strict=True):
            entries = tuple(self._entry(q, section, sources, boundary) for q in questions)
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
        if not sections:
            return Verdict.UNKNOWN, ()
        if any(section.statement.problem for section in self.sections):
            return sum_up(s.verdict for s in sections), tuple(sections)
        every = (v for s in sections for e in s.entries for v in e.concrete.values())
        return sum_up(every), tuple(sections)

    def _entry(
        self,
        question: _Question,
        section: Section,
        sources: Sequence[_Keyed],
        boundary: _Keyed | None,
    ) -> EntryResult:
        if section.statement.problem:
            return _not_understood(question, section.statement.problem)
        speaking: list[tuple[Source, _Said]] = []
        keys: list[_Key] = []
        for key, source in sources:
            if (said := self._about(source, question)) is not None:
                speaking.append((source, said))
                keys.append(key)
        of_entry = (question, tuple(keys), boundary and boundary[0])
        if (known := self._entries.get(of_entry)) is None:
            limit = boundary[1] if boundary else None
            known = self._entries[of_entry] = self._judged(question, speaking, limit)
        return known

    def _judged(
        self, question: _Question, speaking: Sequence[tuple[Source, _Said]], boundary: Source | None
    ) -> EntryResult:
        concrete: dict[str, Verdict] = {}
        statements: dict[tuple[int, int], tuple[Source, Statement]] = {}
        reasons: dict[str, None] = {}
        idle: list[bool] = []
        limits = self._about(boundary, question) if boundary else None
        unread = boundary is not None and isinstance(boundary.document, Unread)
        for i, requests in enumerate(question.requests):
            found = [(n, *of) for n, (_, said) in enumerate(speaking) for of in said[i]]
            limiting = [(len(speaking), *of) for of in (limits[i] if limits and not unread else ())]
            decision = self._decision(
                requests.universe,
                tuple([rule for _, _, rule in found]),
                None if boundary is None or unread else tuple([rule for _, _, rule in limiting]),
                unread,
            )
            concrete[requests.name] = decision.verdict
            idle.append(decision.idle)
            both = (*found, *limiting)
            for place in sorted(decision.used):
                n, index, _ = both[place]
                source = speaking[n][0] if n < len(speaking) else boundary
                assert source is not None
                if isinstance(source.document, Unread):
                    reasons[f"{source.policy} could not be read: {source.document.message}"] = None
                elif (n, index) not in statements:
                    statements[n, index] = (source, source.document.statements[index])
            reasons.update(dict.fromkeys(_reasons(decision, boundary)))
        via = (
            self._via(source, statement, question.entry.action, idle=all(idle))
            for source, statement in statements.values()
        )
        return EntryResult(
            action=question.entry.action,
            verdict=sum_up(concrete.values()),
            concrete=concrete,
            via=tuple(dict.fromkeys(via)),
            reasons=tuple(reasons),
        )

    def _via(self, source: Source, statement: Statement, action: str, *, idle: bool) -> Via:
        scope = in_words(statement, action.partition(":")[0].lower(), self._partition)
        return Via(
            effect=statement.effect or "Deny",
            policy=source.policy,
            kind=source.kind,
            group=source.group,
            sid=statement.sid,
            statement=statement.index,
            scope=(*scope, f"reaches no resource of {action}") if idle else scope,
            understood=statement.problem is None and all(map(is_known, statement.conditions)),
        )

    def _about(self, source: Source, question: _Question) -> _Said | None:
        """What a document says of each of a question's requests; None if it does not speak of any.

        This is where a document is read, once for all who hold it.
        """
        if isinstance(source.document, Unread):
            return (((0, ANYTHING),),) * len(question.requests)
        key = (source.document.fingerprint, question)
        if key not in self._said:
            document = source.document
            said = tuple(rules_of(document, requests) for requests in question.requests)
            self._said[key] = said if any(said) else None
        return self._said[key]

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


def _not_understood(question: _Question, problem: str) -> EntryResult:
    return EntryResult(
        action=question.entry.action,
        verdict=Verdict.UNKNOWN,
        concrete=dict.fromkeys(question.entry.concrete, Verdict.UNKNOWN),
        via=(),
        reasons=(f"the statement was not understood: {problem}",),
    )


def _key(source: Source) -> _Key:
    document = source.document
    content = document.fingerprint if isinstance(document, Document) else document
    return (content, source.policy, source.kind, source.group)


def _questions(section: Section, catalogue: Catalogue, partition: str) -> tuple[_Question, ...]:
    return tuple(
        _Question(
            entry,
            tuple(
                requests_of(
                    name, catalogue.find(name), section.statement, section.variables, partition
                )
                for name in entry.concrete
            ),
        )
        for entry in section.entries
    )


def _reasons(decision: Decision, boundary: Source | None) -> list[str]:
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
        found.append("its resource patterns are too many to be compared")
    return found
