"""The dialog before changes: what they would do, checked with AWS.

`y` applies, Enter alone does not. Many changes at once require typing the account ID or alias: the
field for it has the focus from the beginning, so that no letter of it is taken for a key.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Static

from iam.counts import counted
from iam.errors import AwsError
from iam.text import safe
from tui.dialogs.confirm import ConfirmDialog, commands_screen
from tui.dialogs.review_data import About, Check, ShowGroup, says_the_same
from widgets.glyphs import Glyphs
from widgets.plan_view import PlanView

if TYPE_CHECKING:
    from iam.changes.plan import Plan


class ReviewDialog(ConfirmDialog["Plan | ShowGroup | None"]):
    """Asks whether to apply a plan; the result is the plan as checked with AWS, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "simulate", "Ask AWS", tooltip="Ask AWS what remains", id="dialog.simulate"),
        Binding("g", "group", "Group", tooltip="Show the group", id="dialog.group"),
    ]

    def __init__(self, plan: Plan, check: Check, about: About, glyphs: Glyphs) -> None:
        super().__init__(about.account)
        self.plan = plan
        self.about = about
        self.glyphs = glyphs
        self.checked = False
        """The plan has been checked with AWS."""
        self._check = check
        self._failed = False
        """The check with AWS failed."""
        self._confirmed_early = False
        """The operator pressed y before the check was complete."""

    def compose(self) -> ComposeResult:
        attach = self.plan.op == "attach"
        what = f"{self.plan.op.capitalize()} a policy"
        with Vertical(id="dialog") as dialog:
            if undoes := self.plan.undoes:
                what = f"{'Redo' if undoes.kind == 'undo' else 'Undo'}: {what.lower()}"
            dialog.border_title = what
            with VerticalScroll(id="dialog-body", can_focus=False):
                yield PlanView(self.glyphs, self.about.account)
            yield Static("", id="dialog-state", markup=False)
            field = Input(id="dialog-account", compact=True)
            field.cursor_blink = False  # which would send bytes all the time
            field.display = False
            yield field
            with Horizontal(id="dialog-buttons"):
                yield Static("", id="dialog-keys", markup=False)
                yield Button("", id="cancel", variant="default")
                yield Button("", id="apply", variant="success" if attach else "error")

    def on_mount(self) -> None:
        self._show()
        self._say("checking with AWS …")
        self.check_with_aws()

    @work(exclusive=True, group="check", exit_on_error=False, description="check a plan")
    async def check_with_aws(self) -> None:
        """Check with AWS; a y that was pressed before counts only if AWS reports nothing new."""
        before = self.plan
        total = len(before.changes) + len(before.unneeded) + len(before.blocked)

        def progress(done: int) -> None:
            if total > 1:
                self._say(f"checking with AWS … {done} of {total}")

        try:
            self.plan = await self._check(progress)
        except Exception as error:
            self.log.error(repr(error))
            expected = isinstance(error, AwsError)
            reason = str(error) if expected else f"unexpected error ({type(error).__name__})."
            again = "Enter" if self.field.has_focus else "y"
            self._say(
                f"The check with AWS failed: {safe(reason)} {again} tries again.", "$text-error"
            )
            self._confirmed_early, self._failed = False, True
            return
        self.checked = True
        self._show()
        self._say(" ".join(filter(None, (self._hidden_by_filter, self._prompt))), "$text-warning")
        if self._confirmed_early:
            self._confirmed_early = False
            if not self.is_active:
                self._say("Checked with AWS; press y to apply.", "$text-warning")
            elif says_the_same(before, self.plan):
                self.action_apply()
            else:
                self._say(
                    "AWS reports something new: review it, then press y again.", "$text-warning"
                )

    def _show(self) -> None:
        plan = self.plan
        self.query_one(PlanView).show_plan(plan)
        must_type = self._must_type
        key, verb = "enter" if must_type else "y", plan.op.capitalize()
        self.query_one("#apply", Button).label = Content(
            f"{key}  {verb}" if not self.about.dry_run else "y  Show commands"
        )
        self.query_one("#apply").display = bool(plan.changes)
        self.query_one("#cancel", Button).label = "esc  Cancel" if must_type else "n  Cancel"
        field = self.field
        field.placeholder = " or ".join(self._names)
        if must_type and not field.display:
            field.display = True
            self.set_focus(field)
        elif not must_type and field.display:
            field.display = False
            self.set_focus(self.query_one("#cancel"))
        self._show_keys()

    @on(events.DescendantFocus)
    @on(events.DescendantBlur)
    def _show_keys(self) -> None:
        """Show the keys that are no letters now."""
        keys = ["c commands"] if self.plan.changes else []
        keys += ["x ask AWS"] if self._can_ask else []
        keys += ["g show group"] if self.plan.holding_groups else []
        if self.field.has_focus:
            keys = ["tab buttons"]
        self.query_one("#dialog-keys", Static).update("  ".join(keys))
        # Beside the buttons there is room for one.
        self.query_one("#dialog-buttons").set_class(len(keys) > 1, "-many")

    @property
    def _hidden_by_filter(self) -> str:
        if not (count := self.about.out_of_sight):
            return ""
        return f"The filter hides {count:,} of the marked entries."

    def _say(self, text: str, style: str = "dim") -> None:
        state = self.query_one("#dialog-state", Static)
        state.display = bool(text)
        state.update(Content.styled(text, style))

    # Confirming

    @property
    def _how_many(self) -> int:
        return max(len(self.plan.changes), len(self.plan.effects))

    @property
    def _must_type(self) -> bool:
        return self._how_many > self.about.confirm_above and not self.about.dry_run

    @property
    def _names(self) -> list[str]:
        """The texts that confirm many changes."""
        return [safe(name) for name in (self.about.account_id, self.about.alias) if name]

    @property
    def _prompt(self) -> str:
        """What to type; empty where nothing has to be typed."""
        if not (self._must_type and self.plan.changes):
            return ""
        names = " or ".join(self._names)
        return f"Type {names} and press Enter to change {counted(self._how_many, 'principal')}."

    def action_apply(self) -> None:
        """Confirm the plan, or repeat a check that failed."""
        if self._failed:
            self._failed = False
            self._say("checking with AWS …")
            self.check_with_aws()
            return
        if not self.checked:
            self._confirmed_early = bool(self.plan.changes)
            return
        if not self.plan.changes:
            return
        if self._must_type:
            self.set_focus(self.field)
        else:
            self.dismiss(self.plan)

    @on(Input.Submitted)
    def typed(self, event: Input.Submitted) -> None:
        """Apply the plan if the name of this account was typed."""
        event.stop()
        if self._failed:
            self.action_apply()  # which checks again
        elif not self.checked:
            self._say("AWS is still being asked: nothing was changed. Press Enter again.")
        elif event.value.strip() in self._names and self.plan.changes:
            self.dismiss(self.plan)
        else:
            self._say(
                f"That is not {' or '.join(self._names)}; nothing was changed.", "$text-warning"
            )

    # Details

    def action_commands(self) -> None:
        """Show the plan as AWS CLI commands."""
        self._confirmed_early = False
        if self.plan.changes:
            commands = self.about.commands(self.plan)
            dry_run = self.about.dry_run
            self.app.push_screen(commands_screen(commands, self.plan.op, dry_run=dry_run))

    @property
    def _can_ask(self) -> bool:
        return self.about.ask_without is not None and bool(self.plan.changes)

    def action_simulate(self) -> None:
        """Ask AWS what remains without the policy."""
        self._confirmed_early = False
        ask = self.about.ask_without
        if ask is None or not self.plan.changes:
            return
        from tui.dialogs.simulation import SimulationScreen

        title = f"AWS's simulator: without {self.plan.policy.name}"
        self.app.push_screen(SimulationScreen(title, "simulation", partial(ask, self.plan)))

    def action_group(self) -> None:
        """Close without changes, and go to the group that gives the policy."""
        if groups := self.plan.holding_groups:
            self.dismiss(ShowGroup(groups[0]))
