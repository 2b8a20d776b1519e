"""One line while something is under way: what, and how far."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

_WIDTH = 20


class LoadProgress(Static):
    """Hidden unless something is under way.

    The bar is text: Textual's own is several widgets, which the first frame would wait for, and
    moves all the time while it has no end, which costs bytes on a slow line.
    """

    DEFAULT_CSS = """
    LoadProgress {
        height: 1;
        padding: 0 1;
        display: none;
        color: $text-muted;
    }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)

    def say(self, text: str, done: float | None = None) -> None:
        """Show what is under way.

        Args:
            text: In words.
            done: From 0 to 1; None while nobody knows.
        """
        self.display = True
        # Always one line high: nothing else on the screen has to move for it.
        if done is None:
            self.update(Content(text), layout=False)
            return
        full = min(round(done * _WIDTH), _WIDTH)
        self.update(
            Content.assemble(("━" * full, "$primary"), ("─" * (_WIDTH - full), "dim"), "  ", text),
            layout=False,
        )

    def stop(self) -> None:
        """Nothing is under way any more."""
        self.display = False
