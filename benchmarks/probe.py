"""Run a program in a pty and record when its bytes arrive, to measure what an operator sees.

Times are those of `time.monotonic`, which all processes share on Linux. Bytes are read and timed
only while one of the methods waits; pyte draws them only when a screen is requested.
"""

from __future__ import annotations

import fcntl
import os
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

ROOT = Path(__file__).parents[1]
_CHUNK = 1 << 16
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
}
HELLO = """
from textual.app import App
from textual.widgets import Footer, Header, Static


class Hello(App):
    def compose(self):
        yield Header()
        yield Static("Hello, world")
        yield Footer()


Hello().run()
"""
"""A Textual hello-world, for comparison."""


class Came(NamedTuple):
    """Bytes that arrived together."""

    at: float
    data: bytes


class Ended(Exception):
    """The program ended, or the time was up, before the expected bytes arrived."""


class Probe:
    """A program in a pty. Use it as a context manager: the program ends with it."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        size: tuple[int, int] = (120, 36),
    ) -> None:
        """Start a program.

        Args:
            command: A program, by its path, and what it is given.
            environment: All of its environment; `plain_environment` makes one.
            size: Columns and lines, which the pty has before the program looks at it.
        """
        self.size = size
        self.came: list[Came] = []
        self.raw = bytearray()
        """Everything that has arrived so far."""
        self._sent = 0
        """How many bytes had arrived when the last keys were sent."""
        self.status: int | None = None
        """How it ended: the exit status, negative for a signal; None while it runs."""
        self._drawn: tuple[Any, Any, int] | None = None
        """A pyte screen, its stream, and the number of bytes it has received."""
        columns, lines = size
        packed = struct.pack("HHHH", lines, columns, 0, 0)
        self.began = time.monotonic()
        self.pid, self._fd = os.forkpty()
        if self.pid == 0:
            try:
                fcntl.ioctl(0, termios.TIOCSWINSZ, packed)
                os.chdir(ROOT)
                os.execve(command[0], list(command), dict(environment))
            finally:
                os._exit(127)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.status is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self._reap()
        os.close(self._fd)

    def send(self, keys: bytes) -> float:
        """Press keys and return the time. Later waits are for bytes after them."""
        while self._read(0):
            pass
        self._sent = len(self.raw)
        now = time.monotonic()
        os.write(self._fd, keys)
        return now

    def until(self, *texts: bytes, seconds: float = 60) -> float:
        """Wait until all of these have arrived since the last keys.

        Returns:
            The time at which the last of them was complete.

        Raises:
            Ended: They did not arrive.
        """
        deadline = time.monotonic() + seconds
        while not all(self.raw.find(text, self._sent) >= 0 for text in texts):
            if not self._read(deadline - time.monotonic()):
                raise Ended(f"{texts!r} did not come; the screen:\n{self.screen()}")
        return self.came[-1].at

    def answer(self, seconds: float = 60) -> float:
        """Wait for the first byte after the last keys; returns the time of its arrival."""
        if len(self.raw) == self._sent and not self._read(seconds):
            raise Ended("no answer came")
        return self.since_keys()[0].at

    def quiet(self, silence: float = 0.5, seconds: float = 60) -> float:
        """Wait until something has arrived since the last keys, and then nothing for a while.

        Returns:
            The time of the last byte.

        Raises:
            Ended: Nothing arrived, or it did not stop.
        """
        deadline = time.monotonic() + seconds
        self.answer(seconds)
        while self._read(silence):
            if time.monotonic() > deadline:
                raise Ended("it did not fall quiet")
        return self.came[-1].at

    def since_keys(self) -> list[Came]:
        """What has arrived since the last keys."""
        found: list[Came] = []
        left = len(self.raw) - self._sent
        for came in reversed(self.came):
            if left <= 0:
                break
            found.append(came)
            left -= len(came.data)
        return found[::-1]

    @property
    def count(self) -> int:
        """The number of bytes that have arrived since the last keys."""
        return len(self.raw) - self._sent

    def screen(self) -> str:
        """The screen that the bytes so far have drawn."""
        import pyte

        screen = pyte.Screen(*self.size)
        pyte.ByteStream(screen).feed(bytes(self.raw))
        return "\n".join(screen.display)

    def shows(self, holds: Callable[[str], object], seconds: float = 120) -> float:
        """Wait until the screen shows something.

        Returns:
            The time of the bytes that completed it.

        Raises:
            Ended: It did not appear.
        """
        import pyte

        if self._drawn is None:
            screen = pyte.Screen(*self.size)
            self._drawn = screen, pyte.ByteStream(screen), 0
        deadline = time.monotonic() + seconds
        while True:
            screen, stream, fed = self._drawn
            stream.feed(bytes(self.raw[fed:]))
            self._drawn = screen, stream, len(self.raw)
            text = "\n".join(screen.display)
            if holds(text):
                return self.came[-1].at
            if not self._read(deadline - time.monotonic()):
                raise Ended(f"it did not come; the screen:\n{text}")

    def when(self, holds: Callable[[str], object]) -> float:
        """The time at which the screen first showed something, found afterwards.

        Drawing while the program runs would take processor time from it.

        Raises:
            Ended: It never appeared.
        """
        import pyte

        screen = pyte.Screen(*self.size)
        stream = pyte.ByteStream(screen)
        for came in self.came:
            stream.feed(came.data)
            if holds("\n".join(screen.display)):
                return came.at
        raise Ended("it did not come")

    def ended(self, seconds: float = 30) -> int:
        """Read to the end of the program; returns its exit status, negative for a signal."""
        deadline = time.monotonic() + seconds
        while self.status is None:
            if not self._read(min(0.05, deadline - time.monotonic())):
                self._reap(os.WNOHANG)
            if time.monotonic() > deadline:
                raise Ended("it does not end")
        while self._read(0):
            pass
        return self.status

    def _read(self, seconds: float) -> bool:
        """Read what arrives within some time; returns whether anything did."""
        if not select.select([self._fd], [], [], max(0.0, seconds))[0]:
            return False
        try:
            data = os.read(self._fd, _CHUNK)
        except OSError:  # Linux's way to say that nobody holds the other end
            return False
        if data:
            self.came.append(Came(time.monotonic(), data))
            self.raw += data
        return bool(data)

    def _reap(self, how: int = 0) -> None:
        pid, status = os.waitpid(self.pid, how)
        if pid:
            self.status = os.waitstatus_to_exitcode(status)


def lateness(beats: Path, after: float, until: float) -> list[float]:
    """The delays of the app's heartbeat between two times, in milliseconds, sorted."""
    told = (map(float, line.split()) for line in beats.read_text().splitlines())
    return sorted(late for at, late in told if after < at <= until)


def plain_environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of an operator who has set nothing.

    Args:
        home: An empty directory.
        more: What is set besides.
    """
    foreign = ("AWS_", "TEXTUAL", "XDG_", "BEDROCK_", "PYTHON", "LC_", "COV_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    for name in ("COLUMNS", "LINES", "NO_COLOR", "COLORTERM", "TMUX", "TERM_PROGRAM"):
        kept.pop(name, None)
    return {**kept, "HOME": str(home), "TERM": "xterm-256color", "LANG": "C.UTF-8", **more}
