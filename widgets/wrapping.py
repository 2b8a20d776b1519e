"""Lines that fit a width: facts with their names, hanging indents, ARNs broken between parts."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rich.cells import cell_len, chop_cells
from textual.content import Content

from iam.text import safe

_LEAST_ROOM = 10
_ARN_PART = re.compile(r"[^:/]*[:/]+|[^:/]+")


def arn_lines(arn: str, width: int) -> list[str]:
    """Break an ARN after a colon or a slash, and within a part only if that part is too long."""
    lines = [""]
    for part in _ARN_PART.findall(arn):
        if cell_len(lines[-1] + part) <= width:
            lines[-1] += part
        else:
            lines += chop_cells(part, width)
    return [line for line in lines if line] or [""]


def hanging(text: str, width: int, lead: str = "", style: str = "") -> Content:
    """A text whose lines fit and stand below each other.

    Args:
        text: Any text, also from elsewhere.
        width: Cells that there are.
        lead: Stands before the first line; the others are indented as far.
        style: Of all of it.
    """
    room = max(_LEAST_ROOM, width - len(lead))
    lines = [line.plain.rstrip() for line in Content(safe(text)).wrap(room)]
    return Content.styled(lead + f"\n{' ' * len(lead)}".join(lines), style)


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
        text = safe(value)
        if text.startswith("arn:"):
            parts = arn_lines(text, room)
        else:
            parts = [line.plain.rstrip() for line in Content(text).wrap(room)] or [""]
        for number, part in enumerate(parts):
            label = ("" if number else name).ljust(column)
            lines.append(Content.assemble((label, "dim"), (part, style) if style else part))
    return lines
