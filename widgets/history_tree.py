"""The batches of changes as a tree: time, change and outcome; opened, each change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual.binding import Binding, BindingType

from iam.arn import Arn
from iam.text import safe
from widgets.glyphs import OUTCOME_COLOURS, OUTCOME_WORDS, Glyphs
from widgets.line_tree import LineTree

if TYPE_CHECKING:
    from iam.changes.history import BatchRecord, RecordedChange

_MOST_NAME = 20
"""Cells of the name in the line of a batch, so that its outcome is not cut off."""


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
        self._undone: Mapping[str, frozenset[str]] = {}

    @property
    def chosen(self) -> BatchRecord | None:
        """The batch under the cursor, or the one of the change under it."""
        return self.cursor_node.data if self.cursor_node else None

    def show_batches(
        self, batches: Sequence[BatchRecord], undone: Mapping[str, frozenset[str]]
    ) -> None:
        """Show batches.

        Args:
            batches: In the order in which they are shown.
            undone: By the ID of a batch: the ARNs of the entities for which it was undone.
        """
        self._all, self._undone = batches, undone
        self.filter("")

    def filter(self, text: str) -> None:
        """Show the batches that contain all of these words."""
        words = text.lower().split()
        self.shown = [b for b in self._all if all(word in _words_of(b) for word in words)]
        self.clear()
        for batch in self.shown:
            node = self.root.add(self._label(batch), batch)
            for change in batch.changes:
                node.add_leaf(self._change(change, batch), batch)
        if not self.shown:
            none = "nothing matches" if self._all else "no changes by bedrock-tui yet"
            self.root.add_leaf(Text(none, "dim"))
        self.cursor_line = 0

    def _label(self, batch: BatchRecord) -> Text:
        entry = batch.entry
        label = Text(safe(batch.at.replace("T", " ")[:16]))
        label.append(f"  {entry.op}", "bold")
        label.append(f" {self.glyphs.arrow} {self._whom(batch)}")
        counts = Counter(change.state for change in batch.last)
        for state, count in counts.items():
            label.append(
                f"  {self.glyphs.outcomes[state]} {count} {OUTCOME_WORDS[state]}",
                OUTCOME_COLOURS[state],
            )
        if batch.kind != "change":
            label.append(f"  {batch.kind}", "dim")
        if undone := self._undone.get(batch.id):
            all_of_it = undone >= {change.entry.subject for change in batch.reversible}
            word = "redone" if batch.kind == "undo" else "undone"
            label.append(f"  {word}" if all_of_it else f"  {len(undone):,} {word}", "bold")
        label.append(f"  {safe(Arn.parse(entry.policy).name or entry.credential)}")
        label.append(f"  by {safe(Arn.parse(entry.caller).resource)}", "dim")
        return label

    def _whom(self, batch: BatchRecord) -> str:
        """The first name, and how many there are besides."""
        names = (safe(Arn.parse(change.entry.principal).name) for change in batch.last)
        name, *others = sorted(names, key=str.lower)
        if cell_len(name) > _MOST_NAME:
            name = set_cell_size(name, _MOST_NAME - 1) + self.glyphs.cut
        return f"{name}, +{len(others):,}" if others else name

    def _change(self, change: RecordedChange, batch: BatchRecord) -> Text:
        sign, word = self.glyphs.outcomes[change.state], OUTCOME_WORDS[change.state]
        label = Text(f"{sign} {word:<15}", OUTCOME_COLOURS[change.state])
        label.append(safe(Arn.parse(change.entry.principal).resource), "default")
        if change.entry.subject in self._undone.get(batch.id, ()):
            label.append("  undone", "bold")
        if change.message:
            label.append(f"  {safe(change.message)}", "dim")
        return label


def _words_of(batch: BatchRecord) -> str:
    entry = batch.entry
    parts = [batch.at.replace("T", " "), batch.id, entry.op, batch.kind, entry.policy, entry.caller]
    parts += [change.entry.credential for change in batch.changes]
    parts += [f"{c.entry.principal} {OUTCOME_WORDS[c.state]} {c.code}" for c in batch.changes]
    return " ".join(parts).lower()
