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
        & ProgressBar { width: 24; display: none; }
        & Bar { width: 20; }
        & Label { color: $text-muted; }
    }
    """

    def compose(self) -> ComposeResult:
        yield ProgressBar(total=1.0, show_eta=False, show_percentage=False)
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
        # Textual's bar without an end moves all the time, which costs bytes on a slow line.
        bar.display = done is not None
        bar.update(total=1.0, progress=min(done or 0.0, 1.0))

    def stop(self) -> None:
        """Nothing is under way any more."""
        self.display = False
