"""The writer: never in the app's way, newest frame first, and it ends whatever the line does."""

from __future__ import annotations

import fcntl
import os
import select
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.screens import fed
from tui.terminal import writer
from tui.terminal.screen_diff import ScreenDiff
from tui.terminal.writer import Writer

SIZE = WIDTH, HEIGHT = 80, 24
ENTER = "\x1b[?1049h"


def frame(number: int) -> str:
    """A frame in which every row is another than in the one before."""
    colour = f"\x1b[3{number % 8}m"
    rows = (f"\x1b[{y};1H{colour}row {y:02} of frame {number:04}\x1b[0m" for y in range(1, 25))
    return "".join(rows) + "\x1b[1;1H"


@dataclass
class Line:
    """A line of which the test reads the other end."""

    writer: Writer
    end: int

    def rest(self) -> str:
        """All that comes until the writer has nothing more."""
        data = b""
        while select.select([self.end], [], [], 0.01)[0] or self.writer._has_work:
            if select.select([self.end], [], [], 0)[0]:
                data += os.read(self.end, 65536)
        return data.decode()

    def stalls(self) -> bool:
        """Whether it takes no more, which a writer at work comes to."""
        while select.select([], [self.writer._fileno], [], 0)[1]:
            os.sched_yield()
        return True


pytestmark = pytest.mark.skipif(not hasattr(fcntl, "F_SETPIPE_SZ"), reason="needs Linux's pipes")


@pytest.fixture
def line() -> Iterator[Line]:
    """A writer at work, on a line that holds 4 KB."""
    end, start = os.pipe()
    fcntl.fcntl(start, fcntl.F_SETPIPE_SZ, 4096)
    with open(start, "w", encoding="utf-8") as file:  # noqa: PTH123
        sender = Writer(ScreenDiff(*SIZE), file)
        sender.start()
        made = Line(sender, end)
        yield made
        os.close(made.end)
        sender.stop()


def test_a_frame_is_on_the_screen(line: Line) -> None:
    line.writer.write(ENTER)
    line.writer.write(frame(1))
    assert fed(line.rest(), SIZE).looks == fed(frame(1), SIZE).looks


def test_frames_that_are_overtaken_are_not_sent(line: Line) -> None:
    line.writer.write(ENTER)
    line.writer.write(frame(0))
    one = len(line.rest())
    for number in range(1, 200):  # nobody reads, and no write waits
        line.writer.write(frame(number))
        assert number < 20 or line.stalls()
    sent = line.rest()
    assert fed(frame(0) + sent, SIZE).looks == fed(frame(199), SIZE).looks
    assert len(sent) < 4096 + 4096 + writer._PIECE + 3 * one


def test_what_is_not_drawing_comes_in_order_and_is_never_left_out(line: Line) -> None:
    line.writer.write(ENTER)
    sent = []
    for number in range(100):
        line.writer.write(frame(number))
        sent.append(f"\x1b]52;c;{number}\x07")
        line.writer.write(sent[-1])
    got = line.rest()
    places = [got.index(each) for each in sent]
    assert places == sorted(places)


def test_the_end_sends_what_is_left_and_draws_nothing_below(line: Line) -> None:
    line.writer.write(ENTER + frame(1))
    line.rest()
    line.writer.write(frame(2) + "\x1b[?1049l\x1b[?25h")
    line.writer.stop()
    assert not line.writer.is_alive()
    assert line.rest().endswith("\x1b[?1049l\x1b[?25h")


def test_a_redraw_sends_all(line: Line) -> None:
    line.writer.write(ENTER + frame(1))
    first = line.rest()
    line.writer.redraw()
    assert ENTER + line.rest() == first


def test_a_terminal_that_is_gone_holds_nothing_up(line: Line) -> None:
    line.writer.write(ENTER + frame(1))
    line.rest()
    end, line.end = line.end, os.open(os.devnull, os.O_RDONLY)
    os.close(end)
    for number in range(100):
        line.writer.write(frame(number))
    line.writer.stop()
    assert not line.writer.is_alive()


def test_a_dead_line_does_not_hold_up_the_end_for_ever(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "_DEAD", 0.2)
    for number in range(9):
        line.writer.write(ENTER + frame(number))
    assert line.stalls()
    line.writer.stop()
    os.write(line.writer._fileno, b"x" * 65536)  # a last word waits for nobody, too


def test_a_fault_is_told_in_the_app_and_the_terminal_is_restored_all_the_same(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    line.writer.write(ENTER + frame(1))
    line.rest()

    def fails(*_: object) -> str:
        raise ArithmeticError

    monkeypatch.setattr(line.writer._screen, "difference", fails)
    line.writer.write(frame(2))
    line.rest()
    with pytest.raises(ArithmeticError):
        line.writer.write(frame(3))
    line.writer.write("\x1b[?1049l\x1b[?25h")
    assert line.rest() == "\x1b[?1049l\x1b[?25h"
