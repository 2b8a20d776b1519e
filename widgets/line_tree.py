"""A tree with vi keys that cuts lines that are too long, and knows which."""

from __future__ import annotations

from typing import TypeVar

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

_Data = TypeVar("_Data")
_LEAST_ROOM = 8
_SIGN = 2
"""Cells of the sign before a node that can be opened."""


class LineTree(Tree[_Data]):
    """One line per node; its root is not shown."""

    def __init__(self) -> None:
        super().__init__(Text())  # a str would be read as markup, with a table of all emoji
        self.show_root = False

    def render_label(self, node: TreeNode[_Data], base_style: Style, style: Style) -> Text:
        """The label of a node, with an ellipsis where it is cut."""
        label = super().render_label(node, base_style, style)
        sign = _SIGN if node.allow_expand else 0
        label.truncate(max(_LEAST_ROOM, self._room_of(node) + sign), overflow="ellipsis")
        return label

    def _room_of(self, node: TreeNode[_Data]) -> int:
        """How many cells there are for the text of a node."""
        depth = -1
        above = node.parent
        while above is not None:
            depth, above = depth + 1, above.parent
        sign = _SIGN if node.allow_expand else 0
        return self.scrollable_content_region.width - depth * self.guide_depth - sign

    def text_of(self, node: TreeNode[_Data] | None) -> tuple[str, bool]:
        """The whole text of a node, and whether the tree cuts it."""
        text = node.label.plain if node is not None and isinstance(node.label, Text) else ""
        return text, node is not None and cell_len(text) > self._room_of(node)

    def action_scroll_home(self) -> None:
        self.cursor_line = 0
        self.scroll_to_line(0, animate=False)

    def action_scroll_end(self) -> None:
        self.cursor_line = self.last_line
        self.scroll_to_line(self.last_line, animate=False)
