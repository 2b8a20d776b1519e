"""Lines of a table of verdicts on routes: made harmless and measured, maybe in a thread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.cells import cell_len

from iam.text import safe
from iam.verdicts.verdict import Verdict

Place = tuple[int, int]
"""A column, and a place in its cell, both from 0."""
Headings = tuple[str, str, str]
"""Of the groups, the names and the notes."""
MOST_SIGNS = 4
"""Signs in one cell; the others are reached with the cursor."""
_MOST_NAME = 34
_MOST_GROUP = 14


class RouteRow(NamedTuple):
    """A line of the table."""

    key: str
    """What it is about: the ID of a model, the ARN of a principal."""
    group: str
    """Shown where it begins: the provider, or whether it is a user or a role."""
    name: str
    cells: tuple[tuple[Verdict | None, ...], ...]
    """The verdicts of each column; None for one that is not known yet."""
    note: str = ""
    """Shown last, where there is room."""

    @property
    def places(self) -> list[Place]:
        """Where there are verdicts, from left to right."""
        return [(c, n) for c, cell in enumerate(self.cells) for n in range(len(cell))]


class Widths(NamedTuple):
    """Cells of each part of a line."""

    group: int
    name: int
    columns: tuple[int, ...]
    note: int = 0


class RouteRows(NamedTuple):
    """Lines that can be drawn as they are."""

    columns: tuple[str, ...]
    """The headings of the verdicts."""
    rows: Sequence[RouteRow]
    searched: Sequence[str]
    """What the filter looks for words in, line by line."""
    wanted: Widths
    """Where there is room for all; without that of the notes."""


def laid_out(headings: Headings, columns: Iterable[str], rows: Iterable[RouteRow]) -> RouteRows:
    """Prepare lines whose texts may contain anything.

    Args:
        headings: Those of the table.
        columns: The headings of the verdicts.
        rows: In order.
    """
    columns = tuple(map(safe, columns))
    clean = [
        row._replace(group=safe(row.group), name=safe(row.name), note=safe(row.note))
        for row in rows
    ]
    searched = [f"{row.group} {row.name} {row.note} {row.key}".lower() for row in clean]
    return RouteRows(columns, clean, searched, _measured(headings, columns, clean))


def _measured(headings: Headings, columns: Sequence[str], rows: Sequence[RouteRow]) -> Widths:
    """Find out how wide the columns want to be."""
    group, name, _ = headings
    groups = {group, *(row.group for row in rows)}
    names = [name, *(row.name for row in rows)]
    widths = []
    for number, column in enumerate(columns):
        most = max([1, *(len(row.cells[number]) for row in rows)])
        signs = 2 * min(most, MOST_SIGNS) + 2 + (most > MOST_SIGNS)
        widths.append(max(cell_len(column) + 3, signs))
    return Widths(
        min(max(map(cell_len, groups)) + 1, _MOST_GROUP),
        min(max(map(cell_len, names)) + 2, _MOST_NAME),
        tuple(widths),
    )


def nearest(places: Sequence[Place], wanted: Place) -> Place | None:
    """The place that is wanted, else the nearest that there is, on the left rather."""
    if not places:
        return None
    return min(places, key=lambda p: (abs(p[0] - wanted[0]), p[0], abs(p[1] - wanted[1])))
