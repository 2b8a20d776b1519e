"""What the output of Textual consists of: text, colours, moves, and sequences to pass on."""

from __future__ import annotations

import re

TOKEN = re.compile(
    r"([^\x00-\x1f\x7f-\x9f]+)"  # text
    r"|\x1b\[([0-9;]*)m"
    r"|\x1b\[([0-9;]*)H"
    r"|(\r?\n)"
    r"|\x1b\[\?2026([hl])"
    # What leaves the cells and the cursor alone: modes of keys, mouse and paste, the shape and
    # visibility of the cursor, questions to the terminal, the bell, the title, the clipboard.
    r"|(\x1b\[\?(?:7|25|100[0-6]|101[56]|2004|2048)[hl]|\x1b\[[<>=?][0-9;]*u|\x1b\[\?[0-9]+\$p"
    r"|\x1b\[[0-9]* q|\x1b\[>?0?c|\x07|\x1b\](?:0|1|2|22|52);[^\x07\x1b]*(?:\x07|\x1b\\)"
    # What tmux passes on to the terminal outside: the clipboard.
    r"|\x1bPtmux;(?:[^\x1b]|\x1b\x1b)*\x1b\\)"
    r"|(\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_].*?(?:\x07|\x1b\\)|.)|.)",
    re.DOTALL,
)
"""Matches one token; the number of its group is its kind."""
TEXT, SGR, MOVE, NEWLINE, FRAME_MARK, HARMLESS = range(1, 7)
"""The kinds of tokens; any other may change the screen in a way that is not known here."""
ENTER_ALTERNATE_SCREEN, LEAVE_ALTERNATE_SCREEN = "\x1b[?1049h", "\x1b[?1049l"
