"""The text of the table of principals: its title, its header, and a line for each row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

from iam.text import safe
from iam.verdicts.verdict import Verdict, count_in_words
from widgets.glyphs import Glyphs
from widgets.rows import Row, SectionColumn
from widgets.shown_rows import ShownRows

if TYPE_CHECKING:
    from iam.account.attachments import Attachment, MemberCount
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
        kind = "Users and roles" if view.kind == "all" else view.kind.capitalize()
        count = f"{len(rows):,}"
        if len(rows) != rows.of_this_kind:
            count += f" of {rows.of_this_kind:,}"
        if counting:
            count = self.glyphs.pending
        parts = [f"Who can {self.action}?", count] if self.action else [f"{kind} {count}"]
        if view.verdict is not None:
            parts.append(f"{self.glyphs.of(view.verdict)} {view.verdict}")
        if view.hidden:
            parts.append("hidden grants")
        if rows.marks:
            parts.append(f"{len(rows.marks):,} marked")
        title = f" {self.glyphs.dot} ".join(parts)
        return title, f"sorted by {view.sort}" if rows.all else ""

    def header(self, width: int) -> list[Segment]:
        """The names of the columns."""
        name, widths = self._widths(width)
        text = "    " + "Name".ljust(name) + "T " + "Policy".ljust(_POLICY)
        if not self.action:
            text += "Inv".ljust(_INVOKES)
        for number, (column, room) in enumerate(zip(self.sections, widths, strict=False), 1):
            label = safe(column.label)
            if room == _GLYPH_SECTION and len(self.sections) > 8:
                label = str(number)
            text += set_cell_size(label, room - 1) + " "
        if self.action:
            text += "By"
        return [Segment(text, self._style("principal-table--header"))]

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
            row = replace(row, attached=None, result=None, invokes=None, hidden=(), note="")
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
        members = _members(row.members) if row.members else ""
        text = _fit(safe(row.name), width - 1 - len(members), self.glyphs.pending).rstrip()
        dim = self._style("principal-table--dim")
        padding = " " * (width - cell_len(text + members))
        return [Segment(text), Segment(members, dim), Segment(padding)]

    def _policy(self, row: Row) -> Segment:
        if row.unconfirmed:
            text = _attachment(row.attached, self.glyphs).rstrip("?") + "?"
            return Segment(text.ljust(_POLICY), self._style("principal-table--unknown"))
        if row.hidden and not row.attached:
            return Segment("hidden".ljust(_POLICY), self._style("principal-table--partial"))
        unknown = row.attached is not None and row.attached.unknown
        dim = self._style(f"principal-table--{'unknown' if unknown else 'dim'}")
        style = None if row.attached else dim
        return Segment(_attachment(row.attached, self.glyphs).ljust(_POLICY), style)

    def _sign(self, verdict: Verdict | None) -> Segment:
        if verdict is None:
            return Segment(self.glyphs.pending, self._style("principal-table--dim"))
        return Segment(self.glyphs.of(verdict), self._style(VERDICT_STYLES[verdict]))

    def _section(self, result: SectionSum | SectionResult, width: int) -> Segment:
        """Sign and count in one colour, which takes half of the bytes that two would."""
        sign = self.glyphs.of(result.verdict)
        count = count_in_words(result.verdict, result.granted, result.total)
        text = sign if width == _GLYPH_SECTION else f"{sign} {count}"
        return Segment(text.ljust(width), self._style(VERDICT_STYLES[result.verdict]))


def _fit(text: str, width: int, more: str) -> str:
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(set_cell_size(text, width - cell_len(more)) + more, width)


def _attachment(attached: Attachment | None, glyphs: Glyphs) -> str:
    if attached is None:
        return glyphs.pending
    if attached.unknown:
        return "?"
    return attached.in_a_word if attached else glyphs.nothing


def _members(members: MemberCount) -> str:
    """`(3)`; where there may be more `(3+)`, and `(?)` if none is known."""
    if members.certain:
        return f" ({members.known:,})"
    return f" ({members.known:,}+)" if members.known else " (?)"
