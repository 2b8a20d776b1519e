"""The real program in a pty, and the screen that its output draws."""

from __future__ import annotations

import os
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pexpect
import pyte

from tests.conftest import ROOT
from tests.screens import Screen

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
PROGRAM = [sys.executable, "-c", "from tui.cli import main; main()"]


class Terminal:
    """A program in a pty, and the screen that its output draws."""

    def __init__(
        self,
        *options: str,
        size: tuple[int, int] = (120, 36),
        redirected: str = "",
        **environment: str,
    ) -> None:
        """Start it.

        Args:
            options: Its arguments.
            size: Columns and lines.
            redirected: What a shell makes of its streams, such as `<&-`.
            environment: Added to the test's own.
        """
        program = [*PROGRAM, *options]
        if redirected:
            program = ["sh", "-c", f'exec "$@" {redirected}', "sh", *program]
        columns, lines = size
        self.screen = Screen(columns, lines)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.child = pexpect.spawn(
            program[0],
            program[1:],
            dimensions=(lines, columns),
            timeout=1,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "TERM": "xterm-256color",
                "LANG": "C.UTF-8",
                # The pty gets its size a moment after the program has started.
                "COLUMNS": str(columns),
                "LINES": str(lines),
                **environment,
            },
        )
        self.before = termios.tcgetattr(self.child.fileno())

    def read(self) -> None:
        """Draw what has come."""
        try:
            data: Any = self.child.read_nonblocking(65536, timeout=0.05)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return
        self.raw += data
        self.stream.feed(data)

    @property
    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(self.screen.display)

    def until(self, holds: Callable[[str], object], seconds: float = 60) -> str:
        """Read until the screen shows something."""
        deadline = time.monotonic() + seconds
        while not holds(self.text):
            assert time.monotonic() < deadline, f"not on the screen in time:\n{self.text}"
            self.read()
        return self.text

    def sees(self, *words: str) -> str:
        """Read until all of these are on the screen."""
        return self.until(lambda text: all(word in text for word in words))

    def type(self, keys: str) -> None:
        """Press keys."""
        self.child.send(keys)

    def ended(self, seconds: float = 10) -> int:
        """Wait for the end; returns the exit status, negative for a signal."""
        deadline = time.monotonic() + seconds
        while self.child.isalive():
            assert time.monotonic() < deadline, f"it did not end in time:\n{self.text}"
            self.read()
        self.read()
        status, by = self.child.exitstatus, self.child.signalstatus
        return int(status) if status is not None else -int(by or 0)


def restored(terminal: Terminal) -> bool:
    """Whether the alternate screen was left and the cursor shown again."""
    end = terminal.raw.rfind(b"\x1b[?1049l")
    return end > terminal.raw.rfind(b"\x1b[?1049h") and b"\x1b[?25h" in terminal.raw[end - 200 :]


def children(pid: int | None) -> list[int]:
    """The child processes of a process, on Linux."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in listed.read_text().split()]


def wait_until_gone(pid: int, seconds: float = 10) -> None:
    """Wait for the end of a process that is not ours."""
    deadline = time.monotonic() + seconds
    while Path(f"/proc/{pid}").exists() and "Z" not in _state(pid):
        assert time.monotonic() < deadline, f"process {pid} lives on"
        time.sleep(0.02)


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "Z"
