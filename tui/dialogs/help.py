"""The help: every key of the main screen, what the verdicts mean, and what they leave out."""

from __future__ import annotations

from itertools import groupby
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from iam.verdicts.verdict import Verdict
from tui.commands import COMMANDS, MOVEMENT, Command
from tui.dialogs.scrolling import ScrollingModal, scroll_keys
from widgets.glyphs import Glyphs

_MEANING = {
    Verdict.GRANTED: "everything that the policy's statement would allow",
    Verdict.PARTIAL: "some of it: some resources, or under a condition",
    Verdict.DENIED: "an explicit Deny covers all of it",
    Verdict.NONE: "nothing allows it, or the boundary or an SCP does not",
    Verdict.UNKNOWN: "a document could not be read or understood",
}
"""Short enough that no line wraps at 80 columns."""
_KEYS = {"slash": "/", "question_mark": "?", "escape": "esc"}


class HelpScreen(ScrollingModal[None]):
    """Shows the keys; any of esc, q, ? closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter", "dismiss", "Close", id="help.close"),
        *scroll_keys("help"),
    ]
    SCROLLED = "#help"

    def __init__(
        self, glyphs: Glyphs, writable: bool, commands: tuple[Command, ...] = COMMANDS
    ) -> None:
        super().__init__()
        self.commands = commands
        self.glyphs = glyphs
        self.writable = writable

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help", can_focus=False) as box:
            box.border_title = "Help"
            box.border_subtitle = "esc close"
            yield Static(self._keys(), classes="dialog-part")
            yield Static(self._verdicts(), classes="dialog-part")

    def _keys(self) -> Content:
        lines: list[Content] = [Content.styled("Move", "bold $accent")]
        lines += [_line(keys, text) for keys, text in MOVEMENT]
        for group, commands in groupby(self.commands, key=lambda c: c.group):
            lines += [Content(""), Content.styled(group, "bold $accent")]
            for command in commands:
                keys = command.display or _KEYS.get(command.keys, command.keys)
                usable = self.writable or not command.writes
                lines.append(
                    _line(keys, command.help if usable else "Not available in this session.")
                )
        return Content("\n").join(lines)

    def _verdicts(self) -> Content:
        lines = [Content.styled("Verdicts", "bold $accent")]
        for verdict, meaning in _MEANING.items():
            glyph, style = self.glyphs.of(verdict), self.glyphs.style(verdict)
            lines.append(
                Content.assemble("  ", (glyph, style), f" {verdict:<16}", (meaning, "dim"))
            )
        lines += [
            Content(""),
            Content.styled(
                "Inv: can it invoke models?\n"
                "Policy: direct, by group, or both; other, or a plus: it can invoke\n"
                "models through a policy not specific to Bedrock.\n"
                "29/30: 29 of the 30 entries of a section are granted.\n"
                "SCP: the policies of the organization count. SCP ?: some could not\n"
                "be read; of these, nothing is assumed. n lists them, O shows all.\n"
                "Not evaluated: session policies and resource-based policies.",
                "dim",
            ),
        ]
        return Content("\n").join(lines)


def _line(keys: str, text: str) -> Content:
    return Content.assemble("  ", (f"{keys:<18}", "bold"), (text, "dim"))
