"""A plan as commands of the AWS CLI, to be copied or saved: for those who need a ticket first."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from iam.text import safe


class CommandsScreen(ModalScreen[None]):
    """Shows lines of a shell script; nothing is sent."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "copy", tooltip="Copy them (OSC 52)", id="commands.copy"),
        Binding("s", "save", "save", tooltip="Save them in a file", id="commands.save"),
        Binding("escape,q,enter", "dismiss", "close", key_display="esc", id="commands.close"),
        Binding("j,down", "scroll(1)", "Down", show=False, id="commands.down"),
        Binding("k,up", "scroll(-1)", "Up", show=False, id="commands.up"),
        Binding("pagedown", "scroll(10)", "Page down", show=False, id="commands.pagedown"),
        Binding("pageup", "scroll(-10)", "Page up", show=False, id="commands.pageup"),
    ]

    def __init__(self, lines: tuple[str, ...], op: str, note: str = "") -> None:
        """Take what is shown.

        Args:
            lines: Of the script.
            op: `attach` or `detach`, for the name of a file.
            note: What to say about them.
        """
        super().__init__()
        self.lines = lines
        self.op = op
        self.note = note

    @property
    def text(self) -> str:
        """The script."""
        return "\n".join(self.lines) + "\n"

    def compose(self) -> ComposeResult:
        with Vertical(id="commands") as box:
            box.border_title = "As commands of the AWS CLI"
            yield Static(self.note, id="commands-note", markup=False)
            with VerticalScroll(id="commands-body", can_focus=False):
                yield Static("\n".join(self.lines), markup=False)
            yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one("#commands-note").display = bool(self.note)

    def action_copy(self) -> None:
        """Copy the script."""
        self.app.copy_to_clipboard(self.text)
        self.notify("Copied.", markup=False)

    def action_save(self) -> None:
        """Save the script in a new file of the working folder."""
        path = Path(f"bedrock-tui-{self.op}-{datetime.now():%Y%m%d-%H%M%S}.sh")
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(self.text)
        except OSError as error:
            why = safe(error.strerror or str(error))
            self.notify(f"It could not be saved: {why}.", severity="error", markup=False)
        else:
            self.notify(f"Saved as {path.resolve()}", markup=False)

    def action_scroll(self, lines: int) -> None:
        self.query_one("#commands-body", VerticalScroll).scroll_relative(y=lines, animate=False)
