"""What the dialogs before a change share: `y` says yes, and Enter alone does not.

Where a name has to be typed, the field for it has the focus, and no letter of it is a key.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, TypeVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Button, Input

from iam.text import safe
from tui.dialogs.fitting import fit_body
from tui.dialogs.scrolling import ScrollingModal, scroll_keys
from tui.dialogs.text import TextScreen

_Result = TypeVar("_Result")


class ConfirmDialog(ScrollingModal[_Result]):
    """Asks whether to make a change; a subclass has the buttons, the field and what they do."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # Priority: the next key may be the first letter of an account's alias.
        Binding(
            "y", "apply", "Apply", priority=True, tooltip="Apply the change", id="dialog.apply"
        ),
        Binding("n,escape", "cancel", "Cancel", tooltip="Change nothing", id="dialog.cancel"),
        Binding("c", "commands", "Commands", tooltip="Show AWS CLI commands", id="dialog.cli"),
        *scroll_keys("dialog", letters=False),
        Binding("left,right,tab", "other_button", "Other button", show=False, id="dialog.other"),
    ]
    AUTO_FOCUS = "#cancel"
    TAKES_EARLY_KEYS = False  # nobody says yes to what is not on the screen yet
    SCROLLED = "#dialog-body"

    def __init__(self, account: str) -> None:
        """Take what every confirmation names.

        Args:
            account: The account's ID and alias.
        """
        super().__init__()
        self.account = account

    def on_mount(self) -> None:
        self.watch(self.scrolled, "scroll_y", self._keep_account_in_sight, init=False)
        self.app.clear_notifications()  # they are about the last change
        self.screen_layout_refresh_signal.subscribe(self, self._fit)

    def _fit(self, _: Screen[Any]) -> None:
        """Give the text the height that the lines below it do not need."""
        dialog, body, state = map(self.query_one, ("#dialog", "#dialog-body", "#dialog-state"))
        fit_body(self, dialog, body, state)

    def _keep_account_in_sight(self, top: float) -> None:
        """Name the account on the frame while its line is scrolled out of sight."""
        named = f"account {safe(self.account)}" if top > 0 else ""
        self.query_one("#dialog").border_subtitle = Content(named)

    @property
    def field(self) -> Input:
        """Where a name is typed, if one has to be."""
        return self.query_one("#dialog-account", Input)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While the name is typed, y is a letter."""
        return action != "apply" or not self.field.has_focus

    def action_apply(self) -> None:
        """Say yes."""
        raise NotImplementedError

    def action_commands(self) -> None:
        """Show the change as AWS CLI commands."""
        raise NotImplementedError

    def action_cancel(self) -> None:
        """Close without changes."""
        self.dismiss(None)

    @on(Button.Pressed)
    def pressed(self, event: Button.Pressed) -> None:
        """Do what the button says."""
        event.stop()
        if event.button.id == "apply":
            self.action_apply()
        else:
            self.action_cancel()

    def action_other_button(self) -> None:
        self.focus_next("#dialog Button, #dialog-account")


def commands_screen(commands: Sequence[str], op: str, *, dry_run: bool) -> TextScreen:
    """A change as AWS CLI commands.

    Args:
        commands: The commands.
        op: What the change does, for the name of a saved file.
        dry_run: Whether they are all that comes of it.
    """
    note = "Dry run: nothing was sent. These commands would make the change." if dry_run else ""
    return TextScreen("AWS CLI commands", commands, op, "sh", note)
