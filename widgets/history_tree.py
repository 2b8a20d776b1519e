"""The batches of changes as a tree: time, change and outcome; opened, each change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType

from iam.arn import Arn
from iam.text import safe
from widgets.glyphs import OUTCOME_COLOURS, OUTCOME_WORDS, Glyphs
from widgets.line_tree import LineTree

if TYPE_CHECKING:
    from iam.changes.history import BatchRecord, RecordedChange


class HistoryTree(LineTree["BatchRecord"]):
    """One line per batch, the newest first; vi keys as well as arrows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", "Down", show=False, id="history.down"),
        Binding("k", "cursor_up", "Up", show=False, id="history.up"),
        Binding("g", "scroll_home", "Top", show=False, id="history.top"),
        Binding("G", "scroll_end", "End", show=False, id="history.end"),
        Binding(
            "enter,space,l,right", "toggle_node", "open", key_display="enter", id="history.open"
        ),
    ]
    DEFAULT_CSS = """
    HistoryTree {
        height: 1fr; background: transparent; overflow-x: hidden;
        scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0;
    }
    """

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self.guide_depth = 3
        self.glyphs = glyphs
        self.shown: Sequence[BatchRecord] = ()
        """The batches that match the filter."""
        self._all: Sequence[BatchRecord] = ()

    @property
    def chosen(self) -> BatchRecord | None:
        """The batch under the cursor, or the one of the change under it."""
        return self.cursor_node.data if self.cursor_node else None

    def show_batches(self, batches: Sequence[BatchRecord]) -> None:
        """Show these, in this order."""
        self._all = batches
        self.filter("")

    def filter(self, text: str) -> None:
        """Show the batches that contain all of these words."""
        words = text.lower().split()
        self.shown = [b for b in self._all if all(word in _words_of(b) for word in words)]
        self.clear()
        for batch in self.shown:
            node = self.root.add(self._label(batch), batch)
            for change in batch.changes:
                node.add_leaf(self._change(change), batch)
        if not self.shown:
            none = "nothing matches" if self._all else "no changes yet"
            self.root.add_leaf(Text(none, "dim"))
        self.cursor_line = 0

    def _label(self, batch: BatchRecord) -> Text:
        entry = batch.entry
        label = Text(safe(batch.at.replace("T", " ")[:16]))
        label.append(f"  {entry.op:<6}", "bold")
        # The outcome comes before names of any length, which may cut off what follows.
        counts = Counter(change.state for change in batch.last)
        for state, count in counts.items():
            label.append(
                f"  {self.glyphs.outcomes[state]} {count} {OUTCOME_WORDS[state]}",
                OUTCOME_COLOURS[state],
            )
        label.append(f"  {safe(Arn.parse(entry.policy).name)}")
        label.append(f"  by {safe(Arn.parse(entry.caller).resource)}", "dim")
        return label

    def _change(self, change: RecordedChange) -> Text:
        sign, word = self.glyphs.outcomes[change.state], OUTCOME_WORDS[change.state]
        label = Text(f"{sign} {word:<15}", OUTCOME_COLOURS[change.state])
        label.append(safe(Arn.parse(change.entry.principal).resource), "default")
        if change.message:
            label.append(f"  {safe(change.message)}", "dim")
        return label


def _words_of(batch: BatchRecord) -> str:
    entry = batch.entry
    parts = [batch.at.replace("T", " "), batch.id, entry.op, entry.policy, entry.caller]
    parts += [f"{c.entry.principal} {OUTCOME_WORDS[c.state]} {c.code}" for c in batch.changes]
    return " ".join(parts).lower()
