"""After a start: how the changes ended that an earlier run announced and did not see the end of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iam.arn import Arn

if TYPE_CHECKING:
    from textual.timer import Timer
    from textual.worker import Worker

    from iam.changes.recover import RecoveredChange
    from tui.controllers.view import MainView

_ASK_AGAIN = 30.0
"""Seconds until AWS is asked again about changes that it may still come to show."""


class RecoveryController:
    """Recovers interrupted changes, and reports how they ended."""

    def __init__(self, view: MainView) -> None:
        self.view = view
        self._ask_again: Timer | None = None
        self._running: Worker[None] | None = None

    @property
    def finished(self) -> bool:
        """Whether it has asked AWS, and is not asking now."""
        return self._running is not None and self._running.is_finished

    def begin(self) -> None:
        """Recover in the background; never cancelled, because each result is reported only once."""
        if self._running is None or self._running.is_finished:
            self._running = self.view.run_in_background(self._run, "recover", exclusive=False)

    def stop_waiting(self) -> None:
        """Do not ask again; the next load does."""
        if self._ask_again is not None:
            self._ask_again.stop()

    async def _run(self) -> None:
        try:
            some_open = self.view.changing or await self._recover()
        except Exception as error:
            self.view.toast_error(error)
            return
        if some_open:
            self.stop_waiting()
            self._ask_again = self.view.set_timer(_ASK_AGAIN, self.begin)

    async def _recover(self) -> bool:
        """Recover, and report what ended; returns whether some changes are still open.

        Raises:
            JournalError: The journal cannot be read or written.
        """
        recovered = await self.view.session.changes.recover()
        ended = [change for change in recovered if change.phase is not None]
        if ended:
            self.view.toast(interrupted(ended), "Interrupted changes", "warning", 30)
        return len(ended) < len(recovered)


def interrupted(ended: list[RecoveredChange]) -> str:
    """How changes ended that an earlier run announced and did not see the end of."""
    words = {"done": "in effect", "failed": "not made", "unconfirmed": "not confirmed"}
    if len(ended) == 1:
        entry, phase = ended[0].change.entry, ended[0].phase
        principal = Arn.parse(entry.principal).name
        policy = Arn.parse(entry.policy).name or entry.credential
        return f"{entry.op} {policy}, {principal}: {words[phase or 'unconfirmed']}."
    counts = {phase: sum(change.phase == phase for change in ended) for phase in words}
    summary = ", ".join(f"{n} {words[phase]}" for phase, n in counts.items() if n)
    return f"{len(ended)} changes had no answer when the app ended: {summary}. H lists them."
