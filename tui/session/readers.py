"""Which process reads the account: this one, or for a large account another one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from iam.runtime.threads import in_thread
from tui.options import Launch
from tui.session.account_reader import AccountReader, OpenedAccount
from tui.session.reader_process import ReaderError, ReaderProcess, start_reader

if TYPE_CHECKING:
    from iam.account.model import Account

    Reader = AccountReader | ReaderProcess

_SMALL = 2000
"""Principals; fewer are read again sooner than a process starts."""


class Readers:
    """The reader of a session, and what the next one will be."""

    def __init__(
        self,
        with_endpoint: Callable[[Launch], Launch],
        started: ReaderProcess | None,
        *,
        other_process: bool,
    ) -> None:
        """Prepare them.

        Args:
            with_endpoint: Completes a launch; it may start the embedded account, and blocks.
            started: The first reader, if it has been started.
            other_process: Whether large accounts are read in another process.
        """
        self.current: Reader | None = started
        """The last one."""
        self.other_process = other_process
        self._with_endpoint = with_endpoint
        self._started = started

    async def open(self, launch: Launch, before: Account | None) -> tuple[Reader, OpenedAccount]:
        """Start reading, and find out whose account it is.

        Args:
            launch: What the operator asked for.
            before: The account that was read last, if there is one.

        Raises:
            AwsError, DemoError, SnapshotError, ReaderError: In words; each is one sentence for the
                operator.
        """
        reader: Reader | None
        reader, self._started = self._started, None
        if reader is None:
            self.close()
            self.current = reader = await self._start(launch, before)
        try:
            return reader, await reader.open()
        except ReaderError:
            # Whatever prevents another process from reading, this one can do it.
            self.other_process = False
            self.current = reader = await self._start(launch, before)
            return reader, await reader.open()

    async def _start(self, launch: Launch, before: Account | None) -> Reader:
        large = before is None or len(before.principals) > _SMALL
        # Not in a thread: if the operator reloads just now, a process that nobody listens to would
        # stay.
        process = start_reader(launch) if self.other_process and large else None
        if process is not None:
            return process
        read_before = before if launch.snapshot == "-" else None
        return AccountReader(await in_thread(self._with_endpoint, launch), read_before)

    def close(self) -> None:
        """End what is left of a reader that nobody waits for any more."""
        if self.current is not None:
            self.current.close()
        self.current = None
