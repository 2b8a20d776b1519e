"""The text of the table of principals: its header, and a line for each row."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

from iam.text import safe
from iam.verdicts.verdict import Verdict, count_in_words
from widgets.column_widths import POLICY, SECTION_SIGN, SIGN, Widths, widths_for
from widgets.glyphs import Glyphs
from widgets.last_use_column import used_text, used_width
from widgets.row_order import Sort
from widgets.rows import SectionColumn, View
from widgets.table_titles import distinct_letters

if TYPE_CHECKING:
    from iam.account.attachments import Attachment, MemberCount
    from iam.verdicts.result import SectionResult, SectionSum
    from widgets.row import Row

VERDICT_STYLES: dict[Verdict, str] = {
    Verdict.GRANTED: "principal-table--granted",
    Verdict.PARTIAL: "principal-table--partial",
    Verdict.DENIED: "principal-table--denied",
    Verdict.NONE: "principal-table--none",
    Verdict.UNKNOWN: "principal-table--unknown",
}
"""The component classes of the table that colour the verdicts."""

_WITHIN = re.compile(r" within (?:the )?(\w+)")
"""What the words about invoking models say of a limit."""


class Heading(NamedTuple):
    """The heading of a column."""

    label: str
    width: int
    sort: Sort | None
    """What a click on it sorts by; None if that is not possible."""


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
        self.shows_use = False
        """AWS was asked when Bedrock was last used."""
        self.words: dict[str, str] = {}
        """How far principals can invoke models, or why they cannot, by ARN."""
        self._style = style

    # The header

    def headings(self, width: int) -> list[Heading]:
        """The columns from left to right."""
        widths = self.widths(width)
        headings = [
            Heading("", 4, "verdict"),
            Heading("Name", widths.name, "name"),
            Heading("T", 2, "type"),
            Heading("Policy", POLICY, "policy"),
        ]
        if used := self._used_width(width):
            headings.append(Heading("Used", used, "used"))
        if widths.invoke:
            label = "Invoke" if widths.invoke > SIGN else "Inv"
            headings.append(Heading(label, widths.invoke, "invoke"))
        labels = [safe(column.label) for column in self.sections]
        letters = distinct_letters(labels)
        for number, room in enumerate(widths.sections[: len(labels)]):
            short = room <= SECTION_SIGN
            headings.append(Heading((letters if short else labels)[number], room, number))
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
        if self.shows_use:
            named.insert(3, "used")
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
            row = replace(
                row,
                attached=None,
                result=None,
                invokes=None,
                can_invoke=None,
                other_policies=(),
                note="",
            )
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
        if used := self._used_width(width):
            line.append(self._used(row, used))
        if widths.invoke:
            line.append(self._invoke(row, widths.invoke))
        if row.result is not None:
            sections: Sequence[SectionSum | SectionResult] = row.result.sections
            for result, room in zip(sections, widths.sections, strict=False):
                line.append(self._section(result, room))
        if row.note:
            room = width - sum(part.cell_length for part in line)
            line.append(Segment(fit(safe(row.note), max(room, 0), self.glyphs.cut), dim))
        return line

    def widths(self, width: int) -> Widths:
        """The widths of the columns, in a table of this width."""
        sections = [column.width for column in self.sections if self._shows_sections]
        return widths_for(width - self._used_width(width), sections, asked=bool(self.action))

    def _used_width(self, width: int) -> int:
        return used_width(width) if self.shows_use else 0

    def _used(self, row: Row, width: int) -> Segment:
        """When it last used Bedrock."""
        text = used_text(row, width)
        style = self._style("principal-table--unknown") if text == "?" else None
        return Segment(text.ljust(width), style)

    def _name(self, row: Row, width: int) -> list[Segment]:
        """The name; then the number of members of a group, or that a user has API keys."""
        members = _members(row.members) if row.members else _keys(row)
        text = fit(safe(row.name), width - 1 - len(members), self.glyphs.cut).rstrip()
        dim = self._style("principal-table--dim")
        padding = " " * (width - cell_len(text + members))
        return [Segment(text), Segment(members, dim), Segment(padding)]

    def _policy(self, row: Row) -> Segment:
        text = _attachment(row.attached, self.glyphs)
        if row.unconfirmed:
            text = f"{text.rstrip('?')}?"
            return Segment(text.ljust(POLICY), self._style("principal-table--unknown"))
        if row.other_policies:
            text = "other" if text == self.glyphs.nothing else f"{text}+"
            return Segment(text.ljust(POLICY), self._style("principal-table--partial"))
        unknown = row.attached is not None and row.attached.unknown
        dim = self._style(f"principal-table--{'unknown' if unknown else 'dim'}")
        return Segment(text.ljust(POLICY), None if row.attached else dim)

    def _sign(self, verdict: Verdict | None) -> Segment:
        if verdict is None:
            return Segment(self.glyphs.pending_verdict, self._style("principal-table--dim"))
        return Segment(self.glyphs.of(verdict), self._style(VERDICT_STYLES[verdict]))

    def wants_words(self, row: Row, width: int, question: int) -> bool:
        """Whether there is room to say how far a principal can invoke models, and cause to."""
        if row.question != question or self.widths(width).invoke <= SIGN:
            return False
        if row.invokes is Verdict.NONE:
            return bool(row.attached)
        known = row.invokes in (Verdict.PARTIAL, Verdict.DENIED)
        return known or bool(row.can_invoke and row.invokes is Verdict.UNKNOWN)

    def _invoke(self, row: Row, width: int) -> Segment:
        """Whether it can invoke models, and how far."""
        if row.invokes is None or width == SIGN:
            sign = self._sign(row.invokes)
            return Segment(sign.text.ljust(width), sign.style)
        from iam.verdicts.invocation import SHORT_WORDS  # not needed before the first row

        words = self.words.get(row.arn, SHORT_WORDS[row.invokes])
        text = f"{self.glyphs.of(row.invokes)} {safe(words)}"
        if cell_len(text) >= width:
            text = _WITHIN.sub(r" (\1)", text)  # `all models (SCPs)`
        style = self._style(VERDICT_STYLES[row.invokes])
        return Segment(fit(text, width - 1, self.glyphs.cut) + " ", style)

    def _section(self, result: SectionSum | SectionResult, width: int) -> Segment:
        """The sign, and the count where it says more than the sign.

        Sign and count have one colour, which takes half of the bytes that two would.
        """
        text = self.glyphs.of(result.verdict)
        if width > SECTION_SIGN and result.verdict not in (Verdict.GRANTED, Verdict.NONE):
            text += f" {count_in_words(result.verdict, result.granted, result.total)}"
        return Segment(text.ljust(width), self._style(VERDICT_STYLES[result.verdict]))


def fit(text: str, width: int, more: str) -> str:
    """The text in exactly this many cells; where it is cut, it ends in `more`."""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(set_cell_size(text, width - cell_len(more)) + more, width)


def _attachment(attached: Attachment | None, glyphs: Glyphs) -> str:
    if attached is None:
        return glyphs.pending
    if attached.unknown:
        return "?"
    return attached.in_a_word if attached else glyphs.nothing


def _keys(row: Row) -> str:
    """That a user has API keys, or may have, in one word, however many: there is little room."""
    if row.keys:
        return " key"
    return " key?" if row.keys_unread else ""


def _members(members: MemberCount) -> str:
    """`(3)`; where there may be more `(3+)`, and `(?)` if none is known."""
    if members.certain:
        return f" ({members.known:,})"
    return f" ({members.known:,}+)" if members.known else " (?)"
