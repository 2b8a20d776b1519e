"""Paging in lists of options, in the command palette as well, before they have been drawn.

Textual looks up the line of the option under the cursor, and has none between a change of the
options and the next drawing: PageDown right after the key that opens the list would end the app.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.command import CommandList, CommandPalette
from textual.widgets import OptionList


def _page(move: Callable[[], None]) -> None:
    try:
        move()
    except KeyError:
        return  # no lines yet: there is nothing on the screen to page through


class PagedList(OptionList):
    """A list whose PageUp and PageDown do nothing until it has been drawn."""

    def action_page_up(self) -> None:
        _page(super().action_page_up)

    def action_page_down(self) -> None:
        _page(super().action_page_down)


class Palette(CommandPalette):
    """Textual's command palette, with such a list; it says when it closes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pagedown", "page_down", "Next page", show=False),
        Binding("pageup", "page_up", "Previous page", show=False),
    ]

    def __init__(self, on_close: Callable[[], None]) -> None:
        """Prepare it.

        Args:
            on_close: Called when it closes, before what was chosen in it is done.
        """
        super().__init__(id="--command-palette")
        self._on_close = on_close

    def dismiss(self, result: None = None) -> AwaitComplete:
        self._on_close()
        return super().dismiss(result)

    def action_page_down(self) -> None:
        _page(self.query_one(CommandList).action_page_down)

    def action_page_up(self) -> None:
        _page(self.query_one(CommandList).action_page_up)
