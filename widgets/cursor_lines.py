"""A header with lines below it, a cursor on one of them: scrolling, moving, keeping in sight."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView


class CursorLines(ScrollView, can_focus=True):
    """Lines of a cell's height. A subclass knows them, draws them and moves the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", "Down", show=False, id="table.down", tooltip="One row down"),
        Binding("k,up", "move(-1)", "Up", show=False, id="table.up", tooltip="One row up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="table.pagedown"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="table.pageup"),
        Binding("g,home", "first", "First", show=False, id="table.first"),
        Binding("G,end", "last", "Last", show=False, id="table.last"),
    ]

    # What a subclass knows

    @property
    def line_count(self) -> int:
        """How many lines there are, without the header."""
        raise NotImplementedError

    @property
    def cursor_line(self) -> int:
        """The line under the cursor, from 0."""
        raise NotImplementedError

    def move_to(self, at: int) -> None:
        """Move the cursor to a line, or to the nearest that there is."""
        raise NotImplementedError

    # Lines on the screen

    @property
    def top_line(self) -> int:
        """The first line on the screen."""
        return self.scroll_offset.y

    @property
    def page_size(self) -> int:
        """How many lines there is room for."""
        return max(1, self.scrollable_content_region.height - 1)

    def measure(self, *, in_passing: bool) -> None:
        """Tell Textual how many lines there are; in passing, tell only the scrollbar."""
        size = Size(0, self.line_count + 1)
        if in_passing and self.show_vertical_scrollbar and size.height > self.size.height:
            self.set_reactive(CursorLines.virtual_size, size)
            self.vertical_scrollbar.window_virtual_size = size.height
        else:
            self.virtual_size = size

    def scroll_to_line(self, at: int) -> None:
        """Scroll so that a line is the first."""
        self.scroll_to(y=at, animate=False, immediate=True)

    def keep_cursor_visible(self) -> None:
        """Scroll as far as the cursor is out of sight."""
        cursor, top, size = self.cursor_line, self.top_line, self.page_size
        if cursor < top:
            self.scroll_to_line(cursor)
        elif cursor >= top + size:
            self.scroll_to_line(cursor - size + 1)

    def redraw_line(self, at: int) -> None:
        """Draw a line again, if it is on the screen."""
        y = at - self.top_line + 1
        if 1 <= y < self.scrollable_content_region.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def on_resize(self) -> None:
        """Keep the cursor in sight where a message takes some lines."""
        self.keep_cursor_visible()

    # Keys

    def action_move(self, lines: int) -> None:
        self.move_to(self.cursor_line + lines)

    def action_page(self, pages: int) -> None:
        self.move_to(self.cursor_line + pages * self.page_size)

    def action_first(self) -> None:
        self.move_to(0)

    def action_last(self) -> None:
        self.move_to(self.line_count - 1)
