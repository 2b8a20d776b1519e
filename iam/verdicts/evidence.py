"""The policies that apply to a principal, as read, and the verdicts that follow from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from iam.account.effective_policies import EffectivePolicy
from iam.account.unread import Unread
from iam.verdicts.bulk import Evaluation, Verdicts
from iam.verdicts.document_effect import DocumentEffect
from iam.verdicts.read_documents import ReadDocument

Key = tuple[object, ...]


class Evidence(NamedTuple):
    """A policy that applies to a principal, matched with all requests."""

    policy: EffectivePolicy
    read: ReadDocument
    key: Key
    """Equal for policies whose explanations are equal."""

    @classmethod
    def of(cls, policy: EffectivePolicy, read: ReadDocument) -> Evidence:
        """Combine a policy with the result of reading its document."""
        document, *applies = policy
        content = read.specialized.document.fingerprint if read.specialized else document
        return cls(policy, read, (content, *applies, read.compared))


class LimitEvidence(NamedTuple):
    """The policies of a limit, matched with all requests, and their effects."""

    policies: tuple[Evidence, ...]
    effects: frozenset[DocumentEffect]
    requests: int
    """The requests that it limits."""
    level: str | None
    """The level of the organization."""

    @property
    def key(self) -> Key:
        """Equal for limits whose explanations are equal."""
        return (self.level, self.requests, *[evidence.key for evidence in self.policies])

    @property
    def unread(self) -> Evidence | None:
        """The first policy that could not be read."""
        return next((e for e in self.policies if isinstance(e.policy.document, Unread)), None)


class PrincipalEvidence(NamedTuple):
    """The policies of a principal and the resulting verdicts."""

    own: Sequence[Evidence]
    """The principal's own policies and those of its groups that match a request."""
    effects: frozenset[DocumentEffect]
    """The effects of these policies."""
    limits: Sequence[LimitEvidence]
    evaluation: Evaluation
    merged: Verdicts
    """The verdicts by first number: see `merge_actual`."""

    @property
    def key(self) -> Key:
        """Equal for principals whose explanations are equal."""
        return (
            tuple([evidence.key for evidence in self.own]),
            tuple([limit.key for limit in self.limits]),
        )
