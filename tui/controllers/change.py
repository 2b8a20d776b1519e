"""A change from the key to the account as it is afterwards: plan, review, send, show, tell.

The screens ask and show; `tui.session.change_service` sends. What joins them is here.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from iam.errors import AwsError
from iam.text import safe

if TYPE_CHECKING:
    from iam.changes.apply import Outcome
    from iam.changes.batch import Batch
    from iam.changes.history import BatchRecord, History
    from iam.changes.journal import Op
    from iam.changes.plan import Plan
    from iam.changes.recover import RecoveredChange
    from tui.dialogs.batch_progress import BatchScreen
    from tui.main_screen import MainScreen

_MOST_TOASTS = 3
_VERBS: dict[Op, str] = {"attach": "attached to", "detach": "detached from"}


class ChangeFlow:
    """Sees changes through, for the main screen."""

    def __init__(self, screen: MainScreen) -> None:
        self.screen = screen
        self.session = screen.session
        self.changes = screen.session.changes

    async def change(self, op: Op, arns: frozenset[str]) -> None:
        """Attach or detach the managed policy.

        Raises:
            AwsError, JournalError: In words; nothing was sent.
        """
        await self._review(await self.changes.plan(op, arns))

    async def undo_last(self, marked: frozenset[str]) -> None:
        """Reverse the last batch of this account, or what it did to those that are marked.

        Raises:
            AwsError, JournalError: In words; nothing was sent.
        """
        account, _, _ = self.session.read
        history = await self.changes.history()
        done = [batch for batch in history.of(account.id) if batch.reversible]
        if not done:
            self._say("Nothing has been changed in this account yet.")
        elif marked and not marked & {c.entry.principal for c in done[-1].reversible}:
            self._say("The last changes were not to any that is marked; esc takes the marks off.")
        else:
            await self._undo(done[-1], marked, history)

    async def undo(self, batch: BatchRecord) -> None:
        """Reverse a batch."""
        await self._undo(batch, frozenset(), await self.changes.history())

    async def _undo(self, batch: BatchRecord, only: frozenset[str], history: History) -> None:
        again = history.changed_after(batch)
        await self._review(await self.changes.plan_of_undo(batch, only, again))

    async def history(self) -> BatchRecord | None:
        """Show the history; returns the batch that the operator wants reversed.

        Raises:
            JournalError: The journal cannot be read.
        """
        from tui.dialogs.history import HistoryScreen

        screen = HistoryScreen(
            await self.changes.history(),
            self.screen.bar.account_id,
            (await self.changes.journal()).path,
            self.session.launch.plans,
            self.screen.glyphs,
        )
        return await self.screen.app.push_screen_wait(screen)

    async def recover(self) -> bool:
        """Settle and tell what an earlier run left open; returns whether some of it still is.

        Raises:
            JournalError: The journal cannot be read or written.
        """
        found = await self.changes.recover()
        settled = [each for each in found if each.phase is not None]
        if settled:
            self._say(_cut_short(settled), "Cut short before", "warning", 30)
        return len(settled) < len(found)

    # Review

    async def _review(self, plan: Plan) -> None:
        if not (plan.changes or plan.blocked or plan.unneeded or plan.warnings):
            self._say("Nobody is chosen.")
            return
        if not plan.changes and not plan.holding_groups:
            left = [*plan.blocked, *plan.unneeded]
            for each in left[:_MOST_TOASTS]:
                self._say(f"{each.entity.name}: {each.why}.", severity="warning")
            for warning in plan.warnings[:_MOST_TOASTS]:
                self._say(warning, severity="warning")
            # They may have been read again for it.
            await self.screen.show_changed([each.entity.arn for each in left])
            return
        from tui.dialogs.review import About, ReviewDialog, ShowGroup, commands_screen

        about = About(
            self.screen.bar.account_id,
            self.screen.bar.alias,
            self._commands,
            self.session.launch.confirm_above,
            self.session.launch.dry_run,
            self.screen.out_of_sight,
        )
        dialog = ReviewDialog(
            plan, lambda told: self.changes.check(plan, told), about, self.screen.glyphs
        )
        decision = await self.screen.app.push_screen_wait(dialog)
        # AWS may have said that the account is not as the table has it.
        looked_at = [change.entity.arn for change in dialog.plan.changes]
        looked_at += [e.entity.arn for e in (*dialog.plan.unneeded, *dialog.plan.blocked)]
        await self.screen.show_changed(looked_at)
        if isinstance(decision, ShowGroup):
            self.screen.show_group(decision.name)
        elif decision is not None and self.session.launch.dry_run:
            await self.screen.app.push_screen_wait(commands_screen(decision, about))
        elif decision is not None:
            await self._apply(decision)

    def _commands(self, plan: Plan) -> tuple[str, ...]:
        from iam.changes.cli_script import aws_commands

        profile = self.session.launch.profile
        return aws_commands(plan.changes, account=self.screen.bar.account_id, profile=profile)

    # Send

    async def _apply(self, plan: Plan) -> None:
        """Send a plan, and show what AWS says as it says it."""
        news = asyncio.Event()
        batch = self.changes.batch(plan, news.set)
        progress: BatchScreen | None = None
        closed: asyncio.Future[None] | None = None
        if batch.total > 1:
            from tui.dialogs.batch_progress import BatchScreen

            title = f"{plan.op.capitalize()} {plan.policy.name}"
            progress = BatchScreen(batch, title, self.session.renew, self.screen.glyphs)
            closed = self.screen.app.push_screen(progress, wait_for_dismiss=True)
        left = [left.entity.arn for left in (*plan.unneeded, *plan.blocked)]
        self.screen.table.unmark(left)  # what fails stays marked, to be tried again
        self.screen.may_leave = False
        if progress is None:
            name = batch.unsent[0].entity.name
            self.screen.say(f"{plan.op}ing {safe(plan.policy.name)}: {safe(name)} …")
        try:
            running = asyncio.create_task(self.changes.run(batch))
            try:
                await self._follow(batch, progress, news, running)
            except Exception:
                # Nothing else may begin while changes are under way, seen or not.
                await asyncio.wait({running})
                raise
            await running
        finally:
            self.screen.may_leave = True
            self.screen.say("")
            if progress is not None and _all_well(batch) and progress.is_active:
                progress.dismiss(None)
        self._tell(plan, batch, listed=progress is not None)
        if closed is not None and not _all_well(batch):
            await closed

    async def _follow(
        self,
        batch: Batch,
        progress: BatchScreen | None,
        news: asyncio.Event,
        running: asyncio.Task[None],
    ) -> None:
        """Show each outcome as it comes, until the batch has ended."""
        running.add_done_callback(lambda _: news.set())
        seen = 0
        while True:
            await news.wait()
            news.clear()
            if progress is not None:
                progress.update_batch()
            elif batch.paused is not None and not batch.stopped:
                batch.stop()  # there is nothing else to go on with
            new, seen = batch.outcomes[seen:], len(batch.outcomes)
            if new:
                await self.screen.show_changed([o.change.entity.arn for o in new])
                done = [o.change.entity.arn for o in new if o.ending in ("done", "unneeded")]
                self.screen.table.unmark(done)
            if running.done() and seen == len(batch.outcomes):
                if progress is not None:
                    progress.update_batch()
                return

    def _tell(self, plan: Plan, batch: Batch, *, listed: bool) -> None:
        """Sum up in toasts; what a screen has listed is not told again."""
        policy = plan.policy.name
        done = [o for o in batch.outcomes if o.ending == "done"]
        if done:
            self._say(f"{policy} {_VERBS[plan.op]} {_whom(done)}. u undoes it.")
        if batch.trouble:
            self._say(batch.trouble, "The journal", "error", 30)
        if listed:
            return
        for outcome in batch.outcomes:
            name = outcome.change.entity.name
            if outcome.ending == "unneeded":
                self._say(f"{name} was as wanted already; nothing was sent.")
            elif outcome.ending == "unconfirmed":
                self._say(_told(outcome.error), f"Not confirmed: {safe(name)}", "warning", 12)
            elif outcome.ending == "failed":
                self._say(_told(outcome.error), f"Not changed: {safe(name)}", "error", 12)
        if not batch.outcomes and batch.paused is not None:
            self._say(_told(batch.paused), "Nothing was sent", "error", 12)

    def _say(
        self, text: str, title: str = "", severity: str = "information", timeout: float = 6
    ) -> None:
        self.screen.notify(
            safe(text),
            title=title,
            severity=severity,  # type: ignore[arg-type]
            timeout=timeout,
            markup=False,
        )


def _all_well(batch: Batch) -> bool:
    endings = {outcome.ending for outcome in batch.outcomes}
    return endings <= {"done", "unneeded"} and not batch.unsent and not batch.trouble


def _told(error: AwsError | None) -> str:
    return str(error) if error else "AWS does not show it yet; r reloads."


def _whom(done: list[Outcome]) -> str:
    entities = [outcome.change.entity for outcome in done]
    if len(entities) == 1:
        return entities[0].name
    groups = sum(entity.type == "group" for entity in entities)
    parts = [f"{len(entities) - groups} principals"] if groups < len(entities) else []
    if groups:
        parts.append(f"{groups} groups")
    return " and ".join(parts)


def _cut_short(settled: list[RecoveredChange]) -> str:
    """What became of changes that an earlier run announced and did not see the end of."""
    words = {"done": "AWS shows it", "failed": "it did not happen", "unconfirmed": "not confirmed"}
    if len(settled) == 1:
        change, phase = settled[0].change, settled[0].phase
        entry = change.entry
        who = entry.principal.rsplit("/", 1)[-1]
        policy = entry.policy.rsplit("/", 1)[-1]
        return f"{entry.op} {policy}, {who}: {words[phase or 'unconfirmed']}."
    counts = {phase: sum(e.phase == phase for e in settled) for phase in words}
    told = ", ".join(f"{n} {words[phase]}" for phase, n in counts.items() if n)
    return f"{len(settled)} changes had no answer when the app ended: {told}. H shows them."
