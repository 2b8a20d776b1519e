"""The screen as the app wants it and as the terminal shows it, and the shortest way between them.

Textual paints whole widgets, each run of text with its full style and a reset. Over SSH that is ten
times what has changed. Here its output is read into cells, and what is sent is the difference to
the cells that the terminal shows already. No input or output: `tui.terminal.driver` does that.

What it leaves out, for the sake of terminals that differ:

- No erasing (EL, ECH) and no scrolling: what colour the new cells get is not the same everywhere.
- A row with characters of more or less than one cell is sent whole when it changes, with the place
  of each such character stated anew: terminals do not agree on how wide those are.
- What is not known to leave the cells alone is passed on where it stands, and after it nothing is
  taken for shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from rich.cells import cell_len

from tui.terminal.sgr import PLAIN, Style, changed_by, sgr

_UNKNOWN = "\x00"
"""In a cell of which nobody has said what is in it."""
_SYNC = "\x1b[?2026"
_RESET = "\x1b[m"
_REWRITE = 4
"""So many cells that stay the same are written again: to jump over them takes 4 bytes."""

_TOKEN = re.compile(
    r"([^\x00-\x1f\x7f-\x9f]+)"  # text
    r"|\x1b\[([0-9;]*)m"
    r"|\x1b\[([0-9;]*)H"
    r"|(\r?\n)"
    r"|\x1b\[\?2026([hl])"
    # What leaves the cells and the cursor alone: modes of keys, mouse and paste, the shape and
    # visibility of the cursor, questions to the terminal, the bell, the title, the clipboard.
    r"|(\x1b\[\?(?:7|25|100[0-6]|101[56]|2004|2048)[hl]|\x1b\[[<>=?][0-9;]*u|\x1b\[\?[0-9]+\$p"
    r"|\x1b\[[0-9]* q|\x1b\[>?0?c|\x07|\x1b\](?:0|1|2|22|52);[^\x07\x1b]*(?:\x07|\x1b\\))"
    r"|(\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_].*?(?:\x07|\x1b\\)|.)|.)",
    re.DOTALL,
)
_TEXT, _SGR, _MOVE, _NEWLINE, _MARK, _HARMLESS = range(1, 7)
_ENTER, _LEAVE = "\x1b[?1049h", "\x1b[?1049l"


@lru_cache(4096)
def cells_of(text: str) -> tuple[str, ...]:
    """The cells that a text takes: the second one of a wide character is empty, and what has no
    width of its own is with the character before it."""
    cells: list[str] = []
    before = 0
    for end, character in enumerate(text, 1):
        width = cell_len(text[:end])
        more, before = width - before, width
        # A joiner takes in the character that follows; a selector widens the one before.
        if cells and (more == 0 or character == "\ufe0f"):
            lead = len(cells) - 1 - (cells[-1] == "")
            cells[lead] += character
            cells += [""] * more
        elif more > 0:
            cells += [character, *[""] * (more - 1)]
    return tuple(cells)


class _Cells:
    """The characters and styles of a screen, row by row."""

    def __init__(self, width: int, height: int) -> None:
        self.characters = [[_UNKNOWN] * width for _ in range(height)]
        self.styles = [[PLAIN] * width for _ in range(height)]


class Painting:
    """What is wanted on the screen, and what is shown."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.marked = False
        """The app puts marks around a frame, so that the terminal shows it at once."""
        self._away = True
        """The terminal is not on the alternate screen, which alone is ours."""
        self._wanted = _Cells(width, height)
        self._pen = PLAIN
        self._x = self._y = 0
        self._next_row = 0
        self.forget()

    # What the terminal shows

    def forget(self) -> None:
        """Take nothing for shown: all is to be sent anew."""
        self._shown = _Cells(self.width, self.height)
        self._shown_pen: Style | None = None
        self._shown_x = self._shown_y = -1

    def resize(self, width: int, height: int) -> None:
        """Have another size, which leaves the terminal in a state that nobody knows."""
        before, self._wanted = self._wanted, _Cells(width, height)
        for y in range(min(height, self.height)):
            self._wanted.characters[y][: self.width] = before.characters[y][:width]
            self._wanted.styles[y][: self.width] = before.styles[y][:width]
            if before.characters[y][width : width + 1] == [""]:
                self._wanted.characters[y][-1] = _UNKNOWN  # half of a wide character
        self.width, self.height = width, height
        self._next_row = 0
        self.forget()

    # What the app writes

    def write(self, output: str) -> str:
        """Take in what the app writes.

        Returns:
            What of it is to be sent as it is: everything that is not drawing. What has been drawn
            before is in it only where the order matters.
        """
        passed: list[str] = []
        for token in _TOKEN.finditer(output):
            kind = token.lastindex
            if kind == _TEXT:
                self._draw(token[_TEXT])
            elif kind == _SGR:
                pen = changed_by(self._pen, token[_SGR])
                if pen is None:
                    self._pass(token[0], passed)
                else:
                    self._pen = pen
            elif kind == _MOVE:
                row, _, column = token[_MOVE].partition(";")
                self._y, self._x = int(row or 1) - 1, int(column.partition(";")[0] or 1) - 1
            elif kind == _NEWLINE:
                self._y, self._x = self._y + 1, 0  # the terminal's driver adds the return
            elif kind == _MARK:
                self.marked = True
            elif kind == _HARMLESS:
                passed.append(token[0])
            else:
                self._pass(token[0], passed)
        return "".join(passed)

    def _pass(self, sequence: str, passed: list[str]) -> None:
        """Pass on, in its place, what may change the screen in a way that is not known here."""
        if sequence == _LEAVE:
            self._away = True  # of what was to be drawn there nobody would see anything
        elif not self._away:
            passed.append(self.difference())
        passed.append(sequence)
        if sequence == _ENTER:
            self._away = False
        self.forget()

    def _draw(self, text: str) -> None:
        x, y = self._x, self._y
        cells: Sequence[str] = text if text.isascii() else cells_of(text)
        self._x = end = x + len(cells)
        if y >= self.height or x >= self.width:
            return
        row = self._wanted.characters[y]
        if x and (marks := len(text) - sum(map(len, cells))):
            row[x - 1 - (row[x - 1] == "")] += text[:marks]  # they belong to what is before
        if end > self.width:
            end = self.width
            cut = cells[end - x] == ""
            cells = [*cells[: end - x - cut], *[_UNKNOWN] * cut]
        if not cells:
            return
        # Of a wide character that loses a half, the other becomes blank.
        if row[x] == "":
            row[x - 1] = " "
        row[x:end] = cells
        if end < self.width and row[end] == "":
            row[end] = " "
        self._wanted.styles[y][x:end] = [self._pen] * (end - x)

    # What is to be sent

    def difference(self, enough: int = 1 << 30) -> str:
        """What makes the terminal show what is wanted, and from then on counts as shown.

        Args:
            enough: So many characters; no row is begun after them, and the next time it goes on
                with the row that follows.

        Returns:
            The sequences; empty where nothing is to be sent.
        """
        if self._away:
            return ""
        sent: list[str] = []
        size, first, self._next_row = 0, self._next_row, 0
        for y in (*range(first, self.height), *range(first)):
            if part := self._row(y):
                sent += part
                size += sum(map(len, part))
                if size >= enough:
                    self._next_row = (y + 1) % self.height
                    break
        if self._shown_pen is not PLAIN and sent:
            sent.append(_RESET)
            self._shown_pen = PLAIN
        x, y = min(self._x, self.width - 1), min(self._y, self.height - 1)
        if (x, y) != (self._shown_x, self._shown_y):
            sent.append(_move(self._shown_x, self._shown_y, x, y))
            self._shown_x, self._shown_y = x, y
        if not sent:
            return ""
        return "".join((f"{_SYNC}h", *sent, f"{_SYNC}l") if self.marked else sent)

    def _row(self, y: int) -> list[str]:
        """What makes one row be shown as it is wanted."""
        wanted, styles = self._wanted.characters[y], self._wanted.styles[y]
        shown, shown_styles = self._shown.characters[y], self._shown.styles[y]
        if wanted == shown and styles == shown_styles:
            return []
        changed = [
            x
            for x, (now, before, look, look_before) in enumerate(
                zip(wanted, shown, styles, shown_styles, strict=True)
            )
            if (
                now != before
                or (look is not look_before and (now != " " or look.blank is not look_before.blank))
            )
            and now != _UNKNOWN
        ]
        sure = _each_is_one_cell(wanted) and _each_is_one_cell(shown)
        if changed and not sure:
            changed = [x for x, now in enumerate(wanted) if now not in ("", _UNKNOWN)]
        sent = self._sequences(y, changed, sure) if changed else []
        shown[:] = wanted
        shown_styles[:] = styles
        return sent

    def _sequences(self, y: int, changed: list[int], sure: bool) -> list[str]:
        """What draws these cells of a row."""
        wanted, styles = self._wanted.characters[y], self._wanted.styles[y]
        # A blank takes the style of what follows, where that is the same to the eye.
        looks: list[Style] = []
        next_look = PLAIN
        for x in reversed(changed):
            look = styles[x]
            if wanted[x] == " ":
                blank = look.blank
                next_look = next_look if next_look.blank is blank else blank
            else:
                next_look = look
            looks.append(next_look)
        looks.reverse()
        sent: list[str] = []
        append = sent.append
        pen = self._shown_pen
        at, on = self._shown_x, self._shown_y
        for x, look in zip(changed, looks, strict=True):
            if x != at or y != on:
                if on == y and 0 < x - at <= _REWRITE and sure and self._drawn_by(pen, y, at, x):
                    sent += wanted[at:x]
                else:
                    append(_move(at, on, x, y))
                on = y
            character = wanted[x]
            if pen is not look and not (
                character == " " and pen is not None and pen.blank is look.blank
            ):
                append(sgr(pen, look))
                pen = look
            append(character)
            at = x + 1
            if at == self.width or not (sure or (len(character) == 1 and wanted[at] != "")):
                on = -1  # the cursor may be there or not
        self._shown_pen, self._shown_x, self._shown_y = pen, at, on
        return sent

    def _drawn_by(self, pen: Style | None, y: int, start: int, end: int) -> bool:
        """Whether these cells can be written with the pen as it is."""
        return pen is not None and all(
            (look is pen and character != _UNKNOWN)
            or (character == " " and look.blank is pen.blank)
            for character, look in zip(
                self._wanted.characters[y][start:end],
                self._wanted.styles[y][start:end],
                strict=True,
            )
        )


def _move(from_x: int, from_y: int, x: int, y: int) -> str:
    """The shortest way to a cell; a row below zero stands for any cell."""
    place = f"{y + 1};{x + 1}" if x else f"{y + 1}" if y else ""
    there = f"\x1b[{place}H"
    if from_y < 0 or from_y > y:
        return there
    if x >= from_x:
        across = _by(x - from_x, "C")
    else:
        across = "\r" if x == 0 else min("\b" * (from_x - x), _by(from_x - x, "D"), key=len)
    return min(across + _by(y - from_y, "B"), there, key=len)


def _by(count: int, direction: str) -> str:
    return "" if not count else f"\x1b[{count if count > 1 else ''}{direction}"


def _each_is_one_cell(row: list[str]) -> bool:
    return "" not in row and len("".join(row)) == len(row)
