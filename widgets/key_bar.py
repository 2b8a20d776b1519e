"""The foot of the screen: the keys that can be pressed now, in one line.

Textual's own has a widget for every key and makes all of them anew whenever the focus moves, 10 ms
each time, and the first time after the first frame. This one is text. Where it is too narrow for
all, some from the middle give way: the last ones are for help and for leaving.
"""

from __future__ import annotations

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static


class KeyBar(Static):
    """Follows the screen's bindings; a click on a key presses it."""

    DEFAULT_CSS = """
    KeyBar {
        dock: bottom;
        height: 1;
        text-wrap: nowrap;
        color: $footer-foreground;
        background: $footer-background;
    }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._keys: list[tuple[str, str, str]] = []
        """Of each key: as Textual names it, as it is shown, and what it does."""
        self._shown: list[tuple[str, Content]] = []
        """Of those that there is room for: as Textual names it, and what is said of it."""

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._follow)
        self._follow(self.screen)

    def _follow(self, screen: Screen[object]) -> None:
        shown: dict[str, Binding] = {}
        for active in screen.active_bindings.values():
            if active.binding.show:
                shown.setdefault(active.binding.action, active.binding)
        keys = [(b.key, self.app.get_key_display(b), b.description) for b in shown.values()]
        if keys != self._keys:
            self._keys = keys
            self._show()

    def on_resize(self) -> None:
        self._show()

    def _show(self) -> None:
        self._shown = [(key, _told(shown, word)) for key, shown, word in self._keys]
        room = self.size.width or 1000  # before it is laid out
        while sum(told.cell_length + 1 for _, told in self._shown) > room + 1:
            del self._shown[max(0, min(2, len(self._shown) - 3))]
        self.update(Content(" ").join(told for _, told in self._shown))

    def on_click(self, event: events.Click) -> None:
        end = 0
        for key, told in self._shown:
            start, end = end, end + told.cell_length + 1
            if start <= event.x < end - 1:
                self.app.simulate_key(key)


def _told(key: str, word: str) -> Content:
    return Content.assemble(
        (key, "bold $footer-key-foreground"), (f" {word}", "$footer-description-foreground")
    )
