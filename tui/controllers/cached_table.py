"""With `--cache`: the table of an earlier day until the account has been read, kept again after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iam.runtime.threads import in_thread
from tui.controllers.table_rows import picture_of

if TYPE_CHECKING:
    from textual.timer import Timer

    from iam.cache.table_snapshot import TableSnapshot
    from tui.controllers.verdict_store import VerdictStore
    from tui.controllers.view import MainView


class CachedTable:
    """Recalls the table of an earlier day, lets its age grow, and keeps the new one."""

    def __init__(self, view: MainView, verdicts: VerdictStore) -> None:
        self.view = view
        self.verdicts = verdicts
        self.cache = view.session.cache
        self._aging: Timer | None = None

    async def recall(self) -> TableSnapshot | None:
        """The table of an earlier day; None without one."""
        try:
            return await self.cache.recall_table()
        except OSError as error:
            self.view.toast(str(error), severity="warning")
            return None

    def show_age(self) -> None:
        """Show how old the account is, until it has been read again."""
        if self._aging is not None:
            self._aging.stop()
        self._aging = self.view.set_interval(1, self._update_age)

    def _update_age(self) -> None:
        age = self.view.session.age
        if not age:
            assert self._aging is not None
            self._aging.stop()
        elif age != self.view.bar.stale:
            self.view.bar = self.view.bar._replace(stale=age)
            self.view.show_bar()

    async def recall_account(self) -> None:
        """Load the cached account, for the details, where AWS cannot be asked."""
        try:
            await self.cache.recall_account()
        except OSError as error:
            self.view.toast(str(error), severity="warning")

    async def keep(self) -> None:
        """Write the account to the cache, if that is wanted."""
        if not self.cache.wanted:
            return
        # A copy: the thread would see the verdicts change.
        by_arn = dict(self.verdicts.by_arn)
        picture = await in_thread(picture_of, *self.view.session.read, by_arn, self.verdicts.unread)
        if picture is None:
            return
        try:
            await self.cache.keep(picture)
        except OSError as error:
            self.view.toast(str(error), severity="warning")
