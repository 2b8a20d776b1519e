"""The main screen: joins the account bar, the table of principals, and the details."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Static
from textual.worker import Worker

from iam.errors import AwsError
from iam.runtime import gc_control
from iam.runtime.threads import in_thread
from iam.text import safe, without_secrets
from iam.verdicts.verdict import Verdict
from tui.commands import COMMANDS, by_id
from tui.controllers.account import AccountFlow
from tui.controllers.change import ChangeFlow
from tui.session.session import Session
from widgets.account_bar import AccountBar, BarData
from widgets.filter_bar import FilterBar
from widgets.glyphs import Glyphs
from widgets.key_bar import KeyBar
from widgets.principal_details import PrincipalDetails
from widgets.principal_table import PrincipalTable
from widgets.rows import Kind, Sort, View

if TYPE_CHECKING:
    from widgets.section_tree import SectionTree

_VERDICT_FILTERS: tuple[Verdict | None, ...] = (None, *Verdict)
_SORTS: tuple[Sort, ...] = ("type", "name", "verdict", "policy")
_ASK_AGAIN = 30.0
"""Seconds until AWS is asked again how a change ended that was cut short."""
_WARM_UP = 0.3
"""Seconds between the account on the screen and what can wait for it."""
_DETAILS_LAG = 0.08
"""Seconds that the cursor rests before the details follow it; a held key does not wait for them."""


class MainScreen(Screen[None]):
    """Everything but the dialogues."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(command.binding() for command in COMMANDS),
        # Where a command cannot be used, its key says why.
        *(
            Binding(command.keys, "why_not", show=False, id=f"{command.id}.why_not")
            for command in COMMANDS
            if command.writes
        ),
    ]

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__()
        self.session = session
        self.glyphs = glyphs
        self.bar = BarData(badges=session.launch.badges)
        self.changing = False
        """A change is being asked about or applied."""
        self.may_leave = True
        """Nothing is being sent that would be cut short."""
        self.flow = ChangeFlow(self)
        self.account = AccountFlow(self)
        self.loaded = False
        self._details_timer: Timer | None = None
        self._ask_again: Timer | None = None
        self._warming: Timer | None = None
        self._filling: Worker[None] | None = None
        self._recovery: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        yield AccountBar(self.glyphs)
        yield Static(id="trouble")
        with Horizontal(id="panes"):
            yield PrincipalTable(self.glyphs)
            yield PrincipalDetails(self.glyphs)
        yield FilterBar()
        yield KeyBar()

    def on_mount(self) -> None:
        self.table.focus()
        self.show_bar()
        # Part of the first frame: a line that comes later moves all below it.
        self.account.announce()
        # After the first frame is on the screen: what follows may import boto3.
        self.call_after_refresh(self.read_account)

    @property
    def table(self) -> PrincipalTable:
        """The table of principals."""
        return self.query_one(PrincipalTable)

    @property
    def details(self) -> PrincipalDetails:
        """The details of the principal under the cursor."""
        return self.query_one(PrincipalDetails)

    # Reading the account

    @work(exclusive=True, group="read", exit_on_error=False, description="read the account")
    async def read_account(self) -> None:
        """Connect, read, judge; what goes wrong is told on the screen."""
        self.loaded = False
        for timer in (self._warming, self._ask_again):
            if timer is not None:
                timer.stop()
        self.refresh_bindings()
        self._show_trouble(None)
        try:
            await self.account.read()
            self._show_gaps()
            self.details_follow()
            self._keep()
            self._warming = self.set_timer(_WARM_UP, self._warm_up)
        except Exception as error:
            self._show_trouble(error)
            self.details_follow()
        # Not so where another reading has cut it short: what is under way is that one's to say.
        gc_control.settle()
        self.account.settle()
        self.say("")
        self.refresh_bindings()

    def _warm_up(self) -> None:
        """See to what can wait until the account is on the screen."""
        self.query_one(FilterBar).furnish()
        self._begin_recovery()
        self._import_dialogues()

    @work(group="warm up", exclusive=True, exit_on_error=False, description="import the dialogues")
    async def _import_dialogues(self) -> None:
        """Import, in a thread, what the first dialogue would keep the event loop waiting for."""
        for name in ("review", "batch_progress", "help", "history"):
            await in_thread(import_module, f"tui.dialogs.{name}")

    @work(group="keep", exclusive=True, exit_on_error=False, description="keep the account")
    async def _keep(self) -> None:
        """Keep the account for another day, if that is asked for."""
        try:
            await self.account.keep()
        except Exception as error:
            self.tell_fault(error)

    @work(group="unread", exclusive=True, exit_on_error=False, description="what is not read")
    async def recount(self) -> None:
        """Look anew for all that could not be read."""
        try:
            await self.account.recount()
        except Exception as error:
            self.tell_fault(error)

    def _begin_recovery(self) -> None:
        """Recover, beside all else: what it finds out is told once, so nothing may cut it short."""
        if self._recovery is None or self._recovery.is_finished:
            self._recovery = self.run_worker(self._recover(), group="recover")

    async def _recover(self) -> None:
        """Tell how the changes ended that an earlier run did not see the end of."""
        try:
            again = self.changing or await self.flow.recover()
        except Exception as error:
            self.tell_fault(error)
            return
        if again:
            # Too early to say of some: IAM may still come to show them.
            if self._ask_again is not None:
                self._ask_again.stop()
            self._ask_again = self.set_timer(_ASK_AGAIN, self._begin_recovery)

    def say(self, text: str, done: float | None = None) -> None:
        """Say what is under way, and how far from 0 to 1; nothing, if the text is empty."""
        self.query_one(AccountBar).say(text, done)

    def show_bar(self) -> None:
        """Show what is known of the account."""
        self.query_one(AccountBar).update_bar(self.bar)

    def _show_trouble(self, error: BaseException | None) -> None:
        """Say why there is no account, in place of the table; nothing if all is well."""
        trouble = self.query_one("#trouble", Static)
        trouble.display = error is not None
        if error is None:
            return
        self.log.error(repr(error))
        sentence = error.sentence if isinstance(error, AwsError) else str(error) or repr(error)
        advice = error.advice if isinstance(error, AwsError) else ""
        trouble.update(
            Content.assemble(
                ("The account could not be read. ", "bold $error"),
                safe(without_secrets(sentence)),
                "\n",
                (f"{safe(advice)} " if advice else "", "dim"),
                ("r tries again, q leaves.", "dim"),
            )
        )

    def _show_gaps(self) -> None:
        """Say so where users or roles may be missing: no verdict can tell of those."""
        gaps = [unread for unread in self.account.unread if unread.hides]
        trouble = self.query_one("#trouble", Static)
        trouble.display = bool(gaps)
        if gaps:
            told = "; ".join(
                dict.fromkeys(f"{gap.what}: {gap.message.rstrip('.')}" for gap in gaps[:2])
            )
            trouble.update(
                Content.assemble(
                    ("Some users or roles are not in this list. ", "bold $error"),
                    safe(told),
                    (". n lists all that could not be read.", "dim"),
                )
            )

    # Who can?

    def on_section_tree_who_can(self, event: SectionTree.WhoCan) -> None:
        """Ask about the action under the cursor of the details."""
        if not event.action:
            self.action_who_can()
        elif "*" in event.action or "?" in event.action:
            self.notify("Open it, and choose one of its actions.", markup=False)
        else:
            self._ask(event.action)

    def action_who_can(self) -> None:
        """Ask who can do an action that is typed."""
        if self.loaded:
            self._choose_action()
        else:
            self.notify("The account is still being read; ask again then.", markup=False)

    @work(group="ask who", exclusive=True, exit_on_error=False, description="choose an action")
    async def _choose_action(self) -> None:
        from tui.dialogs.action_prompt import ActionDialog

        action = await self.app.push_screen_wait(ActionDialog())
        if action:
            self._ask(action)

    def _ask(self, action: str | None) -> None:
        """Ask about one action, or about all of the policy again."""
        if self.loaded and not self.changing:
            self._close_details()
            self.loaded = False
            self._ask_account(action)
        else:
            self.notify("The account is being read or changed; ask again then.", markup=False)

    @work(exclusive=True, group="read", exit_on_error=False, description="who can")
    async def _ask_account(self, action: str | None) -> None:
        try:
            await self.account.ask(action)
        except LookupError:
            self.notify(f"The catalogue does not know {safe(str(action))}.", markup=False)
        except Exception as error:
            self.tell_fault(error)
        # Not so where a reload has cut it short.
        self.account.settle()
        self.loaded = True
        self.say("")
        self._show_details()

    # Details

    @on(PrincipalTable.Highlighted)
    def details_follow(self) -> None:
        """Show the principal under the cursor, once the cursor rests."""
        if self._details_timer is not None:
            self._details_timer.stop()
        self._details_timer = self.set_timer(_DETAILS_LAG, self._show_details)

    @property
    def details_rest(self) -> bool:
        """Whether the details show what is under the cursor."""
        return self._details_timer is None and (self._filling is None or self._filling.is_finished)

    def _show_details(self) -> None:
        self._details_timer = None
        self._filling = self._fill_details()

    @work(exclusive=True, group="details", exit_on_error=False, description="show the details")
    async def _fill_details(self) -> None:
        """Judge who is under the cursor, in a thread, and show it."""
        try:
            row, account, evaluator = (
                self.table.cursor_row,
                self.session.account,
                self.session.evaluator,
            )
            entity = account.entity(row.arn) if row and account else None
            if row is None or entity is None or account is None:
                self.details.clear()
                return
            result = await in_thread(self.account.result_of, entity) if evaluator else None
            from iam.policy.action_catalogue import catalogue
            from iam.verdicts.section import describe

            members = account.members_of(entity.name) if entity.type == "group" else ()
            self.details.show_principal(
                entity,
                result,
                lambda action: describe(action, catalogue()),
                row.hidden,
                tuple(member.name for member in members),
            )
        except Exception as error:
            self.tell_fault(error)

    @on(PrincipalTable.Opened)
    def action_open_details(self) -> None:
        """Go into the details."""
        self.add_class("-details")
        self._show_details()
        self.details.focus_tree()

    def action_switch_pane(self) -> None:
        """Go to the other pane."""
        if self.details.has_focus_within:
            self._close_details()
        else:
            self.action_open_details()

    def _close_details(self) -> None:
        self.remove_class("-details")
        self.table.focus()

    async def action_close_layer(self) -> None:
        """Undo one layer, the innermost first; never leave the app."""
        self.app.clear_notifications()
        if self.details.has_focus_within:
            self._close_details()
        elif self.query_one(FilterBar).text:
            await self.query_one(FilterBar).action_clear()
        elif self.table.view.verdict is not None or self.table.view.hidden:
            self.table.show(verdict=None, hidden=False)
        elif self.table.marked:
            self.table.unmark(self.table.marked)
        elif self.account.asked:
            self._ask(None)

    # Filter and sort

    def action_filter(self) -> None:
        """Open the filter."""
        self.remove_class("-details")
        self.query_one(FilterBar).open()
        # In the place of the keys, which are letters now: nothing else has to move.
        self.query_one(KeyBar).display = False

    def on_descendant_focus(self) -> None:
        """Show the keys again, however the filter was left."""
        self.query_one(KeyBar).display = not self.query_one(FilterBar).has_focus_within

    @on(FilterBar.Changed)
    def filter_changed(self, event: FilterBar.Changed) -> None:
        """Show what matches, as one types."""
        self.table.show(text=event.text)

    @on(FilterBar.Closed)
    def filter_closed(self) -> None:
        """Give the keys back to the table; at once, for the next one may wait already."""
        self.set_focus(self.table)

    def action_cycle_verdict(self) -> None:
        """Show the principals of the next verdict."""
        at = _VERDICT_FILTERS.index(self.table.view.verdict)
        self.table.show(verdict=_VERDICT_FILTERS[(at + 1) % len(_VERDICT_FILTERS)])

    def action_hidden_grants(self) -> None:
        """Show the hidden grants only, or all."""
        self.table.show(hidden=not self.table.view.hidden)

    def _show_kind(self, kind: Kind) -> None:
        self.table.show(kind=kind)

    def action_show_all(self) -> None:
        """Show users and roles."""
        self._show_kind("all")

    def action_show_users(self) -> None:
        """Show users only."""
        self._show_kind("users")

    def action_show_roles(self) -> None:
        """Show roles only."""
        self._show_kind("roles")

    def action_show_groups(self) -> None:
        """Show groups."""
        self._show_kind("groups")

    def action_policy(self) -> None:
        """Show the policy, its versions, and what the newer of them gave."""
        if self.loaded:
            from tui.dialogs.policy_versions import PolicyScreen

            self.app.push_screen(PolicyScreen(self.session, self.glyphs))
        else:
            self.notify("The account is still being read; wait until it is complete.", markup=False)

    def action_sort(self) -> None:
        """Sort by the next of the orders."""
        at = _SORTS.index(self.table.view.sort)
        self.table.show(sort=_SORTS[(at + 1) % len(_SORTS)])

    # Changes

    def action_attach(self) -> None:
        """Attach the managed policy, after a dialogue."""
        self._begin(lambda arns: self.flow.change("attach", arns))

    def action_detach(self) -> None:
        """Detach the managed policy, after a dialogue."""
        self._begin(lambda arns: self.flow.change("detach", arns))

    def action_undo(self) -> None:
        """Reverse the last batch, or what it did to the marked ones, after a dialogue."""
        marked = self.table.marked
        self._begin(lambda _: self.flow.undo_last(marked))

    def action_history(self) -> None:
        """Show the changes that were made; one that is chosen there is reversed."""
        self.look_back()

    @work(group="history", exclusive=True, exit_on_error=False, description="show the history")
    async def look_back(self) -> None:
        """Show the history until it is left."""
        try:
            batch = await self.flow.history()
        except Exception as error:
            self.tell_fault(error)
            return
        if batch is not None:
            self._begin(lambda _: self.flow.undo(batch))

    def _begin(self, make: Callable[[frozenset[str]], Awaitable[None]]) -> None:
        """Begin a change; at once, so that a key pressed twice cannot begin two."""
        if refusal := self._refusal():
            self.notify(refusal, severity="warning", markup=False)
            return
        # What is under the cursor now: a key that follows may move it before the worker starts.
        row = self.table.cursor_row
        arns = self.table.marked or frozenset({row.arn} if row else ())
        self.changing = True
        self.change(make(arns))

    @property
    def out_of_sight(self) -> int:
        """How many of the marked the filter does not show."""
        return len(self.table.marked - {row.arn for row in self.table.shown})

    def _refusal(self) -> str | None:
        """Why nothing can be changed now, in words."""
        launch = self.session.launch
        if launch.snapshot is not None and not launch.dry_run:
            return "A snapshot is a picture of the account; nothing can be changed in it."
        if launch.read_only and not launch.dry_run:
            return "This session is read-only; start again without --read-only to make changes."
        if not self.loaded and self.session.stale and self.query_one("#trouble").display:
            return f"This is the account of {self.session.age} ago; r reads it anew."
        if not self.loaded:
            return "The account is still being read; wait until it is complete."
        if self.changing:
            return "A change is under way; wait until it is done."
        return None

    @work(group="write", exit_on_error=False, description="change attachments")
    async def change(self, under_way: Awaitable[None]) -> None:
        """See a change through to its end."""
        try:
            await under_way
        except Exception as error:
            self.tell_fault(error)
        finally:
            self.changing, self.may_leave = False, True

    def tell_fault(self, error: Exception) -> None:
        """Say what went wrong, in words."""
        from iam.changes.journal import JournalError

        self.log.error(repr(error))
        told = str(error)
        if not isinstance(error, AwsError | JournalError):
            told = (
                f"A fault in the program ({type(error).__name__}) ended this; "
                "the journal says what was sent. Press r to see what AWS has now."
            )
        self.notify(safe(told), severity="error", timeout=30, markup=False)

    async def show_changed(self, arns: Iterable[str]) -> None:
        """Judge these anew, and show them."""
        await self.account.evaluate_changed(arns)
        self._show_details()

    def show_view(self, view: View) -> None:
        """Show these rows, in this order; the filter line says what it says."""
        self.query_one(FilterBar).put(view.text)
        self.table.show(**view._asdict())

    def show_group(self, name: str) -> None:
        """Go to a group in the list of groups."""
        group = self.session.account.groups.get(name) if self.session.account else None
        self._close_details()
        self.show_view(View(kind="groups"))
        if group is not None:
            self.table.go_to(group.arn)

    # The rest

    def action_not_read(self) -> None:
        """List what could not be read or understood."""
        unread = self.account.unread
        lines = [f"{each.what}: {each.message} ({each.error})" for each in unread]
        if not lines:
            self.notify("Everything could be read.", markup=False)
            return
        from tui.dialogs.text import TextScreen

        self.app.push_screen(TextScreen(f"Not read: {len(lines)}", lines, "not-read"))

    def action_why_not(self) -> None:
        """Say why a key does nothing."""
        if refusal := self._refusal():
            self.notify(refusal, severity="warning", markup=False)

    def action_copy_arn(self) -> None:
        """Copy the ARN of the principal under the cursor."""
        if row := self.table.cursor_row:
            self.app.copy_to_clipboard(safe(row.arn))
            self.notify(f"Sent to the terminal's clipboard: {safe(row.arn)}", markup=False)

    def action_reload(self) -> None:
        """Read the account again."""
        if self.changing:
            self.notify("A change is under way; wait until it is done.", markup=False)
        else:
            # At once: a key that follows must not find the account as it was.
            self.loaded = False
            self.read_account()

    async def action_redraw(self) -> None:
        """Draw the screen anew."""
        await self.run_action("app.redraw")

    def action_help(self) -> None:
        """Show the help."""
        from tui.dialogs.help import HelpScreen

        self.app.push_screen(HelpScreen(self.glyphs, self.session.launch.writable))

    def action_quit(self) -> None:
        """Leave, unless a change is under way: then at the second time."""
        if not self.may_leave:
            self.may_leave = True
            self.notify("A change is under way; q again leaves without waiting.", markup=False)
        else:
            self.app.exit(0)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out of footer and palette what this session cannot do."""
        if action == "filter" and self.query_one(FilterBar).has_focus_within:
            return False  # a slash is a letter there
        command = by_id(action)
        return not (command and command.writes and not self.session.launch.plans)
