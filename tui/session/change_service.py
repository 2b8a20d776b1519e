"""The writing half of a session: plan, check, send, undo, recover, and the journal of all that.

No widget and no screen is known here. Whatever is sent goes through `send`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from iam.aws.confirmed import Confirmed
from iam.runtime.threads import in_thread
from iam.text import safe
from tui.session.evaluation import evaluator_for

if TYPE_CHECKING:
    from iam.account.model import Account, Entity, ManagedPolicy
    from iam.changes.apply import Outcome
    from iam.changes.batch import Batch
    from iam.changes.history import BatchRecord, History
    from iam.changes.journal import Journal, Op
    from iam.changes.plan import Change, Plan
    from iam.changes.recover import RecoveredChange
    from iam.verdicts.evaluator import Evaluator
    from tui.session.session import Session


class Changes:
    """What the operator may do to the account; belongs to one session."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.running: Batch | None = None
        """The batch that is under way."""
        self.unconfirmed: set[str] = set()
        """The ARNs of those whose last change AWS has not confirmed, or not shown in the last load;
        a reload settles it."""
        self.confirmed = Confirmed()
        self._journal: Journal | None = None
        self._held = ExitStack()
        """The folder of the demo's journal."""

    # Plans

    async def plan(self, op: Op, arns: Iterable[str]) -> Plan:
        """Work out what attaching or detaching the managed policy would do.

        Raises:
            AwsError: AWS cannot be asked.
        """
        chosen = frozenset(arns)
        await self._look_again(chosen)
        account, evaluator, managed = self.session.read

        def make() -> Plan:
            from iam.changes.plan import make_plan

            entities = [h for arn in chosen if (h := account.entity(arn)) is not None]
            return make_plan(evaluator, account, entities, op, managed.policy)

        return await in_thread(make)

    async def plan_of_undo(
        self, batch: BatchRecord, only: frozenset[str], again: frozenset[str]
    ) -> Plan:
        """Work out what reversing a batch would do.

        Raises:
            AwsError: Its policy cannot be read, or AWS cannot be asked.
        """
        await self._look_again(c.entry.principal for c in batch.reversible)
        account, _, managed = self.session.read
        policy = await self._policy(batch.entry.policy, account, managed.policy)

        def make() -> Plan:
            from iam.changes.plan import plan_of_undo

            shown = self._evaluator_of(policy)
            return plan_of_undo(shown, account, batch, policy, only=only, again=again)

        return await in_thread(make)

    async def _look_again(self, arns: Iterable[str]) -> None:
        """Read those again of whom a load says something else than AWS confirmed a moment ago.

        Raises:
            AwsError: AWS cannot be asked.
        """
        account, _, _ = self.session.read
        doubtful = self.confirmed.contradicted_in(account).intersection(arns)
        aws = await self.session.connection() if doubtful else None
        if aws is None or aws.credentials.account != account.id:
            return
        from iam.changes.preflight import read_attached

        entities = [h for arn in doubtful if (h := account.entity(arn)) is not None]
        found = await read_attached(aws, entities, self.confirmed)
        assert self.session.account is not None
        self.session.account = found.applied_to(self.session.account)
        self.unconfirmed.difference_update(found.attached)

    def _evaluator_of(self, policy: ManagedPolicy) -> Evaluator:
        """The judge for a policy's own sections: an undo may be of another than the managed one."""
        account, evaluator, managed = self.session.read
        return (
            evaluator
            if policy.arn == managed.policy.arn
            else evaluator_for(policy, account.partition)
        )

    async def _policy(self, arn: str, account: Account, managed: ManagedPolicy) -> ManagedPolicy:
        from iam.aws.calls import get_policy

        if arn == managed.arn:
            return managed
        known = account.policies.get(arn)
        if known is not None:
            return known
        aws = await self.session.connection()
        if aws is None:
            from iam.errors import AwsError

            name = arn.rsplit("/", 1)[-1]
            raise AwsError(
                "NoSuchEntity",
                f"The file does not hold the policy {safe(name)}.",
                "Undo it at AWS.",
            )
        return await get_policy(aws, arn)

    async def check(self, plan: Plan, on_progress: Callable[[int], None] | None = None) -> Plan:
        """Ask AWS what has changed since the account was read, and make the plan anew.

        Raises:
            AwsError: AWS cannot be asked.
        """
        from iam.changes.plan import make_plan
        from iam.changes.preflight import preflight

        account, _, _ = self.session.read
        left = [left.entity for left in (*plan.unneeded, *plan.blocked)]
        entities: list[Entity] = [*(change.entity for change in plan.changes), *left]
        aws = await self.session.connection()
        if aws is None or not plan.changes:
            return plan
        aws.require(account.id)
        who, policy = self.session.caller, plan.policy.arn
        found = await preflight(
            aws, account, entities, plan.op, policy, who, on_progress, self.confirmed
        )
        self.session.account = account = found.applied_to(account)

        before = {left.entity.arn: left.why for left in plan.blocked if not left.groups}

        def again() -> Plan:
            return make_plan(
                self._evaluator_of(plan.policy),
                account,
                [account.entity(h.arn) or h for h in entities],
                plan.op,
                plan.policy,
                blocked=before | dict(found.blocked),
                warnings=tuple(dict.fromkeys((*plan.warnings, *found.warnings))),
                undoes=plan.undoes,
            )

        return await in_thread(again)

    # Sending

    def batch(self, plan: Plan, told: Callable[[], None] | None = None) -> Batch:
        """Get the changes of a plan ready to be sent."""
        from iam.changes.batch import Batch

        return Batch(plan.changes, self.send, told)

    async def run(self, batch: Batch) -> None:
        """Send a batch, if the journal can be used; other copies of the app leave its intents
        alone meanwhile."""
        from iam.changes.journal import JournalError

        try:
            journal = await self.journal()
            with journal.changing():
                self.running = batch
                await batch.run()
        except JournalError as failure:
            batch.give_up(str(failure))
        except Exception as fault:
            batch.give_up(f"A fault in the program ({type(fault).__name__}) ended it.")
            raise
        finally:
            # Cut short by the end of the app it stays, so that what is open can be told.
            if batch.ended.is_set():
                self.running = None

    async def send(self, change: Change, batch: str, hurry: asyncio.Event) -> Outcome:
        """Send one change, journalled and read back; the account then says what AWS says.

        Raises:
            JournalError: Nothing was sent.
        """
        from iam.changes.apply import apply

        session = self.session
        aws = await session.connection()
        assert aws is not None and session.account is not None
        outcome = await apply(
            aws,
            await self.journal(),
            change,
            account_id=session.account.id,
            caller=session.caller,
            batch=batch,
            hurry=hurry,
            confirmed=self.confirmed,
        )
        arn = change.entity.arn
        now = session.account.entity(arn)
        if outcome.attached is not None and now is not None:
            now = replace(now, attached=outcome.attached)
            session.account = session.account.with_entities([now])
        if outcome.ending == "unconfirmed":
            self.unconfirmed.add(arn)
        elif outcome.ending in ("done", "unneeded"):
            self.unconfirmed.discard(arn)
        return outcome

    def reloaded(self, account: Account) -> None:
        """Mark those, and only those, whose confirmed change a new load does not show."""
        self.unconfirmed = self.confirmed.contradicted_in(account)

    def in_doubt(self, entity: Entity) -> bool:
        """Whether AWS has not confirmed the last change to this one, or to a group of its."""
        if not self.unconfirmed:
            return False
        account = self.session.account
        arns = {g.arn for name in entity.groups if account and (g := account.groups.get(name))}
        return bool(self.unconfirmed & {entity.arn, *arns})

    # The journal

    async def history(self) -> History:
        """All that the journal says.

        Raises:
            JournalError: It cannot be read.
        """
        from iam.changes.history import read_history

        return await in_thread(read_history, (await self.journal()).path)

    async def recover(self) -> tuple[RecoveredChange, ...]:
        """Find out how the changes ended that an earlier run of the app did not see the end of.

        Raises:
            JournalError: The journal cannot be read or written.
        """
        aws = await self.session.connection()
        if aws is None or self.session.account is None:
            return ()
        if aws.credentials.account != self.session.account.id:
            return ()  # these credentials know nothing of that account
        await in_thread(import_module, "iam.changes.recover")  # which takes longer than a frame
        from iam.changes.journal import JournalError
        from iam.changes.recover import recover

        account_id = self.session.account.id
        try:
            journal = await self.journal()
        except JournalError:
            if self.session.launch.writable:
                raise
            return ()  # nowhere to have recorded a change, and none will be made
        return await recover(aws, journal, account_id, confirmed=self.confirmed)

    async def journal(self) -> Journal:
        """The journal, at the place that the operator named or the platform has for it.

        Raises:
            JournalError: The platform has none.
        """
        if self._journal is None:
            self._journal = await in_thread(self._open_journal)
        return self._journal

    def _open_journal(self) -> Journal:
        from iam.changes.journal import Journal, default_path

        launch = self.session.launch
        if launch.journal:
            return Journal(Path(launch.journal))
        if launch.demo:
            from iam.runtime.temporary_folder import temporary_folder

            return Journal(self._held.enter_context(temporary_folder()) / "journal.jsonl")
        return Journal(default_path())

    def close(self) -> None:
        """Forget the demo's journal, which is of an account that is no more."""
        self._held.close()
