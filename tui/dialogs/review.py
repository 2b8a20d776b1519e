"""The dialogue before changes: what they would do, checked with AWS. `y` applies, Enter alone does
not; many changes at once take the account's ID or alias, typed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Static

from iam.errors import AwsError
from iam.text import safe
from tui.dialogs.modal import Modal
from tui.dialogs.text import TextScreen
from widgets.glyphs import Glyphs
from widgets.plan_view import PlanView

if TYPE_CHECKING:
    from iam.changes.plan import Plan

Check = Callable[[Callable[[int], None]], Awaitable["Plan"]]
"""Asks AWS and makes the plan anew; told how many have been looked at."""

_TIGHT = 70
"""Columns of a terminal in which keys and buttons need each of them."""


@dataclass(frozen=True, slots=True)
class ShowGroup:
    """The operator wants to see a group instead."""

    name: str


@dataclass(frozen=True, slots=True)
class About:
    """What the dialogue says besides the plan."""

    account_id: str
    alias: str
    commands: Callable[[Plan], tuple[str, ...]]
    """The plan as commands of the AWS CLI."""
    confirm_above: int
    dry_run: bool
    out_of_sight: int = 0
    """How many of those that were marked the list does not show at the moment."""

    @property
    def account(self) -> str:
        return f"{self.account_id} ({self.alias})" if self.alias else self.account_id


class ReviewDialog(Modal["Plan | ShowGroup | None"]):
    """Asks whether to apply a plan; the result is the plan as AWS has it, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # Handled before the next key is looked at: that may be the first letter of an account.
        Binding(
            "y", "apply", "Apply", priority=True, tooltip="Apply the change", id="dialog.apply"
        ),
        Binding("n,escape", "cancel", "Cancel", tooltip="Leave all as it was", id="dialog.cancel"),
        Binding("c", "commands", "Commands", tooltip="As commands of the AWS CLI", id="dialog.cli"),
        Binding("g", "group", "Group", tooltip="Show the group", id="dialog.group"),
        Binding("j,down", "scroll(1)", "Down", show=False, id="dialog.down"),
        Binding("k,up", "scroll(-1)", "Up", show=False, id="dialog.up"),
        Binding("pagedown,space", "scroll(10)", "Page down", show=False, id="dialog.pagedown"),
        Binding("pageup", "scroll(-10)", "Page up", show=False, id="dialog.pageup"),
        Binding("home", "scroll(-100000)", "Top", show=False, id="dialog.top"),
        Binding("end", "scroll(100000)", "End", show=False, id="dialog.end"),
        Binding("left,right,tab", "other_button", "Other button", show=False, id="dialog.other"),
    ]
    AUTO_FOCUS = "#cancel"

    def __init__(self, plan: Plan, check: Check, about: About, glyphs: Glyphs) -> None:
        super().__init__()
        self.plan = plan
        self.about = about
        self.glyphs = glyphs
        self.checked = False
        """AWS has been asked, and the plan is what it said."""
        self._check = check
        self._failed = False
        """AWS could not be asked."""
        self._wanted = False
        """The operator has said yes before AWS had been asked."""

    def compose(self) -> ComposeResult:
        attach = self.plan.op == "attach"
        what = f"{self.plan.op.capitalize()} a policy"
        with Vertical(id="dialog") as dialog:
            dialog.border_title = f"Undo: {what.lower()}" if self.plan.undoes else what
            with VerticalScroll(id="dialog-body", can_focus=False):
                yield PlanView(self.glyphs, self.about.account)
            yield Static("", id="dialog-state", markup=False)
            yield Input(id="dialog-account", compact=True)
            with Horizontal(id="dialog-buttons"):
                yield Static("", id="dialog-keys", markup=False)
                yield Button("n  Leave as it is", id="cancel", variant="default")
                yield Button("", id="apply", variant="success" if attach else "error")

    def on_mount(self) -> None:
        self.app.clear_notifications()  # what the last change came to would cover the keys
        self._show()
        self._say("checking with AWS …")
        self.check_with_aws()

    @work(exclusive=True, group="check", exit_on_error=False, description="check a plan")
    async def check_with_aws(self) -> None:
        """Ask AWS; a yes that was given before counts only if nothing new came of it."""
        before = self.plan
        total = len(before.changes) + len(before.unneeded) + len(before.blocked)

        def progress(done: int) -> None:
            if total > 1:
                self._say(f"checking with AWS … {done} of {total}")

        try:
            self.plan = await self._check(progress)
        except Exception as error:
            self.log.error(repr(error))
            told = (
                str(error) if isinstance(error, AwsError) else f"a fault ({type(error).__name__})."
            )
            self._say(f"AWS could not be asked: {safe(told)} y asks again.", "$error")
            self._wanted, self._failed = False, True
            return
        self.checked = True
        self._say(self._out_of_sight, "$warning")
        self._show()
        if self._wanted:
            self._wanted = False
            if not self.is_active:
                self._say("AWS has been asked; y goes on.", "$warning")
            elif _same(before, self.plan):
                self.action_apply()
            else:
                self._say("AWS says more than was shown; look again.", "$warning")

    def _show(self) -> None:
        plan = self.plan
        self.query_one(PlanView).show_plan(plan)
        verb = plan.op.capitalize()
        self.query_one("#apply", Button).label = Content(
            f"y  {verb}" if not self.about.dry_run else "y  Show commands"
        )
        self.query_one("#apply").display = bool(plan.changes)
        typed = self.query_one("#dialog-account", Input)
        typed.display = self._must_type and self.checked
        typed.placeholder = (
            f"Type {' or '.join(self._names)} and press Enter to change {self._how_many}"
        )
        keys = []
        if plan.changes:
            keys.append("c commands")
        if plan.holding_groups:
            keys.append("g show group")
        self.query_one("#dialog-keys", Static).update("  ".join(keys))
        self.call_after_refresh(self._fit)

    @property
    def _out_of_sight(self) -> str:
        if not (count := self.about.out_of_sight):
            return ""
        verb = "is" if count == 1 else "are"
        return f"{count} of the marked {verb} not in the list as it is filtered now."

    def _say(self, text: str, style: str = "dim") -> None:
        state = self.query_one("#dialog-state", Static)
        state.display = bool(text)
        state.update(Content.styled(text, style))
        self.call_after_refresh(self._fit)

    def on_resize(self) -> None:
        self.set_class(self.size.width < _TIGHT, "-tight")
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        """Leave the plan what the lines below it do not need."""
        dialog, body = self.query_one("#dialog"), self.query_one("#dialog-body")
        below = [w for w in dialog.children if w is not body and w.display]
        needed = sum(w.outer_size.height + w.styles.margin.height for w in below)
        edge = dialog.gutter.height + body.styles.margin.height
        body.styles.max_height = max(3, self.size.height * 94 // 100 - edge - needed)

    # Saying yes

    @property
    def _how_many(self) -> int:
        return max(len(self.plan.changes), len(self.plan.effects))

    @property
    def _must_type(self) -> bool:
        return self._how_many > self.about.confirm_above and not self.about.dry_run

    @property
    def _names(self) -> list[str]:
        """What may be typed."""
        return [safe(name) for name in (self.about.account_id, self.about.alias) if name]

    def action_apply(self) -> None:
        """Say yes."""
        if self._failed:
            self._failed = False
            self._say("checking with AWS …")
            self.check_with_aws()
            return
        if not self.checked:
            self._wanted = bool(self.plan.changes)
            return
        if not self.plan.changes:
            return
        if self._must_type:
            self.set_focus(self.query_one("#dialog-account", Input))
        else:
            self.dismiss(self.plan)

    @on(Input.Submitted)
    def typed(self, event: Input.Submitted) -> None:
        """Apply if it is this account that was typed."""
        event.stop()
        if event.value.strip() in self._names and self.checked and self.plan.changes:
            self.dismiss(self.plan)
        else:
            self._say(f"That is not {' or '.join(self._names)}; nothing is changed.", "$warning")

    @on(Button.Pressed)
    def pressed(self, event: Button.Pressed) -> None:
        """Enter or a click on a button."""
        event.stop()
        if event.button.id == "apply":
            self.action_apply()
        else:
            self.action_cancel()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the letters to the line that is typed into."""
        return action != "apply" or not self.query_one("#dialog-account", Input).has_focus

    def action_cancel(self) -> None:
        """Say no."""
        self.dismiss(None)

    # Looking

    def action_commands(self) -> None:
        """Show the plan as commands."""
        self._wanted = False
        if self.plan.changes:
            self.app.push_screen(commands_screen(self.plan, self.about))

    def action_group(self) -> None:
        """Leave everything as it was, and go to the group that gives the policy."""
        if groups := self.plan.holding_groups:
            self.dismiss(ShowGroup(groups[0]))

    def action_scroll(self, lines: int) -> None:
        self.query_one("#dialog-body", VerticalScroll).scroll_relative(
            y=lines, animate=False, immediate=True
        )

    def action_other_button(self) -> None:
        self.focus_next("#dialog Button")


def commands_screen(plan: Plan, about: About) -> TextScreen:
    """The plan as commands of the AWS CLI."""
    return TextScreen(
        "As commands of the AWS CLI",
        about.commands(plan),
        plan.op,
        "sh",
        "Dry run: nothing was sent. These would make the change." if about.dry_run else "",
    )


def _same(shown: Plan, checked: Plan) -> bool:
    """Whether what AWS said is what the operator has seen."""
    return (
        [c.entity.arn for c in shown.changes] == [c.entity.arn for c in checked.changes]
        and [(e.before.verdict, e.after) for e in shown.effects]
        == [(e.before.verdict, e.after) for e in checked.effects]
        and shown.warnings == checked.warnings
        and [left.why for left in shown.blocked] == [left.why for left in checked.blocked]
    )
