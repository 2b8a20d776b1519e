"""A policy with its versions, and what changed between two of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from iam.text import safe
from widgets.glyphs import Glyphs
from widgets.wrapping import facts, hanging

if TYPE_CHECKING:
    from iam.versions.diff_text import DiffLine, DiffPart

_MOST_VERSIONS = 5
_MOST_TEXT = 52
_LEAST_NOTE = 10
_FACT_WIDTH = 13
SIGN_STYLES = {
    "+": "$success",
    "-": "$text-error",
    "~": "$text-warning",
    "?": "bold $text-accent",
    " ": "dim",
}


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version in the list."""

    id: str
    day: str
    note: str = ""
    """`in force`, `as shipped with the app`."""
    side: Literal["base", "target", ""] = ""
    """Which of the two compared versions it is: the older or the newer."""


@dataclass(frozen=True, slots=True)
class PolicyData:
    """What is shown of a policy."""

    facts: tuple[tuple[str, str], ...] = ()
    versions: tuple[VersionRow, ...] = ()
    """The newest first."""
    warnings: tuple[str, ...] = ()
    """What could not be read, in sentences."""
    summary: tuple[str, ...] = ()
    """What changed, in sentences."""
    parts: tuple[DiffPart, ...] = ()


class PolicyChanges(Vertical):
    """Facts and versions, which stay in place, above the changes, which scroll."""

    DEFAULT_CSS = """
    PolicyChanges {
        & #policy-facts { height: auto; padding: 0 1; }
        & #policy-changes {
            height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; scrollbar-gutter: stable;
        }
        & #policy-parts { height: auto; }
    }
    """

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self.glyphs = glyphs
        self.data = PolicyData()
        self._busy = ""

    def compose(self) -> ComposeResult:
        yield Static("", id="policy-facts", markup=False)
        with VerticalScroll(id="policy-changes", can_focus=False):
            yield Static("", id="policy-parts", markup=False)

    def show_policy(self, data: PolicyData) -> None:
        """Show a policy, scrolled to the first change."""
        self.data, self._busy = data, ""
        self._draw()
        self._scroll.scroll_home(animate=False, immediate=True)

    def say(self, text: str) -> None:
        """Say what is in progress, or what went wrong, in place of the changes."""
        self._busy = text
        self._draw()

    @property
    def _scroll(self) -> VerticalScroll:
        return self.query_one("#policy-changes", VerticalScroll)

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        self.query_one("#policy-facts", Static).update(self._facts())
        self.query_one("#policy-parts", Static).update(self._changes())

    def _facts(self) -> Content:
        data, width = self.data, max(20, self.size.width - 2)
        lines = facts(data.facts, width, _FACT_WIDTH)
        if data.versions:
            lines += self._versions(width)
        lines += [hanging(warning, width, "! ", "$text-warning") for warning in data.warnings]
        return Content("\n").join([*lines, Content("")])

    def _versions(self, room: int) -> list[Content]:
        """A part of the list that includes the two that are compared, for a width."""
        rows = self.data.versions
        compared = [i for i, row in enumerate(rows) if row.side]
        start = max(0, min(compared[-1] - _MOST_VERSIONS + 1 if compared else 0, len(rows)))
        shown = list(rows[start : start + _MOST_VERSIONS])
        if compared and compared[0] < start:
            shown = [rows[compared[0]], *rows[start + 1 : start + _MOST_VERSIONS]]
        width = max(cell_len(safe(row.id)) for row in shown)
        lines: list[Content] = []
        for row in shown:
            style = "bold" if row.side else "dim"
            arrow = f"{'<-' if not self.glyphs.unicode else '←'} {row.side}" if row.side else ""
            id = safe(row.id)
            line = Content.assemble(
                ("" if lines else "Versions").ljust(_FACT_WIDTH),
                (f"{id}{' ' * (width - cell_len(id))}  {row.day or 'no date   '}", style),
                (f"  {arrow:<8}", "$text-accent"),
            )
            note = safe(row.note)
            if line.cell_length + 2 + cell_len(note) <= room:
                lines.append(line + Content.styled(f"  {note}", "dim"))
            else:
                lines += [line, hanging(note, room, " " * (_FACT_WIDTH + width + 2), "dim")]
        left_out = len(rows) - len(shown)
        if left_out:
            lines.append(Content.styled(f"{'':<{_FACT_WIDTH}}and {left_out} more", "dim"))
        return lines

    def _changes(self) -> Content:
        if self._busy:
            return Content.styled(safe(self._busy), "$text-muted")
        width = max(20, self.size.width - 3)  # less padding and scrollbar
        lines = [Content.styled(safe(sentence), "bold") for sentence in self.data.summary]
        for part in self.data.parts:
            lines += [Content(""), Content.styled(safe(part.title), "bold $text-accent")]
            for line in part.lines:
                lines += _lines(line, _note_column(line, part), width)
        return Content("\n").join(lines)


def _note_column(line: DiffLine, part: DiffPart) -> int:
    """The column where the notes of a part begin, so that they are aligned."""
    texts = (other.text for other in part.lines if other.note and other.depth == line.depth)
    return min(max((cell_len(safe(text)) for text in texts), default=0), _MOST_TEXT) + 2


def _lines(line: DiffLine, column: int, width: int) -> list[Content]:
    """One line, wrapped with an indent if it is too long; its note, as far as there is room."""
    indent = "  " * (line.depth + 1)
    room = width - len(indent) - 2
    first, *more = Content(safe(line.text)).wrap(room) or [Content("")]
    note_room = room - column
    if line.note and not more and note_room >= _LEAST_NOTE and first.cell_length <= column - 2:
        note = Content.styled(safe(line.note), "dim").truncate(note_room, ellipsis=True)
        first = Content.assemble(first, " " * (column - first.cell_length), note)
    return [
        Content.assemble(indent, (line.sign, SIGN_STYLES[line.sign]), " ", first),
        *(Content.assemble(indent, "  ", rest) for rest in more),
    ]
