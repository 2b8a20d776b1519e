"""Which action? A line to type one into, completed from the catalogue."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from iam.text import ascii_lower, safe
from tui.dialogs.modal import Modal

USUAL = "bedrock:InvokeModel"


class ActionDialog(Modal[str | None]):
    """Asks for a concrete action; the result is its name as the catalogue has it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Cancel", id="action.cancel"),
    ]

    def compose(self) -> ComposeResult:
        with Vertical(id="action") as box:
            box.border_title = "Who can do this?"
            box.border_subtitle = "→ completes   enter asks   esc closes"
            yield Input(
                value=USUAL, placeholder=USUAL, select_on_focus=True, compact=True, id="action-name"
            )
            yield Static("", id="action-hint", markup=False)

    def on_mount(self) -> None:
        from iam.policy.action_catalogue import catalogue

        self._known = {action.id.lower(): action for action in catalogue().actions.values()}
        names = sorted(action.id for action in self._known.values())
        self.query_one(Input).suggester = SuggestFromList(names, case_sensitive=False)

    @on(Input.Changed)
    def describe(self, event: Input.Changed) -> None:
        """Say what the action does, or which are near."""
        event.stop()
        hint = self.query_one("#action-hint", Static)
        if (action := self._known.get(ascii_lower(event.value.strip()))) is not None:
            hint.update(f"{action.id}: {action.description}")
        else:
            typed = ascii_lower(event.value.strip())
            near = [a.id for name, a in self._known.items() if typed and typed in name][:5]
            hint.update(", ".join(near) or "the catalogue has no such action")

    @on(Input.Submitted)
    def choose(self, event: Input.Submitted) -> None:
        """Take it, if there is such an action."""
        event.stop()
        action = self._known.get(ascii_lower(event.value.strip()))
        if action is None:
            self.notify(f"There is no action {safe(event.value)!r}.", markup=False)
        else:
            self.dismiss(action.id)
