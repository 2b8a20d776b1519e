"""The orders of the table's rows: by each of its columns, either way."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Literal

from iam.verdicts.verdict import Verdict
from widgets.last_use_column import used_order

if TYPE_CHECKING:
    from widgets.row import Row

Sort = Literal["type", "name", "policy", "invoke", "verdict", "used"] | int
"""The column to sort by; a number is that of a section, from 0."""

_RANKS: dict[Verdict | None, int] = {verdict: rank for rank, verdict in enumerate(Verdict)}
_ENTRIES = 10_000
"""More than a section has."""


def sort_rows(
    rows: list[Row], sort: Sort, answered: Callable[[Row], bool], *, reverse: bool = False
) -> None:
    """Sort rows in place; those that are alike stay in order, and pending ones come last.

    Args:
        rows: In the order of `Row.order`.
        sort: The column.
        answered: Whether a row answers the current question.
        reverse: The other way round.
    """
    if sort == "type":
        if reverse:
            rows.sort(key=_by_type, reverse=True)
        return
    if sort == "name":
        rows.sort(key=_by_name, reverse=reverse)
        return
    if sort == "used":
        rows.sort(key=partial(used_order, reverse=reverse), reverse=reverse)
        return
    key = _KEYS[sort] if isinstance(sort, str) else _by_section(sort)
    last = -1 if reverse else len(_RANKS) * _ENTRIES

    known: dict[int, int] = {}
    """By the identity of the verdicts, which many rows share."""

    def place(row: Row) -> int:
        if not answered(row):
            return last
        if row.result is None:  # but other columns may be known
            return last if (at := key(row)) is None else at
        if (found := known.get(id(row.result))) is None:
            found = known[id(row.result)] = last if (at := key(row)) is None else at
        return found

    rows.sort(key=place, reverse=reverse)


def _by_type(row: Row) -> str:
    return row.order[0]


def _by_name(row: Row) -> str:
    return row.order[1:]


def _by_verdict(row: Row) -> int | None:
    return _RANKS[row.result.verdict] if row.result else None


def _by_invocation(row: Row) -> int | None:
    return None if row.invokes is None else _RANKS[row.invokes]


def _by_policy(row: Row) -> int | None:
    """Both ways, directly, by a group; then other policies, unknown, and none."""
    attached = row.attached
    if attached is None:
        return None
    if attached:
        return 2 * (not attached.direct) + (not attached.groups)
    if row.other_policies:
        return 3
    return 4 if attached.unknown or row.other_policies is None else 5


def _by_section(number: int) -> Callable[[Row], int | None]:
    """By the verdict on a section, and alike, by how many of its entries are granted."""

    def place(row: Row) -> int | None:
        if row.result is None or number >= len(row.result.sections):
            return None
        section = row.result.sections[number]
        return (_RANKS[section.verdict] + 1) * _ENTRIES - section.granted

    return place


_KEYS: dict[str, Callable[[Row], int | None]] = {
    "verdict": _by_verdict,
    "invoke": _by_invocation,
    "policy": _by_policy,
}
