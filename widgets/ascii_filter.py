"""Replaces other characters by ASCII, as the last step, where the terminal shows no UTF-8."""

from __future__ import annotations

from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_PLAIN = {
    "–": "-", "—": "-", "…": "~", "·": "-", "→": ">", "←": "<", "↑": "^", "↓": "v", "▶": ">",
    "▼": "v", "│": "|", "├": "|", "└": "`", "─": "-", "━": "=", "╸": "=", "╺": "=", "┃": "|",
    "●": "+", "◐": "~", "✗": "x", "○": ".", "▌": ">", "⏎": "^",
    **dict.fromkeys("▁▂▃▄▅▆▇█▉▊▋▍▎▏▔▕▀▐", " "),
}  # fmt: skip


class AsciiFilter(LineFilter):
    """Replaces every character that is not ASCII by an ASCII sign of the same width."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        if all(segment.text.isascii() for segment in segments):
            return segments
        # An ellipsis at the end of a text takes the place of the blanks behind it.
        line = "".join(segment.text for segment in segments).replace("…  ", "...")
        plain: list[Segment] = []
        at = 0
        for text, style, control in segments:
            before, at = at, at + len(text)
            plain.append(Segment(text if control else _plain(line[before:at]), style, control))
        return plain


@lru_cache(4096)
def _plain(text: str) -> str:
    return "".join(c if c.isascii() else _PLAIN.get(c) or "?" * cell_len(c) for c in text)
