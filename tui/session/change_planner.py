"""What a change would do: plans of attaching, detaching and undoing, checked with AWS.

Nothing is sent here that changes anything; `tui.session.change_service` sends what was planned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from iam.arn import Arn
from iam.runtime.threads import in_thread
from iam.text import safe
from tui.session.evaluation import evaluator_for
from tui.session.planned_models import PlannedModels

if TYPE_CHECKING:
    from iam.account.model import Account, Entity, ManagedPolicy
    from iam.changes.history import BatchRecord
    from iam.changes.journal import Op
    from iam.changes.plan import Plan
    from iam.verdicts.evaluator import Evaluator
    from tui.session.models import Models
    from tui.session.state import SessionState


class ChangePlanner:
    """Plans changes of the account of a session."""

    def __init__(self, state: SessionState, models: Models) -> None:
        self.state = state
        self._model_effects = PlannedModels(state, models)

    async def plan(self, op: Op, arns: Iterable[str]) -> Plan:
        """Work out what attaching or detaching the managed policy would do.

        Raises:
            AwsError: AWS cannot be asked.
        """
        chosen = frozenset(arns)
        await self.state.answers_known()
        await self._read_contradicted(chosen)
        account, evaluator, managed = self.state.read

        def make() -> Plan:
            from iam.changes.plan import make_plan

            entities = [entity for arn in chosen if (entity := account.entity(arn)) is not None]
            plan = make_plan(evaluator, account, entities, op, managed.policy)
            return self._model_effects.of_few(plan, account)

        return await in_thread(make)

    async def plan_of_undo(
        self, batch: BatchRecord, only: frozenset[str], again: frozenset[str]
    ) -> Plan:
        """Work out what reversing a batch would do.

        Args:
            batch: What to reverse.
            only: The ARNs whose changes are reversed; empty for all.
            again: The ARNs that have been changed again since.

        Raises:
            AwsError: Its policy cannot be read, or AWS cannot be asked.
        """
        await self.state.answers_known()
        await self._read_contradicted(change.entry.principal for change in batch.reversible)
        account, _, managed = self.state.read
        policy = await self._policy(batch.entry.policy, account, managed.policy)

        def make() -> Plan:
            from iam.changes.undo_plan import plan_of_undo

            evaluator = self._evaluator_of(policy)
            plan = plan_of_undo(evaluator, account, batch, policy, only=only, again=again)
            return self._model_effects.of_few(plan, account)

        return await in_thread(make)

    async def check(self, plan: Plan, on_progress: Callable[[int], None] | None = None) -> Plan:
        """Ask AWS what has changed since the account was read, and make the plan again.

        Raises:
            AwsError: AWS cannot be asked.
        """
        from iam.changes.plan import make_plan
        from iam.changes.preflight import preflight

        state = self.state
        await state.organization_pending.wait()
        await state.keys_pending.wait()
        account, _, _ = state.read
        left_out = [left.entity for left in (*plan.unneeded, *plan.blocked)]
        entities: list[Entity] = [*(change.entity for change in plan.changes), *left_out]
        aws = await state.connection_to(account) if plan.changes else None
        if aws is None:
            return await in_thread(self._model_effects.of_all, plan, account)
        unread = []
        if plan.op == "detach" and state.keys_pending.waiting:
            unread = ["The API keys are still being read: some may stop working."]
        findings = await preflight(
            aws,
            account,
            entities,
            plan.op,
            plan.policy.arn,
            state.caller,
            on_progress,
            state.confirmed,
        )
        # More of the account may have been read meanwhile: never what was known before.
        if state.account is not None and state.account.id == account.id:
            account = state.account
        state.account = account = findings.applied_to(account)

        blocked_before = {left.entity.arn: left.why for left in plan.blocked if not left.groups}

        def make_again() -> Plan:
            made = make_plan(
                self._evaluator_of(plan.policy),
                account,
                [account.entity(entity.arn) or entity for entity in entities],
                plan.op,
                plan.policy,
                blocked=blocked_before | dict(findings.blocked),
                warnings=tuple(dict.fromkeys((*plan.warnings, *findings.warnings, *unread))),
                undoes=plan.undoes,
            )
            return self._model_effects.of_all(made, account)

        return await in_thread(make_again)

    async def _read_contradicted(self, arns: Iterable[str]) -> None:
        """Read those again of whom the load says something else than AWS confirmed a moment ago.

        Raises:
            AwsError: AWS cannot be asked.
        """
        state = self.state
        account, _, _ = state.read
        contradicted = state.confirmed.contradicted_in(account).intersection(arns)
        aws = await state.connection_to(account, required=False) if contradicted else None
        if aws is None:
            return
        from iam.changes.preflight import read_attached

        entities = [entity for arn in contradicted if (entity := account.entity(arn)) is not None]
        findings = await read_attached(aws, entities, state.confirmed)
        assert state.account is not None
        state.account = findings.applied_to(state.account)
        state.unconfirmed.difference_update(findings.attached)

    def _evaluator_of(self, policy: ManagedPolicy) -> Evaluator:
        """The evaluator of a policy's sections; an undo may be of another than the managed one."""
        account, evaluator, managed = self.state.read
        return (
            evaluator
            if policy.arn == managed.policy.arn
            else evaluator_for(policy, account.partition)
        )

    async def _policy(self, arn: str, account: Account, managed: ManagedPolicy) -> ManagedPolicy:
        from iam.aws.calls import get_policy

        if arn == managed.arn:
            return managed
        loaded = account.policies.get(arn)
        if loaded is not None:
            return loaded
        aws = await self.state.connection()
        if aws is None:
            from iam.errors import AwsError

            name = Arn.parse(arn).name
            raise AwsError(
                "NoSuchEntity",
                f"The file does not contain the policy {safe(name)}.",
                "Undo the change in AWS.",
            )
        return await get_policy(aws, arn)
