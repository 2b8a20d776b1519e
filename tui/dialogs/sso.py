"""Log in to SSO: a URL and a code to open in a browser, on this machine or another."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from iam.errors import AwsError
from iam.text import safe
from tui.dialogs.modal import Modal
from widgets.wrapping import broken

if TYPE_CHECKING:
    from iam.aws.sso_login import SsoLogin, Verification

Begin = Callable[[], Awaitable[tuple["SsoLogin", "Verification"]]]
Finish = Callable[["SsoLogin"], Awaitable[None]]


_USUAL_WIDTH = 70
"""Until the width is known."""


class SsoDialog(Modal[bool]):
    """Waits for the operator to log in; the result is whether that was done."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "Copy", id="sso.copy"),
        Binding("enter", "again", "Again", id="sso.again"),
        Binding("escape", "dismiss(False)", "Cancel", id="sso.cancel"),
    ]

    def __init__(self, why: str, begin: Begin, finish: Finish) -> None:
        """Take what is shown.

        Args:
            why: Why a login is needed, in a sentence.
            begin: Asks AWS for a code; raises `AwsError`.
            finish: Waits until the operator has confirmed; raises `AwsError`.
        """
        super().__init__()
        self.why = why
        self._begin = begin
        self._finish = finish
        self._url = ""
        self._code = ""
        self._failed = False

    def compose(self) -> ComposeResult:
        with Vertical(id="sso") as box:
            box.border_title = "Log in to AWS (SSO)"
            box.border_subtitle = "esc cancel"
            yield Static(safe(self.why), id="sso-why", markup=False)
            yield Static("", id="sso-code", markup=False)
            yield Static("", id="sso-state", markup=False)

    def on_mount(self) -> None:
        self.log_in()

    def on_resize(self) -> None:
        super().on_resize()
        self.call_after_refresh(self._draw)

    @work(exclusive=True, group="sso", exit_on_error=False, description="log in to SSO")
    async def log_in(self) -> None:
        """Get a code, show it, and wait until it has been confirmed."""
        self._failed = False
        self._say("asking AWS for a code …", "esc cancel")
        try:
            login, verification = await self._begin()
            self._show(verification)
            self._say("Waiting for your confirmation there …", "y copy the URL   esc cancel")
            await self._finish(login)
        except Exception as error:
            self._failed = True
            self._url = ""
            self.query_one("#sso").remove_class("-begun")
            expected = isinstance(error, AwsError)
            reason = str(error) if expected else f"Unexpected error ({type(error).__name__})."
            self._say(safe(reason), "enter try again   esc cancel", "$text-warning")
            return
        self.dismiss(True)

    def _show(self, verification: Verification) -> None:
        self._url, self._code = safe(verification.url), safe(verification.code)
        self.query_one("#sso").add_class("-begun")
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        """Break the URL for the width that there is."""
        code = self.query_one("#sso-code", Static)
        # Not that of the code itself, which is not laid out before it is shown.
        width = code.container_size.width or _USUAL_WIDTH
        gap = "\n" if self.has_class("-low") else "\n\n"
        code.update(
            Content.assemble(
                f"Open this URL in a browser, on any machine:{gap}",
                ("\n".join(broken(self._url, width)), "bold $text-accent"),
                f"{gap}Confirm only if it shows this code:  ",
                (self._code, "bold"),
            )
        )

    def _say(self, text: str, keys: str, style: str = "dim") -> None:
        self.query_one("#sso-state", Static).update(Content.styled(text, style))
        self.query_one("#sso").border_subtitle = keys

    def action_copy(self) -> None:
        """Copy the URL."""
        if self._url:
            self.app.copy_to_clipboard(self._url)
            self.notify("Sent to the terminal's clipboard: the URL.", markup=False)

    def action_again(self) -> None:
        """Ask for another code, where the one before was of no use."""
        if self._failed:
            self.log_in()
