"""Asks for an MFA code, until AWS accepts one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from iam.errors import AwsError
from iam.text import safe
from tui.dialogs.modal import Modal

if TYPE_CHECKING:
    from iam.aws.sign_in import Step

_DIGITS = 6
"""https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html (TokenCode)"""


class MfaDialog(Modal[bool]):
    """Asks for a code; the result is whether AWS has accepted it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(False)", "Cancel", id="mfa.cancel"),
    ]

    def __init__(self, why: str, sign_in: Callable[[Sequence[str]], Awaitable[Step]]) -> None:
        """Take what is shown.

        Args:
            why: Which code is needed, in a sentence.
            sign_in: Uses the codes given so far; raises `AwsError`.
        """
        super().__init__()
        self.why = why
        self._sign_in = sign_in
        self._codes: list[str] = []

    def compose(self) -> ComposeResult:
        with Vertical(id="mfa") as box:
            box.border_title = "MFA code"
            box.border_subtitle = "enter continue   esc cancel"
            yield Static(safe(self.why), id="mfa-why", markup=False)
            yield Input(
                placeholder=f"{_DIGITS} digits",
                restrict="[0-9]*",
                max_length=_DIGITS,
                compact=True,
                id="mfa-code",
            )
            yield Static("", id="mfa-state", markup=False)

    def _say(self, text: str, style: str = "dim") -> None:
        self.query_one("#mfa-state", Static).update(Content.styled(text, style))

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        """Use the code."""
        event.stop()
        code = event.value
        if len(code) != _DIGITS:
            self._say(f"A code has {_DIGITS} digits.", "$text-warning")
            return
        event.input.clear()  # good for one use
        self._say("asking AWS …")
        self.use(code)

    @work(exclusive=True, group="mfa", exit_on_error=False, description="use an MFA code")
    async def use(self, code: str) -> None:
        """Use a code, and say what else is needed."""
        try:
            step = await self._sign_in([*self._codes, code])
        except Exception as error:
            self._codes.clear()
            expected = isinstance(error, AwsError)
            reason = str(error) if expected else f"Unexpected error ({type(error).__name__})."
            self._say(safe(reason), "$text-warning")
            return
        if not step.needs:
            self.dismiss(True)
            return
        self._codes = [] if step.refused else [*self._codes, code]
        self.query_one("#mfa-why", Static).update(safe(step.needs))
        if step.refused:
            self._say("AWS did not accept the code. Each is good for one use.", "$text-warning")
        else:
            self._say("One more device is needed.")
