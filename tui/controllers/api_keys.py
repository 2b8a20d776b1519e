"""The Bedrock API keys of the account: read once it is on the screen, then shown on demand."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iam.changes.journal import KeyOp
    from tui.controllers.change import ChangeController
    from tui.controllers.evaluation import EvaluationController
    from tui.controllers.view import MainView
    from tui.dialogs.api_keys import Wanted


class ApiKeysController:
    """Reads and shows the keys, for the main screen."""

    def __init__(
        self, view: MainView, evaluation: EvaluationController, change: ChangeController
    ) -> None:
        self.view = view
        self.session = view.session
        self.evaluation = evaluation
        self.change = change
        self._pending = asyncio.Event()
        """Set unless the keys are about to be read, or being read."""
        self._pending.set()

    @property
    def pending(self) -> bool:
        """Whether they are about to be read, or being read."""
        return not self._pending.is_set()

    def expect(self) -> None:
        """Say that they are about to be read; previews of changes wait for them."""
        if self.session.launch.snapshot is None:
            self._pending = self.session.keys_pending.expect()

    def give_up(self) -> None:
        """Say that they will not be read: the account could not be read."""
        self._pending.set()

    async def read(self) -> None:
        """Read them from AWS, and mark those who have some in the table."""
        pending = self._pending
        try:
            asked = await self.session.load_api_keys()
            if asked:
                await self.evaluation.show_keys()
                self.view.show_details()
        except Exception as error:
            if self.view.is_attached:  # else the app has ended meanwhile
                self.view.toast_error(error)
        finally:
            pending.set()  # not that of a later load, which may have cancelled this one

    def show(self) -> None:
        """Open the list of keys."""
        if not self.view.loaded:
            self.view.toast("The account is still being read; wait until it is complete.")
        elif self.pending:
            self.view.toast("The API keys are still being read; wait a moment.")
        else:
            self.view.open_dialog(self._show, "api keys shown", exclusive=False)

    async def _show(self) -> None:
        """Show the list, and again after each change that was asked for in it."""
        chosen = ""
        try:
            while (wanted := await self._ask(chosen)) is not None:
                chosen = wanted.use.key.id
                if wanted.op == "owner":
                    self._go_to_owner(wanted)
                    return
                if wanted.op == "undo":
                    self.change.begin_undo()
                    return
                await self._change(wanted.op, chosen)
        except Exception as error:
            self.view.toast_error(error)

    async def _ask(self, chosen: str) -> Wanted | None:
        from tui.dialogs.api_keys import ApiKeysScreen
        from tui.session.api_keys import key_report

        report = await key_report(self.session)
        screen = ApiKeysScreen(
            report,
            chosen,
            self.view.glyphs,
            changeable=self.session.launch.plans,
            in_doubt=frozenset(self.session.unconfirmed_keys),
        )
        return await self.view.app.push_screen_wait(screen)

    async def _change(self, op: KeyOp, key_id: str) -> None:
        from tui.controllers.api_key_change import change_key

        view = self.view
        if refusal := self.change.refusal:
            view.toast(refusal, severity="warning")
            return
        view.changing = True
        try:
            await change_key(view, op, key_id)
        except Exception as error:
            view.toast_error(error)
        finally:
            view.changing, view.may_leave = False, True

    def _go_to_owner(self, wanted: Wanted) -> None:
        from widgets.rows import View

        if wanted.use.owner is not None:
            self.view.show_view(View())
            self.view.table.go_to(wanted.use.owner.arn)
