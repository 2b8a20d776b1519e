"""Read an account in another process; this side only receives its messages.

An account of ten thousand principals takes 1.5 s of processor time to read and evaluate. In a
thread, that would keep the event loop from the operator's keys again and again, since Python runs
one thread at a time; and a process that starts before Textual is imported has the account sooner.
`tui/session/reader_worker.py` runs there. It ends with its task, or with this process.

Messages are pickled: by our own child, through a pipe that no other process has.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from iam.runtime.child_process import start_python
from iam.runtime.threads import import_for, in_thread
from tui.options import Launch
from tui.session.account_reader import OpenedAccount

if TYPE_CHECKING:
    from iam.account.model import Account
    from iam.account.unread import Unread
    from iam.aws.managed_policy import Managed
    from tui.session.evaluation import Evaluated

_PAUSE = 0.0005
"""Seconds between messages, for the event loop: frames would otherwise take twice as long."""
_GRACE = 5.0
"""Seconds until a process that does not end by itself is killed."""


class Expected(NamedTuple):
    """How many principals there are."""

    principals: int | None


class Page(NamedTuple):
    """More of the account has been read."""

    account: Account


class Loaded(NamedTuple):
    """All of the account has been read."""

    account: Account
    managed: Managed


class Evaluations(NamedTuple):
    """Some have been evaluated."""

    evaluated: Evaluated


class Done(NamedTuple):
    """Everybody has been evaluated."""

    unread: tuple[Unread, ...]


class Failed(NamedTuple):
    """The process could not complete its task."""

    error: Exception


class ReaderError(Exception):
    """Why the process could not complete its task, in one sentence."""


class ReaderProcess:
    """Reads an account and evaluates it, in another process; belongs to one event loop."""

    def __init__(self, launch: Launch) -> None:
        """Start the process.

        Raises:
            OSError: The system cannot start it.
        """
        self.expected: int | None = None
        """How many principals there are; None if unknown."""
        self.unread: tuple[Unread, ...] | None = None
        """All that could not be read or understood; None before everybody has been evaluated."""
        self._process = start_python("tui.session.reader_worker", stderr=subprocess.DEVNULL)
        # Not on its command line, which everybody on this machine can read: the endpoint may have
        # a password.
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it has ended; `_receive` reports that
            self._process.stdin.write(f"{asdict(launch)!r}\n".encode())
            self._process.stdin.flush()
        self._messages: asyncio.Queue[object] = asyncio.Queue()
        self._receiving: asyncio.Task[None] | None = None

    async def open(self) -> OpenedAccount:
        """As `AccountReader.open`; the result has the credentials, too.

        Raises:
            AwsError, SnapshotError, ReaderError: In words.
        """
        loop = asyncio.get_running_loop()
        self._receiving = asyncio.create_task(in_thread(self._receive, loop))
        opened = await self._next()
        assert isinstance(opened, OpenedAccount)
        return opened

    async def load(
        self, on_page: Callable[[Account], None] | None = None
    ) -> tuple[Account, Managed]:
        """As `AccountReader.load`."""
        while not isinstance(message := await self._next(), Loaded):
            if isinstance(message, Expected):
                self.expected = message.principals
            elif isinstance(message, Page) and on_page is not None:
                on_page(message.account)
        return message.account, message.managed

    async def evaluated(self) -> AsyncIterator[Evaluated]:
        """Everybody's verdicts, some at a time, once the account has been read."""
        while isinstance(message := await self._next(), Evaluations):
            yield message.evaluated
        assert isinstance(message, Done)
        self.unread = message.unread

    def close(self) -> None:
        """Tell the process to end; it ends the processes that it has started, too."""
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()

    def _reap(self) -> int:
        """Wait until the process has ended; returns its exit status."""
        self.close()
        try:
            return self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    async def _next(self) -> object:
        message = await self._messages.get()
        if isinstance(message, Failed):
            raise message.error
        return message

    def _receive(self, loop: asyncio.AbstractEventLoop) -> None:
        """Receive messages, in a thread, until there are no more."""
        last: object
        try:
            # Before the first message arrives, and not in the event loop, which uses them next.
            import_for(
                "aws.managed_policy",
                "verdicts.result",
                "verdicts.evaluator",
                "verdicts.other_policies",
                "reports.audit",
            )
            from iam.policy.action_catalogue import catalogue

            catalogue()
            last = self._receive_all(loop)
        except (EOFError, pickle.UnpicklingError, OSError):
            status = self._reap()
            how = f"signal {-status}" if status < 0 else f"status {status}"
            last = Failed(ReaderError(f"The process that reads the account ended ({how})."))
        except Exception:
            from tui.diagnostics.crash_report import write_crash_report

            closed = loop.is_closed()  # the app has ended: nobody waits, and nothing is wrong
            last = None if closed else Failed(ReaderError(write_crash_report()))
        self._reap()
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(self._messages.put_nowait, last)

    def _receive_all(self, loop: asyncio.AbstractEventLoop) -> Done | Failed:
        pipe = self._process.stdout
        assert pipe is not None
        with pipe:
            unpickler = pickle.Unpickler(pipe)
            while not isinstance(message := unpickler.load(), Done | Failed):
                loop.call_soon_threadsafe(self._messages.put_nowait, message)
                time.sleep(_PAUSE)
        return message


def start_reader(launch: Launch) -> ReaderProcess | None:
    """Start reading in another process; None where that is slower or impossible."""
    # The server of the embedded account has not been started yet.
    if launch.demo or _reads_pipes(launch) or (os.cpu_count() or 1) < 2:
        return None
    with suppress(OSError):
        return ReaderProcess(launch)
    return None


def _reads_pipes(launch: Launch) -> bool:
    """Whether a file that is to be read may be a pipe, which another process cannot read."""
    if launch.snapshot is not None and not Path(launch.snapshot).is_file():
        return True
    if launch.organization is not None:
        organization = Path(launch.organization)  # a file, or the folder of a store
        if not organization.is_file() and not organization.is_dir():
            return True
    paths = (os.environ.get(name) for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"))
    files = (Path(path) for path in paths if path)
    return any(file.exists() and not file.is_file() for file in files)
