"""Lines of text to read, copy or save: AWS CLI commands, what could not be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from iam.text import safe
from tui.dialogs.scrolling import ScrollingModal, scroll_keys
from tui.saving import save
from widgets.key_bar import KeyBar
from widgets.wrapping import indented


class _Lines(Static):
    """Lines of harmless text; what does not fit in a line goes on below it, indented further."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("\n".join(lines), markup=False)
        self.lines = lines

    def on_resize(self) -> None:
        width = self.content_size.width
        self.update("\n".join(indented(line, width) for line in self.lines))


class TextScreen(ScrollingModal[None]):
    """Shows lines of text."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "copy", tooltip="Copy to the clipboard (OSC 52)", id="text.copy"),
        Binding("s", "save", "save", tooltip="Save as a file", id="text.save"),
        Binding("escape,q,enter", "dismiss", "close", key_display="esc", id="text.close"),
        *scroll_keys("text"),
    ]
    SCROLLED = "#text-body"

    def __init__(
        self, title: str, lines: Sequence[str], name: str, suffix: str = "txt", note: str = ""
    ) -> None:
        """Take what is shown.

        Args:
            title: What the text is.
            lines: The text, which may come from anywhere.
            name: The name of the saved file, after `bedrock-tui-`.
            suffix: The suffix of that file.
            note: A remark above the text.
        """
        super().__init__()
        self.heading = title
        self.lines = [safe(line) for line in lines]
        self.file = name, suffix
        self.note = note

    @property
    def text(self) -> str:
        """All lines."""
        return "\n".join(self.lines) + "\n"

    def compose(self) -> ComposeResult:
        with Vertical(id="text") as box:
            box.border_title = Content(safe(self.heading))
            yield Static(self.note, id="text-note", markup=False)
            with VerticalScroll(id="text-body", can_focus=False):
                yield self.make_body()
            yield KeyBar((("text.close",),))

    def make_body(self) -> Static:
        """Make what shows the lines."""
        return _Lines(self.lines)

    def on_mount(self) -> None:
        self.query_one("#text-note").display = bool(self.note)

    def action_copy(self) -> None:
        """Copy the text."""
        self.app.copy_to_clipboard(self.text)
        self.notify("Sent to the terminal's clipboard.", markup=False)

    async def action_save(self) -> None:
        """Save the text as a new file in the working directory."""
        await save(self.app, *self.file, self.text)
