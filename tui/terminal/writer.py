"""A thread that sends the screen to the terminal.

It sends the difference between what is wanted and what is shown (`tui.terminal.screen_diff`). While
a write waits for a slow line, newer frames only change what is wanted; frames that are overtaken
are never sent. So keys held down never queue up, and the event loop never waits for the terminal.
"""

from __future__ import annotations

import os
import select
import threading
from typing import TextIO

from tui.terminal.screen_diff import ScreenDiff

_PIECE = 4096
"""About this many bytes of a frame are sent before the next difference is taken."""
_SLICE = 1024
"""Bytes per write, small enough to tell a slow line from a dead one."""
_DEAD = 5.0
"""When the app leaves: seconds without a slice sent until it leaves anyway."""


class Writer(threading.Thread):
    """Sends the differences of a screen to the terminal, and what the app writes besides."""

    def __init__(self, screen: ScreenDiff, file: TextIO) -> None:
        # By this name `iam.runtime.threads.leave` knows that it may be in the middle of a call.
        super().__init__(name="bedrock-tui-output", daemon=True)
        self._screen = screen
        self._fileno = file.fileno()
        self._encoding, self._errors = file.encoding, file.errors or "strict"
        self._changed = threading.Condition()
        self._passed_on: list[str] = []
        self._has_work = False
        self._stopping = False
        self._gone = False
        self._written = 0
        self._fault: Exception | None = None
        self._drawing = True

    def write(self, output: str) -> None:
        """Accept what the app writes, without waiting for the line."""
        with self._changed:
            passed_on = self._screen.write(output)
            if passed_on and not self._gone:
                self._passed_on.append(passed_on)
            self._wake()
            fault, self._fault = self._fault, None
        if fault is not None:
            raise fault  # in the app, which can report it

    def redraw(self) -> None:
        """Send the whole screen again."""
        with self._changed:
            self._screen.forget()
            self._wake()

    def resize(self, width: int, height: int) -> None:
        """Change the size of the screen."""
        with self._changed:
            self._screen.resize(width, height)
            self._wake()

    def stop(self, *, comes_back: bool = False) -> None:
        """Send what is left and end; if the line is dead, end without sending it.

        Args:
            comes_back: The app resumes later on this terminal.
        """
        with self._changed:
            self._stopping = True
            self._wake()
        written = -1
        while self.is_alive() and written != self._written:
            written = self._written
            self.join(_DEAD)
        if self.is_alive() and not comes_back:
            # Whatever else prints there would wait for ever, too.
            self._gone = True
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._fileno)
            os.close(nowhere)

    def _wake(self) -> None:
        self._has_work = True
        self._changed.notify()

    def run(self) -> None:
        while not self._gone:
            with self._changed:
                while not self._has_work:
                    self._changed.wait()
                output = "".join(self._passed_on) + self._difference()
                self._passed_on.clear()
                if not output:
                    self._has_work = False
                    if self._stopping:
                        return
            self._send(output.encode(self._encoding, self._errors))

    def _difference(self) -> str:
        """A piece of what is to be drawn; after a fault, nothing: the terminal is only restored."""
        try:
            return self._screen.difference(_PIECE) if self._drawing else ""
        except Exception as error:
            self._fault, self._drawing = error, False
            return ""

    def _send(self, output: bytes) -> None:
        rest = memoryview(output)
        while rest and not self._gone:
            try:
                count = os.write(self._fileno, rest[:_SLICE])
            except BlockingIOError:  # another program has made the terminal non-blocking
                select.select([], [self._fileno], [], 1)
            except OSError:
                self._gone = True  # no terminal any more; the app gets a signal
            else:
                rest = rest[count:]
                self._written += 1
