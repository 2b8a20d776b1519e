"""The text of the table of principals: its title, its header, and a line for each row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

from iam.text import safe
from iam.verdicts.invocation import SHORT_WORDS
from iam.verdicts.verdict import Verdict
from widgets.column_widths import POLICY, SECTION_SIGN, SIGN, Widths, widths_for
from widgets.glyphs import Glyphs
from widgets.rows import Row, SectionColumn
from widgets.shown_rows import ShownRows

if TYPE_CHECKING:
    from iam.account.attachments import Attachment
    from iam.verdicts.result import SectionResult, SectionSum

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

    def __init__(
        self, glyphs: Glyphs, style: Callable[[str], Style], *, shows_sections: bool = True
    ) -> None:
        """Take what stays the same.

        Args:
            glyphs: The signs of this terminal.
            style: Returns the style of a component class of the table.
            shows_sections: Whether sections have columns, where there is room.
        """
        self.glyphs = glyphs
        self._shows_sections = shows_sections
        self.sections: Sequence[SectionColumn] = ()
        self.action = ""
        """The only action that is shown, if one was asked about; notes are shown then."""
        self.words: dict[str, str] = {}
        """How far principals can invoke models, or why they cannot, by ARN."""
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
        if view.other_policy:
            parts.append("can invoke by another policy")
        if rows.marks:
            parts.append(f"{len(rows.marks):,} marked")
        title = f" {self.glyphs.dot} ".join(parts)
        return title, f"sorted by {view.sort}" if rows.all else ""

    def header(self, width: int) -> list[Segment]:
        """The names of the columns."""
        widths = self.widths(width)
        text = "    " + "Name".ljust(widths.name) + "T " + "Policy".ljust(POLICY)
        if widths.invoke:
            text += ("Invoke" if widths.invoke > SIGN else "Inv").ljust(widths.invoke)
        if SECTION_SIGN in widths.sections:
            text += set_cell_size("Sections", sum(widths.sections))
        else:
            for column, room in zip(self.sections, widths.sections, strict=False):
                text += set_cell_size(safe(column.label), room - 1) + " "
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
            row = replace(row, attached=None, result=None, invokes=None, other_policies=(), note="")
        widths = self.widths(width)
        dim = self._style("principal-table--dim")
        mark = self.glyphs.mark if marked else " "
        line = [Segment(f"{mark} ", self._style("principal-table--mark"))]
        line.append(self._sign(row.result.verdict if row.result else None))
        line += [
            Segment(" "),
            *self._name(row, widths.name),
            Segment(f"{row.type[0].upper()} ", dim),
            self._policy(row),
        ]
        if widths.invoke:
            line.append(self._invoke(row, widths.invoke))
        if row.result is not None:
            sections: Sequence[SectionSum | SectionResult] = row.result.sections
            for result, room in zip(sections, widths.sections, strict=False):
                line.append(self._section(result, room))
        if row.note:
            room = width - sum(part.cell_length for part in line)
            line.append(Segment(_fit(safe(row.note), max(room, 0), self.glyphs.pending), dim))
        return line

    def widths(self, width: int) -> Widths:
        """The widths of the columns, in a table of this width."""
        sections = [column.width for column in self.sections if self._shows_sections]
        return widths_for(width, sections, asked=bool(self.action))

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
            return Segment(text.ljust(POLICY), self._style("principal-table--unknown"))
        text = _attachment(row.attached, self.glyphs)
        if row.other_policies:
            text = f"{text}+" if row.attached else "other"
            return Segment(text.ljust(POLICY), self._style("principal-table--partial"))
        unknown = row.attached is not None and row.attached.unknown
        dim = self._style(f"principal-table--{'unknown' if unknown else 'dim'}")
        return Segment(text.ljust(POLICY), None if row.attached else dim)

    def _sign(self, verdict: Verdict | None) -> Segment:
        if verdict is None:
            return Segment(self.glyphs.pending, self._style("principal-table--dim"))
        return Segment(self.glyphs.of(verdict), self._style(VERDICT_STYLES[verdict]))

    def wants_words(self, row: Row, width: int, question: int) -> bool:
        """Whether there is room to say how far a principal can invoke models, and cause to."""
        if row.question != question or self.widths(width).invoke <= SIGN:
            return False
        if row.invokes is Verdict.NONE:
            return bool(row.attached)
        return row.invokes in (Verdict.PARTIAL, Verdict.DENIED)

    def _invoke(self, row: Row, width: int) -> Segment:
        """Whether it can invoke models, and how far."""
        if row.invokes is None or width == SIGN:
            sign = Segment(" ") if row.invokes is None else self._sign(row.invokes)
            return Segment(sign.text.ljust(width), sign.style)
        words = self.words.get(row.arn, SHORT_WORDS[row.invokes])
        text = f"{self.glyphs.of(row.invokes)} {safe(words)}"
        style = self._style(VERDICT_STYLES[row.invokes])
        return Segment(_fit(text, width - 1, self.glyphs.pending) + " ", style)

    def _section(self, result: SectionSum | SectionResult, width: int) -> Segment:
        """The sign, and the count where it says more than the sign.

        Sign and count have one colour, which takes half of the bytes that two would.
        """
        text = self.glyphs.of(result.verdict)
        if width > SECTION_SIGN and result.verdict not in (Verdict.GRANTED, Verdict.NONE):
            text += f" {result.granted}/{result.total}"
        return Segment(text.ljust(width), self._style(VERDICT_STYLES[result.verdict]))


def _fit(text: str, width: int, more: str) -> str:
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(set_cell_size(text, width - cell_len(more)) + more, width)


def _attachment(attached: Attachment | None, glyphs: Glyphs) -> str:
    if attached is None:
        return glyphs.pending
    return attached.in_a_word if attached or attached.unknown else glyphs.nothing
