"""Give the scrolled part of a dialog the height that the lines below it do not need."""

from __future__ import annotations

from typing import Any

from textual.screen import Screen
from textual.widget import Widget

_SHARE = 94
"""Percent of the screen's height that a dialog takes at most, as in the stylesheet."""
_LEAST_BODY = 2
"""Lines of what is scrolled that are always there: the account, and who is changed."""
_MOST_NOTE = 6


def fit_body(screen: Screen[Any], dialog: Widget, body: Widget, note: Widget) -> None:
    """Limit the height of what is scrolled, so that all below it stays in sight.

    Args:
        screen: The screen of the dialog.
        dialog: The dialog.
        body: Its part that is scrolled.
        note: The message below it, which gives way where there is no room for all of it.
    """
    below = [w for w in dialog.children if w not in (body, note) and w.display]
    # One that has just been shown has no size yet; it will have a line.
    needed = sum((w.outer_size.height or 1) + w.styles.margin.height for w in below)
    edge = dialog.gutter.height + body.styles.margin.height
    height = screen.size.height - dialog.dock_gutter.height  # the rest shows messages
    room = height * _SHARE // 100 - edge - needed
    if note.display:
        room -= note.styles.margin.height
        most = min(_MOST_NOTE, max(1, room - _LEAST_BODY))
        note.styles.max_height = most
        room -= min(most, note.outer_size.height or 1)
    body.styles.max_height = max(_LEAST_BODY, room)
