"""The account of an earlier day (`--cache`), shown until it has been read again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from iam.runtime.gc_control import no_garbage
from iam.runtime.threads import import_for, in_thread
from tui.session.evaluation import evaluator_for

if TYPE_CHECKING:
    from iam.account.model import Account
    from iam.cache.store import CachedLoad
    from iam.cache.table_snapshot import TableSnapshot
    from tui.session.state import SessionState


class CachedAccount:
    """Reads and writes the cached account of a session."""

    def __init__(self, state: SessionState) -> None:
        self.state = state
        self.stale: datetime | None = None
        """When the account on the screen was read, while it is the cached one; else None."""
        self._recalled = False
        self._has_uses = False
        """The cached account says when Bedrock was last used."""

    async def recall_table(self) -> TableSnapshot | None:
        """The table as it was shown on an earlier day; None without one, and at a reload.

        Raises:
            CacheError: There is a file, and it is not to be used.
        """
        if not self._enabled or self._recalled:
            return None
        self._recalled = True

        def read() -> tuple[TableSnapshot, datetime, bool] | None:
            from iam.cache.store import recall_picture

            return recall_picture(self._path(), self.state.launch.policy)

        with no_garbage():
            recalled = await in_thread(read)
        if recalled is None:
            return None
        picture, self.stale, self._has_uses = recalled
        return picture

    async def recall_uses(self) -> Account | None:
        """The cached account if it says when Bedrock was last used; for the first load only.

        Raises:
            CacheError: It can no longer be read.
        """
        if not self._has_uses:
            return None
        self._has_uses = False

        def read() -> CachedLoad | None:
            from iam.cache.store import recall

            return recall(self._path())

        kept = await in_thread(read)
        return None if kept is None else kept.account

    async def recall_account(self) -> None:
        """Load the account behind that table, for the details, where AWS cannot be asked."""
        state = self.state
        if self.stale is None or state.account is not None:
            return

        def read() -> CachedLoad | None:
            from iam.cache.store import recall

            import_for("aws.managed_policy")
            return recall(self._path())

        with no_garbage():
            kept = await in_thread(read)
            if kept is None:
                return
            from iam.account.uses import with_relevant_uses
            from iam.aws.managed_policy import managed_policy
            from iam.errors import AwsError

            try:
                managed = await managed_policy(None, state.launch.policy, kept.account)
            except AwsError:
                return  # AWS may know this policy; the cached account does not have it
            evaluator = await in_thread(evaluator_for, managed.policy, kept.account.partition)
        account = with_relevant_uses(kept.account, managed.policy.arn)
        state.account, state.managed, state.evaluator = account, managed, evaluator

    def forget(self) -> None:
        """Drop the cached account, which is not the one of these credentials."""
        self.state.account = self.state.managed = self.state.evaluator = self.stale = None

    @property
    def wanted(self) -> bool:
        """Whether the account is to be written to the cache."""
        return self._enabled and self.state.account is not None and self.stale is None

    async def keep(self, picture: TableSnapshot) -> None:
        """Write the account to the cache.

        Args:
            picture: The table that shows it.

        Raises:
            CacheError: It could not be written.
        """
        account, policy = self.state.account, self.state.launch.policy
        assert account is not None

        def write() -> None:
            from iam.cache.store import keep

            keep(self._path(), account, datetime.now(UTC), picture, policy)

        await in_thread(write)

    def _path(self) -> Path:
        from iam.cache.store import path_for

        return path_for(self.state.launch.profile, self.state.launch.endpoint_url)

    @property
    def _enabled(self) -> bool:
        return self.state.launch.cache and self.state.launch.source == "live"
