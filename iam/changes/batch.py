"""Make many changes, a few at a time; the operator can stop, and none is sent twice.

An error that would fail every change (expired credentials, no network) pauses the batch instead of
failing the rest of it. The change that met the error is the first one when the batch resumes.
"""

from __future__ import annotations

import asyncio
import uuid
from collections import deque
from collections.abc import Awaitable, Callable, Iterable

from iam.changes.apply import Outcome
from iam.changes.journal import JournalError
from iam.changes.key_plan import AnyChange
from iam.errors import AwsError

AT_ONCE = 4
"""Changes in flight at the same time. IAM accepts a few writes a second; boto3's adaptive retries
find the rate."""

Send = Callable[[AnyChange, str, asyncio.Event], Awaitable[Outcome]]
"""Makes one change of the batch with this ID, and waits for nothing once the event is set."""


class Batch:
    """Changes that were requested together; runs once, in one event loop."""

    def __init__(
        self,
        changes: Iterable[AnyChange],
        send: Send,
        on_progress: Callable[[], None] | None = None,
    ) -> None:
        """Prepare a batch; `run` sends it.

        Args:
            changes: The changes, in the order in which to make them.
            send: Makes one change.
            on_progress: Called whenever there is something new to show.
        """
        self.id = uuid.uuid4().hex[:12]
        self.outcomes: list[Outcome] = []
        """Of the changes that have ended, in the order in which they ended."""
        self.in_flight = 0
        self.paused: AwsError | None = None
        """The error that paused the batch; None unless it is paused."""
        self.trouble = ""
        """Why the batch ended early, in a sentence: the journal cannot be used."""
        self.stopped = False
        self.ended = asyncio.Event()
        self._waiting = deque(changes)
        self.total = len(self._waiting)
        self._send = send
        self._on_progress = on_progress or (lambda: None)
        self._go = asyncio.Event()
        self._go.set()
        self._hurry = asyncio.Event()

    @property
    def unsent(self) -> tuple[AnyChange, ...]:
        """The changes that have not been started."""
        return tuple(self._waiting)

    @property
    def unanswered(self) -> int:
        """How many changes have been started and have not ended."""
        return self.total - len(self.outcomes) - len(self._waiting)

    async def run(self) -> None:
        """Make the changes until all have ended or the batch is stopped."""
        workers = [self._worker() for _ in range(min(AT_ONCE, self.total))]
        # An exception in one worker must not cancel the calls of the others.
        results = await asyncio.gather(*workers, return_exceptions=True)
        self.ended.set()
        self._on_progress()
        for result in results:
            if isinstance(result, BaseException):
                raise result

    def stop(self) -> None:
        """Start no more changes; those in flight continue to their end."""
        if not self.stopped:
            self.stopped = True
            self._go.set()
            self._on_progress()

    def give_up(self, reason: str) -> None:
        """End the batch without running it."""
        self.trouble = reason
        self.stopped = True
        self.ended.set()
        self._on_progress()

    def hurry(self) -> None:
        """Stop, and do not wait for confirmations either."""
        self._hurry.set()
        self.stop()

    def go_on(self) -> None:
        """Resume after a pause."""
        self.paused = None
        self._go.set()
        self._on_progress()

    async def _worker(self) -> None:
        while True:
            await self._go.wait()
            if self.stopped or not self._waiting:
                return
            change = self._waiting.popleft()
            self.in_flight += 1
            try:
                outcome = await self._send(change, self.id, self._hurry)
            except JournalError as failure:
                self._waiting.appendleft(change)
                self.trouble = str(failure)
                self.stop()
                return
            except BaseException:
                self.stop()
                raise
            finally:
                self.in_flight -= 1
            self._record(outcome)

    def _record(self, outcome: Outcome) -> None:
        error = outcome.error
        if outcome.ending == "failed" and error is not None and (error.of_all or error.stopped):
            self._waiting.appendleft(outcome.change)
        else:
            self.outcomes.append(outcome)
        if outcome.unrecorded:
            self.trouble = outcome.unrecorded
            self.stop()
        elif error is not None and error.of_all and self._waiting and not self.stopped:
            self.paused = error
            self._go.clear()
        self._on_progress()
