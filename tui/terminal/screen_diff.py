"""The difference between the screen that the app wants and the one that the terminal shows.

Textual paints whole widgets, each run of text with its full style and a reset. Over SSH that is ten
times the bytes of what has changed. Here its output is read into cells, and only the cells that
differ from what the terminal shows are sent. No input or output: `tui.terminal.driver` does that.

Terminals differ, so this is left out:

- No erasing (EL, ECH) and no scrolling: the colour of the new cells is not the same everywhere.
- A row with characters wider or narrower than one cell is sent whole when it changes, and the
  position of each such character is stated: terminals do not agree on how wide they are.
- A sequence that is not known to leave the cells alone is passed on in its place; after it, the
  whole screen is sent again.
"""

from __future__ import annotations

from tui.terminal.output_tokens import (
    ENTER_ALTERNATE_SCREEN,
    FRAME_MARK,
    HARMLESS,
    LEAVE_ALTERNATE_SCREEN,
    MOVE,
    NEWLINE,
    SGR,
    TEXT,
    TOKEN,
)
from tui.terminal.screen_cells import UNKNOWN, Cells, each_is_one_cell
from tui.terminal.sgr import PLAIN, Style, changed_by, sgr

_SYNC = "\x1b[?2026"
_RESET = "\x1b[m"
_REWRITE = 4
"""Up to this many unchanged cells are written again: jumping over them takes 4 bytes."""


class ScreenDiff:
    """The wanted screen, which the app writes, and the shown one, which the terminal has."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.marks_frames = False
        """The app puts marks around a frame, so that the terminal shows it at once."""
        self._away = True
        """The terminal is not on the alternate screen, the only one that is drawn on."""
        self._wanted = Cells(width, height)
        self._pen = PLAIN
        self._x = self._y = 0
        self._next_row = 0
        self.forget()

    # What the terminal shows

    def forget(self) -> None:
        """Take nothing for shown, so that all is sent again."""
        self._shown = Cells(self.width, self.height)
        self._shown_pen: Style | None = None
        self._shown_x = self._shown_y = -1

    def resize(self, width: int, height: int) -> None:
        """Change the size; what the terminal shows after that is not known."""
        self._wanted = self._wanted.resized(width, height)
        self.width, self.height = width, height
        self._next_row = 0
        self.forget()

    # What the app writes

    def write(self, output: str) -> str:
        """Read what the app writes.

        Returns:
            What has to be sent as it is: everything that is not drawing. What has been drawn
            before is part of it only where the order matters.
        """
        passed: list[str] = []
        for token in TOKEN.finditer(output):
            kind = token.lastindex
            if kind == TEXT:
                self._x = self._wanted.draw(self._x, self._y, token[TEXT], self._pen)
            elif kind == SGR:
                pen = changed_by(self._pen, token[SGR])
                if pen is None:
                    self._pass(token[0], passed)
                else:
                    self._pen = pen
            elif kind == MOVE:
                row, _, column = token[MOVE].partition(";")
                self._y, self._x = int(row or 1) - 1, int(column.partition(";")[0] or 1) - 1
            elif kind == NEWLINE:
                self._y, self._x = self._y + 1, 0  # the terminal's driver adds the return
            elif kind == FRAME_MARK:
                self.marks_frames = True
            elif kind == HARMLESS:
                passed.append(token[0])
            else:
                self._pass(token[0], passed)
        return "".join(passed)

    def _pass(self, sequence: str, passed: list[str]) -> None:
        """Pass on, in its place, what may change the screen in a way that is not known here."""
        if sequence == LEAVE_ALTERNATE_SCREEN:
            self._away = True  # nobody would see what was still to be drawn there
        elif not self._away:
            passed.append(self.difference())
        passed.append(sequence)
        if sequence == ENTER_ALTERNATE_SCREEN:
            self._away = False
        self.forget()

    # What is to be sent

    def difference(self, enough: int = 1 << 30) -> str:
        """The sequences that make the terminal show what is wanted; from then on it is shown.

        Args:
            enough: After this many characters no further row is begun; the next call goes on with
                the row that follows.

        Returns:
            The sequences; empty if nothing differs.
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
        return "".join((f"{_SYNC}h", *sent, f"{_SYNC}l") if self.marks_frames else sent)

    def _row(self, y: int) -> list[str]:
        """The sequences that make the terminal show one row as it is wanted."""
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
            and now != UNKNOWN
        ]
        one_cell_each = each_is_one_cell(wanted) and each_is_one_cell(shown)
        if changed and not one_cell_each:
            changed = [x for x, now in enumerate(wanted) if now not in ("", UNKNOWN)]
        sent = self._sequences(y, changed, one_cell_each) if changed else []
        shown[:] = wanted
        shown_styles[:] = styles
        return sent

    def _sequences(self, y: int, changed: list[int], one_cell_each: bool) -> list[str]:
        """The sequences that draw these cells of a row.

        Args:
            y: The row.
            changed: The columns of the cells, in order.
            one_cell_each: Every character of the row takes one cell, so that columns can be
                counted.
        """
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
        cursor_x, cursor_y = self._shown_x, self._shown_y
        for x, look in zip(changed, looks, strict=True):
            if x != cursor_x or y != cursor_y:
                if (
                    cursor_y == y
                    and 0 < x - cursor_x <= _REWRITE
                    and one_cell_each
                    and self._drawn_by(pen, y, cursor_x, x)
                ):
                    sent += wanted[cursor_x:x]
                else:
                    append(_move(cursor_x, cursor_y, x, y))
                cursor_y = y
            character = wanted[x]
            if pen is not look and not (
                character == " " and pen is not None and pen.blank is look.blank
            ):
                append(sgr(pen, look))
                pen = look
            append(character)
            cursor_x = x + 1
            if cursor_x == self.width or not (
                one_cell_each or (len(character) == 1 and wanted[cursor_x] != "")
            ):
                cursor_y = -1  # the cursor may be there or not
        self._shown_pen, self._shown_x, self._shown_y = pen, cursor_x, cursor_y
        return sent

    def _drawn_by(self, pen: Style | None, y: int, start: int, end: int) -> bool:
        """Whether the wanted content of these cells can be written with this pen."""
        return pen is not None and all(
            (look is pen and character != UNKNOWN) or (character == " " and look.blank is pen.blank)
            for character, look in zip(
                self._wanted.characters[y][start:end],
                self._wanted.styles[y][start:end],
                strict=True,
            )
        )


def _move(from_x: int, from_y: int, x: int, y: int) -> str:
    """The shortest sequence that moves the cursor; a row below zero means an unknown position."""
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
