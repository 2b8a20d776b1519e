"""The main screen: the account bar, the table of principals, the details, and every key of them.

Keys call controllers (`tui/controllers/`), which know this screen as their `MainView`.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input, Static
from textual.worker import Worker

from iam.text import safe
from iam.verdicts.answers import ANSWER_FILTERS
from tui.commands import COMMANDS, by_id, with_keymap
from tui.controllers.account import AccountController
from tui.controllers.change import ChangeController
from tui.controllers.choices import ChoiceController
from tui.controllers.details import DetailsController
from tui.controllers.evaluation import EvaluationController
from tui.controllers.export import ExportController
from tui.controllers.filtering import FilterController
from tui.controllers.invocation_words import InvocationWordsController
from tui.controllers.last_use import LastUseController
from tui.controllers.loading import LoadController
from tui.controllers.notices import failed_action
from tui.controllers.organization import OrganizationController
from tui.controllers.recovery import RecoveryController
from tui.controllers.sign_in import SignInController
from tui.controllers.who_can import WhoCanController
from tui.options import Launch
from tui.session.session import Session
from widgets.account_bar import AccountBar, BarData
from widgets.filter_bar import FilterBar
from widgets.glyphs import Glyphs
from widgets.key_bar import KeyBar
from widgets.principal_details import PrincipalDetails
from widgets.principal_table import PrincipalTable
from widgets.rows import View

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel

    from widgets.section_tree import SectionTree

_TOAST = 6.0
"""Seconds that a message is shown."""


class MainScreen(Screen[None]):
    """Everything but the dialogs."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(command.binding() for command in COMMANDS),
        # Where a command cannot be used, its key says why.
        *(
            Binding(command.keys, "why_not", show=False, id=f"{command.id}.why_not")
            for command in COMMANDS
            if command.writes
        ),
        # Where there is no profile to choose, the footer does not offer it, and the key says why.
        Binding("p", "why_no_profile", show=False, id="profile.why_not"),
    ]

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
        self._sections = sections
        self._keymap = keymap
        self.session = session
        self.glyphs = glyphs
        self.bar = BarData(badges=session.launch.badges)
        self.loaded = False
        self.changing = False
        self.may_leave = True
        self.evaluation = EvaluationController(self)
        self.account = AccountController(self, self.evaluation)
        self.details_controller = DetailsController(self, self.evaluation.result_of)
        self.invocation_words = InvocationWordsController(self)
        self.who_can = WhoCanController(self, self.evaluation)
        self.sign_in = SignInController(self)
        self.filtering = FilterController(self)
        self.export = ExportController(self, self.evaluation)
        self.change = ChangeController(self, self.sign_in)
        self.choices = ChoiceController(self, self.account, first or session.launch)
        self.recovery = RecoveryController(self)
        self.organization = OrganizationController(self, self.evaluation)
        self.last_use = LastUseController(self, self.account)
        self.load = LoadController(
            self,
            self.account,
            self.last_use,
            self.organization,
            self.details_controller,
            self.recovery,
            self.sign_in,
        )

    def compose(self) -> ComposeResult:
        yield AccountBar(self.glyphs)
        yield Static(id="trouble")
        with Horizontal(id="panes"):
            yield PrincipalTable(self.glyphs, sections=self._sections)
            yield PrincipalDetails(self.glyphs)
        yield KeyBar()
        yield FilterBar("words of the ARN, or terms such as invoke:yes", self.filtering)

    def on_mount(self) -> None:
        self.table.focus()
        self.show_bar()
        # Part of the first frame: a line that is added later moves everything below it.
        self.account.announce()
        # After the first frame is on the screen: this may import boto3.
        self.call_after_refresh(self.load.begin)

    @property
    def table(self) -> PrincipalTable:
        """The table of principals."""
        return self.query_one(PrincipalTable)

    @property
    def details(self) -> PrincipalDetails:
        """The details of the principal under the cursor."""
        return self.query_one(PrincipalDetails)

    def on_screen_suspend(self) -> None:
        """Leave messages to the dialog on top, which shows the same ones."""
        for rack in self.query("ToastRack"):
            rack.display = False

    # What controllers use: see MainView

    @property
    def reading(self) -> bool:
        """Whether the account or its organization is being read, or the account evaluated."""
        return self.organization.pending or any(
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
        self.query_one(FilterBar).furnish()

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
        self.log.error(repr(error))
        self.toast(failed_action(error), severity="error", timeout=30)

    async def show_changed(self, arns: Iterable[str]) -> None:
        """Evaluate these again, and show them."""
        await self.evaluation.evaluate_changed(arns)
        self.show_details()

    def show_view(self, view: View) -> None:
        """Filter and sort the table, and show its filter in the filter line."""
        self.show_filter(view.filter.text)
        self.table.show(**view._asdict())

    def show_filter(self, text: str) -> None:
        """Show the filter of the table in the filter line."""
        self.query_one(FilterBar).put(text)

    def show_group(self, name: str) -> None:
        """Go to a group in the list of groups."""
        groups = self.session.account.groups.values() if self.session.account else ()
        group = next((group for group in groups if group.name == name), None)
        self.close_details()
        self.show_view(View(kind="groups"))
        if group is not None:
            self.table.go_to(group.arn)

    def show_details(self) -> None:
        """Show the principal under the cursor in the details."""
        self.details_controller.show()

    def close_details(self) -> None:
        """Go back from the details to the table."""
        self.remove_class("-details")
        self.table.focus()

    def leave_for(self, launch: Launch) -> None:
        """Leave this account, at once and for good, and open another."""
        self.loaded = False  # the keys that are still on their way cannot act on it
        self.workers.cancel_node(self)
        self.post_message(self.Leave(launch))

    def run_in_background(
        self, work: Callable[[], Coroutine[Any, Any, None]], group: str, *, exclusive: bool = True
    ) -> Worker[None]:
        """Run work in a worker; an exclusive one cancels the others of its group."""
        return self.run_worker(
            work, group=group, description=group, exit_on_error=False, exclusive=exclusive
        )

    def cancel_background(self, group: str) -> None:
        """Cancel the workers of a group."""
        self.workers.cancel_group(self, group)

    # Details

    @on(PrincipalTable.Highlighted)
    def follow_cursor(self) -> None:
        """Show the principal under the cursor, once the cursor rests."""
        self.details_controller.follow()

    @on(PrincipalTable.Opened)
    def action_open_details(self) -> None:
        """Go to the details."""
        self.add_class("-details")
        self.show_details()
        self.details.focus_tree()

    def action_switch_pane(self) -> None:
        """Go to the other pane."""
        if self.details.has_focus_within:
            self.close_details()
        else:
            self.action_open_details()

    async def action_close_layer(self) -> None:
        """Go back one step, the innermost first; never leave the app."""
        self.app.clear_notifications()
        if self.details.has_focus_within:
            self.close_details()
        elif self.filtering.text:
            self.filtering.take_back()
        elif self.table.marked:
            self.table.unmark(self.table.marked)
            self.toast("Marks cleared.")
        elif self.last_use.asking:
            self.last_use.cancel()
        elif self.evaluation.asked:
            self.who_can.ask(None)

    def on_section_tree_who_can(self, event: SectionTree.WhoCan) -> None:
        """Ask about the action under the cursor of the details."""
        self.who_can.ask_about(event.action)

    def action_who_can(self) -> None:
        """Ask who can do an action that is typed."""
        self.who_can.choose()

    @on(PrincipalTable.Unexplained)
    def explain_invocations(self, event: PrincipalTable.Unexplained) -> None:
        """Say how far the principals on the screen can invoke models."""
        self.invocation_words.find(event.arns)

    # Filter and sort

    def action_filter(self) -> None:
        """Open the filter; in the details, the search."""
        if self.details.has_focus_within:
            self.details.search()
            return
        self.remove_class("-details")
        self.filtering.opened()
        self.query_one(FilterBar).open()
        # It replaces the key bar, whose keys are letters now: nothing else has to move.
        self.query_one(KeyBar).display = False

    def on_descendant_focus(self) -> None:
        """Show the key bar again, however the filter was left."""
        line, keys = self.query_one(FilterBar), self.query_one(KeyBar)
        if line.has_focus_within:
            if keys.display:  # a click has opened it
                self.filtering.opened()
            keys.display = False
        elif not keys.display:
            keys.display = True
            self.filtering.settle(line.text)

    @on(FilterBar.Changed)
    def filter_changed(self, event: FilterBar.Changed) -> None:
        """Show what matches, as the operator types."""
        self.filtering.typed(event.text)

    @on(FilterBar.Closed)
    def filter_closed(self) -> None:
        """Give the focus back to the table; at once, because the next key may wait already."""
        self.filtering.settle(self.query_one(FilterBar).text)
        self.set_focus(self.table)

    @on(AccountBar.Chosen)
    def show_counted(self, event: AccountBar.Chosen) -> None:
        """Show who is counted in a number of the bar."""
        self.filtering.toggle(event.terms)

    def action_can_invoke(self) -> None:
        """Show who can invoke models, or everybody."""
        self.filtering.toggle(ANSWER_FILTERS["invoke"])

    def action_other_policy(self) -> None:
        """Show who can invoke models by another policy, or everybody."""
        self.filtering.toggle(ANSWER_FILTERS["other"])

    def action_blocked(self) -> None:
        """Show who holds the managed policy and cannot invoke models, or everybody."""
        self.filtering.toggle(ANSWER_FILTERS["blocked"])

    def action_invoke_unknown(self) -> None:
        """Show of whom it is not known whether they can invoke models, or everybody."""
        self.filtering.toggle(ANSWER_FILTERS["unknown"])

    def action_cycle_verdict(self) -> None:
        """Show the principals with the next verdict."""
        self.filtering.next_verdict()

    def action_show_all(self) -> None:
        """Show users and roles."""
        self.table.show(kind="all")

    def action_show_users(self) -> None:
        """Show users only."""
        self.table.show(kind="users")

    def action_show_roles(self) -> None:
        """Show roles only."""
        self.table.show(kind="roles")

    def action_show_groups(self) -> None:
        """Show groups."""
        self.table.show(kind="groups")

    def action_sort(self) -> None:
        """Sort by the next column."""
        self.table.sort_by_next()

    def action_sort_reverse(self) -> None:
        """Sort by the same column the other way round."""
        self.table.show(reverse=not self.table.view.reverse)

    # Changes

    def action_attach(self) -> None:
        """Attach the managed policy, after a review."""
        self.change.begin("attach")

    def action_detach(self) -> None:
        """Detach the managed policy, after a review."""
        self.change.begin("detach")

    def action_undo(self) -> None:
        """Reverse the last batch in effect, or what it did to the marked ones, after a review."""
        self.change.begin_undo()

    def action_redo(self) -> None:
        """Reverse the last undo, after a review."""
        self.change.begin_redo()

    def action_history(self) -> None:
        """Show the history; a batch that is chosen there is reversed."""
        self.change.open_history()

    def action_why_not(self) -> None:
        """Say why a key does nothing."""
        if refusal := self.change.refusal:
            self.toast(refusal, severity="warning")

    # Other screens and the app

    def action_policy(self) -> None:
        """Show the policy, its versions, and what they changed."""
        if self.loaded:
            from tui.dialogs.policy_versions import PolicyScreen

            self.app.push_screen(PolicyScreen(self.session, self.glyphs))
        else:
            self.toast("The account is still being read; wait until it is complete.")

    def action_not_read(self) -> None:
        """List what could not be read or understood."""
        organization = self.organization.organization
        unread = (*self.evaluation.unread, *(organization.unread if organization else ()))
        if not unread:
            self.toast("Everything was read.")
            return
        from iam.account.unread import unread_in_words
        from tui.dialogs.text import TextScreen

        lines = unread_in_words(unread)
        self.app.push_screen(TextScreen(f"Not read: {len(unread)}", lines, "not-read"))

    async def action_organization(self) -> None:
        """Show what the organization takes away, level by level."""
        await self.organization.show()

    def action_last_use(self) -> None:
        """Ask AWS when Bedrock was last used, or stop asking."""
        self.last_use.begin(in_details=self.details.has_focus_within)

    def action_export(self) -> None:
        """Write what is shown, or the marked ones, to a file."""
        self.export.begin()

    def action_copy_arn(self) -> None:
        """Copy the ARN of the principal under the cursor."""
        if row := self.table.cursor_row:
            self.app.copy_to_clipboard(safe(row.arn))
            self.toast(f"Sent to the terminal's clipboard: {row.arn}")

    def action_profile(self) -> None:
        """Choose an AWS profile, whose account is then read."""
        self.choices.choose_profile()

    def action_why_no_profile(self) -> None:
        """Say why there is no profile to choose."""
        self.choices.choose_profile()

    def action_region(self) -> None:
        """Choose a region."""
        self.choices.choose_region()

    def action_choose_policy(self) -> None:
        """Choose the managed policy."""
        self.choices.choose_policy()

    def action_reload(self) -> None:
        """Read the account again."""
        if self.changing:
            self.toast("A change is under way; wait until it is done.")
        else:
            self.load.begin()

    async def action_redraw(self) -> None:
        """Draw the screen again."""
        await self.run_action("app.redraw")

    async def action_suspend(self) -> None:
        """Go to the shell until `fg`."""
        await self.run_action("app.suspend_process")

    def action_help(self) -> None:
        """Show the help."""
        from tui.dialogs.help import HelpScreen

        commands = with_keymap(self._keymap)
        self.app.push_screen(HelpScreen(self.glyphs, self.session.launch.writable, commands))

    def action_quit(self) -> None:
        """Quit; while a change is under way, only when asked twice."""
        if not self.may_leave:
            self.may_leave = True
            self.toast("A change is under way; press q again to quit without waiting.")
        else:
            self.app.exit(0)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out of key bar and palette what this session cannot do."""
        if action == "filter" and isinstance(self.focused, Input):
            return False  # a slash is a letter there
        if action == "profile" and self.session.launch.source != "live":
            return False
        command = by_id(action)
        return not (command and command.writes and not self.session.launch.plans)
