"""The models that a principal can invoke from a region, by which routes, and what blocks others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from iam.errors import AwsError
from iam.text import safe
from iam.verdicts.route_summary import way_of, ways_of
from iam.verdicts.routes import INVOKE, STREAMING
from tui.dialogs.modal import Modal
from tui.dialogs.models_region import ask_for_region
from tui.session.principal_models import GoneError, PrincipalModels
from widgets.filter_bar import FilterBar
from widgets.glyphs import Glyphs
from widgets.key_bar import KeyBar
from widgets.route_rows import RouteRow
from widgets.route_table import RouteTable
from widgets.route_words import route_in_words, source_in_words
from widgets.wrapping import broken, hanging

if TYPE_CHECKING:
    from iam.account.region_models import RegionModels
    from iam.verdicts.route_verdicts import RouteResult
    from iam.verdicts.routes import Route
    from iam.verdicts.verdict import Verdict

_MOST_SUMMARY = 3
"""Lines that the summary may take with its reasons."""
OTHERS = "others"
"""The provider of what is in no list of models."""


class ModelsScreen(Modal[None]):
    """Lists models and routes as soon as the screen is open; closing it ends the question."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "filter", key_display="/", priority=True, id="models.filter"),
        Binding("R,r", "region", "region", tooltip="From another region", id="models.region"),
        Binding(
            "t", "streaming", "streaming",
            tooltip="Answers in parts, or as a whole", id="models.streaming",
        ),
        Binding("y", "copy", "copy", tooltip="Copy the model ID (OSC 52)", id="models.copy"),
        Binding(
            "n", "not_read", "not read", tooltip="What could not be listed", id="models.not_read"
        ),
        Binding("escape,q", "close", "close", key_display="esc", id="models.close"),
    ]  # fmt: skip

    def __init__(self, about: PrincipalModels, region: str, glyphs: Glyphs) -> None:
        """Take what is asked about, without a call.

        Args:
            about: Answers for the principal.
            region: The region that requests are sent to.
            glyphs: The signs of this terminal.
        """
        super().__init__()
        self.about = about
        self.source = region
        self.action = INVOKE
        self.glyphs = glyphs
        self.table = RouteTable(glyphs, "Provider", "Model", "Model ID")
        self.models: RegionModels | None = None
        self.summary: tuple[str, ...] = ()
        self._counts: tuple[str, ...] = ()
        self.answered = False
        """The verdicts are shown, or why there are none."""
        self._routes: tuple[Route, ...] = ()
        self._by_place: dict[tuple[str, int], list[int]] = {}
        """The numbers of routes, by model and column."""
        self._results: Sequence[RouteResult] = ()
        self._busy = ""

    def compose(self) -> ComposeResult:
        with Vertical(id="models"):
            yield Static("", id="models-source", markup=False)
            yield Static("", id="models-sum", markup=False)
            yield self.table
            yield Static("", id="models-line", markup=False)
            yield FilterBar("words of a provider, a model or its ID")
            yield KeyBar((("models.close",),))

    def on_mount(self) -> None:
        self.table.focus()
        self.load()

    def on_resize(self) -> None:
        super().on_resize()
        self.call_after_refresh(self._describe)

    # Ask and judge

    @work(exclusive=True, group="models", exit_on_error=False, description="list models")
    async def load(self) -> None:
        """List the models of the region, then judge the routes to them."""
        about, region = self.about, self.source
        self.models, self._routes, self._results, self.summary = None, (), (), ()
        self.answered = False
        self._show_rows()
        self._say(f"Listing the models of {region} {self.glyphs.pending} esc stops.")
        try:
            self.models = await about.models(region)
            await self._judge(self.models)
        except Exception as error:
            self.log.error(repr(error))
            self._say(in_a_sentence(error))
        self.answered = True

    @work(exclusive=True, group="models", exit_on_error=False, description="judge routes")
    async def judge(self, models: RegionModels) -> None:
        """Judge the routes to models that are listed already."""
        self.answered = False
        try:
            await self._judge(models)
        except Exception as error:
            self.log.error(repr(error))
            self._say(in_a_sentence(error))
        self.answered = True

    async def _judge(self, models: RegionModels) -> None:
        routes = await self.about.routes(models, self.action)
        self._routes, self._results = routes, ()
        self._show_rows()
        self._say(f"Evaluating {len(routes):,} routes {self.glyphs.pending}")
        judged = await self.about.judge(models, routes)
        self._results, self.summary = judged.results, judged.summary
        self._counts = judged.counts
        self._show_rows()
        self._say("")

    # Show

    @property
    def chosen(self) -> int | None:
        """The number of the route under the cursor; None if there is none."""
        row, place = self.table.chosen, self.table.place
        if row is None or place is None:
            return None
        column, number = place
        return self._by_place[row.key, column][number]

    @property
    def route(self) -> Route | None:
        """The route under the cursor."""
        return self._routes[self.chosen] if self.chosen is not None else None

    def _show_rows(self) -> None:
        routes = self._routes
        ways = ways_of(routes)
        at = {way: number for number, way in enumerate(ways)}
        by_place: dict[tuple[str, int], list[int]] = {}
        for number, route in enumerate(routes):
            by_place.setdefault((route.model, at[way_of(route)]), []).append(number)
        self._by_place = by_place
        listed = self.models.models if self.models is not None else ()
        known = {model.id: (model.provider, model.name) for model in listed}
        others = dict.fromkeys(route.model for route in routes if route.model not in known)
        named = {**known, **{id: (OTHERS, id) for id in others}}
        self.table.show_rows(
            ways,
            [
                RouteRow(
                    id,
                    provider,
                    name,
                    tuple(
                        tuple(self._verdict(number) for number in by_place.get((id, column), ()))
                        for column in range(len(ways))
                    ),
                    id,
                )
                for id, (provider, name) in named.items()
            ],
        )

    def _verdict(self, number: int) -> Verdict | None:
        return self._results[number].verdict if self._results else None

    def _say(self, text: str) -> None:
        """Say what is under way, or what went wrong; nothing, if the text is empty."""
        self._busy = text
        self._describe()

    @on(RouteTable.Highlighted)
    def _describe(self) -> None:
        """Show the route under the cursor, and the lines above the table."""
        if not self.is_mounted:
            return
        box = self.query_one("#models", Vertical)
        dot = f" {self.glyphs.dot} "
        streaming = "streaming" if self.action == STREAMING else ""
        parts = ["Models", self.about.name, f"from {self.source}", streaming]
        box.border_title = Content(dot.join(safe(part) for part in parts if part))
        source, line = (
            self.query_one("#models-source", Static),
            self.query_one("#models-line", Static),
        )
        width = max(20, self.table.size.width)
        source.update(source_in_words(self.models, width))
        total = self.query_one("#models-sum", Static)
        said = self._busy or "; ".join(self.summary)
        if len(broken(safe(said), width)) > _MOST_SUMMARY:
            said = "; ".join(self._counts)  # the lines below the table say why
        total.update(hanging(said, width, style="" if self._busy else "bold"))
        self.table.empty = self._empty
        number = self.chosen
        if number is None or self.models is None:
            line.update(self._no_route)
        else:
            result = self._results[number] if self._results else None
            line.update(
                route_in_words(self._routes[number], self.models, result, self.glyphs, width)
            )
        self.refresh_bindings()

    @property
    def _empty(self) -> str:
        if self.models is None:
            return ""
        if not self.table.all:
            return f"No model is known that can be invoked from {safe(self.source)}."
        return "Nothing matches."

    @property
    def _no_route(self) -> Content:
        if self.models is not None and self.table.chosen is not None:
            return Content.styled("It cannot be invoked from here, as far as is known.", "dim")
        return Content("")

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
        if action == "copy":
            return self.route is not None
        if action == "not_read":
            return self.models is not None and bool(self.models.unread)
        return True

    def action_filter(self) -> None:
        """Open the filter."""
        self.query_one(FilterBar).open()

    @work(exclusive=True, group="region", exit_on_error=False, description="choose a region")
    async def action_region(self) -> None:
        """Ask for another region; the session stays connected where it is."""
        region = await ask_for_region(self.app, self.about.session, self.glyphs, self.source)
        if region is not None and region != self.source:
            self.source = region
            self.load()

    def action_streaming(self) -> None:
        """Judge the other action: answers in parts, or as a whole."""
        self.action = INVOKE if self.action == STREAMING else STREAMING
        if self.models is not None:
            self.judge(self.models)
        self._describe()

    def action_copy(self) -> None:
        """Copy what to pass as the model."""
        if (route := self.route) is not None:
            self.app.copy_to_clipboard(safe(route.invoked_by))
            said = f"Sent to the terminal's clipboard: {safe(route.invoked_by)}"
            self.notify(said, markup=False)

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


def in_a_sentence(error: Exception) -> str:
    """What went wrong, for the operator."""
    if isinstance(error, AwsError | GoneError):
        return str(error)
    return f"Unexpected error ({type(error).__name__})."
