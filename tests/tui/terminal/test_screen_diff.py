"""The terminal shows what Textual's own output would show, for fewer bytes."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.examples import examples
from tests.screens import fed
from tui.terminal.screen_cells import cells_of
from tui.terminal.screen_diff import ScreenDiff

SIZE = WIDTH, HEIGHT = 20, 5
ENTER = "\x1b[?1049h"

attributes = st.lists(st.sampled_from("1 2 3 4 7 9".split()), max_size=2, unique=True)
colours = st.sampled_from(["", "31", "97", "38;5;120", "38;2;1;2;3", "38;2;250;250;250", "39"])
backgrounds = st.sampled_from(["", "44", "107", "48;5;7", "48;2;1;2;3", "49"])
letters = st.text(st.sampled_from("  aZ●│é中语🙂e\u0301"), max_size=12)


@st.composite
def segments(draw: st.DrawFn) -> str:
    """A run of text with a style, as Textual writes it."""
    codes = [*draw(attributes), draw(colours), draw(backgrounds)]
    style = ";".join(code for code in codes if code)
    text = draw(letters).lstrip("\u0301")
    return f"\x1b[{style}m{text}\x1b[0m" if style else text


@st.composite
def spans(draw: st.DrawFn) -> str:
    """Some segments in one row, no wider than the screen."""
    x, y = draw(st.integers(0, WIDTH - 1)), draw(st.integers(0, HEIGHT - 1))
    room = WIDTH - x
    span = f"\x1b[{y + 1};{x + 1}H"
    for segment in draw(st.lists(segments(), min_size=1, max_size=4)):
        room -= sum(map(len, [cells_of(part) for part in _texts(segment)]))
        if room < 0:
            break
        span += segment
    return span + ("\n" if y < HEIGHT - 1 and draw(st.booleans()) else "")


def _texts(segment: str) -> list[str]:
    return [segment.split("m", 1)[1].removesuffix("\x1b[0m") if "\x1b" in segment else segment]


@st.composite
def frames(draw: st.DrawFn) -> str:
    """What Textual writes at once: spans, then where the cursor belongs."""
    painted = "".join(draw(st.lists(spans(), min_size=1, max_size=8)))
    return painted + f"\x1b[{draw(st.integers(1, HEIGHT))};{draw(st.integers(1, WIDTH))}H"


others = st.sampled_from(
    ["\x1b[?1000h", "\x07", "\x1b]52;c;eHk=\x07", "\x1b[?2026h", "\x1b[?25l", "\x1b[6n", ENTER]
)


@examples(100)
@given(st.lists(frames() | others, max_size=12), st.randoms(use_true_random=False))
def test_the_screen_is_as_textual_s_own_output_draws_it(writes: list[str], line: Random) -> None:
    screen = ScreenDiff(*SIZE)
    sent = screen.write(ENTER)
    for output in writes:
        sent += screen.write(output)
        # A slow line takes a part of some frames, and nothing of others.
        if (enough := line.choice([0, 1, 30, 1 << 30])) > 0:
            sent += screen.difference(enough)
        if line.random() < 0.1:
            screen.forget()
    while more := screen.difference(line.choice([1, 50])):
        sent += more
    ours, textuals = fed(sent, SIZE), fed(ENTER + "".join(writes), SIZE)
    assert ours.looks == textuals.looks
    assert (ours.cursor.x, ours.cursor.y) == (min(textuals.cursor.x, WIDTH - 1), textuals.cursor.y)
    assert not ours.cursor.attrs.bold and ours.cursor.attrs.fg == "default"


@examples(20)
@given(frames())
def test_what_is_shown_already_is_not_sent_again(frame: str) -> None:
    screen = ScreenDiff(*SIZE)
    screen.write(ENTER)
    screen.write(frame)
    screen.difference()
    screen.write(frame)
    assert screen.difference() == ""


@given(st.text())
def test_a_text_has_as_many_cells_as_textual_thinks(text: str) -> None:
    assert len(cells_of(text)) == cell_len(text)


def shown(*frames: str, size: tuple[int, int] = SIZE) -> list[str]:
    """What is sent for each frame."""
    screen = ScreenDiff(*size)
    screen.write(ENTER)
    sent = []
    for frame in frames:
        screen.write(f"{frame}\x1b[1;1H")
        sent.append(screen.difference())
    return sent


def test_only_the_cells_that_change_are_sent() -> None:
    row = "\x1b[2;1H\x1b[38;2;1;1;1;48;2;2;2;2m{}\x1b[0m"
    _, second = shown(row.format("the same A and B"), row.format("the same A and C"))
    assert second == "\x1b[2;16H\x1b[38;2;1;1;1;48;2;2;2;2mC\x1b[m\x1b[H"


def test_the_colour_of_a_blank_is_of_no_account() -> None:
    _, second = shown(
        "\x1b[1;1H\x1b[31ma  b\x1b[0m", "\x1b[1;1H\x1b[31ma\x1b[32m  \x1b[31mb\x1b[0m"
    )
    assert second == ""


def test_an_underlined_blank_is_seen() -> None:
    _, second = shown(
        "\x1b[1;1H\x1b[31ma  b\x1b[0m", "\x1b[1;1H\x1b[31ma\x1b[4m  \x1b[0;31mb\x1b[0m"
    )
    assert second == "\x1b[C\x1b[4;31m  \x1b[m\r"


@pytest.mark.parametrize("doubtful", ["👩\u200d💻", "⚠\ufe0f", "e\u0301", "中"])
def test_a_row_of_doubtful_widths_is_sent_whole_and_its_places_stated(doubtful: str) -> None:
    row = f"\x1b[1;1Hab{doubtful}cd"
    _, second = shown(row + "e", row + "f")
    after = 3 + len(cells_of(doubtful))
    assert second == f"ab{doubtful}\x1b[1;{after}Hcdf\r"


def test_a_character_that_loses_a_half_becomes_blank() -> None:
    first, second = shown("\x1b[1;1H中中", "\x1b[1;2Hx")
    assert fed(ENTER + first + second, SIZE).display[0].startswith(" x中")


@pytest.mark.parametrize(
    "sequence",
    [
        "\x1b]52;c;eHk=\x07",
        "\x1bPtmux;\x1b\x1b]52;c;eHk=\x07\x1b\\",
        "\x1b]0;title\x1b\\",
        "\x1b[?1000h",
        "\x1b[?1006l",
        "\x1b[?2004h",
        "\x1b[?2048$p",
        "\x1b[>11u",
        "\x1b[<u",
        "\x1b[?25h",
        "\x1b[2 q",
        "\x1b]22;pointer\x07",
        "\x07",
    ],
)
def test_what_is_not_drawing_passes_and_leaves_what_is_shown(sequence: str) -> None:
    screen = ScreenDiff(*SIZE)
    screen.write(ENTER)
    screen.write("\x1b[1;1Habc")
    screen.difference()
    assert screen.write(f"\x1b[1;1Habc{sequence}") == sequence
    assert screen.difference() == ""


@pytest.mark.parametrize(
    "sequence",
    ["\x1b[2J", "\x1b[L", "\x1b[58;5;1m", "\x1bM", "\x1b]8;;https://x.example\x1b\\", "\t"],
)
def test_after_what_may_change_the_screen_all_is_sent_anew(sequence: str) -> None:
    screen = ScreenDiff(*SIZE)
    screen.write(ENTER)
    screen.write("\x1b[1;1Habc\x1b[1;1H")
    screen.difference()
    # What was drawn before goes before it.
    assert screen.write(f"\x1b[1;4Hd{sequence}") == f"abcd{sequence}"
    assert "abcd" in screen.difference()


def test_nothing_is_drawn_where_the_alternate_screen_has_been_left() -> None:
    screen = ScreenDiff(*SIZE)
    screen.write(ENTER)
    assert screen.write("\x1b[1;1Habc\x1b[?1049l\x1b[?25h") == "\x1b[?1049l\x1b[?25h"
    assert screen.difference() == ""
    assert screen.write(ENTER) == ENTER
    assert "abc" in screen.difference()


def test_after_a_resize_all_that_still_fits_is_sent_anew() -> None:
    screen = ScreenDiff(*SIZE)
    screen.write(ENTER)
    screen.write("\x1b[1;1Habcdef\x1b[5;1Hlast\x1b[1;1H")
    screen.difference()
    screen.resize(4, 2)
    sent = screen.difference()
    assert "abcd" in sent
    assert "e" not in sent
    assert "last" not in sent


def test_a_frame_for_a_larger_screen_is_cut() -> None:
    (sent,) = shown("\x1b[1;1H" + "\n".join(["abcdef"] * 9), size=(4, 2))
    assert sent == "\x1b[H\x1b[mabcd\x1b[2Habcd\x1b[H"


def test_the_marks_of_a_frame_are_kept_where_textual_makes_them() -> None:
    (sent,) = shown("\x1b[?2026hx\x1b[?2026l")
    assert sent.startswith("\x1b[?2026h")
    assert sent.endswith("\x1b[?2026l")


def test_a_large_frame_goes_in_pieces_of_whole_rows() -> None:
    screen = ScreenDiff(*SIZE)
    screen.write(ENTER)
    screen.write("\x1b[1;1H" + "\n".join(f"row {y} of this screen" for y in range(HEIGHT)))
    pieces = []
    while piece := screen.difference(1):
        pieces.append(piece)
    rows = [
        next(y for y in range(HEIGHT) if f"row {y} of this screen" in piece) for piece in pieces[:5]
    ]
    assert rows == [0, 1, 2, 3, 4]
