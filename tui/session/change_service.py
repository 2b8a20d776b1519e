"""The writing half of a session: send changes, journal them, recover what a crash left open.

Every change goes through `send`. It knows no widget and no screen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from iam.aws.confirmed import contradicted
from iam.runtime.threads import in_thread

if TYPE_CHECKING:
    from iam.account.api_keys import ApiKeys
    from iam.account.model import Account
    from iam.changes.apply import Outcome
    from iam.changes.batch import Batch
    from iam.changes.history import History
    from iam.changes.journal import Journal
    from iam.changes.key_plan import AnyChange, KeyPlan
    from iam.changes.plan import Plan
    from iam.changes.recover import RecoveredChange
    from tui.session.state import SessionState


class ChangeService:
    """Sends changes of the account of a session."""

    def __init__(self, state: SessionState) -> None:
        self.state = state
        self.running: Batch | None = None
        """The batch that is under way."""
        self._journal: Journal | None = None
        self._demo_folder = ExitStack()
        """Removes the folder of the demo's journal."""

    # Sending

    def batch(self, plan: Plan | KeyPlan, on_outcome: Callable[[], None] | None = None) -> Batch:
        """Prepare the changes of a plan for sending.

        Args:
            plan: What is to be changed.
            on_outcome: Called whenever something of the batch has changed.
        """
        from iam.changes.batch import Batch

        undoes = plan.undoes.id if plan.undoes else ""
        return Batch(plan.changes, partial(self.send, undoes=undoes), on_outcome)

    async def run(self, batch: Batch) -> None:
        """Send a batch, if the journal can be used.

        Meanwhile other copies of the app leave its intents alone.
        """
        from iam.changes.journal import JournalError

        try:
            journal = await self.journal()
            with journal.changing():
                self.running = batch
                await batch.run()
        except JournalError as failure:
            batch.give_up(str(failure))
        except Exception as error:
            batch.give_up(f"Unexpected error ({type(error).__name__}).")
            raise
        finally:
            # A batch that the end of the app interrupts stays, so that `run` can report it.
            if batch.ended.is_set():
                self.running = None

    async def send(
        self, change: AnyChange, batch: str, hurry: asyncio.Event, *, undoes: str = ""
    ) -> Outcome:
        """Send one change, journalled and read back, and update the account with what AWS returns.

        Args:
            change: The change.
            batch: The ID of its batch.
            hurry: Once set, nothing is waited for.
            undoes: The ID of the batch that this one reverses; empty if it reverses none.

        Raises:
            JournalError: Nothing was sent.
        """
        from iam.account.attachments import with_attached
        from iam.changes.apply import apply

        state = self.state
        aws = await state.connection()
        assert aws is not None and state.account is not None and state.account.id is not None
        outcome = await apply(
            aws,
            await self.journal(),
            change,
            account_id=state.account.id,
            caller=state.caller,
            batch=batch,
            undoes=undoes,
            hurry=hurry,
            confirmed=state.confirmed,
        )
        arn = change.entity.arn
        entity = state.account.entity(arn)
        if change.credential:
            if outcome.state is not None:
                keys = state.account.api_keys.with_signs(change.credential, outcome.state)
                state.account = replace(state.account, api_keys=keys)
        elif outcome.state is not None and entity is not None:
            entity = with_attached(entity, outcome.state)
            state.account = state.account.with_entities([entity])
        in_doubt = state.unconfirmed_keys if change.credential else state.unconfirmed
        if outcome.ending == "unconfirmed":
            in_doubt.add(change.credential or arn)
        elif outcome.ending in ("done", "unneeded"):
            in_doubt.discard(change.credential or arn)
        if outcome.ending == "failed" and not hurry.is_set():
            outcome = await self._explained(outcome)
        return outcome

    async def _explained(self, outcome: Outcome) -> Outcome:
        """Say which policy refused a change, where AWS denied it for lack of permission."""
        from iam.changes.refusal import Explanation, refusal_of

        account, caller = self.state.account, self.state.caller
        refusal = refusal_of(outcome.error) if outcome.error is not None else None
        if refusal is None or account is None:
            return outcome

        def explain() -> Explanation:
            from iam.changes.refusing_statement import explained
            from iam.policy.action_catalogue import catalogue

            return explained(refusal, outcome.change, account, caller, catalogue())

        try:
            explanation = await in_thread(explain)
        except Exception as error:  # whatever it is, the outcome of the change must not be lost
            words = f"Why it was refused could not be found out ({type(error).__name__})."
            explanation = Explanation((words,), refusal.command)
        return replace(outcome, refusal=explanation)

    def reloaded(self, account: Account) -> None:
        """Mark exactly those whose confirmed change a new load does not show."""
        self.state.unconfirmed = self.state.confirmed.contradicted_in(account)

    def keys_reloaded(self, keys: ApiKeys) -> None:
        """Mark exactly those keys whose confirmed change a new load does not show."""
        if keys.complete:
            confirmed = self.state.confirmed
            self.state.unconfirmed_keys = {
                key.id for key in keys.keys if contradicted(confirmed.of(key.id), key.signs)
            }

    # The journal

    async def history(self) -> History:
        """Everything in the journal.

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
        state = self.state
        if state.account is None:
            return ()
        account_id = state.account.id
        # Another account's credentials cannot say what became of these changes.
        aws = await state.connection_to(state.account, required=False)
        if aws is None or account_id is None:
            return ()
        await in_thread(import_module, "iam.changes.recover")  # which takes longer than a frame
        from iam.changes.journal import JournalError
        from iam.changes.recover import recover

        try:
            journal = await self.journal()
        except JournalError:
            if state.launch.writable:
                raise
            return ()  # no journal to have recorded a change in, and none will be made
        return await recover(aws, journal, account_id, confirmed=state.confirmed)

    async def journal(self) -> Journal:
        """The journal: the file that the operator named, or the platform's default.

        Raises:
            JournalError: The platform has no default.
        """
        if self._journal is None:
            self._journal = await in_thread(self._open_journal)
        return self._journal

    def _open_journal(self) -> Journal:
        from iam.changes.journal import Journal, default_path

        launch = self.state.launch
        if launch.journal:
            return Journal(Path(launch.journal))
        if launch.demo:
            from iam.runtime.temporary_folder import temporary_folder

            return Journal(self._demo_folder.enter_context(temporary_folder()) / "journal.jsonl")
        return Journal(default_path())

    def close(self) -> None:
        """Remove the demo's journal, whose account no longer exists."""
        self._demo_folder.close()
