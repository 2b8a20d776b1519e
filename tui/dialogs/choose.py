"""Asks for one of a list: what is typed narrows the list, arrows move, enter chooses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static

from iam.text import safe
from tui.dialogs.modal import Modal
from widgets.choice_list import Choice, ChoiceList
from widgets.glyphs import Glyphs


class ChooseDialog(Modal[str | None]):
    """Asks for a choice; the result is its value, or what was typed where that is allowed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Cancel", id="choose.cancel"),
        # Priority: the input has the focus.
        Binding("down,ctrl+n", "move('cursor_down')", show=False, priority=True, id="choose.down"),
        Binding("up", "move('cursor_up')", show=False, priority=True, id="choose.up"),
        Binding("pagedown", "move('page_down')", show=False, priority=True, id="choose.pagedown"),
        Binding("pageup", "move('page_up')", show=False, priority=True, id="choose.pageup"),
    ]

    def __init__(
        self,
        title: str,
        choices: Sequence[Choice],
        titles: tuple[str, ...],
        glyphs: Glyphs,
        *,
        needed: int = 1,
        hint: str = "",
        free: str = "",
    ) -> None:
        """Take what is shown.

        Args:
            title: What is asked for.
            choices: What there is to choose.
            titles: Of the columns.
            glyphs: The signs of this terminal.
            needed: How many columns are always shown.
            hint: What is said where there is nothing to choose.
            free: What may be typed instead of a choice, for the empty input; empty for nothing.
        """
        super().__init__()
        self.heading = title
        self.list = ChoiceList(choices, titles, needed, glyphs)
        self.hint = hint
        self.free = free

    def compose(self) -> ComposeResult:
        with Vertical(id="choose") as box:
            box.border_title = Content(safe(self.heading))
            box.border_subtitle = "enter choose   esc cancel"
            yield Input(
                placeholder=f"type to filter, or {self.free}" if self.free else "type to filter",
                compact=True,
                id="choose-words",
            )
            yield Static("", id="choose-head", markup=False)
            yield self.list
            yield Static("", id="choose-hint", markup=False)

    def on_mount(self) -> None:
        self.call_after_refresh(self._narrow)

    @on(Input.Changed)
    def _narrow(self) -> None:
        """Show what matches, as one types."""
        text = self.query_one(Input).value.strip()
        self.list.narrow(text, text if self.free and " " not in text else "")
        self._describe()

    def on_resize(self) -> None:
        self.call_after_refresh(self._describe)

    def _describe(self) -> None:
        self.query_one("#choose-head", Static).update(self.list.header)
        hint = self.query_one("#choose-hint", Static)
        said = f"{self.list.more:,} more; type to narrow the list." if self.list.more else ""
        if not self.list.choices:
            said = self.hint
        elif not self.list.option_count:
            said = "Nothing matches."
        hint.display = bool(said)
        hint.update(said)

    def action_move(self, how: str) -> None:
        """Move the cursor of the list."""
        getattr(self.list, f"action_{how}")()

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        """Choose what is under the cursor."""
        event.stop()
        self._choose()

    @on(OptionList.OptionSelected)
    def clicked(self, event: OptionList.OptionSelected) -> None:
        """Choose what was clicked."""
        event.stop()
        self._choose()

    def _choose(self) -> None:
        if (value := self.list.chosen) is not None:
            self.dismiss(value)
