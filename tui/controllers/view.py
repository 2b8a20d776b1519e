"""What the main screen offers to its controllers, so that none of them imports a screen."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from textual import Logger
    from textual.app import App
    from textual.content import Content
    from textual.notifications import SeverityLevel
    from textual.timer import Timer
    from textual.worker import Worker

    from tui.options import Launch
    from tui.session.session import Session
    from widgets.account_bar import BarData
    from widgets.glyphs import Glyphs
    from widgets.principal_details import PrincipalDetails
    from widgets.principal_table import PrincipalTable
    from widgets.rows import View


class MainView(Protocol):
    """The main screen, as its controllers know it."""

    session: Session
    glyphs: Glyphs
    keymap: Mapping[str, str]
    """The keys that the operator has chosen, by the IDs of commands."""
    bar: BarData
    """What the account bar shows; `show_bar` draws it."""
    loaded: bool
    """The account on the screen has been read completely."""
    changing: bool
    """A change is being asked about or applied."""
    may_leave: bool
    """Nothing is being sent that would be cut short."""

    @property
    def reading(self) -> bool:
        """The account or its organization is being read, or the account evaluated."""

    @property
    def is_attached(self) -> bool:
        """Whether the screen is still part of the app."""

    @property
    def app(self) -> App[object]:
        """Where dialogs are pushed."""

    @property
    def table(self) -> PrincipalTable:
        """The table of principals."""

    @property
    def details(self) -> PrincipalDetails:
        """The details of the principal under the cursor."""

    @property
    def has_notice(self) -> bool:
        """Whether a notice above the table says that something could not be read."""

    @property
    def log(self) -> Logger:
        """Textual's log, for its console."""

    # Show

    def refresh_bindings(self) -> None:
        """Show the keys that can be used now."""

    def show_notice(self, notice: Content | None) -> None:
        """Show a notice above the table, or none."""

    def prepare_filter(self) -> None:
        """Mount what the filter line needs, before it is opened."""

    def show_bar(self) -> None:
        """Draw the account bar."""

    def show_progress(self, text: str, done: float | None = None) -> None:
        """Show what is under way, and how far from 0 to 1; nothing, if the text is empty."""

    def open_filter(self) -> None:
        """Go to the filter line."""

    def show_view(self, view: View) -> None:
        """Filter and sort the table."""

    def show_filter(self, text: str) -> None:
        """Show the filter of the table in the filter line."""

    async def show_changed(self, arns: Iterable[str]) -> None:
        """Evaluate these again, and show them."""

    def show_details(self) -> None:
        """Show the principal under the cursor in the details."""

    def open_details(self) -> None:
        """Go to the details."""

    def close_details(self) -> None:
        """Go back from the details to the table."""

    def leave_for(self, launch: Launch) -> None:
        """Leave this account, at once and for good, and open another; not while it is changed."""

    def toast(
        self,
        text: str,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float = ...,
    ) -> None:
        """Show a message for some seconds, as plain text."""

    def toast_error(self, error: Exception) -> None:
        """Show what went wrong."""

    # Later, and in the background

    def set_timer(self, delay: float, callback: Callable[[], object] | None = None) -> Timer:
        """Call a function once, after some seconds."""

    def set_interval(self, interval: float, callback: Callable[[], object] | None = None) -> Timer:
        """Call a function again and again."""

    def run_in_background(
        self,
        work: Callable[[], Coroutine[Any, Any, None]],
        group: str,
        *,
        exclusive: bool = True,
    ) -> Worker[None]:
        """Run work in a worker; an exclusive one cancels the others of its group."""

    def open_dialog(
        self,
        work: Callable[[], Coroutine[Any, Any, None]],
        group: str,
        *,
        exclusive: bool = True,
    ) -> None:
        """Run work that opens dialogs; while none is there, keys are held for the next one. Errors
        are shown."""

    def release_keys(self) -> None:
        """Take keys again, although work goes on that has opened a dialog: none follows."""

    def cancel_background(self, group: str) -> None:
        """Cancel the workers of a group."""
