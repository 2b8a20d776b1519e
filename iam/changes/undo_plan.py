"""What reversing a batch would do: a plan of the opposite, for what is still in effect."""

from __future__ import annotations

from collections.abc import Iterable

from iam.account.model import Account, ManagedPolicy
from iam.arn import Arn
from iam.changes.history import BatchRecord
from iam.changes.journal import Op
from iam.changes.plan import Plan, make_plan
from iam.verdicts.evaluator import Evaluator


def plan_of_undo(
    evaluator: Evaluator,
    account: Account,
    batch: BatchRecord,
    policy: ManagedPolicy,
    *,
    only: frozenset[str] = frozenset(),
    again: frozenset[str] = frozenset(),
) -> Plan:
    """Work out what reversing a batch would do.

    Args:
        evaluator: Evaluates the sections that are shown.
        account: The account before the changes.
        batch: The batch to reverse: those of its changes that took effect and still are in effect.
        policy: The policy of the batch.
        only: The ARNs of the entities to change; empty for all of the batch.
        again: The ARNs of entities that later batches changed; they cannot be undone here.
    """
    chosen = [c.entry.principal for c in batch.reversible if not only or c.entry.principal in only]
    entities = [entity for arn in chosen if (entity := account.entity(arn)) is not None]
    op: Op = "detach" if batch.entry.op == "attach" else "attach"
    return make_plan(
        evaluator,
        account,
        entities,
        op,
        policy,
        blocked=dict.fromkeys(again, "it was changed again later: undo that change instead"),
        warnings=(*_missing(chosen, account), *_never_confirmed(batch, chosen)),
        undoes=batch,
    )


def _never_confirmed(batch: BatchRecord, chosen: Iterable[str]) -> list[str]:
    arns = set(chosen)
    count = sum(c.state == "unconfirmed" for c in batch.reversible if c.entry.principal in arns)
    if not count:
        return []
    return [f"AWS never confirmed {count} of these changes: somebody else may have made them."]


def _missing(arns: Iterable[str], account: Account) -> list[str]:
    missing = [arn for arn in arns if account.entity(arn) is None]
    return [f"{Arn.parse(arn).name} is no longer in the account." for arn in missing]
