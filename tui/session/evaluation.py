"""Judge everybody in an account, in threads, some at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING

from iam.runtime.gc_control import no_garbage
from iam.runtime.threads import import_for, in_thread

if TYPE_CHECKING:
    from iam.account.model import Account, Holder, ManagedPolicy, Unread
    from iam.verdicts.evaluator import Judge
    from iam.verdicts.result import PrincipalResult, Summary

    Judged = Sequence[tuple[Holder, Summary | PrincipalResult]]
    """Some of those whom a managed policy can be attached to, with what they may do."""

_AT_ONCE = 500
"""Principals that are judged before others are shown."""


def judge_for(policy: ManagedPolicy, partition: str, action: str | None = None) -> Judge:
    """A judge of all that a policy grants, or of one action, which the catalogue must know."""
    import_for("verdicts.evaluator", "verdicts.hidden_grants", "reports.audit")
    from iam.policy.action_catalogue import catalogue
    from iam.verdicts.evaluator import Judge

    known = catalogue()
    return Judge(policy, known, partition, known.find(action) if action else None)


async def judge_all(judge: Judge, account: Account) -> AsyncIterator[Judged]:
    """Judge all users, roles and groups of an account, some at a time."""
    holders = account.holders
    with no_garbage():
        for start in range(0, len(holders), _AT_ONCE):
            yield await judge_these(judge, account, holders[start : start + _AT_ONCE])


async def judge_these(judge: Judge, account: Account, holders: Sequence[Holder]) -> Judged:
    """Judge some in a thread: in sums, but of a single action with the reasons."""
    judged = judge.result if judge.only else judge.summary
    return await in_thread(lambda: [(holder, judged(account, holder)) for holder in holders])


async def unread_in(account: Account, judge: Judge, judged: Judged) -> tuple[Unread, ...]:
    """All of an account that could not be read or understood.

    Args:
        account: As far as it could be read.
        judge: Of all that the managed policy grants.
        judged: All of the account, be it by another judge.
    """

    def look() -> tuple[Unread, ...]:
        from iam.reports.audit import uncertain_results, unread_of
        from iam.verdicts.result import PrincipalResult, Summary

        known = [(h, one) for h, one in judged if h.type != "group"]
        results = [(p, r) for p, r in known if isinstance(r, PrincipalResult)]
        summed = [(p, s) for p, s in known if isinstance(s, Summary)]
        results += uncertain_results(account, judge, summed)
        return unread_of(account, judge.managed, results)

    return await in_thread(look)
