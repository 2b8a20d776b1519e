"""Evaluate principals: find what a managed policy's sections come to for each.

An `Evaluator` is made for one managed policy and keeps what it has worked out: each document is
read against the sections once, however many principals hold it, and principals whose documents
have the same effects share their verdicts. It knows no account by itself, so the account as it is
and the account as it would be are evaluated in the same way.

Outside of this: service and resource control policies, session policies, resource-based policies.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from iam.account.attachments import attachment_of
from iam.account.effective_policies import EffectivePolicy, Limit, limits_of, policies_of
from iam.account.model import Account, Entity, Group, ManagedPolicy
from iam.policy.action_catalogue import Action, Catalogue
from iam.policy.document import Document
from iam.verdicts.acted_on import judged
from iam.verdicts.bulk import BulkEvaluator, Effects, Evaluation, Verdicts
from iam.verdicts.complexity import Complexity
from iam.verdicts.document_effect import DocumentEffects, ReadDocument
from iam.verdicts.document_reader import DocumentReader
from iam.verdicts.explain import Evaluated, Evidence, Explainer, Key, LimitEvidence
from iam.verdicts.hidden_grants import hidden_grants
from iam.verdicts.request_index import RequestIndex
from iam.verdicts.result import PrincipalResult, SectionResult, Summary
from iam.verdicts.section import Section, section_of_action, sections_of
from iam.verdicts.summary import Summaries, Sums


class _Evaluated(NamedTuple):
    """What counts for a principal, and the verdicts on it."""

    policies: tuple[EffectivePolicy, ...]
    read: Sequence[ReadDocument]
    """What each of them says."""
    effects: Effects
    limits: tuple[Limit, ...]
    limits_read: Sequence[ReadDocument]
    """What the policies of all limits say, one after the other."""
    limit_effects: tuple[Effects, ...]
    evaluation: Evaluation
    on_asked: Verdicts
    sums: Sums


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
            managed: The policy; without a readable document it has no sections to evaluate.
            catalogue: The concrete actions.
            partition: The account's, such as `aws`.
            only: Evaluate this action, and nothing else.
        """
        self.managed = managed
        document = managed.document
        self.sections: tuple[Section, ...] = (
            sections_of(document, catalogue) if isinstance(document, Document) else ()
        )
        if only is not None:
            self.sections = (section_of_action(only, self.sections),)
        self.only = only
        index = RequestIndex(self.sections, catalogue, partition)
        self.reader = DocumentReader(index, Complexity(catalogue, partition))
        """Reads documents against the requests of all entries."""
        self._effects = DocumentEffects(self.reader)
        self._bulk = BulkEvaluator(index)
        self._summaries = Summaries(index, readable=isinstance(document, Document))
        self._explainer = Explainer(index, self._effects, self._bulk, partition)
        self._evaluations: dict[
            tuple[Effects, tuple[Effects, ...]], tuple[Evaluation, Verdicts, Sums]
        ] = {}
        self._results: dict[Key, tuple[SectionResult, ...]] = {}

    def result(self, account: Account, entity: Entity) -> PrincipalResult:
        """Evaluate one principal, with the reasons of all verdicts.

        Args:
            account: Its account, as it is or as it would be.
            entity: One of its users or roles, or a group, evaluated by its own policies alone.

        Returns:
            The verdicts on all sections, and how it has the managed policy.
        """
        found = self._evaluate(account, entity)
        principal = Evaluated(
            own=[
                Evidence.of(policy, read)
                for policy, read in zip(found.policies, found.read, strict=True)
                if read.matches
            ],
            effects=found.effects,
            limits=_limit_evidence(found),
            evaluation=found.evaluation,
            on_asked=found.on_asked,
        )
        key = (
            tuple([one.key for one in principal.own]),
            tuple([one.key for one in principal.limits]),
        )
        if (known := self._results.get(key)) is None:
            known = self._results[key] = self._explainer.sections(principal, found.sums.sections)
        return PrincipalResult(
            verdict=found.sums.verdict,
            sections=known,
            attached=attachment_of(account, entity, self.managed.arn),
            hidden=_hidden(found, entity),
        )

    def summary(self, account: Account, entity: Entity) -> Summary:
        """Sum up the verdicts on one principal, for a table: quick, also for thousands.

        Args:
            account: Its account, as it is or as it would be.
            entity: One of its users or roles, or a group, evaluated by its own policies alone.

        Returns:
            What `result` comes to.
        """
        found = self._evaluate(account, entity)
        attached = attachment_of(account, entity, self.managed.arn)
        return self._summaries.summary(found.sums, attached, _hidden(found, entity))

    def _evaluate(self, account: Account, entity: Entity) -> _Evaluated:
        """Find the verdicts on one principal; those whose documents have the same effects share
        them."""
        policies = policies_of(account, entity)
        limits = limits_of(account, entity)
        documents = [one.document for one in policies]
        if limits:
            documents += [one.document for limit in limits for one in limit.policies]
        own, of_limits = self._effects.of(documents), []
        if limits:
            own, of_limits = own[: len(policies)], own[len(policies) :]
        effects = frozenset([one.effect for one in own if one.effect is not None])
        limit_effects = self._limit_effects(limits, of_limits) if limits else ()
        key = (effects, limit_effects)
        if (known := self._evaluations.get(key)) is None:
            evaluation = self._bulk.evaluate(effects, limit_effects)
            on_asked = judged(self.reader.index, evaluation.verdicts)
            known = evaluation, on_asked, self._summaries.sums(evaluation.verdicts, on_asked)
            self._evaluations[key] = known
        return _Evaluated(policies, own, effects, limits, of_limits, limit_effects, *known)

    def _limit_effects(
        self, limits: Sequence[Limit], read: Sequence[ReadDocument]
    ) -> tuple[Effects, ...]:
        following = iter(read)
        found: list[Effects] = []
        for limit in limits:
            effects = [
                self._effects.unread_limit if one is self._effects.unread else one.effect
                for one in (next(following) for _ in limit.policies)
            ]
            found.append(frozenset([effect for effect in effects if effect is not None]))
        return tuple(found)


def _limit_evidence(found: _Evaluated) -> list[LimitEvidence]:
    following = iter(found.limits_read)
    return [
        LimitEvidence(tuple([Evidence.of(one, next(following)) for one in limit.policies]), effects)
        for limit, effects in zip(found.limits, found.limit_effects, strict=True)
    ]


def _hidden(found: _Evaluated, entity: Entity) -> tuple[str, ...]:
    """The policies by which a principal can invoke models unexpectedly; none for a group."""
    if not found.sums.invoking or isinstance(entity, Group):
        return ()
    return hidden_grants(
        [
            policy
            for policy, one in zip(found.policies, found.read, strict=True)
            if one.allows & found.sums.invoking
        ]
    )
