"""A change from the key to the account after it: plan, review, send, show, report.

Dialogs ask and show; `tui.session.change_service` sends. This controller connects them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from tui.controllers.change_messages import nothing_to_change
from tui.controllers.notices import refusal
from tui.controllers.simulation import without_policy
from widgets.rows import View

if TYPE_CHECKING:
    from iam.changes.history import BatchRecord, History
    from iam.changes.journal import Op
    from iam.changes.plan import Plan
    from iam.changes.undo_order import Reversal
    from tui.controllers.sign_in import SignInController
    from tui.controllers.view import MainView


class ChangeController:
    """Sees changes through, from the key to the toast."""

    def __init__(self, view: MainView, sign_in: SignInController) -> None:
        self.view = view
        self.session = view.session
        self.changes = view.session.changes
        self.sign_in = sign_in

    # Begin

    def begin(self, op: Op) -> None:
        """Attach the managed policy to the marked entities, or detach it, after a review."""
        self._begin(partial(self._change, op))

    def begin_undo(self) -> None:
        """Reverse the last batch that is in effect, or what it did to the marked entities, after a
        review."""
        marked = self.view.table.marked
        self._begin(lambda _: self._undo_last(marked))

    def begin_redo(self) -> None:
        """Reverse the last undo, or what it did to the marked entities, after a review."""
        marked = self.view.table.marked
        self._begin(lambda _: self._redo_last(marked))

    def open_history(self) -> None:
        """Show the history; a batch that is chosen there is reversed after a review."""
        self.view.open_dialog(self._open_history, "history")

    async def _open_history(self) -> None:
        if (batch := await self._history()) is not None:
            self._begin(lambda _: self._undo_chosen(batch))

    @property
    def refusal(self) -> str | None:
        """Why nothing can be changed now, in words."""
        view, account = self.view, self.session.account
        several = account.label if account is not None and account.id is None else ""
        return refusal(
            self.session.launch,
            loaded=view.loaded,
            changing=view.changing,
            failed=view.has_notice,
            age=self.session.age,
            several=several,
        )

    def _begin(self, make: Callable[[frozenset[str]], Awaitable[None]]) -> None:
        """Begin a change; at once, so that a key pressed twice cannot begin two."""
        view = self.view
        if reason := self.refusal:
            view.toast(reason, severity="warning")
            return
        # What is under the cursor now: the next key may move it before the worker starts.
        row = view.table.cursor_row
        arns = view.table.marked or frozenset({row.arn} if row else ())
        view.changing = True
        view.open_dialog(partial(self._see_through, make, arns), "write", exclusive=False)

    async def _see_through(
        self, make: Callable[[frozenset[str]], Awaitable[None]], arns: frozenset[str]
    ) -> None:
        try:
            await make(arns)
        finally:
            self.view.changing, self.view.may_leave = False, True

    # Plan

    async def _change(self, op: Op, arns: frozenset[str]) -> None:
        """Attach or detach the managed policy.

        Raises:
            AwsError, JournalError: In words; nothing was sent.
        """
        await self._review(await self.session.planner.plan(op, arns))

    async def _undo_last(self, marked: frozenset[str]) -> None:
        """Reverse the last batch of this account that is neither undone nor an undo.

        Raises:
            AwsError, JournalError: In words; nothing was sent.
        """
        from iam.changes.undo_order import next_undo

        history = await self.changes.history()
        account = self._account_id
        if reversal := next_undo(history, account):
            await self._reverse(reversal, marked, history)
        elif any(batch.reversible for batch in history.of(account)):
            self.view.toast("Everything has been undone; U redoes the last undo.")
        else:
            self.view.toast("From here, bedrock-tui has changed nothing in this account yet.")

    async def _redo_last(self, marked: frozenset[str]) -> None:
        """Reverse the last undo of this account.

        Raises:
            AwsError, JournalError: In words; nothing was sent.
        """
        from iam.changes.undo_order import next_redo

        history = await self.changes.history()
        if reversal := next_redo(history, self._account_id):
            await self._reverse(reversal, marked, history)
        else:
            self.view.toast("Nothing to redo: nothing has been undone.")

    @property
    def _account_id(self) -> str:
        account, _, _ = self.session.read
        return account.id or ""

    async def _reverse(self, last: Reversal, marked: frozenset[str], history: History) -> None:
        """Reverse a batch, or what it did to the marked entities."""
        if marked and not marked & last.arns:
            self.view.toast("The last changes did not affect the marked ones; esc unmarks them.")
        else:
            await self._undo(last.batch, (marked & last.arns) or last.arns, history)

    async def _undo_chosen(self, batch: BatchRecord) -> None:
        """Reverse a batch that was chosen in the history."""
        from iam.changes.undo_order import in_effect, undone

        history = await self.changes.history()
        if arns := in_effect(batch, undone(history)):
            await self._undo(batch, arns, history)
        else:
            self.view.toast("Nothing to undo: these changes are undone already.")

    async def _undo(self, batch: BatchRecord, only: frozenset[str], history: History) -> None:
        from iam.changes.undo_order import changed_after

        if batch.entry.credential:
            from tui.controllers.api_key_change import undo_key

            await undo_key(self.view, batch)
            return
        again = changed_after(history, batch)
        await self._review(await self.session.planner.plan_of_undo(batch, only, again))

    async def _history(self) -> BatchRecord | None:
        """Show the history; returns the batch that the operator wants reversed.

        Raises:
            JournalError: The journal cannot be read.
        """
        from tui.dialogs.history import HistoryScreen

        account = self.session.account
        several = account.ids if account is not None and account.id is None else None
        screen = HistoryScreen(
            await self.changes.history(),
            several or (self.view.bar.account_id,),
            (await self.changes.journal()).path,
            self.session.launch.plans,
            self.view.glyphs,
        )
        return await self.view.app.push_screen_wait(screen)

    # Review

    async def _review(self, plan: Plan) -> None:
        view = self.view
        if not (plan.changes or plan.blocked or plan.unneeded or plan.warnings):
            view.toast("No user, role or group is chosen.")
            return
        if not plan.changes and not plan.holding_groups:
            for toast in nothing_to_change(plan):
                view.toast(*toast)
            # They may have been read again for the plan.
            await view.show_changed([e.entity.arn for e in (*plan.blocked, *plan.unneeded)])
            return
        from tui.controllers.sending import send
        from tui.dialogs.confirm import commands_screen
        from tui.dialogs.review import ReviewDialog
        from tui.dialogs.review_data import About, ShowGroup

        about = About(
            view.bar.account_id,
            view.bar.alias,
            self._commands,
            self.session.launch.confirm_above,
            self.session.launch.dry_run,
            self._hidden_marks(),
            partial(without_policy, self.session.simulator) if plan.op == "detach" else None,
        )
        dialog = ReviewDialog(
            plan,
            lambda on_progress: self.session.planner.check(plan, on_progress),
            about,
            view.glyphs,
        )
        decision = await view.app.push_screen_wait(dialog)
        view.may_leave = decision is None or isinstance(decision, ShowGroup) or about.dry_run
        # AWS may have said that the account is not as the table shows it.
        arns = [change.entity.arn for change in dialog.plan.changes]
        arns += [left.entity.arn for left in (*dialog.plan.unneeded, *dialog.plan.blocked)]
        await view.show_changed(arns)
        if isinstance(decision, ShowGroup):
            self._show_group(decision.name)
        elif decision is not None and self.session.launch.dry_run:
            screen = commands_screen(about.commands(decision), decision.op, dry_run=True)
            await view.app.push_screen_wait(screen)
        elif decision is not None:
            await send(view, self.changes, self.sign_in, decision)

    def _show_group(self, name: str) -> None:
        """Go to a group in the list of groups."""
        view, account = self.view, self.session.account
        groups = account.groups.values() if account else ()
        group = next((group for group in groups if group.name == name), None)
        view.close_details()
        view.show_view(View(kind="groups"))
        if group is not None:
            view.table.go_to(group.arn)

    def _hidden_marks(self) -> int:
        """How many of the marked entities the filter hides."""
        table = self.view.table
        return len(table.marked - {row.arn for row in table.shown})

    def _commands(self, plan: Plan) -> tuple[str, ...]:
        from iam.changes.cli_script import aws_commands

        profile = self.session.launch.profile
        return aws_commands(plan.changes, account=self.view.bar.account_id, profile=profile)
