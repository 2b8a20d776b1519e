"""The main screen: it joins the account bar, the table of principals, the details and the foot.

Its controllers (`tui/controllers/`) know it as their `MainView`. What a key does stands in
`tui/command_actions.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input, Static
from textual.worker import Worker

from iam.text import safe
from tui.command_actions import ACTIONS
from tui.commands import bindings, by_id
from tui.controllers.announcement import announcement
from tui.controllers.assembly import Controllers
from tui.foot import Foot
from tui.options import Launch
from tui.session.session import Session
from tui.type_ahead import TypeAheadApp
from widgets.account_bar import AccountBar, BarData
from widgets.glyphs import Glyphs
from widgets.panes import Panes
from widgets.principal_details import PrincipalDetails
from widgets.principal_table import PrincipalTable
from widgets.rows import View

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel

_TOAST = 6.0
"""Seconds that a message is shown."""


class MainScreen(Screen[None]):
    """Everything but the dialogs."""

    BINDINGS = bindings()

    @dataclass
    class Leave(Message):
        """A message that asks to open another account in place of this one."""

        launch: Launch

    def __init__(
        self,
        session: Session,
        glyphs: Glyphs,
        first: Launch | None = None,
        *,
        sections: bool = True,
        keymap: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Join the parts of the screen.

        Args:
            session: The session, whose account may be being read already.
            glyphs: The signs of this terminal.
            first: What the operator asked for on the command line, if the session has another
                launch.
            sections: Whether the table has columns for the sections of the policy.
            keymap: The keys that the operator has chosen, by the IDs of commands.
        """
        super().__init__()
        self._panes = Panes(glyphs, sections=sections)
        self.keymap = keymap
        self.session = session
        self.glyphs = glyphs
        self.bar = BarData(badges=session.launch.badges)
        self.loaded = False
        self.changing = False
        self.may_leave = True
        self.controllers = Controllers(self, first or session.launch)

    def compose(self) -> ComposeResult:
        yield AccountBar(self.glyphs)
        yield Static(id="trouble")
        yield self._panes
        yield Foot(lambda: self.controllers.filtering)

    def on_mount(self) -> None:
        self.table.focus()
        self.show_bar()
        # Part of the first frame: a line that is added later moves everything below it.
        self.show_progress(announcement(self.session.launch))
        # After the first frame is on the screen: this imports most controllers, and maybe boto3.
        self.call_after_refresh(lambda: self.controllers.load.begin())

    @property
    def table(self) -> PrincipalTable:
        """The table of principals."""
        return self._panes.table

    @property
    def details(self) -> PrincipalDetails:
        """The details of the principal under the cursor."""
        return self._panes.details

    def on_screen_suspend(self) -> None:
        """Leave messages to the dialog on top, which shows the same ones."""
        for rack in self.query("ToastRack"):
            rack.display = False

    # What controllers use: see MainView

    @property
    def reading(self) -> bool:
        """Whether the account or its organization is being read, or the account evaluated."""
        return self.controllers.organization.pending or any(
            worker.group in ("read", "organization") and not worker.is_finished
            for worker in self.workers
        )

    def show_bar(self) -> None:
        """Draw the account bar."""
        self.query_one(AccountBar).update_bar(self.bar)

    def show_progress(self, text: str, done: float | None = None) -> None:
        """Show what is under way, and how far from 0 to 1; nothing, if the text is empty."""
        self.query_one(AccountBar).say(text, done)

    @property
    def has_notice(self) -> bool:
        """Whether a notice above the table says that something could not be read."""
        return self.query_one("#trouble").display

    def show_notice(self, notice: Content | None) -> None:
        """Show a notice above the table, or none."""
        trouble = self.query_one("#trouble", Static)
        trouble.display = notice is not None
        if notice is not None:
            trouble.update(notice)

    def prepare_filter(self) -> None:
        """Mount what the filter line needs, before it is opened."""
        self.query_one(Foot).line.furnish()

    def open_filter(self) -> None:
        """Go to the filter line."""
        self._panes.show_table()
        self.query_one(Foot).open()

    def toast(
        self,
        text: str,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float = _TOAST,
    ) -> None:
        """Show a message for some seconds, as plain text."""
        self.notify(safe(text), title=title, severity=severity, timeout=timeout, markup=False)

    def toast_error(self, error: Exception) -> None:
        """Show what went wrong."""
        from tui.controllers.notices import failed_action

        self.log.error(repr(error))
        self.toast(failed_action(error), severity="error", timeout=30)

    async def show_changed(self, arns: Iterable[str]) -> None:
        """Evaluate these again, and show them."""
        await self.controllers.evaluation.evaluate_changed(arns)
        self.show_details()

    def show_view(self, view: View) -> None:
        """Filter and sort the table, and show its filter in the filter line."""
        self.show_filter(view.filter.text)
        self.table.show(**view._asdict())

    def show_filter(self, text: str) -> None:
        """Show the filter of the table in the filter line."""
        self.query_one(Foot).line.put(text)

    def show_details(self) -> None:
        """Show the principal under the cursor in the details."""
        self.controllers.details.show()

    @on(PrincipalTable.Opened)
    def open_details(self) -> None:
        """Go to the details."""
        self._panes.open_details()
        self.show_details()

    def close_details(self) -> None:
        """Go back from the details to the table."""
        self._panes.close_details()

    def leave_for(self, launch: Launch) -> None:
        """Leave this account, at once and for good, and open another; not while it is changed."""
        from tui.controllers.notices import BUSY

        if self.changing or self.session.changes.running is not None:
            # Nobody would see how the change ends, and `q` and signals would not wait for it.
            self.toast(BUSY)
            return
        self.loaded = False  # the keys that are still on their way cannot act on it
        if isinstance(self.app, TypeAheadApp):
            self.app.drop_keys(self)
        self.workers.cancel_node(self)
        self.post_message(self.Leave(launch))

    def run_in_background(
        self, work: Callable[[], Coroutine[Any, Any, None]], group: str, *, exclusive: bool = True
    ) -> Worker[None]:
        """Run work in a worker; an exclusive one cancels the others of its group."""
        return self.run_worker(
            work, group=group, description=group, exit_on_error=False, exclusive=exclusive
        )

    def open_dialog(
        self, work: Callable[[], Coroutine[Any, Any, None]], group: str, *, exclusive: bool = True
    ) -> None:
        """Run work that opens dialogs; while none is there, keys are held for the next one."""

        app = self.app

        async def see_through() -> None:
            try:
                await work()
            except Exception as error:
                self.toast_error(error)
            finally:
                if isinstance(app, TypeAheadApp):
                    app.release_keys(opening)

        opening = self.run_in_background(see_through, group, exclusive=exclusive)
        if isinstance(app, TypeAheadApp):
            app.hold_keys(opening)

    def release_keys(self) -> None:
        """Take keys again, although work goes on that has opened a dialog: none follows."""
        if isinstance(self.app, TypeAheadApp):
            self.app.release_keys()

    def cancel_background(self, group: str) -> None:
        """Cancel the workers of a group."""
        self.workers.cancel_group(self, group)

    # What widgets say

    @on(PrincipalTable.Highlighted)
    def follow_cursor(self) -> None:
        """Show the principal under the cursor, once the cursor rests."""
        self.controllers.details.follow()

    @on(PrincipalTable.Unexplained)
    def explain_invocations(self, event: PrincipalTable.Unexplained) -> None:
        """Say how far the principals on the screen can invoke models."""
        self.controllers.invocation_words.find(event.arns)

    @on(AccountBar.Chosen)
    def show_counted(self, event: AccountBar.Chosen) -> None:
        """Show who is counted in a number of the bar."""
        self.controllers.filtering.toggle(event.terms)

    # Keys

    async def action_command(self, id: str) -> None:
        """Do what a command of `tui/commands.py` says, unless a dialog is about to open.

        Clicks on the key bar cannot be held; what they ask for would be done below the dialog.
        """
        if isinstance(self.app, TypeAheadApp) and self.app.opening and id != "quit":
            return
        result = ACTIONS[id](self.controllers)
        if result is not None:
            await result

    def action_why_not(self) -> None:
        """Say why a key does nothing."""
        if refusal := self.controllers.change.refusal:
            self.toast(refusal, severity="warning")

    def action_why_no_profile(self) -> None:
        """Say why there is no profile to choose."""
        self.controllers.choices.choose_profile()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out of key bar and palette what this session cannot do."""
        if action != "command":
            return True
        (id,) = parameters
        if id == "filter" and isinstance(self.focused, Input):
            return False  # a slash is a letter there
        if id == "profile" and self.session.launch.source != "live":
            return False
        command = by_id(str(id))
        return not (command and command.writes and not self.session.launch.plans)
