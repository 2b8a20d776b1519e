"""What the real program sends: the same screen as with Textual's own driver, and never a queue."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import struct
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from iam.policy.bundled import bundled_policy
from tests.build import LIMITED, allow, deny, details, group, policy, policy_arn, role, user
from tests.e2e.terminal import Terminal, restored
from tests.screens import differences

TEXTUALS = {"TEXTUAL_DRIVER": "textual.drivers.linux_driver:LinuxDriver"}
COLOURS = {"COLORTERM": "truecolor"}
PRINCIPALS = 300


@pytest.fixture
def snapshot(tmp_path: Path) -> str:
    """A file with principals of mixed verdicts, one of them with wide characters."""
    limited = bundled_policy(LIMITED)
    assert limited is not None
    kinds = (
        lambda name: role(name, attached=[LIMITED]),
        lambda name: role(name, allow("bedrock:InvokeModel")),
        lambda name: role(name, allow("bedrock:*"), deny("bedrock:Create*")),
        lambda name: role(name, attached=[policy_arn("gone")]),
        lambda name: role(name),
    )
    wide = user("alice", groups=["ml-team"])
    wide["Tags"] = [{"Key": "名前", "Value": "深層学習 é e\u0301 🙂 end"}]
    items = [kinds[(i + i // 5) % 5](f"role-{i:03}") for i in range(PRINCIPALS)]
    path = tmp_path / "account.json"
    path.write_text(
        json.dumps(
            details(
                wide,
                *items,
                group("ml-team", attached=[LIMITED]),
                policy("AmazonBedrockLimitedAccess", arn=LIMITED, raw=limited.document),
            )
        )
    )
    os.utime(path, (1_764_000_000, 1_764_000_000))
    return str(path)


Open = Callable[..., Terminal]


@pytest.fixture
def open_app(start: Callable[..., Terminal], snapshot: str) -> Open:
    """Start the program on the file, and wait until all is judged."""

    def opened(size: tuple[int, int] = (120, 36), **environment: str) -> Terminal:
        terminal = start("--snapshot", snapshot, size=size, **(COLOURS | environment))
        terminal.sees("alice", " invoke  ", "? 60")
        return terminal

    return opened


def settle(terminal: Terminal, read: bool = True) -> None:
    """Wait until the program has taken the keys and does no more."""
    stat = Path(f"/proc/{terminal.child.pid}/stat")
    still, before, deadline = 0, (-1, -1), time.monotonic() + 60
    while still < 4:
        assert time.monotonic() < deadline
        if read:
            terminal.read()
        else:
            time.sleep(0.05)
        busy = sum(map(int, stat.read_text().rpartition(")")[2].split()[11:13]))
        now = busy, len(terminal.raw)
        still, before = (still + 1 if now == before else 0), now


KEYS = [
    "jj", "\x1b[6~", "G", "g", "\r", "l", "jjj", "\t", "/role-11\r", "\x1b", "f", "?", "\x1b",
    "*", "y",
]  # fmt: skip
FEW_KEYS = ["jj", "\x1b[6~", "\r", "\x1b", "/role-11\r", "?"]
"""Those that draw each kind of widget once."""


@pytest.mark.parametrize(
    ("size", "more", "typed"),
    [
        ((120, 36), {}, KEYS),
        ((80, 24), {"NO_COLOR": "1", "LC_ALL": "C"}, FEW_KEYS),
        ((80, 24), {"COLORTERM": "", "TERM": "xterm"}, FEW_KEYS),
    ],
)
def test_the_screen_is_the_one_that_textual_s_driver_makes(
    open_app: Open, size: tuple[int, int], more: dict[str, str], typed: list[str]
) -> None:
    ours, textuals = open_app(size, **more), open_app(size, **more, **TEXTUALS)
    for keys in typed:
        for terminal in (ours, textuals):
            settle(terminal)  # a key for a dialogue that is still opening would be lost
            before = terminal.screen.looks
            terminal.type(keys)
            terminal.until(lambda _, to=terminal, was=before: to.screen.looks != was)  # type: ignore[misc]
        deadline = time.monotonic() + 20
        while found := differences(ours.screen, textuals.screen):
            assert time.monotonic() < deadline, f"{keys!r}: {found[:5]}\n{ours.text}"
            ours.read()
            textuals.read()
    assert len(ours.raw) < len(textuals.raw) / 3


def test_what_is_unread_is_a_few_frames_however_many_keys_were_pressed(open_app: Open) -> None:
    terminal = open_app()
    settle(terminal)
    before = len(terminal.raw)
    terminal.type("j" * 200)
    settle(terminal, read=False)
    terminal.sees(f"role/role-{199:03}")
    settle(terminal)
    assert len(terminal.raw) - before < 30_000  # of 200 frames and more


def test_leaving_does_not_wait_for_ever_for_a_line_that_takes_no_more(open_app: Open) -> None:
    terminal = open_app()
    terminal.type("\x1b[6~" * 9 + "?")
    settle(terminal, read=False)
    terminal.child.kill(signal.SIGTERM)
    deadline = time.monotonic() + 30
    while terminal.child.isalive():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert terminal.child.exitstatus == 128 + signal.SIGTERM


@pytest.mark.parametrize("where", ["", "?"])
def test_ctrl_l_draws_anew_what_something_else_has_written_over(open_app: Open, where: str) -> None:
    terminal = open_app()
    terminal.type(where)
    terminal.until(lambda text: not where or "esc close" in text)
    settle(terminal)
    right = terminal.screen.looks
    terminal.stream.feed(b"\x1b[1;1H\x1b[41mBroadcast message from root\x1b[3;1H\x1b[2K")
    assert terminal.screen.looks != right
    terminal.type("\x0c")
    terminal.until(lambda _: terminal.screen.looks == right)


def test_another_size_is_drawn_whole(open_app: Open) -> None:
    terminal = open_app(COLUMNS="", LINES="")
    for columns, lines in ((80, 24), (100, 30)):
        settle(terminal)
        terminal.screen.resize(lines, columns)
        terminal.screen.reset()
        terminal.screen.set_mode(1049, private=True)
        terminal.screen.reset_mode(7, private=True)
        fcntl.ioctl(
            terminal.child.fileno(), termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0)
        )
        fresh = open_app((columns, lines))
        deadline = time.monotonic() + 20
        while found := differences(terminal.screen, fresh.screen):
            assert time.monotonic() < deadline, f"{found[:5]}\n{terminal.text}"
            terminal.read()
            fresh.read()


def stop(terminal: Terminal, key_or_signal: str | signal.Signals) -> None:
    """Stop the program, and wait until it is."""
    if isinstance(key_or_signal, str):
        terminal.type(key_or_signal)
    else:
        terminal.child.kill(key_or_signal)
    stat = Path(f"/proc/{terminal.child.pid}/stat")
    deadline = time.monotonic() + 20
    while stat.read_text().rpartition(")")[2].split()[0] != "T":
        assert time.monotonic() < deadline
        terminal.read()
    settle(terminal)


def threads(terminal: Terminal) -> int:
    """How many threads the program has."""
    return len(list(Path(f"/proc/{terminal.child.pid}/task").iterdir()))


def leaves_with(terminal: Terminal, key_or_signal: str | signal.Signals) -> int:
    """Press the key or send the signal that ends the program; returns its status."""
    if isinstance(key_or_signal, str):
        terminal.type(key_or_signal)
    else:
        terminal.child.kill(key_or_signal)
    status = terminal.ended()
    assert restored(terminal)
    assert termios.tcgetattr(terminal.child.fileno()) == terminal.before
    return status


@pytest.mark.parametrize("stopped_by", ["\x1a", signal.SIGTSTP], ids=["ctrl+z", "SIGTSTP"])
def test_in_the_background_and_back_the_screen_is_drawn_whole(
    open_app: Open, stopped_by: str | signal.Signals
) -> None:
    terminal = open_app()
    settle(terminal)
    right = terminal.screen.looks
    stop(terminal, stopped_by)
    assert restored(terminal)
    terminal.screen.reset()
    terminal.child.kill(signal.SIGCONT)
    terminal.until(lambda _: terminal.screen.looks == right)
    assert leaves_with(terminal, "q") == 0


def test_stopped_without_being_asked_and_back_the_screen_is_drawn_whole(open_app: Open) -> None:
    terminal = open_app()
    settle(terminal)
    right = terminal.screen.looks
    stop(terminal, signal.SIGSTOP)
    # A shell has the terminal meanwhile: it sets its own modes, and writes on the screen.
    termios.tcsetattr(terminal.child.fileno(), termios.TCSANOW, terminal.before)
    terminal.stream.feed(b"\x1b[1;1H[1]+  Stopped    bedrock-tui\r\n$ fg")
    terminal.child.kill(signal.SIGCONT)
    terminal.until(lambda _: terminal.screen.looks == right)
    terminal.type("?")
    terminal.sees("esc close")
    terminal.type("\x1b")
    terminal.until(lambda _: terminal.screen.looks == right)
    assert leaves_with(terminal, "q") == 0


@pytest.mark.parametrize(("end", "status"), [("q", 0), (signal.SIGTERM, 128 + signal.SIGTERM)])
def test_told_to_go_on_without_having_stopped_one_thread_still_reads_the_keys(
    open_app: Open, end: str | signal.Signals, status: int
) -> None:
    terminal = open_app()
    settle(terminal)
    right, before = terminal.screen.looks, threads(terminal)
    for _ in range(5):
        terminal.child.kill(signal.SIGCONT)
        settle(terminal)
    terminal.until(lambda _: terminal.screen.looks == right)
    assert threads(terminal) <= before
    assert leaves_with(terminal, end) == status


def test_stopped_twice_at_once_it_goes_on_when_told_once(open_app: Open) -> None:
    terminal = open_app()
    settle(terminal)
    right, before = terminal.screen.looks, threads(terminal)
    for _ in range(3):
        terminal.child.kill(signal.SIGTSTP)
    stop(terminal, signal.SIGTSTP)
    terminal.child.kill(signal.SIGCONT)
    terminal.until(lambda _: terminal.screen.looks == right)
    settle(terminal)
    assert threads(terminal) <= before
    assert leaves_with(terminal, "q") == 0
