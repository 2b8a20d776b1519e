"""Carry out many changes: a few at a time, stopped or paused by the operator, none sent twice.

What would fail for every change alike (credentials that have expired, no network) pauses the
batch instead of failing all that is left of it: the change at which it was noticed goes first when
it goes on.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable

from iam.changes.apply import Outcome, new_batch
from iam.changes.journal import JournalError
from iam.changes.plan import Change
from iam.errors import AwsError

AT_ONCE = 4
"""Changes under way at the same time. IAM takes a few writes a second; boto3's adaptive retries
find the rate."""

Send = Callable[[Change, str, asyncio.Event], Awaitable[Outcome]]
"""Makes one change of the batch of an ID, and does not wait once the event is set."""


class Batch:
    """Changes that were asked for together; runs once, in one event loop."""

    def __init__(
        self, changes: Iterable[Change], send: Send, told: Callable[[], None] | None = None
    ) -> None:
        """Get ready.

        Args:
            changes: In the order in which they are to be made.
            send: Makes one.
            told: Called whenever there is something new to show.
        """
        self.id = new_batch()
        self.outcomes: list[Outcome] = []
        """Of the changes that have ended, in that order."""
        self.in_flight = 0
        self.paused: AwsError | None = None
        """Why nothing is sent at the moment."""
        self.trouble = ""
        """Why the batch ended before its end: the journal cannot be used."""
        self.stopped = False
        self.ended = asyncio.Event()
        self._waiting = deque(changes)
        self.total = len(self._waiting)
        self._send = send
        self._told = told or (lambda: None)
        self._go = asyncio.Event()
        self._go.set()
        self._hurry = asyncio.Event()

    @property
    def unsent(self) -> tuple[Change, ...]:
        """The changes that have not been begun."""
        return tuple(self._waiting)

    @property
    def unanswered(self) -> int:
        """How many changes have been begun, and have not ended."""
        return self.total - len(self.outcomes) - len(self._waiting)

    async def run(self) -> None:
        """Make the changes, until all have ended or the batch is stopped."""
        workers = [self._worker() for _ in range(min(AT_ONCE, self.total))]
        # A fault in one must not cut the others short in the middle of a call.
        ends = await asyncio.gather(*workers, return_exceptions=True)
        self.ended.set()
        self._told()
        for end in ends:
            if isinstance(end, BaseException):
                raise end

    def stop(self) -> None:
        """Begin no more changes; those in flight go on to their end."""
        if not self.stopped:
            self.stopped = True
            self._go.set()
            self._told()

    def give_up(self, why: str) -> None:
        """End before the beginning."""
        self.trouble = why
        self.stopped = True
        self.ended.set()
        self._told()

    def hurry(self) -> None:
        """Stop, and wait for no confirmation any more."""
        self._hurry.set()
        self.stop()

    def go_on(self) -> None:
        """Go on after a pause."""
        self.paused = None
        self._go.set()
        self._told()

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
            self._take(outcome)

    def _take(self, outcome: Outcome) -> None:
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
        self._told()
