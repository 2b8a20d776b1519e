"""The table of principals with the details beside it or, on a narrow screen, in its place."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal

from widgets.glyphs import Glyphs
from widgets.principal_details import PrincipalDetails
from widgets.principal_table import PrincipalTable


class Panes(Horizontal):
    """Two panes; the stylesheet of the app lays them out."""

    def __init__(self, glyphs: Glyphs, *, sections: bool = True) -> None:
        """Start empty.

        Args:
            glyphs: The signs of this terminal.
            sections: Whether the table has columns for the sections of the policy.
        """
        super().__init__()
        self.table = PrincipalTable(glyphs, sections=sections)
        self.details = PrincipalDetails(glyphs)

    def compose(self) -> ComposeResult:
        yield self.table
        yield self.details

    def open_details(self) -> None:
        """Go to the details; where there is no room for both, they take the place of the table."""
        self.add_class("-details")
        self.details.focus_tree()

    def close_details(self) -> None:
        """Go back from the details to the table."""
        self.show_table()
        self.table.focus()

    def show_table(self) -> None:
        """Show the table, where there is no room for both."""
        self.remove_class("-details")
