"""Ask about one action: who in the account can do it, and by which statement."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from iam.runtime.threads import in_thread

if TYPE_CHECKING:
    from tui.controllers.evaluation import EvaluationController
    from tui.controllers.view import MainView


_PROFILES = (
    "{model} can be invoked there only through inference profiles, which takes other calls as "
    "well: m shows them, and who can."
)
_FOR_READING = 12.0


class WhoCanController:
    """Chooses an action, and has the account evaluated for it."""

    def __init__(self, view: MainView, evaluation: EvaluationController) -> None:
        self.view = view
        self.evaluation = evaluation

    def begin(self) -> None:
        """Ask about the action under the cursor of the details, or one that the operator types."""
        details = self.view.details
        action = details.sections.action if details.has_focus_within else ""
        if not action:
            self.choose()
        elif "*" in action or "?" in action:
            self.view.toast("Open the entry, and choose one of its actions.")
        else:
            self.ask(action)

    def choose(self) -> None:
        """Ask about an action that the operator types."""
        if self.view.loaded:
            self.view.open_dialog(self._choose, "ask who")
        else:
            self.view.toast("The account is still being read; ask again when it is complete.")

    async def _choose(self) -> None:
        from tui.dialogs.action_prompt import ActionDialog

        account, _, _ = self.view.session.read
        action = await self.view.app.push_screen_wait(ActionDialog(account.partition))
        if action:
            self.ask(action)

    def ask(self, action: str | None) -> None:
        """Ask about one action; None evaluates the whole policy again."""
        view = self.view
        if view.loaded and not view.changing:
            view.close_details()
            view.loaded = False
            view.run_in_background(partial(self._ask, action), "read")
        else:
            view.toast("The account is being read or changed; ask again when that is done.")

    async def _ask(self, action: str | None) -> None:
        view = self.view
        try:
            await self.evaluation.ask(action)
            if action and (model := await in_thread(view.session.models.only_by_profiles, action)):
                view.toast(_PROFILES.format(model=model), timeout=_FOR_READING)
        except LookupError:
            view.toast(f"The catalogue has no action {action}, or it acts on no such resource.")
        except Exception as error:
            view.toast_error(error)
        # Skipped where a reload has cancelled this: the reload then sets these.
        self.evaluation.discard_pending()
        view.loaded = True
        view.show_progress("")
        view.show_details()
