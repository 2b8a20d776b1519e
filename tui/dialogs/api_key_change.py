"""The dialog before an API key is changed: what it is good for now, and what the change does.

`y` switches a key off or on, Enter alone does not. To delete one, its name is typed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Static

from iam.text import safe
from tui.dialogs.confirm import ConfirmDialog, commands_screen
from widgets.wrapping import facts

if TYPE_CHECKING:
    from iam.changes.journal import KeyOp
    from iam.changes.key_plan import KeyPlan

VERBS: dict[KeyOp, str] = {
    "deactivate-key": "Deactivate",
    "activate-key": "Activate",
    "delete-key": "Delete",
}
_COLUMN = 9
"""Where the values begin."""


class ApiKeyDialog(ConfirmDialog["KeyPlan | None"]):
    """Asks whether to change a key; the result is the plan, or None."""

    def __init__(
        self, plan: KeyPlan, account: str, commands: tuple[str, ...], *, dry_run: bool
    ) -> None:
        """Take what is shown.

        Args:
            plan: The change.
            account: The account's ID and alias.
            commands: The change as AWS CLI commands.
            dry_run: Whether the commands are all that comes of it.
        """
        super().__init__(account)
        self.plan = plan
        self.commands = commands
        self.dry_run = dry_run

    @property
    def _must_type(self) -> bool:
        return self.plan.final and not self.dry_run

    def compose(self) -> ComposeResult:
        what = f"{VERBS[self.plan.op]} an API key"
        if undoes := self.plan.undoes:
            verb = "Redo" if undoes.kind == "undo" else "Undo"
            what = f"{verb}: {what[0].lower()}{what[1:]}"
        with Vertical(id="dialog") as dialog:
            dialog.border_title = what
            with VerticalScroll(id="dialog-body", can_focus=False):
                yield Static(id="dialog-text", markup=False)
            yield Static("", id="dialog-state", markup=False)
            field = Input(id="dialog-account", compact=True, placeholder="the name of the key")
            field.cursor_blink = False  # which would send bytes all the time
            field.display = self._must_type
            yield field
            with Horizontal(id="dialog-buttons"):
                keys = "tab buttons" if self._must_type else "c commands"
                yield Static(keys, id="dialog-keys", markup=False)
                yield Button("esc  Cancel" if self._must_type else "n  Cancel", id="cancel")
                yield Button(self._label(), id="apply", variant=self._variant)

    def on_resize(self) -> None:
        super().on_resize()
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        """Break the lines for the width that there is."""
        text = self.query_one("#dialog-text", Static)
        text.update(self._text(text.size.width))

    def on_mount(self) -> None:
        if self._must_type:
            name = safe(self.plan.before.key.name)
            self._say(f"Type {name} and press Enter to delete it.")
            self.set_focus(self.field)
        else:
            self.query_one("#dialog-state").display = False

    @property
    def _variant(self) -> Literal["success", "error"]:
        return "success" if self.plan.op == "activate-key" else "error"

    def _label(self) -> str:
        if self.dry_run:
            return "y  Show commands"
        return f"{'enter' if self._must_type else 'y'}  {VERBS[self.plan.op]}"

    def _text(self, width: int) -> Content:
        before, after = self.plan.before, self.plan.after
        key = before.key
        expires = "never" if key.expires is None else f"{key.expires:%Y-%m-%d}"
        invoke = before.invocation.words if before.invocation else "unknown"
        pairs = [
            ("Account", self.account),
            ("Key", key.name),
            ("ID", key.id),
            ("Owner", before.owner.arn if before.owner else key.user),
            ("Expires", expires),
            ("Invokes", f"{invoke} (its owner)"),
            ("Works", before.words),
        ]
        if after is not None:
            pairs.append(("Then", after.words))
        lines = [*facts(pairs, width, _COLUMN)]
        if self.plan.doubt:
            doubt = f"Its state could not be read again: {safe(self.plan.doubt)}"
            lines += [Content(""), Content.styled(doubt, "$text-warning")]
        return Content("\n").join([*lines, Content(""), self._effect()])

    def _effect(self) -> Content:
        if self.plan.op == "delete-key":
            return Content.styled(
                "Deleting is final: the key never works again, and nothing brings it back. "
                "Deactivate it instead if anything may still need it.",
                "$text-warning",
            )
        if self.plan.op == "deactivate-key":
            return Content("Requests with the key are refused from then on. u takes this back.")
        return Content("Whoever has the key can use it again. u takes this back.")

    def _say(self, text: str, style: str = "") -> None:
        self.query_one("#dialog-state", Static).update(Content.styled(text, style))

    def action_apply(self) -> None:
        """Confirm the change; a deletion by the name of the key alone."""
        if self._must_type:
            self.set_focus(self.field)
        else:
            self.dismiss(self.plan)

    @on(Input.Submitted)
    def typed(self, event: Input.Submitted) -> None:
        """Delete the key if its name was typed."""
        event.stop()
        name = safe(self.plan.before.key.name)
        if event.value.strip() == name:
            self.dismiss(self.plan)
        else:
            self._say(f"That is not {name}; nothing was deleted.", "$text-warning")

    def action_commands(self) -> None:
        """Show the change as AWS CLI commands."""
        self.app.push_screen(commands_screen(self.commands, self.plan.op, dry_run=self.dry_run))
