"""Recently confirmed changes: a read that contradicts them may be stale.

IAM is eventually consistent: for some seconds a read may return the state before a change, even if
an earlier read returned the change. Such a read must not be taken for a change by somebody else.
Light: it imports nothing heavy.
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iam.account.model import Account

SETTLED = 60.0
"""Seconds after which reads show the effect of a call, if it had any."""


class Confirmed:
    """The changes that AWS confirmed recently, each for as long as reads may be stale."""

    def __init__(self) -> None:
        self._changes: dict[str, dict[str, tuple[bool, float]]] = {}
        """By the ARNs of entity and policy: whether it is attached, and until when this counts."""

    def note(self, arn: str, policy: str, attached: bool, seconds_ago: float = 0.0) -> None:
        """Remember a change that AWS has confirmed.

        Args:
            arn: The user, role or group.
            policy: The ARN of the policy.
            attached: Whether it is attached now.
            seconds_ago: When it was confirmed; a time in the future counts as now.
        """
        until = time.monotonic() + SETTLED - max(seconds_ago, 0.0)
        self._changes.setdefault(arn, {})[policy] = attached, until

    def forget(self, arn: str, policy: str) -> None:
        """Forget a pair about which something newer, or nothing certain, is known."""
        self._changes.get(arn, {}).pop(policy, None)

    def of(self, arn: str) -> dict[str, bool]:
        """Whether policies are attached to an entity, by ARN, as far as recently confirmed."""
        now = time.monotonic()
        return {
            policy: attached
            for policy, (attached, until) in self._changes.get(arn, {}).items()
            if until > now
        }

    def contradicted_in(self, account: Account) -> set[str]:
        """The ARNs of the entities that an account shows differently."""
        entities = (entity for arn in self._changes if (entity := account.entity(arn)) is not None)
        return {e.arn for e in entities if contradicted(self.of(e.arn), e.attached)}

    def believe(self, arn: str, attached: Iterable[str]) -> None:
        """Forget what reads still contradict: somebody else has changed it since."""
        now = set(attached)
        for policy, was in self.of(arn).items():
            if (policy in now) != was:
                self.forget(arn, policy)


def contradicted(confirmed: Mapping[str, bool], attached: Iterable[str]) -> bool:
    """Whether what is attached differs from what was confirmed."""
    now = set(attached)
    return any((policy in now) != was for policy, was in confirmed.items())
