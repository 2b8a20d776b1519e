"""Lines of text, to be read, copied or saved: commands of the AWS CLI, what could not be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Footer, Static

from iam.text import safe
from tui.dialogs.modal import Modal
from tui.saving import save


class TextScreen(Modal[None]):
    """Shows lines of text."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "copy", tooltip="Copy them (OSC 52)", id="text.copy"),
        Binding("s", "save", "save", tooltip="Save them in a file", id="text.save"),
        Binding("escape,q,enter", "dismiss", "close", key_display="esc", id="text.close"),
        Binding("j,down", "scroll(1)", "Down", show=False, id="text.down"),
        Binding("k,up", "scroll(-1)", "Up", show=False, id="text.up"),
        Binding("pagedown", "scroll(10)", "Page down", show=False, id="text.pagedown"),
        Binding("pageup", "scroll(-10)", "Page up", show=False, id="text.pageup"),
    ]

    def __init__(
        self, title: str, lines: Sequence[str], name: str, suffix: str = "txt", note: str = ""
    ) -> None:
        """Take what is shown.

        Args:
            title: What it is.
            lines: Of text, which may come from anywhere.
            name: Of a file to save it in, to follow `bedrock-tui-`.
            suffix: Of that file.
            note: What to say about it.
        """
        super().__init__()
        self.heading = title
        self.lines = [safe(line) for line in lines]
        self.file = name, suffix
        self.note = note

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(self.lines) + "\n"

    def compose(self) -> ComposeResult:
        with Vertical(id="text") as box:
            box.border_title = Content(safe(self.heading))
            yield Static(self.note, id="text-note", markup=False)
            with VerticalScroll(id="text-body", can_focus=False):
                yield Static("\n".join(self.lines), markup=False)
            yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one("#text-note").display = bool(self.note)

    def action_copy(self) -> None:
        """Copy it."""
        self.app.copy_to_clipboard(self.text)
        self.notify("Sent to the terminal's clipboard.", markup=False)

    async def action_save(self) -> None:
        """Save it in a new file of the working folder."""
        await save(self.app, *self.file, self.text)

    def action_scroll(self, lines: int) -> None:
        self.query_one("#text-body", VerticalScroll).scroll_relative(y=lines, animate=False)
