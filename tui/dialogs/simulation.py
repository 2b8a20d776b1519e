"""AWS's answers about a principal beside our verdicts: asked when the dialog opens.

Closing the dialog ends the question.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from textual import work
from textual.content import Content
from textual.widgets import Static

from iam.errors import AwsError
from iam.text import safe
from tui.dialogs.text import TextScreen
from widgets.wrapping import indented

if TYPE_CHECKING:
    from iam.reports.simulation_lines import Line

Progress = Callable[[int, int], None]
Ask = Callable[[Progress], Awaitable[Sequence["Line"]]]
"""Asks AWS; calls back with the number of answers, and of requests."""
_STYLES = {"": "", "heading": "bold", "differs": "bold $text-error", "dim": "$text-muted"}
"""By tone."""


class _Answers(Static):
    """The lines, each in its tone; what does not fit goes on below, indented further."""

    def __init__(self) -> None:
        super().__init__("", markup=False)
        self._lines: Sequence[Line] = ()

    def show(self, lines: Sequence[Line]) -> None:
        """Show these lines."""
        self._lines = lines
        self.on_resize()

    def on_resize(self) -> None:
        width = self.content_size.width
        parts = [
            Content.styled(indented(safe(text), width), _STYLES[tone]) for text, tone in self._lines
        ]
        self.update(Content("\n").join(parts))


class SimulationScreen(TextScreen):
    """Asks AWS's simulator, and shows what it answers."""

    def __init__(self, title: str, name: str, ask: Ask) -> None:
        """Prepare the question.

        Args:
            title: Who and what is asked about.
            name: The name of a saved file, after `bedrock-tui-`.
            ask: Asks AWS.
        """
        super().__init__(title, [], name, note="Asking AWS's policy simulator … esc stops.")
        self._ask = ask
        self.answered = False
        """The question has ended, with or without answers."""

    def make_body(self) -> Static:
        return _Answers()

    def on_mount(self) -> None:
        super().on_mount()
        self.ask_aws()

    @work(exclusive=True, group="simulate", exit_on_error=False, description="ask the simulator")
    async def ask_aws(self) -> None:
        """Ask, and show the answers or why there are none."""

        def progress(done: int, total: int) -> None:
            self._say(f"Asking AWS's policy simulator … {done} of {total} requests. esc stops.")

        try:
            lines = await self._ask(progress)
        except Exception as error:
            self.log.error(repr(error))
            expected = isinstance(error, AwsError)
            reason = str(error) if expected else f"Unexpected error ({type(error).__name__})."
            self._say(f"AWS's policy simulator could not be asked. {reason}")
        else:
            self.lines = [safe(line.text) for line in lines]
            self._say("")
            self.query_one(_Answers).show(lines)
        self.answered = True

    def _say(self, text: str) -> None:
        note = self.query_one("#text-note", Static)
        note.display = bool(text)
        note.update(Content(safe(text)))
