"""Replaces other characters by ASCII, as the last step, where the terminal shows no UTF-8."""

from __future__ import annotations

from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_PLAIN = {
    "–": "-", "—": "-", "…": ".", "·": "-", "→": ">", "←": "<", "↑": "^", "↓": "v", "▶": ">",
    "▼": "v", "│": "|", "├": "|", "└": "`", "─": "-", "━": "=", "╸": "=", "╺": "=", "┃": "|",
    "●": "+", "◐": "~", "✗": "x", "○": ".", "▌": ">", "⏎": "^",
    **dict.fromkeys("▁▂▃▄▅▆▇█▉▊▋▍▎▏▔▕▀▐", " "),
}  # fmt: skip


class AsciiFilter(LineFilter):
    """Replaces every character that is not ASCII by an ASCII sign of the same width."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment
            if segment.text.isascii() or segment.control
            else Segment(_plain(segment.text), segment.style)
            for segment in segments
        ]


@lru_cache(4096)
def _plain(text: str) -> str:
    return "".join(c if c.isascii() else _PLAIN.get(c) or "?" * cell_len(c) for c in text)
