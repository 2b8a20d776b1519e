"""Lines that fit a width: facts with their names, hanging indents, ARNs broken between parts."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rich.cells import cell_len, chop_cells
from textual.content import Content

from iam.text import safe

_LEAST_ROOM = 10
_FURTHER = "  "
"""What a line that goes on is indented by."""
_NO_END = " –-,:;("
"""What nothing is left out after."""
_SEPARATORS = tuple(re.compile(f"[^{of}]*[{of}]+|[^{of}]+") for of in (" ", ":/", "._=,@+-"))
"""What a line may end with, the best first; each pattern matches a part with its separator."""


def broken(text: str, width: int) -> list[str]:
    """Break a text into lines: between words, then between the parts of an ARN, then of a name.

    Args:
        text: Any text, harmless already.
        width: Cells that there are.
    """
    lines = [""]

    def add(part: str, level: int) -> None:
        if cell_len((lines[-1] + part).rstrip()) <= width:
            lines[-1] += part
        elif cell_len(part.rstrip()) <= width:
            lines.append(part)
        elif level < len(_SEPARATORS):
            for piece in _SEPARATORS[level].findall(part):
                add(piece, level + 1)
        else:
            lines.extend(chop_cells(part, max(1, width)))  # a widget without a size has no cell

    add(text, 0)
    return [line.rstrip() for line in lines if line.strip()] or [""]


def hanging(text: str, width: int, lead: str = "", style: str = "") -> Content:
    """A text whose lines fit and stand below each other.

    Args:
        text: Any text, also from elsewhere.
        width: Cells that there are.
        lead: Stands before the first line; the others are indented as far.
        style: Of all of it.
    """
    room = max(_LEAST_ROOM, width - len(lead))
    lines = broken(safe(text), room)
    return Content.styled(lead + f"\n{' ' * len(lead)}".join(lines), style)


def shortened(text: str, width: int, more: str = "…") -> str:
    """A text that fits on a line; where it does not, the words that do.

    Args:
        text: Any text, harmless already.
        width: Cells that there are.
        more: Stands for what is left out.
    """
    if cell_len(text) <= width:
        return text
    return broken(text, width - cell_len(more))[0].rstrip(_NO_END) + more


def indented(text: str, width: int) -> str:
    """A line that keeps its indent; where it does not fit, the rest is indented further.

    Args:
        text: Any text, harmless already.
        width: Cells that there are.
    """
    body = text.lstrip(" ")
    lead = " " * (len(text) - len(body))
    room = width - len(lead)
    if cell_len(body) <= room:
        return text
    further = f"{lead}{_FURTHER}"
    return lead + f"\n{further}".join(broken(body, max(_LEAST_ROOM, room - len(_FURTHER))))


def facts(
    pairs: Iterable[tuple[str, str]], width: int, column: int, style: str = ""
) -> list[Content]:
    """Names and values below each other; a value that needs several lines stays in its column.

    Args:
        pairs: The names and values, which may come from anywhere.
        width: Cells that there are.
        column: Where the values begin.
        style: Of the values.
    """
    lines: list[Content] = []
    room = max(_LEAST_ROOM, width - column)
    for name, value in pairs:
        for number, part in enumerate(broken(safe(value), room)):
            label = ("" if number else name).ljust(column)
            lines.append(Content.assemble((label, "dim"), (part, style) if style else part))
    return lines
