"""The history: every batch of changes in the journal, to inspect, export and undo."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from iam.changes.undo_order import in_effect, undone
from iam.counts import counted
from iam.text import safe
from tui.dialogs.modal import Modal
from tui.saving import save
from widgets.filter_bar import FilterBar
from widgets.glyphs import Glyphs
from widgets.history_tree import HistoryTree
from widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from iam.changes.history import BatchRecord, History


class HistoryScreen(Modal["BatchRecord | None"]):
    """Shows the batches of an account; the result is the one to undo."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "filter", key_display="/", priority=True, id="history.filter"),
        Binding("u", "undo", "undo", tooltip="Undo this batch", id="history.undo"),
        Binding("e", "export", "export", tooltip="Save as a CSV file", id="history.export"),
        Binding("escape,q", "close", "close", key_display="esc", id="history.close"),
    ]

    def __init__(
        self,
        history: History,
        accounts: Sequence[str],
        journal: Path,
        writable: bool,
        glyphs: Glyphs,
    ) -> None:
        """Take what is shown.

        Args:
            history: The whole journal.
            accounts: The IDs of those whose changes are shown: one, unless a file holds several.
            journal: The path of the journal.
            writable: Whether this session can undo changes.
            glyphs: The signs of this terminal.
        """
        super().__init__()
        self.history = history
        self.accounts = accounts
        self.journal = journal
        self.writable = writable
        self.glyphs = glyphs
        self._undone = undone(history)

    def compose(self) -> ComposeResult:
        with Vertical(id="history") as box:
            several = f"{len(self.accounts):,} accounts"
            name = f"account {self.accounts[0]}" if len(self.accounts) == 1 else several
            box.border_title = Content(f"Changes in {safe(name)}")
            yield HistoryTree(self.glyphs)
            yield Static("", id="history-line", markup=False)
            yield Static(self._foot(), id="history-foot", markup=False)
            yield FilterBar("words of a name, time, policy or outcome")
            yield KeyBar((("history.close",),))

    def on_mount(self) -> None:
        tree = self.query_one(HistoryTree)
        tree.show_batches(tuple(reversed(self.history.of(*self.accounts))), self._undone)
        tree.focus()

    def _foot(self) -> str:
        damaged = self.history.damaged
        note = f" ({counted(damaged, 'line')} unreadable)" if damaged else ""
        return f"journal{note}: {safe(str(self.journal))}"

    @on(HistoryTree.NodeHighlighted)
    def show_line(self, event: HistoryTree.NodeHighlighted[BatchRecord]) -> None:
        """Show the whole line under the cursor if the tree has cut it."""
        text, cut = self.query_one(HistoryTree).text_of(event.node)
        line = self.query_one("#history-line", Static)
        line.display = cut
        line.update(text)

    @on(FilterBar.Changed)
    def filter_changed(self, event: FilterBar.Changed) -> None:
        """Show what matches, as one types."""
        self.query_one(HistoryTree).filter(event.text)

    @on(FilterBar.Closed)
    def filter_closed(self) -> None:
        """Give the keys back to the tree."""
        self.set_focus(self.query_one(HistoryTree))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide the keys that do nothing now or in this session."""
        if action == "filter":
            return not self.query_one(FilterBar).has_focus_within
        return action != "undo" or self.writable

    def action_filter(self) -> None:
        """Open the filter."""
        self.query_one(FilterBar).open()

    async def action_close(self) -> None:
        """Close the filter, or the screen if there is none."""
        if self.query_one(FilterBar).text:
            await self.query_one(FilterBar).action_clear()
        else:
            self.dismiss(None)

    def action_undo(self) -> None:
        """Ask to undo the batch under the cursor."""
        batch: BatchRecord | None = self.query_one(HistoryTree).chosen
        if batch is not None:
            if in_effect(batch, self._undone):
                self.dismiss(batch)
            elif batch.reversible:
                self.notify("Nothing to undo: these changes are undone already.", markup=False)
            else:
                self.notify("Nothing to undo: none of these changes took effect.", markup=False)

    async def action_export(self) -> None:
        """Save what is shown as a new file in the working directory."""
        from iam.reports.csv_format import history_as_csv

        await save(self.app, "changes", "csv", history_as_csv(self.query_one(HistoryTree).shown))
