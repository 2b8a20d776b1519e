"""The verdicts on each entry of each section, with the statements and reasons they come from.

The reasons are found for the verdicts of `iam.verdicts.bulk`; nothing is evaluated a second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from iam.account.effective_policies import EffectivePolicy
from iam.account.model import Unread
from iam.policy.document import Statement
from iam.policy.statement_text import in_words
from iam.text import ascii_lower
from iam.verdicts.acted_on import deciding, idle
from iam.verdicts.bulk import BulkEvaluator, Evaluation, Verdicts
from iam.verdicts.document_effect import DocumentEffect, DocumentEffects, ReadDocument
from iam.verdicts.request_index import EntryRequests, RequestIndex
from iam.verdicts.result import (
    TOO_COMPLEX,
    DecidingStatement,
    EntryResult,
    SectionResult,
    SectionSum,
)
from iam.verdicts.verdict import Verdict, sum_up

Key = tuple[object, ...]


class Evidence(NamedTuple):
    """A policy that counts for a principal, read."""

    policy: EffectivePolicy
    read: ReadDocument
    key: Key
    """The same for policies of which the same is said."""

    @classmethod
    def of(cls, policy: EffectivePolicy, read: ReadDocument) -> Evidence:
        """Take a policy and what its document says."""
        document, name, kind, group = policy
        content = document if isinstance(document, Unread) else document.fingerprint
        return cls(policy, read, (content, name, kind, group, read.compared))


class LimitEvidence(NamedTuple):
    """The policies of a limit, read, with their effects."""

    policies: tuple[Evidence, ...]
    effects: frozenset[DocumentEffect]

    @property
    def key(self) -> Key:
        return tuple([one.key for one in self.policies])

    @property
    def unread(self) -> Evidence | None:
        """The first of its policies that could not be read."""
        return next((one for one in self.policies if isinstance(one.policy.document, Unread)), None)


class Evaluated(NamedTuple):
    """A principal's policies, and the verdicts that they come to."""

    own: Sequence[Evidence]
    """Its own policies and those of its groups, of which some say something of a request."""
    effects: frozenset[DocumentEffect]
    """Theirs."""
    limits: Sequence[LimitEvidence]
    evaluation: Evaluation
    on_asked: Verdicts
    """The verdicts by the first numbers of requests."""


class _Found(NamedTuple):
    """A statement that decides, and whether all of it was understood."""

    evidence: Evidence
    statement: Statement
    understood: bool
    too_complex: bool


class Explainer:
    """Explains verdicts, and remembers what it has said of entries and statements."""

    def __init__(
        self, index: RequestIndex, effects: DocumentEffects, bulk: BulkEvaluator, partition: str
    ) -> None:
        """Take the requests, what has read the documents, what has evaluated them, and the
        account's partition."""
        self._index = index
        self._effects = effects
        self._bulk = bulk
        self._partition = partition
        self._entries: dict[Key, EntryResult] = {}
        self._statements: dict[Key, DecidingStatement] = {}
        self._limited: dict[Key, int] = {}

    def sections(
        self, principal: Evaluated, sums: Sequence[SectionSum]
    ) -> tuple[SectionResult, ...]:
        """Explain all verdicts on a principal, section by section.

        Args:
            principal: Its policies and verdicts.
            sums: What the verdicts on each section come to.
        """
        found: list[SectionResult] = []
        for section, of_section in zip(self._index.sections, sums, strict=True):
            if section.problem:
                entries = tuple(_not_understood(one, section.problem) for one in section.entries)
            else:
                entries = tuple(self._entry(one, principal) for one in section.entries)
            found.append(
                SectionResult(
                    sid=section.section.sid,
                    title=section.section.title,
                    verdict=of_section.verdict,
                    entries=entries,
                    granted=of_section.granted,
                    total=of_section.total,
                )
            )
        return tuple(found)

    def _entry(self, entry: EntryRequests, principal: Evaluated) -> EntryResult:
        own = [one for one in principal.own if one.read.requests & entry.both]
        key = (entry, *[one.key for one in own], None, *[one.key for one in principal.limits])
        if (known := self._entries.get(key)) is None:
            known = self._entries[key] = self._explained(entry, own, principal)
        return known

    def _explained(
        self, entry: EntryRequests, own: Sequence[Evidence], principal: Evaluated
    ) -> EntryResult:
        verdicts, too_complex = principal.evaluation
        on_asked = principal.on_asked
        by = deciding(self._index, verdicts, entry.requests)
        granted_in_vain = entry.requests != entry.both and not (
            entry.requests & ~idle(self._index, verdicts)
        )
        names = [self._index.requests[i].name for i in entry.numbers]
        concrete = dict(zip(names, on_asked.each(entry.numbers), strict=True))
        reasons = [
            f"{one.policy.policy} could not be read: {one.policy.document.message}"
            for one in own
            if isinstance(one.policy.document, Unread)
        ]
        reasons += self._by_limits(by, bool(entry.requests & ~on_asked.known), principal)
        if by & too_complex:
            reasons.append(TOO_COMPLEX)
        limiting = [one for limit in principal.limits for one in limit.policies]
        via = [
            self._statement(found, entry.entry.action, granted_in_vain)
            for found in self._deciding([*own, *limiting], by)
        ]
        return EntryResult(
            action=entry.entry.action,
            verdict=sum_up(concrete.values()),
            concrete=concrete,
            via=tuple(dict.fromkeys(via)),
            reasons=tuple(dict.fromkeys(reasons)),
            too_complex=bool(by & too_complex),
        )

    def _by_limits(self, by: int, unknown: bool, principal: Evaluated) -> list[str]:
        """Name the limits that take something away, or may."""
        found: list[str] = []
        for limit in principal.limits:
            if (one := limit.unread) is not None:
                assert isinstance(one.policy.document, Unread)
                if unknown:
                    message = one.policy.document.message
                    found.append(f"its boundary {one.policy.policy} could not be read: {message}")
                continue
            key = (principal.effects, limit.effects)
            if (limited := self._limited.get(key)) is None:
                limited = self._limited[key] = self._bulk.limited(*key)
            if by & limited:
                found += [f"limited by boundary {one.policy.policy}" for one in limit.policies]
        return found

    def _deciding(self, counted: Sequence[Evidence], by: int) -> list[_Found]:
        """The statements that reach any of some requests: those that reach the first first."""
        second = {other: i for i, other in self._index.acted_on.items()}
        found: dict[tuple[int, int], tuple[int, _Found]] = {}
        for n, one in enumerate(counted):
            document = one.policy.document
            if isinstance(document, Unread):
                continue
            for match in one.read.matches:
                if not (reached := self._effects.reached(match, by)):
                    continue
                index, rule = match.statement, match.rule
                first = (reached & -reached).bit_length() - 1
                first = second.get(first, first)
                now = _Found(one, document.statements[index], rule.understood, rule.too_complex)
                if (known := found.get((n, index))) is not None:
                    first = min(first, known[0])
                    now = now._replace(
                        understood=now.understood and known[1].understood,
                        too_complex=now.too_complex or known[1].too_complex,
                    )
                found[n, index] = first, now
        in_order = sorted(found.items(), key=lambda item: (item[1][0], item[0]))
        return [one for _, (_, one) in in_order]

    def _statement(self, found: _Found, action: str, granted_in_vain: bool) -> DecidingStatement:
        """Put a statement in words."""
        evidence, statement, understood, too_complex = found
        service = ascii_lower(action.partition(":")[0])
        of_action = action if granted_in_vain else None
        key = (evidence.key, statement.index, service, of_action, understood, too_complex)
        if (known := self._statements.get(key)) is None:
            scope = in_words(statement, service, self._partition)
            if too_complex:
                scope = (*scope, f"not understood: {TOO_COMPLEX}")
            if granted_in_vain:
                scope = (*scope, f"which reaches no resource of {action}")
            known = self._statements[key] = DecidingStatement(
                effect=statement.effect or "Deny",
                policy=evidence.policy.policy,
                kind=evidence.policy.kind,
                group=evidence.policy.group,
                sid=statement.sid,
                statement=statement.index,
                scope=scope,
                understood=understood,
                too_complex=too_complex,
            )
        return known


def _not_understood(entry: EntryRequests, problem: str) -> EntryResult:
    return EntryResult(
        action=entry.entry.action,
        verdict=Verdict.UNKNOWN,
        concrete=dict.fromkeys(entry.entry.concrete, Verdict.UNKNOWN),
        via=(),
        reasons=(f"the statement was not understood: {problem}",),
    )
