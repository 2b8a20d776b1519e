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
from iam.verdicts.document_effect import CaseEffect, DocumentEffect
from iam.verdicts.effect_builder import EffectBuilder
from iam.verdicts.read_documents import ReadDocument


class Contributions:
    """Decides which policies let a principal invoke models. Answers are cached."""

    def __init__(self, effects: EffectBuilder, bulk: BulkEvaluator, invoking: int) -> None:
        """Prepare the question.

        Args:
            effects: Has made the effects of the documents.
            bulk: Evaluates their effects.
            invoking: The requests that invoke models.
        """
        self._effects = effects
        self._bulk = bulk
        self._invoking = invoking
        self._known: dict[tuple[DocumentEffect, Effects, tuple[Effects, ...]], bool | None] = {}
        """By the effect of the document, the Denies of the others, and the limits."""
        self._open: dict[tuple[Effects, tuple[Effects, ...]], int] = {}
        self._restricted: dict[DocumentEffect, DocumentEffect] = {}
        self._denying: dict[DocumentEffect, DocumentEffect] = {}

    def _may_allow(self, read: ReadDocument) -> bool:
        """Return whether a document may allow invoking a model, before Denies and limits."""
        return bool(read.allows & self._invoking) or not read.understood

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
        if effect is None or not self._may_allow(read):
            return False
        surely = _surely_allowed(effect.worst_case) if read.understood else 0
        if surely & self._open_requests(own, limits):
            return True
        # Of this question, most documents are alike.
        alone = self._on_models(effect)
        denies = frozenset([self._denies_on_models(each) for each in own if each is not effect])
        if read.understood and not limits and not any(map(_denies, (alone, *denies))):
            return True
        limited = tuple([frozenset(map(self._on_models, limit)) for limit in limits])
        key = (alone, denies, limited)
        if key not in self._known:
            evaluation = self._bulk.evaluate(denies | {alone}, limited)
            self._known[key] = any_allowed(self._invoking, evaluation.verdicts)
        return self._known[key]

    def _open_requests(self, own: Effects, limits: tuple[Effects, ...]) -> int:
        """Select the requests to invoke models that no Deny reaches and all limits allow fully."""
        if (found := self._open.get((own, limits))) is None:
            found = self._invoking
            for effect in own:
                found &= ~_denies(effect)
            for limit in limits:
                allowed = 0
                for effect in limit:
                    allowed |= effect.best_case.allow & effect.worst_case.allow
                    found &= ~_denies(effect)
                found &= allowed
            self._open[own, limits] = found
        return found

    def _on_models(self, effect: DocumentEffect) -> DocumentEffect:
        """Return the effect of a document on the requests that invoke models."""
        if (found := self._restricted.get(effect)) is None:
            found = self._effects.restricted_to(effect, self._invoking)
            self._restricted[effect] = found
        return found

    def _denies_on_models(self, effect: DocumentEffect) -> DocumentEffect:
        """Return what a document denies of these requests."""
        if (found := self._denying.get(effect)) is None:
            found = self._effects.without_allows(self._on_models(effect))
            self._denying[effect] = found
        return found

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
            if not self._may_allow(read) or policy.policy == managed or _is_specific(policy):
                continue
            contributes = self.contributes(read, own, limits)
            if contributes:
                names.add(Arn.parse(policy.policy).name)
            elif contributes is None:
                certain = False
        return tuple(sorted(names)) if names or certain else None


def _denies(effect: DocumentEffect) -> int:
    """Return the requests that a document denies, or may deny."""
    worst = effect.worst_case
    return worst.deny | worst.may_deny | worst.deny_partly


def _surely_allowed(case: CaseEffect) -> int:
    """Return the requests of which a document allows some, whatever other documents allow."""
    return case.allow | case.may_allow & ~case.allow_partly


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
