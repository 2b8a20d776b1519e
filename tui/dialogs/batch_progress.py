"""The progress of a batch: how far it is, the outcome of each change, and the key to stop it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import ProgressBar, RichLog, Static

from iam.counts import counted
from iam.errors import AwsError
from iam.text import safe
from tui.dialogs.scrolling import ScrollingModal, scroll_keys
from widgets.glyphs import OUTCOME_COLOURS, OUTCOME_WORDS, Glyphs
from widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from iam.changes.apply import Outcome
    from iam.changes.batch import Batch


class BatchScreen(ScrollingModal[None]):
    """Shows a running batch; the operator closes it once it has ended."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "stop", "stop", tooltip="Send no further changes", id="batch.stop"),
        Binding("c", "go_on", "continue", tooltip="Continue after a pause", id="batch.continue"),
        Binding("escape,q,enter", "close", "close", key_display="esc", id="batch.close"),
        *scroll_keys("batch"),
    ]
    SCROLLED = "#batch-log"

    def __init__(
        self, batch: Batch, title: str, renew: Callable[[], Awaitable[None]], glyphs: Glyphs
    ) -> None:
        """Take what is shown.

        Args:
            batch: Running, or about to run.
            title: What the batch does, in words.
            renew: Reconnects after a pause; raises `AwsError` if that fails.
            glyphs: The signs of this terminal.
        """
        super().__init__()
        self.job = batch
        self.heading = title
        self.glyphs = glyphs
        self._renew = renew
        self._written = 0
        self._reconnecting = False
        self._renewal_error = ""
        """Why the last attempt to continue failed."""

    def compose(self) -> ComposeResult:
        with Vertical(id="batch") as box:
            box.border_title = Content(safe(self.heading))
            yield ProgressBar(total=self.job.total, show_eta=False, id="batch-bar")
            yield Static("", id="batch-sum", markup=False)
            yield Static("", id="batch-state", markup=False)
            yield RichLog(id="batch-log", markup=False, highlight=False, wrap=True, min_width=0)
            yield KeyBar((("batch.close", "batch.stop"),))

    def on_mount(self) -> None:
        self.query_one(RichLog).can_focus = False
        self.update_batch()

    def update_batch(self) -> None:
        """Draw what has changed."""
        if not self.query(RichLog):
            return  # not mounted yet, or closed already
        batch = self.job
        log = self.query_one(RichLog)
        for outcome in batch.outcomes[self._written :]:
            log.write(self._line(outcome), shrink=True)
        self._written = len(batch.outcomes)
        self.query_one(ProgressBar).update(progress=len(batch.outcomes))
        self.query_one("#batch-sum", Static).update(self._sum())
        state = self.query_one("#batch-state", Static)
        text, style = self._state()
        state.update(Content.styled(text, style))
        self.refresh_bindings()

    def _sum(self) -> Content:
        batch = self.job
        counts: Counter[str] = Counter(outcome.ending for outcome in batch.outcomes)
        parts = [f"{len(batch.outcomes):,} of {batch.total:,}"]
        parts += [
            f"{counts[ending]:,} {word}" for ending, word in OUTCOME_WORDS.items() if counts[ending]
        ]
        return Content(f" {self.glyphs.dot} ".join(parts))

    def _state(self) -> tuple[str, str]:
        batch = self.job
        if batch.trouble:
            return safe(batch.trouble), "$text-error"
        unsent = len(batch.unsent)
        if batch.ended.is_set():
            if unsent:
                return (
                    f"Stopped: {counted(unsent, 'change')} not sent. esc closes.",
                    "$text-warning",
                )
            return "Finished. esc closes.", "dim"
        if batch.stopped:
            return (
                f"Stopping: waiting for {counted(batch.in_flight, 'change')} in progress …",
                "$text-warning",
            )
        if batch.paused is not None:
            if self._reconnecting:
                return "reconnecting …", "dim"
            why = self._renewal_error or str(batch.paused)
            return f"Paused: {safe(why)} c continues, s stops.", "$text-warning"
        return "s stops after the changes in progress.", "dim"

    def _line(self, outcome: Outcome) -> Text:
        ending = outcome.ending
        line = Text.assemble(
            (f"{self.glyphs.outcomes[ending]} ", OUTCOME_COLOURS[ending]),
            safe(outcome.change.entity.name),
            (f"  {OUTCOME_WORDS[ending]}", "dim"),
        )
        if outcome.error is not None:
            line.append(f"  {safe(str(outcome.error))}")
        explanation = outcome.refusal
        for text in explanation.lines:
            line.append(f"\n  {safe(text)}", OUTCOME_COLOURS["unconfirmed"])
        if explanation.command:
            line.append(f"\n  {explanation.command}", "dim")
        return line

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Show only the keys that do something now."""
        batch = self.job
        if action == "stop":
            return not (batch.stopped or batch.ended.is_set())
        if action == "go_on":
            return batch.paused is not None and not batch.stopped
        return action != "close" or batch.ended.is_set()

    def action_stop(self) -> None:
        """Send no further changes."""
        self.job.stop()

    def action_close(self) -> None:
        """Close the dialog."""
        self.dismiss(None)

    def action_go_on(self) -> None:
        """Reconnect and continue."""
        if not self._reconnecting:
            self._reconnecting = True
            self.go_on()

    @work(group="renew", exit_on_error=False, description="reconnect")
    async def go_on(self) -> None:
        """Continue where the batch stopped, if the credentials work now."""
        self.update_batch()
        try:
            await self._renew()
        except Exception as error:
            expected = isinstance(error, AwsError)
            unexpected = f"Unexpected error ({type(error).__name__})."
            self._renewal_error = str(error) if expected else unexpected
        else:
            self._renewal_error = ""
            self.job.go_on()
        finally:
            self._reconnecting = False
            self.update_batch()
