"""Lines of a table of verdicts on routes, and the places of verdicts in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from iam.verdicts.verdict import Verdict

Place = tuple[int, int]
"""A column, and a place in its cell, both from 0."""


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


def nearest(places: Sequence[Place], wanted: Place) -> Place | None:
    """The place that is wanted, else the nearest that there is, on the left rather."""
    if not places:
        return None
    return min(places, key=lambda p: (abs(p[0] - wanted[0]), p[0], abs(p[1] - wanted[1])))
