"""Cuts a name in its middle: its end often tells it from others."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size


def cut_in_middle(text: str, width: int, more: str = "…") -> str:
    """A text that fits a width; where it is cut, its beginning and its end are left.

    Args:
        text: Any text, harmless already.
        width: Cells that there are.
        more: Stands for what is left out.
    """
    if cell_len(text) <= width:
        return text
    room = width - cell_len(more)
    if room < 2:
        return set_cell_size(text, max(0, width))
    # The end gets the smaller half.
    end = ""
    for char in reversed(text):
        if cell_len(char + end) > room // 2:
            break
        end = char + end
    return set_cell_size(text, room - cell_len(end)).rstrip() + more + end
