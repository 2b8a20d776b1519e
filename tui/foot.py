"""The foot of the main screen: the keys, or in their place the filter line while it is open."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget

from tui.commands import KEY_BAR
from widgets.filter_bar import FilterBar
from widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from tui.controllers.filtering import FilterController


class Foot(Vertical):
    """Follows the focus of the whole screen, and tells what is typed in the filter line."""

    DEFAULT_CSS = """
    Foot { height: auto; }
    """

    def __init__(self, filtering: Callable[[], FilterController]) -> None:
        """Show the keys.

        Args:
            filtering: Returns what applies the filter; called after the first frame.
        """
        super().__init__()
        self._filtering = filtering
        self.line = FilterBar("words of the ARN, or terms such as invoke:yes", filtering)
        self.keys = KeyBar(KEY_BAR)

    def compose(self) -> ComposeResult:
        yield self.line
        yield self.keys

    def on_mount(self) -> None:
        self.watch(self.screen, "focused", self._follow, init=False)

    def open(self) -> None:
        """Go to the filter line."""
        # It takes the place of the keys, which are letters now: nothing else has to move.
        self.keys.display = False
        self.line.open()

    @on(FilterBar.Changed)
    def typed(self, event: FilterBar.Changed) -> None:
        """Show what matches, as the operator types."""
        event.stop()
        self._filtering().typed(event.text)

    @on(FilterBar.Closed)
    def closed(self, event: FilterBar.Closed) -> None:
        """Give the focus back to the table; at once, because the next key may wait already."""
        event.stop()
        filtering = self._filtering()
        filtering.settle(self.line.text)
        self.screen.set_focus(filtering.view.table)

    def _follow(self, focused: Widget | None) -> None:
        """Show the keys again, however the filter line was left."""
        if focused is None:
            return  # the terminal has lost the focus, and gives it back to where it was
        if self.line in focused.ancestors_with_self:
            if self.keys.display:  # a click has opened it
                self._filtering().opened()
            self.keys.display = False
        elif not self.keys.display:
            self.keys.display = True
            self._filtering().settle(self.line.text)
