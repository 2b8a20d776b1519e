"""An audit as aligned columns: at full width, or fitted to a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import wrap

from iam.reports.audit import Audit
from iam.reports.fitted_columns import fitted, width_of
from iam.reports.formats import Detail, Terminal
from iam.reports.organization_overview import left_out
from iam.reports.overview import GLYPHS, facts, overview
from iam.reports.verification import verification_lines
from iam.text import safe
from iam.verdicts.verdict import Verdict

_ASCII = dict(zip(GLYPHS.values(), "+~x.?", strict=True))
_COLOURS = {
    Verdict.GRANTED: "32", Verdict.PARTIAL: "33", Verdict.DENIED: "31", Verdict.NONE: "2",
    Verdict.UNKNOWN: "1;35",
}  # fmt: skip
_COLOUR_OF_GLYPH = {GLYPHS[verdict]: colour for verdict, colour in _COLOURS.items()}
_BOLD = "1"


def as_table(audit: Audit, detail: Detail = "sections", terminal: Terminal | None = None) -> str:
    """The facts, a line per principal, and what could not be read.

    Args:
        audit: The audit.
        detail: `principals` leaves out the columns of the sections.
        terminal: What the table is fitted to; None for full width without colour.
    """
    head, rows = overview(audit, detail, short=terminal is not None)
    cells = [[safe(c) for c in row] for row in (head, *rows)]
    missing: list[str] = []
    if terminal is not None:
        cells, missing = fitted(cells, terminal.width, "…" if terminal.unicode else "~")
    lines = _wrapped(facts(audit), terminal)
    lines += ["", *_aligned(cells, terminal)]
    if missing:
        note = f"Left out, because the terminal is too narrow: {', '.join(missing)}."
        lines += ["", *_wrapped([note], terminal)]
    if unread := audit.gaps:
        gaps = [f"  {u.what}: {u.error}, {u.message}" for u in unread]
        lines += ["", "Not read:", *_wrapped(gaps, terminal)]
    if audit.verified is not None:
        lines += ["", *_wrapped(verification_lines(audit.verified), terminal)]
    return "\n".join([*lines, "", *_wrapped([left_out(audit.account.organization)], terminal), ""])


def _wrapped(texts: Iterable[str], terminal: Terminal | None) -> list[str]:
    """Lines of text, broken between words on a terminal."""
    lines = [safe(text) for text in texts]
    if terminal is None:
        return lines
    width = max(terminal.width, 20)
    return [
        part
        for line in lines
        for part in wrap(line, width, subsequent_indent="    ", break_on_hyphens=False)
    ]


def _aligned(cells: list[list[str]], terminal: Terminal | None) -> list[str]:
    head, *rows = cells
    widths = [max(map(width_of, column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join(map(_padded, head, widths)).rstrip()]
    if terminal is not None and terminal.colour:
        lines = [f"\x1b[{_BOLD}m{lines[0]}\x1b[0m"]
    # What stands before the verdict may look like a glyph, and what stands after the sections.
    plain = {"by", "other policy", "used"}
    verdicts = [at for at in range(head.index("verdict"), len(head)) if head[at] not in plain]
    for row in rows:
        parts = list(map(_padded, row, widths))
        if terminal is not None:
            for at in verdicts:
                parts[at] = _drawn(parts[at], terminal)
        lines.append("  ".join(parts).rstrip())
    return lines


def _padded(text: str, width: int) -> str:
    return text + " " * (width - width_of(text))


def _drawn(cell: str, terminal: Terminal) -> str:
    """A cell that begins with the glyph of a verdict, as the terminal can show it."""
    glyph, rest = cell[:1], cell[1:]
    sign = glyph if terminal.unicode else _ASCII.get(glyph, glyph)
    colour = _COLOUR_OF_GLYPH.get(glyph)
    if not terminal.colour or colour is None:
        return sign + rest
    text = (sign + rest).rstrip()
    return f"\x1b[{colour}m{text}\x1b[0m{' ' * (len(cell) - len(text))}"
