"""When Bedrock was last used: asked of AWS in the background, then shown as a column."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.worker import Worker

    from tui.controllers.account import AccountController
    from tui.controllers.view import MainView

_GROUP = "last use"
_AT_ONCE = 500
"""Rows that are drawn again before the next key is looked at."""
_TOAST = 12.0


class LastUseController:
    """Asks for last use, for the main screen."""

    def __init__(self, view: MainView, account: AccountController) -> None:
        self.view = view
        self.session = view.session
        self.account = account
        self._worker: Worker[None] | None = None

    @property
    def asking(self) -> bool:
        """Whether AWS is being asked."""
        return self._worker is not None and not self._worker.is_finished

    def begin(self, *, in_details: bool) -> None:
        """Ask AWS, or stop asking.

        Args:
            in_details: Whether the operator is in the details: then AWS is asked about the
                principal there, else about the marked ones, else about all who have the policy.
        """
        if self.asking:
            self.cancel()
        elif self.session.launch.snapshot is not None:
            self.view.toast("The account is from a file, so AWS cannot be asked for last use.")
        elif not self.view.loaded:
            self.view.toast("The account is still being read; ask again when it is complete.")
        else:
            arns, of = self._chosen(in_details=in_details)
            if not arns and (in_details or self.view.table.marked):
                self.view.toast("A group uses nothing of its own; press L on one of its members.")
                return
            work = partial(self._see_through, arns, of)
            self._worker = self.view.run_in_background(work, _GROUP)

    def cancel(self) -> None:
        """Stop asking."""
        self.view.cancel_background(_GROUP)
        self.view.toast("Stopped asking for last use.")

    async def recall(self) -> None:
        """Show what AWS said before this start, if that was kept."""
        if await self.session.last_use.recall():
            await self._show(list(self.session.read[0].principals))

    def _chosen(self, *, in_details: bool) -> tuple[tuple[str, ...], int]:
        """Who is asked about one by one, and how many were wanted; none for all holders."""
        from iam.aws.last_use import MOST_JOBS
        from widgets.last_use_column import use_of

        table = self.view.table
        if in_details:
            rows = [table.cursor_row] if table.cursor_row else []
        else:
            rows = list(table.chosen) if table.marked else []
        wanted = [row for row in rows if row.type != "group"]
        # First those who have not been asked about one by one, so that another L goes on.
        wanted.sort(key=lambda row: (use := use_of(row)) is not None and use.asked == row.arn)
        return tuple(row.arn for row in wanted[:MOST_JOBS]), len(wanted)

    async def _see_through(self, arns: tuple[str, ...], of: int) -> None:
        try:
            await self._ask(arns, of)
        except Exception as error:
            if self.view.is_attached:
                self.view.toast_error(error)
        finally:
            if self.view.is_attached and self.view.loaded:
                self.view.show_progress("")

    async def _ask(self, arns: tuple[str, ...], of: int) -> None:
        view = self.view

        def progress(text: str) -> None:
            if view.loaded:  # else the progress of a reload is shown
                view.show_progress(f"Last use: {text} (L stops)")

        asked = await self.session.last_use.ask(arns, progress)
        if asked is None:
            view.toast("The answer on last use was dropped: account or policy are others now.")
            return
        account, _, _ = self.session.read
        await self._show(arns or list(account.principals))
        known = sum(p.bedrock_use is not None for p in account.principals.values())
        from iam.account.last_use import WHAT_COUNTS

        text = f"Last use: known of {known:,} of {len(account.principals):,}. {WHAT_COUNTS}"
        if len(arns) < of:
            text = f"Asked about {len(arns)} of {of:,}; press L again for the others. {text}"
        if asked.unread:
            view.toast(f"{text} Not all was answered; n lists what was not.", severity="warning",
                       timeout=_TOAST)  # fmt: skip
        else:
            view.toast(text, timeout=_TOAST)
        await self.account.cached_table.keep()

    async def _show(self, arns: list[str] | tuple[str, ...]) -> None:
        """Show it in the table and in the details."""
        evaluation = self.account.evaluation
        self.view.table.show_use(True)
        for start in range(0, max(1, len(arns)), _AT_ONCE):
            await evaluation.evaluate_changed(arns[start : start + _AT_ONCE])
            await asyncio.sleep(0)
        self.view.show_details()
