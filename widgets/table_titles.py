"""The title of the table of principals and its subtitle: how many are shown, in which order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import takewhile

from iam.text import safe
from iam.verdicts.verdict import Verdict
from widgets.glyphs import Glyphs
from widgets.rows import SectionColumn, View
from widgets.shown_rows import ShownRows


def titles(
    rows: ShownRows,
    sections: Sequence[SectionColumn],
    action: str,
    glyphs: Glyphs,
    *,
    counting: bool,
) -> tuple[str, str]:
    """The title of the table and its subtitle.

    Args:
        rows: What is shown.
        sections: The columns of the sections.
        action: The only action that is shown, if one was asked about.
        glyphs: The signs of this terminal.
        counting: The number of rows is not known yet.
    """
    view = rows.view
    kind = "Users and roles" if view.lists == "all" else view.lists.capitalize()
    count = f"{len(rows):,}"
    if view.filter or len(rows) != rows.of_this_kind:
        count += f" of {rows.of_this_kind:,}"
    if counting:
        count = glyphs.pending
    elif rows.undecided:
        count += f" +{rows.undecided:,} unknown"
    parts = [f"{kind} {count}"]
    if action and counting:
        parts = [f"Who can do {action}?", count]
    elif action:
        parts = _who_can(rows, action, glyphs.pending)
    if view.filter:
        parts.append(safe(view.filter.text.strip()))
    if rows.marks:
        parts.append(f"{len(rows.marks):,} marked")
    title = f" {glyphs.dot} ".join(parts)
    return title, f"sorted by {_sort_in_words(view, sections)}" if rows.all else ""


def _who_can(rows: ShownRows, action: str, pending: str) -> list[str]:
    """How many can do the only action that is shown, whatever filter is in force; `pending` while
    some have no verdict yet."""
    everybody = rows.all_of_this_kind
    verdicts = Counter(row.result.verdict for row in everybody if row.result)
    if sum(verdicts.values()) < len(everybody):
        return [f"Who can do {action}?", pending]
    can = verdicts[Verdict.GRANTED] + verdicts[Verdict.PARTIAL]
    parts = [f"{can:,} of {len(everybody):,} can do {action}"]
    if unknown := verdicts[Verdict.UNKNOWN]:
        parts.append(f"{unknown:,} unknown")
    if len(rows) != len(everybody):
        parts.append(f"{len(rows):,} shown")
    return parts


def distinct_letters(labels: Sequence[str]) -> list[str]:
    """A letter for each label that no label before it has, from its own letters if possible.

    Of a second label with the same beginning it is the first letter that tells the two apart:
    `M` and `r` for Mantle and Market.
    """
    letters: list[str] = []
    for at, label in enumerate(labels):
        alike = [other for other in labels[:at] if other[:1] == label[:1]]
        start = max((_same_letters(label, other) for other in alike), default=0)
        free = [letter for letter in label[start:] if letter not in letters]
        letters.append(free[0] if free else label[:1])
    return letters


def _same_letters(one: str, other: str) -> int:
    """How many letters two words begin with in common."""
    return len(list(takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))))


def _sort_in_words(view: View, sections: Sequence[SectionColumn]) -> str:
    """The column that the rows are sorted by."""
    sort = view.sort
    if isinstance(sort, int):
        name = safe(sections[sort].label) if sort < len(sections) else f"section {sort + 1}"
    else:
        name = sort
    return f"{name}, reversed" if view.reverse else name
