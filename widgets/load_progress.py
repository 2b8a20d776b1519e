"""One line while something is under way: what, and how far."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Label, ProgressBar


class LoadProgress(Horizontal):
    """Hidden unless something is under way."""

    DEFAULT_CSS = """
    LoadProgress {
        height: 1;
        padding: 0 1;
        display: none;
        & ProgressBar { width: 24; }
        & Bar { width: 20; }
        & Label { margin-left: 1; color: $text-muted; }
    }
    """

    def compose(self) -> ComposeResult:
        yield ProgressBar(total=None, show_eta=False, show_percentage=False)
        yield Label("", markup=False)

    def say(self, text: str, done: float | None = None) -> None:
        """Show what is under way.

        Args:
            text: In words.
            done: From 0 to 1; None while nobody knows.
        """
        self.display = True
        self.query_one(Label).update(text)
        bar = self.query_one(ProgressBar)
        bar.update(total=None if done is None else 1.0, progress=done or 0.0)

    def stop(self) -> None:
        """Nothing is under way any more."""
        self.display = False
