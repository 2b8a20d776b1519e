"""The bottom line of the screen: the keys that do something now.

Textual's own footer has a widget for every key and makes all of them again whenever the focus
moves: 10 ms each time, and the first time after the first frame. This one is text. Where it is too
narrow, keys in the middle are left out: the first ones are used most, the last ones help and quit.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

_FIRST, _LAST = 2, 2
"""Keys at either end that are left out last; help and quit never are."""


class KeyBar(Static):
    """Follows the screen's bindings; a click on a key presses it."""

    DEFAULT_CSS = """
    KeyBar {
        height: 1;
        text-wrap: nowrap;
        color: $footer-foreground;
        background: $footer-background;
    }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._keys: list[tuple[str, str, str]] = []
        """Of each key: Textual's name, the displayed name, and what it does."""
        self._shown: list[tuple[str, str, str]] = []
        """Those that there is room for."""

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._follow)
        self._follow(self.screen)

    def on_resize(self) -> None:
        self._draw()

    def _follow(self, screen: Screen[object]) -> None:
        # In the order of their declaration: a key that the operator has changed would come last.
        declared = [each.action for each in Binding.make_bindings(screen.BINDINGS)]
        shown: dict[str, tuple[int, Binding]] = {}
        for active in screen.active_bindings.values():
            if (binding := active.binding).show:
                place = declared.index(binding.action) if active.node is screen else -1
                shown.setdefault(binding.action, (place, binding))
        bindings = [binding for _, binding in sorted(shown.values(), key=itemgetter(0))]
        keys = [(b.key, self.app.get_key_display(b), b.description) for b in bindings]
        if keys != self._keys:
            self._keys = keys
            self._draw()

    def _draw(self) -> None:
        """Show as many keys as fit, whole."""
        width = self.content_size.width or self.app.size.width
        shown = list(self._keys)
        while len(shown) > _LAST and _line(shown).cell_length > width:
            del shown[max(0, min(_FIRST, len(shown) - _LAST - 1))]
        self._shown = shown
        self.update(_line(shown), layout=False)

    def on_click(self, event: events.Click) -> None:
        end = 0
        for key in self._shown:
            start, end = end, end + _line([key]).cell_length + 1
            if start <= event.x < end - 1:
                self.app.simulate_key(key[0])


def _line(keys: Sequence[tuple[str, str, str]]) -> Content:
    return Content(" ").join(
        Content.assemble(
            (shown, "bold $footer-key-foreground"), (f" {word}", "$footer-description-foreground")
        )
        for _, shown, word in keys
    )
