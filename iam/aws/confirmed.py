"""What AWS confirmed a moment ago, to tell reads that contradict it: they may be stale. Light.

IAM is eventually consistent: for some seconds a read may show the state before a change that an
earlier read has shown already. One such read must not be taken for somebody else's change.
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iam.account.model import Account

SETTLED = 60.0
"""Seconds after which AWS shows what a call has done, if it has done anything."""


class Confirmed:
    """The changes that AWS has confirmed lately, each for as long as reads may be stale."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, tuple[bool, float]]] = {}
        """By the ARNs of holder and policy: whether it is attached, and until when it counts."""

    def note(self, arn: str, policy: str, attached: bool, seconds_ago: float = 0.0) -> None:
        """Remember a change that AWS has confirmed.

        Args:
            arn: The user, role or group.
            policy: The ARN of the policy.
            attached: Whether it is attached now.
            seconds_ago: When it was confirmed; a time in the future counts as now.
        """
        until = time.monotonic() + SETTLED - max(seconds_ago, 0.0)
        self._known.setdefault(arn, {})[policy] = attached, until

    def forget(self, arn: str, policy: str) -> None:
        """Forget a pair of which something newer, or nothing certain, is known."""
        self._known.get(arn, {}).pop(policy, None)

    def of(self, arn: str) -> dict[str, bool]:
        """Whether policies are attached, by their ARNs, as far as it was confirmed lately."""
        now = time.monotonic()
        return {
            policy: attached
            for policy, (attached, until) in self._known.get(arn, {}).items()
            if until > now
        }

    def contradicted_in(self, account: Account) -> set[str]:
        """The ARNs of those of whom an account says something else."""
        found = (entity for arn in self._known if (entity := account.entity(arn)) is not None)
        return {h.arn for h in found if contradicted(self.of(h.arn), h.attached)}

    def believe(self, arn: str, attached: Iterable[str]) -> None:
        """Forget what reads contradict for too long: somebody else has changed it since."""
        now = set(attached)
        for policy, was in self.of(arn).items():
            if (policy in now) != was:
                self.forget(arn, policy)


def contradicted(confirmed: Mapping[str, bool], attached: Iterable[str]) -> bool:
    """Whether what is attached differs from what was confirmed."""
    now = set(attached)
    return any((policy in now) != was for policy, was in confirmed.items())
