"""What is on the screen, whole."""

from __future__ import annotations

from typing import Any

from textual.screen import Screen
from textual.widget import Widget

SMALL = (60, 20)
TINY = (50, 12)
"""Half of a half of a terminal."""


def lines_of(widget: Widget) -> list[str]:
    """What a widget draws, line by line."""
    return [widget.render_line(y).text.strip() for y in range(widget.size.height)]


def box_of(dialog: Screen[Any]) -> Widget:
    """The frame of a dialog."""
    return dialog.query("Vertical, VerticalScroll").first()


def in_sight(dialog: Screen[Any], *ids: str) -> bool:
    """Whether these parts of a dialog are within its frame, and that is below the first line."""
    box = box_of(dialog)
    parts = [dialog.query_one(f"#{id}") for id in ids]
    return box.region.y > 0 and all(
        part.size.height and box.content_region.contains_region(part.region) for part in parts
    )
