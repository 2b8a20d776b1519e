"""Who can invoke a model from a region, by which routes, and what keeps the others from it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from iam.arn import Arn
from iam.runtime.gc_control import no_garbage
from iam.runtime.threads import import_for, in_thread
from iam.verdicts.route_summary import (
    BLOCKED,
    best_of,
    likelihood,
    principals_by_way,
    way_of,
    ways_of,
    why_not_granted,
)
from iam.verdicts.route_words import allowed_by
from iam.verdicts.verdict import Verdict
from tui.dialogs.route_screen import RouteScreen, route_keys
from widgets.glyphs import Glyphs
from widgets.route_rows import Headings, RouteRow, RouteRows, laid_out
from widgets.route_table import RouteTable

if TYPE_CHECKING:
    from iam.reports.audit import Audit
    from iam.reports.route_audit import RouteReport
    from iam.verdicts.route_verdicts import RouteResult
    from iam.verdicts.routes import Route
    from tui.session.export import Chosen
    from tui.session.session import Session

Export = Callable[["Chosen", str], None]
"""Exports what was chosen, which is said in words as well."""
_MORE_MEMBERS = "marked groups may have more members, who were not read"


class ModelPrincipalsScreen(RouteScreen[str | None]):
    """A line per principal, a column per way; the result is the ARN of one to go to, if any."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            "open",
            "open",
            key_display="enter",
            tooltip="Go to the principal in the list",
            id="who.open",
        ),
        *route_keys("who"),
        Binding("escape,q", "close", "close", key_display="esc", id="who.close"),
    ]
    FIRST_KEYS = (("who.close",), ("who.open",))

    def __init__(
        self,
        session: Session,
        model: str,
        region: str,
        action: str,
        glyphs: Glyphs,
        export: Export,
        way: str = "",
        only: Collection[str] | None = None,
        *,
        complete: bool = True,
    ) -> None:
        """Take what is asked about, without a call.

        Args:
            session: Has the account.
            model: The ID of a model.
            region: The region that requests are sent to.
            action: The action that invokes it.
            glyphs: The signs of this terminal.
            export: Exports what is shown.
            way: The column that the cursor is in first.
            only: The ARNs of the principals that were marked; None for all.
            complete: Whether marked groups can have no more members than these.
        """
        table = RouteTable(glyphs, "Type", "Principal", "Why", way)
        super().__init__(session, region, action, table, "words of a name, an ARN or a reason")
        self.model = model
        self.only = only
        self._all_members = complete
        self._export = export
        self._audit: Audit | None = None
        self._columns: Sequence[Sequence[int]] = ()
        """The numbers of the routes in each column."""

    # What it knows

    @property
    def heading(self) -> Sequence[str]:
        models = self.models.models if self.models is not None else ()
        name = next((model.name for model in models if model.id == self.model), self.model)
        marked = "" if self.only is None else f"{len(self.only):,} marked"
        return "Who", name, f"from {self.source}", marked

    @property
    def _report(self) -> RouteReport | None:
        return self._audit.routes if self._audit is not None else None

    @property
    def result(self) -> RouteResult | None:
        report, row, place = self._report, self.table.chosen, self.table.place
        if report is None or row is None or place is None:
            return None
        column, number = place
        return report.by_arn[row.key][self._columns[column][number]]

    @property
    def route(self) -> Route | None:
        return self.result.route if self.result is not None else None

    @property
    def asked_arn(self) -> str:
        return self.table.chosen.key if self.table.chosen is not None else ""

    @property
    def subject(self) -> str:
        return self.table.chosen.name if self.table.chosen is not None else ""

    @property
    def empty(self) -> str:
        return "There are no principals." if self._audit is not None else ""

    # Ask

    async def ask(self) -> None:
        session = self.session
        self._audit, self.summary = None, ()
        self._show(laid_out(self.table.headings, self.table.columns, ()), ())
        self.say(f"Judging routes from {self.source} {self.glyphs.pending} esc stops.")
        await session.organization_pending.wait()
        await in_thread(import_for, "reports.route_audit")
        from iam.reports.route_audit import RouteQuestion

        question = RouteQuestion(self.model, self.action, self.source)
        with no_garbage():  # a collection of all the verdicts would block the event loop
            audit = await session.models.audit(question, only=self.only)
            assert audit.routes is not None
            made, summary = await in_thread(_laid_out, self.table.headings, audit)
        self.models = audit.routes.lists[0]
        columns = _columns_of(audit.routes.routes)
        self._audit = audit
        self.summary = summary if self._all_members else (*summary, _MORE_MEMBERS)
        self._show(made, columns)

    def _show(self, made: RouteRows, columns: Sequence[Sequence[int]]) -> None:
        self._columns = columns
        self.table.show_rows(made)

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "open":
            return self.table.chosen is not None
        return super().check_action(action, parameters)

    def action_open(self) -> None:
        """Go to the principal in the list of the main screen."""
        if self.table.chosen is not None:
            self.dismiss(self.table.chosen.key)

    def action_export(self) -> None:
        """Export the principals that are shown, in their order."""
        audit = self._audit
        if audit is None:
            return
        from iam.counts import counted
        from iam.reports.audit import Filtered, Watch
        from tui.session.export import Chosen

        async def taken(_: Watch) -> Audit:
            return audit

        shown = tuple(row.key for row in self.table.shown)
        words, of = self.table.words, len(audit.account.principals)
        filtered = None
        if len(shown) < of:
            filtered = Filtered(words, of, 0, marked=self.only is not None and not words)
        summary = f"{counted(len(shown), 'principal')} shown; who can invoke {self.model}"
        self._export(Chosen(shown, filtered, taken), summary)


def _columns_of(routes: Sequence[Route]) -> list[list[int]]:
    """The numbers of the routes of each way, in the order of the columns."""
    return [
        [number for number, route in enumerate(routes) if way_of(route) == way]
        for way in ways_of(routes)
    ]


def _laid_out(headings: Headings, audit: Audit) -> tuple[RouteRows, tuple[str, ...]]:
    """Make the lines, those first who can invoke the model, and sum them up."""
    assert audit.routes is not None
    report = audit.routes
    columns = _columns_of(report.routes)
    cells: dict[int, tuple[int, tuple[tuple[Verdict, ...], ...], str]] = {}
    ranked: list[tuple[int, RouteRow]] = []
    for principal, _ in audit.results:
        results = report.by_arn[principal.arn]
        if (known := cells.get(id(results))) is None:  # principals with equal documents share them
            best = best_of(results)
            verdicts = tuple(tuple(results[n].verdict for n in numbers) for numbers in columns)
            known = likelihood(best.verdict), verdicts, _why(best, results)
            cells[id(results)] = known
        rank, verdicts, why = known
        # Of a file with several accounts, equal names are told apart by the account.
        account = "" if audit.account.id is not None else f"{Arn.parse(principal.arn).account} "
        name = f"{account}{principal.name}"
        row = RouteRow(principal.arn, principal.type, name, verdicts, why)
        ranked.append((rank, row))
    ranked.sort(key=itemgetter(0))
    rows = laid_out(headings, ways_of(report.routes), [row for _, row in ranked])
    return rows, principals_by_way([report.by_arn[p.arn] for p, _ in audit.results])


def _why(best: RouteResult, every: Sequence[RouteResult]) -> str:
    """What gives the best route that there is, or what keeps the principal from all of them."""
    if best.verdict is Verdict.GRANTED:
        return f"by {', '.join(allowed_by(best))}"
    return why_not_granted(every if best.verdict in BLOCKED else [best])
