"""The bottom line of the screen: the keys that do something now.

Textual's own footer has a widget for every key and makes all of them again whenever the focus
moves: 10 ms each time, and the first time after the first frame. This one is text. Where it is too
narrow, it leaves out whole keys, the least important first, so that it never cuts a word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static


class _Key(NamedTuple):
    """A key on the bar."""

    key: str
    """Textual's name of it."""
    shown: str
    word: str
    """What it does."""
    id: str
    """The ID of its binding."""


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

    def __init__(self, importance: Sequence[Sequence[str]]) -> None:
        """Take what stays the same.

        Args:
            importance: IDs of bindings, the most important first. Those that stand together are
                shown together or not at all; the first ones are always shown. All others come
                after these, in the order of the bar.
        """
        super().__init__(markup=False)
        self._importance = importance
        self._keys: list[_Key] = []
        self._shown: list[_Key] = []
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
        display = self.app.get_key_display
        keys = [_Key(b.key, display(b), b.description, b.id or "") for b in bindings]
        if keys != self._keys:
            self._keys = keys
            self._draw()

    def _draw(self) -> None:
        """Show as many keys as fit, whole, in the order of their declaration."""
        width = self.content_size.width or self.app.size.width
        self._shown = []
        for group in self._by_importance():
            shown = [key for key in self._keys if key in group or key in self._shown]
            if not self._shown or _line(shown).cell_length <= width:
                self._shown = shown
        self.update(_line(self._shown), layout=False)

    def _by_importance(self) -> Iterator[list[_Key]]:
        """The keys that stand together, the most important ones first."""
        for ids in self._importance:
            yield [key for key in self._keys if key.id in ids]
        ranked = {id for ids in self._importance for id in ids}
        yield from ([key] for key in self._keys if key.id not in ranked)

    def on_click(self, event: events.Click) -> None:
        end = 0
        for key in self._shown:
            start, end = end, end + _line([key]).cell_length + 1
            if start <= event.x < end - 1:
                self.app.simulate_key(key.key)


def _line(keys: Sequence[_Key]) -> Content:
    return Content(" ").join(
        Content.assemble(
            (key.shown, "bold $footer-key-foreground"),
            (f" {key.word}", "$footer-description-foreground"),
        )
        for key in keys
    )
