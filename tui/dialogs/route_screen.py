"""What the screens of models have in common: a table of verdicts on routes, and what they mean."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from iam.errors import AwsError
from iam.runtime.threads import in_thread
from iam.text import safe
from iam.verdicts.routes import INVOKE, STREAMING
from tui.dialogs.modal import Modal
from tui.dialogs.models_choice import ask_for_region
from tui.session.principal_models import GoneError
from widgets.filter_bar import FilterBar
from widgets.key_bar import KeyBar
from widgets.route_table import RouteTable
from widgets.route_words import route_in_words, source_in_words
from widgets.wrapping import broken, hanging

if TYPE_CHECKING:
    from iam.account.region_models import RegionModels
    from iam.reports.simulation_lines import Line
    from iam.verdicts.route_verdicts import RouteResult
    from iam.verdicts.routes import Route
    from tui.dialogs.simulation import Progress
    from tui.session.session import Session

_Result = TypeVar("_Result")
_MOST_SUMMARY = 3
"""Lines that the summary may take with its reasons."""


def route_keys(prefix: str) -> list[Binding]:
    """The keys of every one of these screens, but for that which closes it.

    Args:
        prefix: The beginning of their IDs.
    """
    return [
        Binding("slash", "filter", "filter", key_display="/", priority=True, id=f"{prefix}.filter"),
        Binding(
            "R,r", "region", "region", tooltip="From another region", id=f"{prefix}.region"
        ),
        Binding(
            "t", "streaming", "streaming",
            tooltip="Answers in parts, or as a whole", id=f"{prefix}.streaming",
        ),
        Binding(
            "x", "simulate", "simulate",
            tooltip="Ask AWS's policy simulator about the route", id=f"{prefix}.simulate",
        ),
        Binding("e", "export", "export", tooltip="Export as a report", id=f"{prefix}.export"),
        Binding(
            "n", "not_read", "not read",
            tooltip="What could not be listed", id=f"{prefix}.not_read",
        ),
    ]  # fmt: skip


class RouteScreen(Modal[_Result]):
    """Asks as soon as it is open; closing it ends the question."""

    FIRST_KEYS: ClassVar[Sequence[Sequence[str]]]
    """The IDs of keys that are shown first."""

    def __init__(
        self, session: Session, region: str, action: str, table: RouteTable, hint: str
    ) -> None:
        """Take what is asked about, without a call.

        Args:
            session: Has the account.
            region: The region that requests are sent to.
            action: The action that invokes models.
            table: Shows the verdicts.
            hint: What the filter looks for words in.
        """
        super().__init__()
        self.session = session
        self.source = region
        self.action = action
        self.table = table
        self.glyphs = table.glyphs
        self.models: RegionModels | None = None
        """What can be invoked from the region; None while that is asked for."""
        self.summary: tuple[str, ...] = ()
        """What there is to say of all routes, a clause each."""
        self.short_summary: tuple[str, ...] = ()
        """The same in few words, where there is no room."""
        self.answered = False
        """The verdicts are shown, or why there are none."""
        self._hint = hint
        self._busy = ""

    def compose(self) -> ComposeResult:
        with Vertical(id="models"):
            yield Static("", id="models-source", markup=False)
            yield Static("", id="models-sum", markup=False)
            yield self.table
            yield Static("", id="models-line", markup=False)
            yield FilterBar(self._hint)
            yield KeyBar(self.FIRST_KEYS)

    def on_mount(self) -> None:
        self.table.focus()
        self.load()

    def on_resize(self) -> None:
        super().on_resize()
        self.call_after_refresh(self.describe)

    # What each of these screens knows

    @property
    @abstractmethod
    def heading(self) -> Sequence[str]:
        """The parts of the title; empty ones are left out."""

    @abstractmethod
    async def ask(self) -> None:
        """List models where they are not listed yet, judge routes, and show the verdicts."""

    @property
    @abstractmethod
    def route(self) -> Route | None:
        """The route under the cursor."""

    @property
    @abstractmethod
    def result(self) -> RouteResult | None:
        """The verdict on it; None if there is none yet."""

    @property
    @abstractmethod
    def asked_arn(self) -> str:
        """The ARN of the principal that the route under the cursor is judged for; may be empty."""

    @property
    @abstractmethod
    def subject(self) -> str:
        """What the line below the table begins with: a model, a principal."""

    @property
    @abstractmethod
    def empty(self) -> str:
        """What is said where there is no line at all."""

    @abstractmethod
    def action_export(self) -> None:
        """Export what is shown as a report."""

    # Ask

    @work(exclusive=True, group="models", exit_on_error=False, description="judge routes")
    async def load(self) -> None:
        """Ask, and show the answer or why there is none."""
        self.answered = False
        try:
            await self.ask()
            self.say("")
        except Exception as error:
            self.log.error(repr(error))
            self.say(in_a_sentence(error))
        self.answered = True

    # Show

    def say(self, text: str) -> None:
        """Say what is under way, or what went wrong; nothing, if the text is empty."""
        self._busy = text
        self.describe()

    @on(RouteTable.Highlighted)
    def describe(self) -> None:
        """Show the route under the cursor, and the lines above the table."""
        if not self.is_mounted:
            return
        box = self.query_one("#models", Vertical)
        streaming = "streaming" if self.action == STREAMING else ""
        parts = [safe(part) for part in (*self.heading, streaming) if part]
        box.border_title = Content(f" {self.glyphs.dot} ".join(parts))
        width = max(20, self.table.size.width)
        self.query_one("#models-source", Static).update(source_in_words(self.models, width))
        said = self._busy or "; ".join(self.summary)
        if not self._busy and len(broken(safe(said), width)) > _MOST_SUMMARY:
            # The lines below the table say why.
            said = "; ".join(self.short_summary or self.summary)
        self.query_one("#models-sum", Static).update(
            hanging(said, width, style="" if self._busy else "bold")
        )
        self.table.empty = "Nothing matches." if self.table.all else safe(self.empty)
        self.query_one("#models-line", Static).update(self._line(width))
        self.refresh_bindings()

    def _line(self, width: int) -> Content:
        """The route under the cursor in words."""
        route, models = self.route, self.models
        if models is None or self.table.chosen is None:
            return Content("")
        if route is None:
            return Content.styled("It cannot be invoked from here, as far as is known.", "dim")
        return route_in_words(self.subject, route, models, self.result, self.glyphs, width)

    # Keys

    @on(FilterBar.Changed)
    def filter_changed(self, event: FilterBar.Changed) -> None:
        """Show what matches, as one types."""
        self.table.narrow(event.text)

    @on(FilterBar.Closed)
    def filter_closed(self) -> None:
        """Give the keys back to the table."""
        self.set_focus(self.table)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide the keys that do nothing now."""
        if action == "filter":
            return not self.query_one(FilterBar).has_focus_within
        if action == "not_read":
            return self.models is not None and bool(self.models.unread)
        if action == "simulate":
            return self.route is not None and bool(self.asked_arn)
        if action == "export":
            return self.answered and bool(self.table.all)
        return True

    def action_filter(self) -> None:
        """Open the filter."""
        self.query_one(FilterBar).open()

    @work(exclusive=True, group="region", exit_on_error=False, description="choose a region")
    async def action_region(self) -> None:
        """Ask for another region; the session stays connected where it is."""
        region = await ask_for_region(self.app, self.session, self.glyphs, self.source)
        if region is not None and region != self.source:
            self.source, self.models = region, None
            self.load()

    def action_streaming(self) -> None:
        """Judge the other action: answers in parts, or as a whole."""
        self.action = INVOKE if self.action == STREAMING else STREAMING
        self.load()

    def action_simulate(self) -> None:
        """Ask AWS's policy simulator about the calls of the route under the cursor."""
        if (route := self.route) is None:
            return
        from tui.dialogs.simulation import SimulationScreen

        title = f"AWS's simulator: {self.subject}, {route.label}"
        answers = partial(_simulated, self.session, self.asked_arn, route)
        self.app.push_screen(SimulationScreen(title, "simulation", answers))

    def action_not_read(self) -> None:
        """Show what could not be listed, and why."""
        from iam.account.unread import unread_in_words
        from tui.dialogs.text import TextScreen

        unread = self.models.unread if self.models is not None else ()
        lines = unread_in_words(unread)
        self.app.push_screen(TextScreen(f"Not read: {len(unread)}", lines, "not-read"))

    async def action_close(self) -> None:
        """Close the filter, or the screen if there is none."""
        if self.query_one(FilterBar).text:
            await self.query_one(FilterBar).action_clear()
        else:
            self.dismiss(None)


async def _simulated(
    session: Session, arn: str, route: Route, on_progress: Progress
) -> Sequence[Line]:
    from iam.reports.simulation_lines import simulation_lines

    verified = await session.simulator.ask_route(arn, route, on_progress)
    return await in_thread(simulation_lines, verified)


def in_a_sentence(error: Exception) -> str:
    """What went wrong, for the operator."""
    from iam.reports.route_audit import NoSuchModel

    if isinstance(error, AwsError | GoneError | NoSuchModel):
        return str(error)
    return f"Unexpected error ({type(error).__name__})."
