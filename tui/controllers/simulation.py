"""Ask AWS's simulator about the principal under the cursor, and show its answers in a dialog."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from iam.runtime.threads import in_thread
from iam.verdicts.invocation import INVOKES

if TYPE_CHECKING:
    from iam.changes.plan import Plan
    from iam.reports.simulation_lines import Line
    from tui.controllers.view import MainView
    from tui.session.simulator import Progress, Simulator

_SNAPSHOT = "AWS cannot be asked about a saved account; open the account itself to ask."
_GROUP = "A group makes no requests of its own; press x on one of its members."
_LOADING = "The account is still being read; ask again when it is complete."


class SimulationController:
    """Asks about a principal of the list, or a section or an action of its details."""

    def __init__(self, view: MainView) -> None:
        self.view = view

    def ask(self) -> None:
        """Ask about what is under the cursor."""
        view, session = self.view, self.view.session
        account, row = session.account, view.table.cursor_row
        entity = account.entity(row.arn) if account is not None and row is not None else None
        if session.launch.snapshot is not None:
            view.toast(_SNAPSHOT)
            return
        if not view.loaded or session.evaluator is None:
            view.toast(_LOADING)
            return
        if entity is None:
            return
        if entity.type == "group":
            view.toast(_GROUP)
            return
        section, actions, title = None, INVOKES, "invoking models"
        if view.details.has_focus_within and (asked := view.details.sections.asked):
            section = next((s for s in session.evaluator.sections if s.sid == asked.sid), None)
            actions, title = asked.actions, asked.title
        from tui.dialogs.simulation import SimulationScreen

        async def answers(on_progress: Progress) -> Sequence[Line]:
            from iam.reports.simulation_lines import simulation_lines

            verified = await session.simulator.ask(entity, actions, section, on_progress)
            return await in_thread(simulation_lines, verified)

        name = f"AWS's simulator: {entity.name}, {title}"
        view.app.push_screen(SimulationScreen(name, "simulation", answers))


async def without_policy(simulator: Simulator, plan: Plan, on_progress: Progress) -> Sequence[Line]:
    """Ask what the principals of a preview could do without the policy that it detaches.

    Args:
        simulator: That of the session.
        plan: The preview.
        on_progress: Follows the answers.

    Raises:
        AwsError: AWS cannot be asked.
    """
    reason = await simulator.can_check(plan)
    from iam.reports.simulation_lines import Line, preview_lines

    if reason:
        return [Line(reason)]
    verified = await simulator.check(plan, on_progress)
    return await in_thread(preview_lines, verified, len(plan.effects))
