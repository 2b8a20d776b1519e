"""Find the policies that let a principal invoke models, and those not specific to Bedrock."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from iam.account.effective_policies import EffectivePolicy
from iam.account.unread import Unread
from iam.arn import Arn
from iam.policy.document import Document
from iam.text import ascii_lower
from iam.verdicts.bulk import BulkEvaluator, Effects, any_allowed
from iam.verdicts.document_effect import DocumentEffect, DocumentEffects, ReadDocument


class Contributions:
    """Decides which policies let a principal invoke models. Answers are cached."""

    def __init__(self, effects: DocumentEffects, bulk: BulkEvaluator, invoking: int) -> None:
        """Prepare the question.

        Args:
            effects: Has read the documents.
            bulk: Evaluates their effects.
            invoking: The requests that invoke models.
        """
        self._effects = effects
        self._bulk = bulk
        self._invoking = invoking
        self._known: dict[tuple[DocumentEffect, Effects, tuple[Effects, ...]], bool | None] = {}

    def contributes(
        self, read: ReadDocument, own: Effects, limits: tuple[Effects, ...]
    ) -> bool | None:
        """Return whether a document, under all Denies and limits, allows invoking a model.

        Args:
            read: The document.
            own: The effects of all documents of the principal.
            limits: The effects of each limit.

        Returns:
            None if that is not known.
        """
        effect = read.effect
        if effect is None or (read.understood and not read.allows & self._invoking):
            return False
        key = (effect, own, limits)
        if key not in self._known:
            others = [self._effects.without_allows(each) for each in own if each is not effect]
            evaluation = self._bulk.evaluate(frozenset([effect, *others]), limits)
            self._known[key] = any_allowed(self._invoking, evaluation.verdicts)
        return self._known[key]

    def other_policies(
        self,
        policies: Iterable[tuple[EffectivePolicy, ReadDocument]],
        managed: str,
        own: Effects,
        limits: tuple[Effects, ...],
    ) -> tuple[str, ...] | None:
        """Name the policies not specific to Bedrock that let a principal invoke models.

        A policy is specific to Bedrock if its name contains "bedrock", or if it allows only Bedrock
        actions.

        Args:
            policies: All policies of the principal.
            managed: The ARN of the managed policy in question, which is no other policy.
            own: The effects of all documents of the principal.
            limits: The effects of each limit.

        Returns:
            Their names, sorted; None if none is known, and it is not known that there is none.
        """
        names: set[str] = set()
        certain = True
        for policy, read in policies:
            contributes = self.contributes(read, own, limits)
            if contributes is False or policy.policy == managed or _is_specific(policy):
                continue
            if contributes:
                names.add(Arn.parse(policy.policy).name)
            else:
                certain = False
        return tuple(sorted(names)) if names or certain else None


def _is_specific(policy: EffectivePolicy) -> bool:
    """Return whether a policy is specific to Bedrock."""
    return _only_bedrock(policy.policy, policy.document)


@lru_cache(maxsize=8_192)
def _only_bedrock(policy: str, document: Document | Unread) -> bool:
    if "bedrock" in ascii_lower(Arn.parse(policy).name):
        return True
    return isinstance(document, Document) and all(
        s.actions is not None and all(ascii_lower(a).startswith("bedrock") for a in s.actions)
        for s in document.statements
        if s.effect != "Deny"
    )
