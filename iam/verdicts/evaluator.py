"""Evaluate principals against the sections of a managed policy.

An `Evaluator` caches its results: each document is matched with the sections once, and principals
whose documents have the same effects share their verdicts. The account is an argument, so that the
current account and the account after a change are evaluated by the same code.

Session policies and resource-based policies are not evaluated.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from iam.account.attachments import attachment_of
from iam.account.effective_policies import EffectivePolicy, Limit, limits_of, policies_of
from iam.account.model import Account, Entity, ManagedPolicy
from iam.account.request_context import RequestContext
from iam.policy.action_catalogue import Catalogue, ChosenActions
from iam.policy.document import Document
from iam.policy.known_values import KnownValues
from iam.verdicts.actual_resources import merge_actual
from iam.verdicts.bulk import BulkEvaluator, Effects, Evaluation, Verdicts
from iam.verdicts.complexity import Complexity
from iam.verdicts.document_reader import DocumentReader
from iam.verdicts.evidence import Evidence, Key, LimitEvidence, PrincipalEvidence
from iam.verdicts.explain import Explainer
from iam.verdicts.invocation import Invocation
from iam.verdicts.other_policies import Contributions
from iam.verdicts.read_documents import DocumentEffects, ReadDocument
from iam.verdicts.request_index import RequestIndex
from iam.verdicts.result import PrincipalResult, SectionResult, Summary
from iam.verdicts.section import Section, section_of_action, section_on, sections_of
from iam.verdicts.summary import Summaries, Sums


class _PrincipalEvaluation(NamedTuple):
    """The policies and limits of a principal, and the verdicts on it."""

    policies: tuple[EffectivePolicy, ...]
    read: Sequence[ReadDocument]
    """The results of reading `policies`."""
    effects: Effects
    limits: tuple[Limit, ...]
    limits_read: Sequence[ReadDocument]
    """The results of reading the policies of all limits, in order."""
    limit_effects: tuple[Effects, ...]
    evaluation: Evaluation
    merged: Verdicts
    sums: Sums


class Evaluator:
    """Evaluates principals against the sections of one managed policy."""

    def __init__(
        self,
        managed: ManagedPolicy,
        catalogue: Catalogue,
        partition: str,
        only: ChosenActions | None = None,
        now: datetime | None = None,
        carried: Mapping[str, KnownValues] | None = None,
    ) -> None:
        """Prepare the sections of a managed policy.

        Args:
            managed: The policy. It has no sections if its document could not be read.
            catalogue: The concrete actions.
            partition: The partition of the account: `aws`.
            only: Evaluate only these actions, each in a section of its own.
            now: The time of the requests; by default the current time.
            carried: What the requests carry, by condition key in lower case, beside what the
                account says.
        """
        self.managed = managed
        self.now = now or datetime.now(UTC)
        """The time of the requests."""
        self._carried = carried or {}
        document = managed.document
        self.sections: tuple[Section, ...] = (
            sections_of(document, catalogue) if isinstance(document, Document) else ()
        )
        if only is not None:
            self.sections = tuple(
                section_on(action, only.resource)
                if only.resource
                else section_of_action(action, self.sections)
                for action in only.actions
            )
        self.only = only
        index = RequestIndex(self.sections, catalogue, partition)
        self.reader = DocumentReader(index, Complexity(catalogue, partition))
        """Matches documents with the requests of all entries."""
        self._effects = DocumentEffects(self.reader, self._carried)
        self._bulk = BulkEvaluator(index)
        self._summaries = Summaries(index, readable=isinstance(document, Document))
        self._contributions = Contributions(
            self._effects.builder, self._bulk, index.on_models.requests
        )
        self._explainer = Explainer(
            index, self._effects, self._bulk, self._contributions, catalogue, partition
        )
        self._evaluations: dict[
            tuple[Effects, tuple[Effects, ...]], tuple[Evaluation, Verdicts, Sums]
        ] = {}
        self._results: dict[Key, tuple[tuple[SectionResult, ...], Invocation]] = {}

    def result(self, account: Account, entity: Entity) -> PrincipalResult:
        """Evaluate a principal and explain all verdicts.

        Args:
            account: The account, current or after a change.
            entity: A user or a role of the account, or a group, of which only its own policies are
                evaluated.

        Returns:
            The verdicts on all sections, and how the managed policy is attached.
        """
        evaluation = self._evaluate(account, entity)
        principal = self._evidence(evaluation)
        if (explained := self._results.get(principal.key)) is None:
            explained = self._results[principal.key] = (
                self._explainer.sections(principal, evaluation.sums.sections),
                self._explainer.invocation(principal),
            )
        sections, invocation = explained
        return PrincipalResult(
            verdict=evaluation.sums.verdict,
            sections=sections,
            attached=attachment_of(account, entity, self.managed.arn),
            invocation=invocation,
            other_policies=self._other_policies(evaluation),
        )

    def invocation(self, account: Account, entity: Entity) -> Invocation:
        """Explain whether a principal can invoke models, without the rest of `result`.

        Args:
            account: The account, current or after a change.
            entity: A user, a role or a group of the account.

        Returns:
            The answer.
        """
        return self._explainer.invocation(self._evidence(self._evaluate(account, entity)))

    def summary(self, account: Account, entity: Entity) -> Summary:
        """Evaluate a principal without explanations, fast enough for a table of thousands.

        Args:
            account: The account, current or after a change.
            entity: A user or a role of the account, or a group, of which only its own policies are
                evaluated.

        Returns:
            The sums of the verdicts of `result`.
        """
        evaluation = self._evaluate(account, entity)
        attached = attachment_of(account, entity, self.managed.arn)
        others = self._other_policies(evaluation)
        return self._summaries.summary(evaluation.sums, attached, others)

    def verdicts(self, account: Account, entity: Entity) -> Verdicts:
        """Evaluate a principal: the verdicts on the requests of all sections, numbered in order.

        Args:
            account: The account, current or after a change.
            entity: A user, a role or a group of the account.
        """
        merged = self._evaluate(account, entity).merged
        return merged.restricted_to(self.reader.index.section_requests)

    def _evaluate(self, account: Account, entity: Entity) -> _PrincipalEvaluation:
        """Evaluate a principal. Principals whose documents have the same effects share results."""
        policies = policies_of(account, entity)
        limits = limits_of(account, entity)
        documents = [policy.document for policy in policies]
        if limits:
            documents += [policy.document for limit in limits for policy in limit.policies]
        context = RequestContext(account, entity, self.now, self._carried)
        own, limits_read = self._effects.read_all(documents, context.known), []
        if limits:
            own, limits_read = own[: len(policies)], own[len(policies) :]
        effects = frozenset([read.effect for read in own if read.effect is not None])
        limit_effects = self._limit_effects(limits, limits_read) if limits else ()
        key = (effects, limit_effects)
        if (results := self._evaluations.get(key)) is None:
            evaluation = self._bulk.evaluate(effects, limit_effects)
            merged = merge_actual(self.reader.index, evaluation.verdicts)
            results = evaluation, merged, self._summaries.sums(merged)
            self._evaluations[key] = results
        return _PrincipalEvaluation(
            policies, own, effects, limits, limits_read, limit_effects, *results
        )

    def _limit_effects(
        self, limits: Sequence[Limit], read: Sequence[ReadDocument]
    ) -> tuple[Effects, ...]:
        remaining = iter(read)
        by_limit: list[Effects] = []
        for limit in limits:
            results = [next(remaining) for _ in limit.policies]
            if limit.allows_all:
                requests, possibly = self._requests_of(limit), limit.controls_resources
                effects = [
                    self._effects.builder.denies_only(r.effect, requests, possibly) for r in results
                ]
                effects.append(self._effects.builder.denies_only(None, requests))
            else:
                effects = [
                    self._effects.unread_limit if result is self._effects.unread else result.effect
                    for result in results
                    if result.effect is not None
                ]
            by_limit.append(frozenset(effects))
        return tuple(by_limit)

    def _requests_of(self, limit: Limit) -> int:
        """Return the requests that a limit is about."""
        if limit.controls_resources:
            return self.reader.resource_controlled
        return self.reader.index.all_requests

    def _evidence(self, evaluation: _PrincipalEvaluation) -> PrincipalEvidence:
        remaining = iter(evaluation.limits_read)
        limits = [
            LimitEvidence(
                tuple([Evidence.of(policy, next(remaining)) for policy in limit.policies]),
                effects,
                self._requests_of(limit),
                limit.level,
            )
            for limit, effects in zip(evaluation.limits, evaluation.limit_effects, strict=True)
        ]
        return PrincipalEvidence(
            own=[
                Evidence.of(policy, read)
                for policy, read in zip(evaluation.policies, evaluation.read, strict=True)
                if read.matches or read.excluded
            ],
            effects=evaluation.effects,
            limits=limits,
            evaluation=evaluation.evaluation,
            merged=evaluation.merged,
        )

    def _other_policies(self, evaluation: _PrincipalEvaluation) -> tuple[str, ...] | None:
        """Name the other policies: see `PrincipalResult.other_policies`."""
        if evaluation.sums.can_invoke is False:
            return ()
        return self._contributions.other_policies(
            zip(evaluation.policies, evaluation.read, strict=True),
            self.managed.arn,
            evaluation.effects,
            evaluation.limit_effects,
        )
