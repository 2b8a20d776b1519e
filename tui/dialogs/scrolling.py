"""The keys that scroll a dialog, the same in every dialog."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual.binding import Binding
from textual.widget import Widget

from tui.dialogs.modal import Modal

_Result = TypeVar("_Result")


def scroll_keys(prefix: str, *, letters: bool = True) -> list[Binding]:
    """The bindings, for a `ScrollingModal`.

    Args:
        prefix: Of their IDs, such as `help` for `help.down`.
        letters: Whether g and G go to the top and the end, as the dialog has no other use of them.
    """
    top, end = ("g,home", "G,end") if letters else ("home", "end")
    return [
        Binding("j,down", "scroll_lines(1)", "Down", show=False, id=f"{prefix}.down"),
        Binding("k,up", "scroll_lines(-1)", "Up", show=False, id=f"{prefix}.up"),
        Binding(
            "pagedown,space", "scroll_pages(1)", "Page down", show=False, id=f"{prefix}.pagedown"
        ),
        Binding("pageup", "scroll_pages(-1)", "Page up", show=False, id=f"{prefix}.pageup"),
        Binding(top, "scroll_top", "Top", show=False, id=f"{prefix}.top"),
        Binding(end, "scroll_bottom", "End", show=False, id=f"{prefix}.end"),
    ]


class ScrollingModal(Modal[_Result]):
    """A dialog that scrolls at once, so that a key that is held down counts every time."""

    SCROLLED: ClassVar[str]
    """Selects the widget that is scrolled."""

    @property
    def scrolled(self) -> Widget:
        """The widget that is scrolled."""
        return self.query_one(self.SCROLLED, Widget)

    def action_scroll_lines(self, lines: int) -> None:
        self.scrolled.scroll_relative(y=lines, animate=False, immediate=True)

    def action_scroll_pages(self, pages: int) -> None:
        lines = max(1, self.scrolled.scrollable_content_region.height - 1)
        self.action_scroll_lines(pages * lines)

    def action_scroll_top(self) -> None:
        self.scrolled.scroll_home(animate=False, immediate=True)

    def action_scroll_bottom(self) -> None:
        self.scrolled.scroll_end(animate=False, immediate=True)
