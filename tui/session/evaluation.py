"""Evaluate all users, roles and groups of an account, in threads, some at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from iam.runtime.gc_control import no_garbage
from iam.runtime.threads import import_for, in_thread

if TYPE_CHECKING:
    from iam.account.model import Account, Entity, ManagedPolicy
    from iam.account.unread import Unread
    from iam.reports.audit import Audit, SourceName, Watch
    from iam.verdicts.evaluator import Evaluator
    from iam.verdicts.result import PrincipalResult, Summary

    Evaluated = Sequence[tuple[Entity, Summary | PrincipalResult]]
    """Some users, roles and groups, with their verdicts."""

_AT_ONCE = 500
"""Principals that are evaluated before their verdicts are shown."""


def evaluator_for(
    policy: ManagedPolicy, partition: str, action: str | None = None, resource: str | None = None
) -> Evaluator:
    """An evaluator of all that a policy grants, or of some actions.

    Args:
        policy: The managed policy.
        partition: The partition of the account.
        action: An action of the catalogue, or a pattern of some.
        resource: The only resource that they are asked about, or a pattern of some.
    """
    import_for("verdicts.evaluator", "verdicts.other_policies", "reports.audit")
    from iam.policy.action_catalogue import catalogue
    from iam.verdicts.evaluator import Evaluator

    actions = catalogue()
    chosen = actions.choose(action) if action else None
    if chosen is not None and resource:
        chosen = chosen.on(resource)
    return Evaluator(policy, actions, partition, chosen)


def evaluator_of(
    policy: ManagedPolicy, partition: str, account: str, question: str
) -> Evaluator | None:
    """An evaluator of one concrete action, maybe on one resource.

    Args:
        policy: The managed policy.
        partition: The partition of the account.
        account: Its ID.
        question: The action, or a question: see `iam.verdicts.resource_question`.

    Returns:
        The evaluator; None if there is no such action, or if it acts on no such resource.
    """
    from iam.policy.action_catalogue import catalogue
    from iam.verdicts.request import acts_on
    from iam.verdicts.resource_question import ResourceQuestion

    asked = ResourceQuestion.parse(question)
    action, resource = catalogue().find(asked.action), asked.arn(partition, account)
    if action is None or (resource and not acts_on(action, resource)):
        return None
    return evaluator_for(policy, partition, action.id, resource)


async def evaluate_all(evaluator: Evaluator, account: Account) -> AsyncIterator[Evaluated]:
    """Evaluate all users, roles and groups of an account, some at a time."""
    entities = account.entities
    with no_garbage():
        for start in range(0, len(entities), _AT_ONCE):
            yield await evaluate_some(evaluator, account, entities[start : start + _AT_ONCE])


async def evaluate_some(
    evaluator: Evaluator, account: Account, entities: Sequence[Entity]
) -> Evaluated:
    """Evaluate some in a thread: as summaries, for a single action with the reasons."""
    evaluate = evaluator.result if evaluator.only else evaluator.summary
    return await in_thread(lambda: [(entity, evaluate(account, entity)) for entity in entities])


async def audit_all(
    evaluator: Evaluator, account: Account, source: SourceName, caller: str | None, watch: Watch
) -> Audit:
    """Evaluate the whole account, with all reasons.

    Args:
        evaluator: Of all that the managed policy grants, or of a single action.
        account: As far as it could be read.
        source: Where it is from.
        caller: The ARN of the operator's identity; None for an account from a file.
        watch: Follows the progress, in a thread; what it raises ends the audit.
    """

    def take() -> Audit:
        from iam.reports.audit import take_audit

        now = datetime.now(UTC)
        return take_audit(account, evaluator, now=now, source=source, caller=caller, watch=watch)

    return await in_thread(take)


async def unread_in(
    account: Account, evaluator: Evaluator, evaluated: Evaluated
) -> tuple[Unread, ...]:
    """All of an account that could not be read or understood.

    Args:
        account: As far as it could be read.
        evaluator: Of all that the managed policy grants.
        evaluated: Everybody in the account, maybe by another evaluator.
    """

    def look() -> tuple[Unread, ...]:
        from iam.reports.not_read import uncertain_results, unread_of
        from iam.verdicts.result import PrincipalResult, Summary

        principals = [(entity, result) for entity, result in evaluated if entity.type != "group"]
        results = [(p, r) for p, r in principals if isinstance(r, PrincipalResult)]
        summaries = [(p, s) for p, s in principals if isinstance(s, Summary)]
        results += uncertain_results(account, evaluator, summaries)
        return unread_of(account, evaluator.managed, results)

    return await in_thread(look)
