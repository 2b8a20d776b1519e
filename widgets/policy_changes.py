"""A policy with its versions, and what the newer of two gave and took away."""

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

if TYPE_CHECKING:
    from iam.versions.diff_text import DiffLine, DiffPart

_MOST_VERSIONS = 5
_MOST_TEXT = 52
_LEAST_NOTE = 10
_FACT_WIDTH = 10
_STYLES = {"+": "$success", "-": "$text-error", "~": "$warning", "?": "bold $accent", " ": "dim"}


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version in the list."""

    id: str
    day: str
    note: str = ""
    """`in force`, `as shipped with the app`."""
    side: Literal["older", "newer", ""] = ""
    """Which of the two that are compared it is."""


@dataclass(frozen=True, slots=True)
class PolicyData:
    """What is shown of a policy."""

    facts: tuple[tuple[str, str], ...] = ()
    versions: tuple[VersionRow, ...] = ()
    """The newest first."""
    warnings: tuple[str, ...] = ()
    """What could not be read, in sentences."""
    summary: tuple[str, ...] = ()
    """What happened, in sentences."""
    parts: tuple[DiffPart, ...] = ()


class PolicyChanges(Vertical):
    """Facts and versions, which stay, above the changes, which scroll."""

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
        """Show a policy; the changes from their beginning."""
        self.data, self._busy = data, ""
        self._draw()
        self._scroll.scroll_home(animate=False, immediate=True)

    def say(self, text: str) -> None:
        """Say what is under way, or what went wrong, in place of the changes."""
        self._busy = text
        self._draw()

    def scroll_lines(self, lines: int) -> None:
        """Scroll the changes."""
        # At once, so that a key that is held down counts every time.
        self._scroll.scroll_relative(y=lines, animate=False, immediate=True)

    def scroll_pages(self, pages: int) -> None:
        """Scroll the changes by what is seen of them."""
        self.scroll_lines(pages * max(1, self._scroll.size.height - 1))

    def scroll_to_end(self, end: bool) -> None:
        """Go to the first or the last of the changes."""
        move = self._scroll.scroll_end if end else self._scroll.scroll_home
        move(animate=False, immediate=True)

    @property
    def _scroll(self) -> VerticalScroll:
        return self.query_one("#policy-changes", VerticalScroll)

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        self.query_one("#policy-facts", Static).update(self._facts())
        self.query_one("#policy-parts", Static).update(self._changes())

    def _facts(self) -> Content:
        data = self.data
        lines = [_fact(name, safe(value)) for name, value in data.facts]
        if data.versions:
            lines += self._versions()
        for warning in data.warnings:
            first, *more = Content(f"! {safe(warning)}").wrap(max(20, self.size.width - 2))
            lines += [first.stylize("$warning"), *(line.stylize("$warning") for line in more)]
        return Content("\n").join([*lines, Content("")])

    def _versions(self) -> list[Content]:
        """A window on the list that holds the two that are compared."""
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
            lines.append(
                Content.assemble(
                    ("" if lines else "Versions").ljust(_FACT_WIDTH),
                    (f"{id}{' ' * (width - cell_len(id))}  {row.day or 'no date   '}", style),
                    (f"  {arrow:<8}", "$accent"),
                    (f"  {safe(row.note)}", "dim"),
                )
            )
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
            lines += [Content(""), Content.styled(safe(part.title), "bold $accent")]
            for line in part.lines:
                lines += _lines(line, _note_column(line, part), width)
        return Content("\n").join(lines)


def _fact(name: str, value: str) -> Content:
    return Content.assemble((name.ljust(_FACT_WIDTH), "dim"), value)


def _note_column(line: DiffLine, part: DiffPart) -> int:
    """Where the notes of a part's lines begin, so that they stand below each other."""
    texts = (other.text for other in part.lines if other.note and other.depth == line.depth)
    return min(max((cell_len(safe(text)) for text in texts), default=0), _MOST_TEXT) + 2


def _lines(line: DiffLine, column: int, width: int) -> list[Content]:
    """One line, which goes on further in where it is too long; of a note what there is room for."""
    indent = "  " * (line.depth + 1)
    room = width - len(indent) - 2
    first, *more = Content(safe(line.text)).wrap(room) or [Content("")]
    left = room - column
    if line.note and not more and left >= _LEAST_NOTE and first.cell_length <= column - 2:
        note = Content.styled(safe(line.note), "dim").truncate(left, ellipsis=True)
        first = Content.assemble(first, " " * (column - first.cell_length), note)
    return [
        Content.assemble(indent, (line.sign, _STYLES[line.sign]), " ", first),
        *(Content.assemble(indent, "  ", rest) for rest in more),
    ]
