"""A survey by a process of its own: what this one has to do is to take what comes.

An account of ten thousand takes a second and a half of processor time to read and to judge. In a
thread, that would keep the event loop from the operator's keys again and again, since Python lets
one thread run at a time; and a process that begins before Textual is imported has the account
sooner. `tui/session/reader_worker.py` is what runs there. It ends with its task, or with this
process.

What comes is pickled: by our own child, through a pipe that nobody else holds.
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
from tui.session.account_reader import Open

if TYPE_CHECKING:
    from iam.account.model import Account, Unread
    from iam.aws.managed_policy import Managed
    from tui.session.evaluation import Evaluated

_BREATH = 0.0005
"""Seconds between what comes, for the event loop: frames would take twice their time otherwise."""
_GRACE = 5.0
"""Seconds that the process has to end by itself."""


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


class Sums(NamedTuple):
    """Some have been judged."""

    evaluated: Evaluated


class Done(NamedTuple):
    """Everybody has been judged."""

    unread: tuple[Unread, ...]


class Failed(NamedTuple):
    """It ended here."""

    error: Exception


class SurveyError(Exception):
    """Why the process could not do its task, in one sentence."""


class RemoteSurvey:
    """Reads an account and judges it, in another process; belongs to one event loop."""

    def __init__(self, launch: Launch) -> None:
        """Start the process.

        Raises:
            OSError: The system does not let us.
        """
        self.expected: int | None = None
        """How many principals there are; None if unknown."""
        self.unread: tuple[Unread, ...] | None = None
        """All that could not be read or understood; None before everybody has been judged."""
        self._process = start_python("tui.session.reader_worker", stderr=subprocess.DEVNULL)
        # Not on its command line, which everybody on this machine can read: the endpoint may hold a
        # password.
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it has ended; who listens to it is told
            self._process.stdin.write(f"{asdict(launch)!r}\n".encode())
            self._process.stdin.flush()
        self._heard: asyncio.Queue[object] = asyncio.Queue()
        self._hearing: asyncio.Task[None] | None = None

    async def open(self) -> Open:
        """As `Survey.open`; the credentials are told, too.

        Raises:
            AwsError, SnapshotError, SurveyError: In words.
        """
        loop = asyncio.get_running_loop()
        self._hearing = asyncio.create_task(in_thread(self._hear, loop))
        opened = await self._next()
        assert isinstance(opened, Open)
        return opened

    async def load(
        self, on_page: Callable[[Account], None] | None = None
    ) -> tuple[Account, Managed]:
        """As `Survey.load`."""
        while not isinstance(said := await self._next(), Loaded):
            if isinstance(said, Expected):
                self.expected = said.principals
            elif isinstance(said, Page) and on_page is not None:
                on_page(said.account)
        return said.account, said.managed

    async def evaluated(self) -> AsyncIterator[Evaluated]:
        """Everybody's verdicts, some at a time, once the account has been read."""
        while isinstance(said := await self._next(), Sums):
            yield said.evaluated
        assert isinstance(said, Done)
        self.unread = said.unread

    def close(self) -> None:
        """Have the process end, if it has not ended; it ends what it has started, too."""
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()

    def _reap(self) -> int:
        """Wait for the end of the process; returns its status."""
        self.close()
        try:
            return self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    async def _next(self) -> object:
        said = await self._heard.get()
        if isinstance(said, Failed):
            raise said.error
        return said

    def _hear(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take what comes, in a thread, until there is no more."""
        said: object
        try:
            # Not by the event loop, which uses them next; while nothing comes yet.
            import_for(
                "aws.managed_policy",
                "verdicts.result",
                "verdicts.evaluator",
                "verdicts.hidden_grants",
                "reports.audit",
            )
            from iam.policy.action_catalogue import catalogue

            catalogue()
            said = self._hear_all(loop)
        except (EOFError, pickle.UnpicklingError, OSError):
            status = self._reap()
            how = f"signal {-status}" if status < 0 else f"status {status}"
            said = Failed(SurveyError(f"The process that reads the account ended ({how})."))
        except Exception:
            from tui.diagnostics.crash_report import kept_for_a_report

            closed = loop.is_closed()  # the app has ended: nobody waits, and nothing is wrong
            said = None if closed else Failed(SurveyError(kept_for_a_report()))
        self._reap()
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(self._heard.put_nowait, said)

    def _hear_all(self, loop: asyncio.AbstractEventLoop) -> Done | Failed:
        pipe = self._process.stdout
        assert pipe is not None
        with pipe:
            unpickler = pickle.Unpickler(pipe)
            while not isinstance(said := unpickler.load(), Done | Failed):
                loop.call_soon_threadsafe(self._heard.put_nowait, said)
                time.sleep(_BREATH)
        return said


def begin(launch: Launch) -> RemoteSurvey | None:
    """Begin a survey in another process; None where that brings nothing, or is not to be had."""
    # The embedded account is still to be started.
    if launch.demo or _reads_pipes(launch) or (os.cpu_count() or 1) < 2:
        return None
    with suppress(OSError):
        return RemoteSurvey(launch)
    return None


def _reads_pipes(launch: Launch) -> bool:
    """Whether a file that is to be read may be a pipe, which another process does not have."""
    if launch.snapshot is not None and not Path(launch.snapshot).is_file():
        return True
    named = (os.environ.get(name) for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"))
    files = (Path(name) for name in named if name)
    return any(file.exists() and not file.is_file() for file in files)
