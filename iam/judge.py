"""Judge principals: gather the documents that count for one, and evaluate every section on them.

A `Judge` is made for one managed policy and keeps what it has worked out: each document is read
against the sections once, however many principals hold it, and principals with the same documents
share one result. It knows no account by itself, so the account as it is and the account as it
would be are asked about in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from iam.account import Account, Group, ManagedPolicy, Principal, Unread
from iam.catalogue import Action, Catalogue
from iam.condition import is_known
from iam.document import Document, Statement
from iam.evaluate import (
    ANYTHING,
    Decision,
    Requests,
    Rule,
    decide,
    requests_of,
    rules_of,
)
from iam.scope import in_words
from iam.section import Entry, Section, section_of_action, sections_of
from iam.verdict import (
    Attachment,
    EntryResult,
    PrincipalResult,
    SectionResult,
    Verdict,
    Via,
    sum_up,
)


class Source(NamedTuple):
    """A document that counts for a principal, and how it reaches it."""

    document: Document | Unread
    policy: str
    kind: Literal["managed", "inline", "boundary"]
    group: str | None = None


class _Document:
    """A document with what it says about each concrete action of the sections."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.rules: dict[Requests, tuple[tuple[int, Rule], ...]] = {}

    def about(self, requests: Requests) -> tuple[tuple[int, Rule], ...]:
        if (known := self.rules.get(requests)) is None:
            known = self.rules[requests] = rules_of(self.document, requests)
        return known


def sources_of(account: Account, principal: Principal) -> tuple[Source, ...]:
    """The identity-based documents that count for a principal: its own, and those of its groups."""
    found: list[Source] = []

    def add(holder: Principal | Group, group: str | None) -> None:
        for inline in holder.inline:
            found.append(Source(inline.document, inline.name, "inline", group))
        for arn in holder.attached:
            found.append(Source(_managed_document(account, arn), arn, "managed", group))

    add(principal, None)
    for name in principal.groups:
        if (group := account.groups.get(name)) is not None:
            add(group, name)
        else:
            missing = Unread(
                f"group {name}", "Missing", "the account's data does not hold the group"
            )
            found.append(Source(missing, f"(policies of group {name})", "inline", name))
    return tuple(found)


def boundary_of(account: Account, principal: Principal) -> Source | None:
    """The permissions boundary of a principal, if it has one."""
    arn = principal.boundary
    return Source(_managed_document(account, arn), arn, "boundary") if arn else None


def _managed_document(account: Account, arn: str) -> Document | Unread:
    policy = account.policies.get(arn)
    if policy is None:
        return Unread(f"policy {arn}", "Missing", "the account's data does not hold its document")
    document: Document | Unread = policy.document
    return document


def attachment_of(account: Account, principal: Principal, policy_arn: str) -> Attachment:
    """How a principal has a managed policy: by itself, and by which of its groups."""
    groups = tuple(
        name
        for name in principal.groups
        if (group := account.groups.get(name)) is not None and policy_arn in group.attached
    )
    return Attachment(direct=policy_arn in principal.attached, groups=groups)


@dataclass(frozen=True, slots=True, eq=False)
class _Question:
    """An entry of a section, ready to be asked of any principal."""

    entry: Entry
    requests: tuple[Requests, ...]


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
        self._documents: dict[str, _Document] = {}
        self._decisions: dict[tuple[object, ...], Decision] = {}
        self._results: dict[tuple[object, ...], tuple[Verdict, tuple[SectionResult, ...]]] = {}

    def result(self, account: Account, principal: Principal) -> PrincipalResult:
        """Judge one principal.

        Args:
            account: Its account, as it is or as it would be.
            principal: One of its users or roles.

        Returns:
            The verdicts on all sections, and how it has the managed policy.
        """
        sources = sources_of(account, principal)
        boundary = boundary_of(account, principal)
        key = (tuple(_key(s) for s in sources), boundary and _key(boundary))
        if (known := self._results.get(key)) is None:
            known = self._results[key] = self._judge(sources, boundary)
        verdict, sections = known
        attached = attachment_of(account, principal, self.managed.arn)
        return PrincipalResult(verdict, sections, attached)

    def _judge(
        self, sources: Sequence[Source], boundary: Source | None
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
        sources: Sequence[Source],
        boundary: Source | None,
    ) -> EntryResult:
        concrete: dict[str, Verdict] = {}
        statements: dict[tuple[int, int], tuple[Source, Statement]] = {}
        reasons: dict[str, None] = {}
        idle: list[bool] = []
        for requests in question.requests:
            if section.statement.problem:
                concrete[requests.name] = Verdict.UNKNOWN
                continue
            found = [
                (n, i, rule) for n, s in enumerate(sources) for i, rule in self._rules(s, requests)
            ]
            limits = (
                [(len(sources), i, rule) for i, rule in self._rules(boundary, requests)]
                if boundary and isinstance(boundary.document, Document)
                else []
            )
            decision = self._decision(requests, found, limits, boundary)
            concrete[requests.name] = decision.verdict
            idle.append(decision.idle)
            both = (*found, *limits)
            for place in sorted(decision.used):
                n, index, _ = both[place]
                source = sources[n] if n < len(sources) else boundary
                assert source is not None
                if isinstance(source.document, Unread):
                    reasons[f"{source.policy} could not be read: {source.document.message}"] = None
                elif (n, index) not in statements:
                    statements[n, index] = (source, source.document.statements[index])
            reasons.update(dict.fromkeys(_reasons(decision, boundary)))
        if section.statement.problem:
            reasons[f"the statement was not understood: {section.statement.problem}"] = None
        return EntryResult(
            action=question.entry.action,
            verdict=sum_up(concrete.values()),
            concrete=concrete,
            via=tuple(
                dict.fromkeys(
                    self._via(source, statement, question.entry.action, idle=all(idle))
                    for source, statement in statements.values()
                )
            ),
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

    def _rules(self, source: Source, requests: Requests) -> tuple[tuple[int, Rule], ...]:
        if isinstance(source.document, Unread):
            return ((0, ANYTHING),)
        fingerprint = source.document.fingerprint
        if (document := self._documents.get(fingerprint)) is None:
            document = self._documents[fingerprint] = _Document(source.document)
        return document.about(requests)

    def _decision(
        self,
        requests: Requests,
        found: Sequence[tuple[int, int, Rule]],
        limits: Sequence[tuple[int, int, Rule]],
        boundary: Source | None,
    ) -> Decision:
        identity = tuple(rule for _, _, rule in found)
        unread = boundary is not None and isinstance(boundary.document, Unread)
        limit = None if boundary is None or unread else tuple(rule for _, _, rule in limits)
        key = (requests, identity, limit, unread)
        if (known := self._decisions.get(key)) is None:
            known = self._decisions[key] = decide(requests, identity, limit, unread)
        return known


def _key(source: Source) -> tuple[object, ...]:
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
