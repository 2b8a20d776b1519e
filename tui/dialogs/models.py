"""The models that a principal can invoke from a region, by which routes, and what blocks others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from iam.text import safe
from iam.verdicts.route_summary import way_of, ways_of
from iam.verdicts.routes import INVOKE
from tui.dialogs.model_principals import Export, ModelPrincipalsScreen
from tui.dialogs.route_screen import RouteScreen, route_keys
from tui.session.principal_models import PrincipalModels
from widgets.glyphs import Glyphs
from widgets.route_rows import RouteRow, laid_out
from widgets.route_table import RouteTable
from widgets.route_words import name_of

if TYPE_CHECKING:
    from iam.reports.audit import Audit
    from iam.verdicts.route_verdicts import RouteResult
    from iam.verdicts.routes import Route
    from iam.verdicts.verdict import Verdict

OTHERS = "others"
"""The provider of what is in no list of models."""


class ModelsScreen(RouteScreen[str | None]):
    """A line per model, a column per way; the result is the ARN of a principal to go to, if any."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w,enter", "who", "who", tooltip="Who else can invoke this model", id="models.who"),
        *route_keys("models"),
        Binding("y", "copy", "copy", tooltip="Copy the model ID (OSC 52)", id="models.copy"),
        Binding("escape,q", "close", "close", key_display="esc", id="models.close"),
    ]
    FIRST_KEYS = (("models.close",), ("models.who",))

    def __init__(
        self,
        about: PrincipalModels,
        region: str,
        glyphs: Glyphs,
        export: Export,
    ) -> None:
        """Take what is asked about, without a call.

        Args:
            about: Answers for the principal.
            region: The region that requests are sent to.
            glyphs: The signs of this terminal.
            export: Exports what is shown.
        """
        table = RouteTable(glyphs, "Provider", "Model", "Model ID")
        hint = "words of a provider, a model or its ID"
        super().__init__(about.session, region, INVOKE, table, hint)
        self.about = about
        self._export = export
        self._routes: tuple[Route, ...] = ()
        self._by_place: dict[tuple[str, int], list[int]] = {}
        """The numbers of routes, by model and column."""
        self.results: Sequence[RouteResult] = ()
        """The verdicts on the routes, in order; none while they are judged."""

    # What it knows

    @property
    def heading(self) -> Sequence[str]:
        return "Models", self.about.name, f"from {self.source}"

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
        return self._routes[self.chosen] if self.chosen is not None else None

    @property
    def result(self) -> RouteResult | None:
        number = self.chosen
        return self.results[number] if number is not None and self.results else None

    @property
    def asked_arn(self) -> str:
        return "" if self.about.is_group else self.about.arn  # groups make no requests

    @property
    def subject(self) -> str:
        route, models = self.route, self.models
        return name_of(route, models) if route is not None and models is not None else ""

    @property
    def empty(self) -> str:
        if self.models is None:
            return ""
        return "No model of this region is known."

    # Ask

    async def ask(self) -> None:
        about = self.about
        self.results, self.summary = (), ()
        if self.models is None:
            self._routes = ()
            self._show_rows()
            self.say(f"Listing the models of {self.source} {self.glyphs.pending} esc stops.")
            self.models = await about.models(self.source)
        routes = await about.routes(self.models, self.action)
        self._routes = routes  # those of before stay until then, for the table still shows them
        self._show_rows()
        self.say(f"Evaluating {len(routes):,} routes {self.glyphs.pending}")
        judged = await about.judge(self.models, routes)
        self.results = judged.results
        self.summary, self.short_summary = judged.summary, judged.counts
        self._show_rows()

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
        rows = [
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
        ]
        self.table.show_rows(laid_out(self.table.headings, ways, rows))

    def _verdict(self, number: int) -> Verdict | None:
        return self.results[number].verdict if self.results else None

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "copy":
            return self.route is not None
        if action == "who":
            return self.route is not None and self.answered
        if action == "export" and self.about.is_group:
            return False  # reports are about users and roles
        return super().check_action(action, parameters)

    @work(exclusive=True, group="who", exit_on_error=False, description="ask who")
    async def action_who(self) -> None:
        """Ask who else can invoke the model under the cursor."""
        if (route := self.route) is None:
            return
        screen = ModelPrincipalsScreen(
            self.session,
            route.model,
            self.source,
            self.action,
            self.glyphs,
            self._export,
            way_of(route),
        )
        arn = await self.app.push_screen_wait(screen)
        if arn is not None:
            self.dismiss(arn)

    def action_copy(self) -> None:
        """Copy what to pass as the model."""
        if (route := self.route) is not None:
            self.app.copy_to_clipboard(safe(route.invoked_by))
            said = f"Sent to the terminal's clipboard: {safe(route.invoked_by)}"
            self.notify(said, markup=False)

    def action_export(self) -> None:
        """Export all routes of the principal from the region."""
        from iam.counts import counted
        from iam.reports.audit import Filtered, Watch
        from iam.reports.route_audit import RouteQuestion
        from tui.session.export import Chosen

        arn = self.about.arn
        question = RouteQuestion("*", self.action, self.source)

        async def audit(watch: Watch) -> Audit:
            return await self.session.models.audit(question, watch, only={arn})

        of = len(self.session.read[0].principals)
        routes = counted(len(self._routes), "route")
        summary = f"{self.about.name}: {routes} to models from {self.source}"
        self._export(Chosen((arn,), Filtered(arn, of, 0), audit), summary)
