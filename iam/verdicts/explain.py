"""Explain the verdict on each entry of each section: the deciding statements and other reasons.

The verdicts come from `iam.verdicts.bulk`. Nothing is evaluated again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from iam.account.unread import Unread
from iam.policy.action_catalogue import Catalogue
from iam.policy.document import Statement
from iam.policy.resource_control import AFFECTED
from iam.policy.specialize import DecidedCondition
from iam.policy.statement_text import decided_in_words, scope_in_words
from iam.text import ascii_lower
from iam.verdicts.actual_resources import deciding_numbers, ineffective_grants
from iam.verdicts.bulk import BulkEvaluator
from iam.verdicts.deciding_statements import Considered, Decision, decisions
from iam.verdicts.evidence import Evidence, Key, LimitEvidence, PrincipalEvidence
from iam.verdicts.invocation import INVOKES, LIMITED_BY, Invocation, invocation_of
from iam.verdicts.model_text import models_in_words
from iam.verdicts.other_policies import Contributions
from iam.verdicts.read_documents import DocumentEffects
from iam.verdicts.reasons import excluding, limiting
from iam.verdicts.request_index import EntryRequests, RequestIndex
from iam.verdicts.result import (
    TOO_COMPLEX,
    DecidingStatement,
    EntryResult,
    SectionResult,
    SectionSum,
    in_group,
)
from iam.verdicts.verdict import Verdict, sum_up


class Explainer:
    """Explains verdicts. Explanations of entries and statements are cached."""

    def __init__(
        self,
        index: RequestIndex,
        effects: DocumentEffects,
        bulk: BulkEvaluator,
        contributions: Contributions,
        catalogue: Catalogue,
        partition: str,
    ) -> None:
        """Prepare the explanation of verdicts.

        Args:
            index: The requests.
            effects: Has read the documents.
            bulk: Has evaluated their effects.
            contributions: Decides which policies let a principal invoke models.
            catalogue: The concrete actions.
            partition: The partition of the account.
        """
        self._catalogue = catalogue
        self._index = index
        self._effects = effects
        self._bulk = bulk
        self._partition = partition
        self._entries: dict[Key, EntryResult] = {}
        self._statements: dict[Key, DecidingStatement] = {}
        self._limited: dict[Key, int] = {}
        self._invocations: dict[Key, Invocation] = {}
        self._contributions = contributions

    def sections(
        self, principal: PrincipalEvidence, section_sums: Sequence[SectionSum]
    ) -> tuple[SectionResult, ...]:
        """Explain all verdicts on a principal.

        Args:
            principal: The policies and verdicts of the principal.
            section_sums: The sum of the verdicts on each section.

        Returns:
            A result per section.
        """
        results: list[SectionResult] = []
        for section, section_sum in zip(self._index.sections, section_sums, strict=True):
            if section.problem:
                entries = tuple(
                    _not_understood(entry, section.problem) for entry in section.entries
                )
            else:
                entries = tuple(self._entry(entry, principal) for entry in section.entries)
            results.append(
                SectionResult(
                    sid=section.section.sid,
                    title=section.section.title,
                    verdict=section_sum.verdict,
                    entries=entries,
                    granted=section_sum.granted,
                    total=section_sum.total,
                )
            )
        return tuple(results)

    def invocation(self, principal: PrincipalEvidence) -> Invocation:
        """Explain whether a principal can invoke models.

        Args:
            principal: The policies and verdicts of the principal.

        Returns:
            The answer.
        """
        if (invocation := self._invocations.get(principal.key)) is None:
            limits = tuple([limit.effects for limit in principal.limits])
            by = [
                in_group(evidence.policy.policy, evidence.policy.group)
                for evidence in principal.own
                if self._contributions.contributes(evidence.read, principal.effects, limits)
            ]
            invocation = self._invocations[principal.key] = invocation_of(
                [self._entry(entry, principal) for entry in self._index.invoking.entries],
                [self._entry(entry, principal) for entry in self._index.on_models.entries],
                by,
            )
        return invocation

    def _entry(self, entry: EntryRequests, principal: PrincipalEvidence) -> EntryResult:
        own = [
            evidence
            for evidence in principal.own
            if (evidence.read.requests | evidence.read.excluded) & entry.with_actual
        ]
        key = (entry, *[e.key for e in own], None, *[limit.key for limit in principal.limits])
        if (result := self._entries.get(key)) is None:
            result = self._entries[key] = self._explain(entry, own, principal)
        return result

    def _explain(
        self, entry: EntryRequests, own: Sequence[Evidence], principal: PrincipalEvidence
    ) -> EntryResult:
        verdicts, too_complex = principal.evaluation
        merged = principal.merged
        deciding = deciding_numbers(self._index, verdicts, entry.requests)
        ineffective = entry.requests != entry.with_actual and not (
            entry.requests & ~ineffective_grants(self._index, verdicts)
        )
        names = [self._index.requests[i].name for i in entry.numbers]
        concrete = dict(zip(names, merged.as_list(entry.numbers), strict=True))
        reasons = [
            f"{evidence.policy.policy} could not be read: {evidence.policy.document.message}"
            for evidence in own
            if isinstance(evidence.policy.document, Unread)
        ]
        verdict = sum_up(concrete.values())
        if verdict is not Verdict.GRANTED:
            reasons += [
                f"{in_group(evidence.policy.policy, evidence.policy.group)} {condition}"
                for evidence in own
                for condition in excluding(self._effects, evidence, entry.requests)
            ]
        reasons += self._limit_reasons(deciding, bool(entry.requests & ~merged.known), principal)
        if deciding & too_complex:
            reasons.append(TOO_COMPLEX)
        considered = [Considered(evidence, deciding, deciding) for evidence in own]
        any_denied = Verdict.DENIED in concrete.values()
        # A limit is named only where it takes something away.
        for limit in principal.limits:
            limited = deciding & self._limited_by(limit, principal)
            allows = deciding if limited else 0
            takes_away = limited or any_denied or verdict is not Verdict.NONE
            denies = deciding & limit.requests if takes_away else 0
            considered += [Considered(evidence, allows, denies) for evidence in limit.policies]
        via = [
            self._statement(decision, entry.entry.action, ineffective)
            for decision in decisions(self._index, self._effects.builder, considered)
        ]
        return EntryResult(
            action=entry.entry.action,
            verdict=verdict,
            concrete=concrete,
            via=tuple(dict.fromkeys(via)),
            reasons=tuple(dict.fromkeys(reasons)),
            too_complex=bool(deciding & too_complex),
            allowed=bool(entry.requests & merged.allowed),
        )

    def _limit_reasons(
        self, deciding: int, unknown: bool, principal: PrincipalEvidence
    ) -> list[str]:
        """Name the limits that reduce access, and those that could not be read."""
        reasons: list[str] = []
        for limit in principal.limits:
            if (evidence := limit.unread) is not None:
                assert isinstance(evidence.policy.document, Unread)
                if unknown:
                    kind, policy = evidence.policy.kind, evidence.policy.policy
                    message = evidence.policy.document.message
                    reasons.append(f"its {kind} {policy} could not be read: {message}")
                continue
            if deciding & self._limited_by(limit, principal):
                found = limiting(self._effects, limit, deciding)
                reasons += [f"{LIMITED_BY}{what}" for what in found]
        return reasons

    def _limited_by(self, limit: LimitEvidence, principal: PrincipalEvidence) -> int:
        """Find the requests of which a limit allows less than the principal's own documents."""
        if limit.unread is not None:
            return 0
        key = (principal.effects, limit.effects)
        if (limited := self._limited.get(key)) is None:
            limited = self._limited[key] = self._bulk.limited(*key)
        return limited

    def _statement(self, decision: Decision, action: str, ineffective: bool) -> DecidingStatement:
        """Describe a deciding statement in words."""
        evidence, statement, understood, too_complex = decision
        service = ascii_lower(action.partition(":")[0])
        by_action = ineffective or statement.conditions or action in INVOKES
        of_action = action if by_action else None
        key = (evidence.key, statement.index, service, of_action, understood, too_complex)
        if (deciding := self._statements.get(key)) is None:
            specialized = evidence.read.specialized
            decided = specialized.decided.get(statement.index, ()) if specialized else ()
            scope = scope_in_words(
                statement, service, self._partition, decided, self._catalogue.find(action)
            )
            if evidence.policy.kind == "rcp":
                scope = (AFFECTED, *scope)
            if too_complex:
                scope = (*scope, f"not understood: {TOO_COMPLEX}")
            if ineffective:
                scope = (*scope, f"which reaches no resource of {action}")
            deciding = self._statements[key] = DecidingStatement(
                effect=statement.effect or "Deny",
                policy=evidence.policy.policy,
                kind=evidence.policy.kind,
                group=evidence.policy.group,
                level=evidence.policy.level,
                sid=statement.sid,
                statement=statement.index,
                scope=scope,
                decided=decided_in_words(statement, decided),
                models=self._models(statement, decided, action),
                understood=understood,
                too_complex=too_complex,
            )
        return deciding

    def _models(
        self, statement: Statement, decided: Iterable[DecidedCondition], action: str
    ) -> str:
        if action not in INVOKES or statement.effect != "Allow":
            return ""
        certain = {outcome.condition for outcome in decided}
        open_conditions = [c for c in statement.conditions if c not in certain]
        return models_in_words(statement, open_conditions, action, self._partition)


def _not_understood(entry: EntryRequests, problem: str) -> EntryResult:
    return EntryResult(
        action=entry.entry.action,
        verdict=Verdict.UNKNOWN,
        concrete=dict.fromkeys(entry.entry.concrete, Verdict.UNKNOWN),
        via=(),
        reasons=(f"the statement was not understood: {problem}",),
    )
