"""The text of the table of principals: its title, its header, and a line for each row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

from iam.text import safe
from iam.verdicts.verdict import Verdict
from widgets.glyphs import Glyphs
from widgets.row_order import Sort
from widgets.rows import Row, SectionColumn, View
from widgets.shown_rows import ShownRows

if TYPE_CHECKING:
    from iam.account.attachments import Attachment
    from iam.verdicts.result import SectionResult, SectionSum

_GLYPH_SECTION = 4
"""Width of a section's column that shows a sign only."""
_POLICY = 7
_INVOKES = 4
_LEAST_NAME = 18
_MOST_NAME = 26
"""Where notes follow."""
VERDICT_STYLES: dict[Verdict, str] = {
    Verdict.GRANTED: "principal-table--granted",
    Verdict.PARTIAL: "principal-table--partial",
    Verdict.DENIED: "principal-table--denied",
    Verdict.NONE: "principal-table--none",
    Verdict.UNKNOWN: "principal-table--unknown",
}
"""The component classes of the table that colour the verdicts."""


class Heading(NamedTuple):
    """The heading of a column."""

    label: str
    width: int
    sort: Sort | None
    """What a click on it sorts by; None if that is not possible."""


class TableLines:
    """Draws lines for a given width; asks the table for its styles."""

    def __init__(self, glyphs: Glyphs, style: Callable[[str], Style]) -> None:
        """Take what stays the same.

        Args:
            glyphs: The signs of this terminal.
            style: Returns the style of a component class of the table.
        """
        self.glyphs = glyphs
        self.sections: Sequence[SectionColumn] = ()
        self.action = ""
        """The only action that is shown, if one was asked about; notes are shown then."""
        self._style = style

    # Above the rows

    def titles(self, rows: ShownRows, *, counting: bool) -> tuple[str, str]:
        """The title of the table and its subtitle.

        Args:
            rows: What is shown.
            counting: The number of rows is not known yet.
        """
        view = rows.view
        kind = "Users and roles" if view.lists == "all" else view.lists.capitalize()
        count = f"{len(rows):,}"
        if view.filter or len(rows) != rows.of_this_kind:
            count += f" of {rows.of_this_kind:,}"
        if counting:
            count = self.glyphs.pending
        elif rows.undecided:
            count += f" +{rows.undecided:,} unknown"
        parts = [f"Who can {self.action}?", count] if self.action else [f"{kind} {count}"]
        if view.filter:
            parts.append(safe(view.filter.text.strip()))
        if rows.marks:
            parts.append(f"{len(rows.marks):,} marked")
        title = f" {self.glyphs.dot} ".join(parts)
        return title, f"sorted by {self._sort_in_words(view)}" if rows.all else ""

    def _sort_in_words(self, view: View) -> str:
        """The column that the rows are sorted by."""
        sort = view.sort
        if isinstance(sort, int):
            sections = self.sections
            name = safe(sections[sort].label) if sort < len(sections) else f"section {sort + 1}"
        else:
            name = sort
        return f"{name}, reversed" if view.reverse else name

    def headings(self, width: int) -> list[Heading]:
        """The columns from left to right."""
        name, widths = self._widths(width)
        headings = [
            Heading("", 4, "verdict"),
            Heading("Name", name, "name"),
            Heading("T", 2, "type"),
            Heading("Policy", _POLICY, "policy"),
        ]
        if not self.action:
            headings.append(Heading("Inv", _INVOKES, "invoke"))
        for number, (column, room) in enumerate(zip(self.sections, widths, strict=False)):
            label = safe(column.label)
            if room == _GLYPH_SECTION and len(self.sections) > 8:
                label = str(number + 1)
            headings.append(Heading(label, room, number))
        if self.action:
            headings.append(Heading("By", 3, None))
        return headings

    def header(self, width: int, view: View) -> list[Segment]:
        """The names of the columns; the one that the rows are sorted by has an arrow."""
        arrow = self.glyphs.descending if view.reverse else self.glyphs.ascending
        text = ""
        for label, room, sort in self.headings(width):
            shown = set_cell_size(label, room - 1).rstrip()
            if sort is not None and sort == view.sort:
                # The first column has a sign, and no name.
                shown = f"{shown}{arrow}" if label else f"  {arrow}"
            text += set_cell_size(shown, room)
        return [Segment(text, self._style("principal-table--header"))]

    def sorts(self) -> list[Sort]:
        """The columns to sort by, from left to right, that of the verdicts after the names."""
        named: list[Sort] = ["type", "name", "policy", "verdict"]
        if not self.action:
            named.insert(3, "invoke")
        return [*named, *range(len(self.sections))]

    def sort_at(self, x: int, width: int) -> Sort | None:
        """The column whose heading is at a place of the header."""
        end = 0
        for heading in self.headings(width):
            end += heading.width
            if x < end:
                return heading.sort
        return None

    # A row

    def row(self, row: Row, width: int, *, question: int, marked: bool) -> list[Segment]:
        """The line of one principal.

        Args:
            row: The principal.
            width: Cells that there are.
            question: The one whose answers are shown.
            marked: Whether the operator has marked it.
        """
        if row.question != question:
            row = replace(row, attached=None, result=None, invokes=None, other_policies=(), note="")
        name, widths = self._widths(width)
        dim = self._style("principal-table--dim")
        mark = self.glyphs.mark if marked else " "
        line = [Segment(f"{mark} ", self._style("principal-table--mark"))]
        verdict = row.result.verdict if row.result else None
        line.append(self._sign(verdict))
        line += [
            Segment(" "),
            *self._name(row, name),
            Segment(f"{row.type[0].upper()} ", dim),
            self._policy(row),
        ]
        if not self.action:
            sign = Segment(" ") if row.invokes is None else self._sign(row.invokes)
            line += [Segment(" "), sign, Segment(" " * (_INVOKES - 2))]
        if row.result is not None:
            sections: Sequence[SectionSum | SectionResult] = row.result.sections
            for result, room in zip(sections, widths, strict=False):
                line.append(self._section(result, room))
        if row.note:
            room = width - sum(part.cell_length for part in line)
            line.append(Segment(_fit(safe(row.note), max(room, 0), self.glyphs.pending), dim))
        return line

    def _widths(self, width: int) -> tuple[int, list[int]]:
        """The widths of the name and of each section: with counts, signs only, or none at all."""
        rest = width - 4 - 2 - _POLICY - (0 if self.action else _INVOKES)
        sections = [column.width for column in self.sections]
        if rest - sum(sections) < _LEAST_NAME:
            sections = [_GLYPH_SECTION] * len(sections)
        if rest - sum(sections) < _LEAST_NAME:
            sections = []
        name = max(4, rest - sum(sections))
        return (min(name, _MOST_NAME) if self.action else name), sections

    def _name(self, row: Row, width: int) -> list[Segment]:
        """The name; after that of a group, how many members it has."""
        members = "" if row.members is None else f" ({row.members:,})"
        text = _fit(safe(row.name), width - 1 - len(members), self.glyphs.pending).rstrip()
        dim = self._style("principal-table--dim")
        padding = " " * (width - cell_len(text + members))
        return [Segment(text), Segment(members, dim), Segment(padding)]

    def _policy(self, row: Row) -> Segment:
        if row.unconfirmed:
            text = f"{_attachment(row.attached, self.glyphs)}?"
            return Segment(text.ljust(_POLICY), self._style("principal-table--unknown"))
        text = _attachment(row.attached, self.glyphs)
        if row.other_policies:
            text = f"{text}+" if row.attached else "other"
            return Segment(text.ljust(_POLICY), self._style("principal-table--partial"))
        unknown = row.attached is not None and row.attached.unknown
        dim = self._style(f"principal-table--{'unknown' if unknown else 'dim'}")
        return Segment(text.ljust(_POLICY), None if row.attached else dim)

    def _sign(self, verdict: Verdict | None) -> Segment:
        if verdict is None:
            return Segment(self.glyphs.pending, self._style("principal-table--dim"))
        return Segment(self.glyphs.of(verdict), self._style(VERDICT_STYLES[verdict]))

    def _section(self, result: SectionSum | SectionResult, width: int) -> Segment:
        """Sign and count in one colour, which takes half of the bytes that two would."""
        sign = self.glyphs.of(result.verdict)
        text = sign if width == _GLYPH_SECTION else f"{sign} {result.granted}/{result.total}"
        return Segment(text.ljust(width), self._style(VERDICT_STYLES[result.verdict]))


def _fit(text: str, width: int, more: str) -> str:
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(set_cell_size(text, width - cell_len(more)) + more, width)


def _attachment(attached: Attachment | None, glyphs: Glyphs) -> str:
    if attached is None:
        return glyphs.pending
    return attached.in_a_word if attached or attached.unknown else glyphs.nothing
