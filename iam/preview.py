"""What a change would do: the verdicts before and after, section by section, and what stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from iam.account import Account, Principal
from iam.judge import Judge
from iam.verdict import PrincipalResult, SectionResult, Verdict

Op = Literal["attach", "detach"]


@dataclass(frozen=True, slots=True)
class Preview:
    """One principal as it is, and as it would be."""

    op: Op
    principal: Principal
    before: PrincipalResult
    after: PrincipalResult
    unneeded: str | None
    """Why there is nothing to do, in words; None if there is."""

    @property
    def sections(self) -> tuple[tuple[SectionResult, SectionResult], ...]:
        """Each section before and after."""
        return tuple(zip(self.before.sections, self.after.sections, strict=True))

    @property
    def remaining(self) -> tuple[str, ...]:
        """By what means, in words, some of the policy's actions stay allowed after a detach."""
        found: dict[str, None] = {}
        for section in self.after.sections:
            for entry in section.entries:
                if entry.verdict in (Verdict.NONE, Verdict.DENIED):
                    continue
                for via in entry.via:
                    if via.effect == "Allow" and via.kind != "boundary":
                        found[via.holder] = None
        return tuple(found)


def changed(principal: Principal, op: Op, policy_arn: str) -> Principal:
    """The principal as it would be with the policy attached or detached."""
    others = tuple(arn for arn in principal.attached if arn != policy_arn)
    attached = (*others, policy_arn) if op == "attach" else others
    return principal.model_copy(update={"attached": attached})


def preview(judge: Judge, account: Account, principal: Principal, op: Op) -> Preview:
    """Evaluate a change of the managed policy without making it.

    Args:
        judge: For the policy that is attached or detached.
        account: As it is.
        principal: Who would gain or lose the policy.
        op: Which of the two.
    """
    arn = judge.managed.arn
    would_be = account.with_policy(judge.managed) if arn not in account.policies else account
    before = judge.result(account, principal)
    after = judge.result(would_be, changed(principal, op, arn))
    return Preview(op, principal, before, after, _unneeded(op, before, judge.managed.name))


def _unneeded(op: Op, now: PrincipalResult, policy: str) -> str | None:
    if op == "attach":
        return f"it has {policy} already" if now.attached.direct else None
    if now.attached.direct:
        return None
    if now.attached.groups:
        groups = ", ".join(now.attached.groups)
        return f"it has {policy} by group {groups} only; detach it from the group"
    return f"it does not have {policy}"
