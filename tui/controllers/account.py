"""The account from AWS to the screen: connect, read, show what arrives, have it evaluated.

The session reads, the widgets show; this controller connects them.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from iam.counts import counted
from iam.runtime import gc_control
from iam.runtime.threads import in_thread
from tui.controllers.announcement import announcement
from tui.controllers.cached_table import CachedTable

if TYPE_CHECKING:
    from iam.account.model import Account
    from iam.aws.managed_policy import Managed
    from tui.controllers.evaluation import EvaluationController
    from tui.controllers.view import MainView
    from tui.session.account_reader import OpenedAccount


class AccountController:
    """Reads the account, for the main screen."""

    def __init__(self, view: MainView, evaluation: EvaluationController) -> None:
        self.view = view
        self.session = view.session
        self.evaluation = evaluation
        self.cached_table = CachedTable(view, evaluation.verdicts)
        self._principals_read = 0

    async def read(self) -> None:
        """Connect, read, evaluate.

        Raises:
            AwsError, DemoError, SnapshotError, ReaderError: In words.
        """
        self.evaluation.discard_pending()
        if self.session.account is not None:
            await in_thread(gc_control.sweep)
        before = self.session.account
        with gc_control.no_garbage():
            try:
                await self._read()
            except Exception:
                await self._fall_back(before)
                raise

    async def _fall_back(self, before: Account | None) -> None:
        """Show the account as it was read earlier, marked with its age, where there is one.

        Changes of it are planned as after any load: they are checked with AWS before they are sent.

        Args:
            before: The account that had been read completely when this load began.
        """
        session, view = self.session, self.view
        if session.cache.stale:
            await self.cached_table.recall_account()
        elif (
            before is not None and before is session.account and before.label == view.bar.account_id
        ):
            session.outdated = True
            self.evaluation.discard_pending()
            # Some rows may be those of the load that failed.
            await self.evaluation.evaluate(self.evaluation.asked or session.read[1])
            self.cached_table.show_age()
            view.loaded = True

    async def _read(self) -> None:
        self.view.show_progress(announcement(self.session.launch))
        opening = asyncio.create_task(self.session.open())
        try:
            await self._show_cached_table()
            opened = await opening
        finally:
            opening.cancel()
        self._show_opened(opened)
        self.view.show_progress("reading the account …")
        self._principals_read = 0
        await self.session.load(self._on_page)
        await self.show_policy()
        self.view.loaded = True

    async def show_policy(self) -> None:
        """Show the managed policy, and evaluate everybody for it."""
        self.evaluation.stop_asking()
        _, evaluator, managed = self.session.read
        self.view.bar = self.view.bar._replace(
            policy=managed.policy.name,
            version=managed.policy.version,
            policy_note=_policy_note(managed),
            counts={},  # those of the policy before
            answers={},
        )
        self.view.details.clear()
        await self.evaluation.evaluate(evaluator)

    async def _show_cached_table(self) -> None:
        """Show the table of an earlier day until the account has been read."""
        picture = await self.cached_table.recall()
        if picture is None:
            return
        await self.evaluation.show_picture(picture)
        _, name, version = picture.policy
        self.view.bar = self.view.bar._replace(
            account_id=picture.account_id, alias=picture.alias or "", policy=name, version=version
        )
        self.evaluation.show_counts()
        self.cached_table.show_age()

    def _show_opened(self, opened: OpenedAccount) -> None:
        """Show whose account it is."""
        view = self.view
        if opened.account_id != view.bar.account_id:
            if before := view.bar.account_id:
                text = f"This is account {opened.account_id} now, no longer {before}."
                view.toast(text, severity="warning", timeout=15)
            # Rows of another account must not stand below this one's ID.
            if self.session.cache.stale:
                self.session.cache.forget()
            self.evaluation.verdicts.forget_account()
            view.bar = view.bar._replace(
                counts={},
                answers={},
                unread=0,
                policy="",
                policy_note="",
                organization="",
                stale="",
            )
            view.table.keep_rows((), more=True)
            view.details.clear()
        view.bar = view.bar._replace(
            account_id=opened.account_id,
            alias=opened.alias or "",
            caller=opened.caller or "",
            region=opened.region or "",
            endpoint=opened.endpoint,
            profile=opened.profile or "",
            file=opened.file or "",
        )
        view.show_bar()

    def _on_page(self, page: Account) -> None:
        self._principals_read += len(page.principals)
        done, expected = self._principals_read, self.session.expected
        of = counted(expected or done, "principal")
        read = f"{done:,} of {of}" if expected else of
        self.evaluation.show_page(page, f"{read} read", done / expected if expected else None)


def _policy_note(managed: Managed) -> str:
    """Where the policy's document is from, if not from AWS."""
    if managed.source == "shipped":
        return f"shipped {managed.as_of}"
    return "" if managed.source == "live" else "from account data"
