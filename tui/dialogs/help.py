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
from widgets.wrapping import broken, hanging

_MEANING = {
    Verdict.GRANTED: "everything that the policy's statement would allow",
    Verdict.PARTIAL: "some of it: some resources, or under a condition",
    Verdict.DENIED: "an explicit Deny covers all of it",
    Verdict.NONE: "nothing allows it, or the boundary or an SCP does not",
    Verdict.UNKNOWN: "a document could not be read or understood",
}
"""Short enough that no line wraps at 80 columns."""
NOTES = (
    "Invoke: can it invoke models, and how far?",
    "Policy: direct, by group, or both.",
    "other, or a plus: it can invoke models through a policy not specific to Bedrock.",
    "A letter above a column: a section of the policy; s sorts by it and names it.",
    "29/30: 29 of the 30 entries of a section are granted.",
    "SCP: the policies of the organization count; O shows them.",
    "SCP …: they are being read. no SCP: the account is in no organization.",
    "SCP exempt: this is the management account, which none of them limits.",
    "SCP ?: some could not be read; of these, nothing is assumed. n lists them.",
    "The region on the bar is the client's; it narrows no verdict.",
    "Not evaluated: session policies and resource-based policies.",
)
_FILTERS = (
    ("ops alice", "words of the ARN; all must be in it"),
    ("invoke:yes", "no partial full unknown: who can invoke models"),
    ("policy:yes", "direct group none; other: a non-Bedrock policy"),
    ("verdict:granted", "partial denied none unknown"),
    ("type:role", "user group"),
    ("group:ml", "users in a group; a part of its name is enough"),
    ("tag:team=ml", "or tag:team; all of the key and of the value"),
    ("boundary:any", "none, or a part of a name"),
    ("key:active", "yes none: users who have a Bedrock API key"),
    ("account:123", "the first digits, where there are several"),
    ("unused:90d", "no use of Bedrock by what L found; idle roles"),
    ("!tag:team", "the opposite; what is unknown matches neither"),
    ('tag:"cost center"', "quotes around spaces; * is any characters"),
)
_COLUMN, _NARROW = 20, 12
"""Where the text begins, in a wide and in a narrow dialog."""
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
            for part in ("keys", "filters", "verdicts"):
                yield Static(id=f"help-{part}", classes="dialog-part")

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        """Break the lines for the width that there is."""
        for part, draw in (
            ("keys", self._keys),
            ("filters", self._filters),
            ("verdicts", self._verdicts),
        ):
            static = self.query_one(f"#help-{part}", Static)
            static.update(draw(static.size.width))

    def _keys(self, width: int) -> Content:
        lines: list[Content] = [Content.styled("Move", "bold $text-accent")]
        for keys, text in MOVEMENT:
            lines += _lines(keys, text, width)
        for group, commands in groupby(self.commands, key=lambda c: c.group):
            lines += [Content(""), Content.styled(group, "bold $text-accent")]
            for command in commands:
                keys = command.display or _KEYS.get(command.keys, command.keys)
                usable = self.writable or not command.writes
                help = command.help if usable else "Not available in this session."
                lines += _lines(keys, help, width)
        return Content("\n").join(lines)

    def _filters(self, width: int) -> Content:
        """The language of the filter: see docs/filter.md."""
        lines = [Content.styled("Filter", "bold $text-accent")]
        for text, meaning in _FILTERS:
            lines += _lines(text, meaning, width)
        return Content("\n").join(lines)

    def _verdicts(self, width: int) -> Content:
        lines = [Content.styled("Verdicts", "bold $text-accent")]
        for verdict, meaning in _MEANING.items():
            glyph, style = self.glyphs.of(verdict), self.glyphs.style(verdict)
            first, *more = _lines(f"  {verdict}", meaning, width)
            lines += [Content.assemble("  ", (glyph, style), first[3:]), *more]
        lines += [Content(""), *(hanging(note, width, style="dim") for note in NOTES)]
        return Content("\n").join(lines)


def _lines(keys: str, text: str, width: int) -> list[Content]:
    """What a key does; further lines stand below the first, all of them if the keys are long."""
    column = _COLUMN if width >= 3 * _COLUMN else _NARROW
    head = f"  {keys}"
    parts = broken(text, max(_NARROW, width - column))
    if len(head) >= column:
        return [Content.styled(head, "bold"), *(_line("", part, column) for part in parts)]
    first, *more = parts
    return [_line(head, first, column), *(_line("", part, column) for part in more)]


def _line(head: str, text: str, column: int) -> Content:
    return Content.assemble((head.ljust(column), "bold"), (text, "dim"))
