"""Asks for an action: an input that completes names from the catalogue."""

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

DEFAULT_ACTION = "bedrock:InvokeModel"


class ActionDialog(Modal[str | None]):
    """Asks for a concrete action; the result is its name as spelled in the catalogue."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Cancel", id="action.cancel"),
    ]

    def compose(self) -> ComposeResult:
        with Vertical(id="action") as box:
            box.border_title = "Who can do this?"
            box.border_subtitle = "→ complete   enter ask   esc cancel"
            yield Input(
                value=DEFAULT_ACTION,
                placeholder=DEFAULT_ACTION,
                select_on_focus=True,
                compact=True,
                id="action-name",
            )
            yield Static("", id="action-hint", markup=False)

    def on_mount(self) -> None:
        from iam.policy.action_catalogue import catalogue

        self._by_name = {action.id.lower(): action for action in catalogue().actions.values()}
        names = sorted(action.id for action in self._by_name.values())
        self.query_one(Input).suggester = SuggestFromList(names, case_sensitive=False)

    @on(Input.Changed)
    def describe(self, event: Input.Changed) -> None:
        """Show what the action does, or the actions whose names contain what was typed."""
        event.stop()
        hint = self.query_one("#action-hint", Static)
        if (action := self._by_name.get(ascii_lower(event.value.strip()))) is not None:
            hint.update(f"{action.id}: {action.description}")
        else:
            typed = ascii_lower(event.value.strip())
            similar = [a.id for name, a in self._by_name.items() if typed and typed in name][:5]
            hint.update(", ".join(similar) or "no such action in the catalogue")

    @on(Input.Submitted)
    def choose(self, event: Input.Submitted) -> None:
        """Accept the action if it exists."""
        event.stop()
        action = self._by_name.get(ascii_lower(event.value.strip()))
        if action is None:
            self.notify(f"There is no action {safe(event.value)!r}.", markup=False)
        else:
            self.dismiss(action.id)
