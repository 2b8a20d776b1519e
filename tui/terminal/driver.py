"""The driver: Textual's own, but what the terminal shows already is not sent again.

A thread sends the difference between what is wanted and what is shown (`tui.terminal.screen_diff`).
While a write waits for a slow line, newer frames only change what is wanted; of frames that are
overtaken nothing is sent, so that keys held down never queue up, and the event loop never waits for
the terminal. `TEXTUAL_DRIVER` is the way back to a driver of Textual's.
"""

from __future__ import annotations

import os
import select
import termios
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TextIO

from textual.drivers.linux_driver import LinuxDriver
from textual.events import Resize
from textual.message import Message

from tui.terminal.screen_diff import ScreenDiff

_PIECE = 4096
"""About so many bytes of a frame are on their way before the next difference is taken."""
_SLICE = 1024
"""Bytes to a write, so that a slow line is told from one that is dead."""
_POP_KEYBOARD = "\x1b[<u"
"""Takes back the keyboard mode that Textual pushes, for it to be pushed again."""
_DEAD = 5.0
"""Seconds in which not a slice goes out when the app leaves, until it leaves without."""


class Writer(threading.Thread):
    """Sends to the terminal what a painting says, and what passes it by."""

    def __init__(self, screen: ScreenDiff, file: TextIO) -> None:
        # With a name by which `iam.runtime.threads.leave` knows that it may be in the middle of a
        # call.
        super().__init__(name="bedrock-tui-output", daemon=True)
        self._screen = screen
        self._fileno = file.fileno()
        self._encoding, self._errors = file.encoding, file.errors or "strict"
        self._awake = threading.Condition()
        self._passed: list[str] = []
        self._work = False
        self._stopping = False
        self._gone = False
        self._written = 0
        self._fault: Exception | None = None
        self._drawing = True

    def write(self, output: str) -> None:
        """Take in what the app writes; at once, whatever the line does."""
        with self._awake:
            passed = self._screen.write(output)
            if passed and not self._gone:
                self._passed.append(passed)
            self._wake()
            fault, self._fault = self._fault, None
        if fault is not None:
            raise fault  # in the app, which can tell of it

    def redraw(self) -> None:
        """Send all of the screen anew."""
        with self._awake:
            self._screen.forget()
            self._wake()

    def resize(self, width: int, height: int) -> None:
        """Have a screen of another size."""
        with self._awake:
            self._screen.resize(width, height)
            self._wake()

    def stop(self, *, comes_back: bool = False) -> None:
        """Send what is left, and end; without it, if the line is dead.

        Args:
            comes_back: The app goes on later, on this terminal.
        """
        with self._awake:
            self._stopping = True
            self._wake()
        written = -1
        while self.is_alive() and written != self._written:
            written = self._written
            self.join(_DEAD)
        if self.is_alive() and not comes_back:
            # Who prints a last word there would wait for ever, too.
            self._gone = True
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._fileno)
            os.close(nowhere)

    def _wake(self) -> None:
        self._work = True
        self._awake.notify()

    def run(self) -> None:
        while not self._gone:
            with self._awake:
                while not self._work:
                    self._awake.wait()
                output = "".join(self._passed) + self._difference()
                self._passed.clear()
                if not output:
                    self._work = False
                    if self._stopping:
                        return
            self._send(output.encode(self._encoding, self._errors))

    def _difference(self) -> str:
        """A piece of what is to be drawn; nothing after a fault, but the terminal is restored."""
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
            except BlockingIOError:  # somebody has set the terminal so
                select.select([], [self._fileno], [], 1)
            except OSError:
                self._gone = True  # the terminal is; a signal says so to the app
            else:
                rest = rest[count:]
                self._written += 1


class OutputDriver(LinuxDriver):
    """Textual's driver with a painting between the app and the terminal."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._screen = ScreenDiff(*super()._get_terminal_size())
        self._writer: Writer | None = None
        self._comes_back = False
        self._suspended = False
        self._starting = False
        self._modes: list[str] = []
        """What Textual wrote when it took the terminal."""
        self._attributes: list[Any] | None = None
        """Those of the terminal once Textual had taken it."""

    def write(self, data: str) -> None:
        if self._starting:
            self._modes.append(data)
        if self._writer is not None:
            self._writer.write(data)

    def redraw(self) -> None:
        """Send all of the screen anew: something else wrote on the terminal."""
        if self._writer is not None:
            self._writer.redraw()

    def start_application_mode(self) -> None:
        if self._writer is None or not self._writer.is_alive():
            assert self._file is not None  # tui.cli has looked
            self._writer = Writer(self._screen, self._file)
            self._writer.start()
        self._modes.clear()
        self._starting = True
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._starting = False
        # Textual starts nothing while the app is in the background; it is suspended until it has.
        self._suspended = self._suspended and not self._reads_keys
        with suppress(termios.error):
            self._attributes = termios.tcgetattr(self.fileno)

    def suspend_application_mode(self) -> None:
        self._suspended = self._comes_back = True
        try:
            super().suspend_application_mode()
        finally:
            self._comes_back = False

    def close(self) -> None:
        if self._writer is not None:
            self._writer.stop(comes_back=self._comes_back)
        super().close()

    # Of another size, in the background, and back. What a signal asks for waits for the event loop:
    # it may come in the middle of a frame that is being taken in.

    def _get_terminal_size(self) -> tuple[int, int]:
        """Tell the size; Textual asks at the start, and whenever it has changed."""
        size = super()._get_terminal_size()
        self._loop.call_soon_threadsafe(self._resize, *size)
        return size

    def process_message(self, message: Message) -> None:
        if isinstance(message, Resize):  # told by the terminal itself
            self._resize(*message.size)
        super().process_message(message)

    def _resize(self, width: int, height: int) -> None:
        if self._writer is not None:
            self._writer.resize(width, height)

    @property
    def _reads_keys(self) -> bool:
        return self._key_thread is not None and self._key_thread.is_alive()

    def _sigtstp_application(self, *_: object) -> None:
        self._in_turn(self._stop)

    def _sigcont_application(self, *_: object) -> None:
        self._in_turn(self._go_on)

    def _stop(self) -> None:
        """Suspend the app; a second signal that came before the first was obeyed asks no more."""
        if not (self._auto_restart and self._suspended):
            super()._sigtstp_application()

    def _go_on(self) -> None:
        """Take the terminal again.

        SIGCONT also comes where no SIGTSTP came before: after SIGSTOP, which no program can catch,
        or because somebody sent it. The thread that reads the keys then still does; a second one
        would take keys from it, and keep the app from ending. Before the app has the terminal, and
        after it has left it, there is nothing to do.
        """
        if self._suspended:
            super()._sigcont_application()
        elif self._auto_restart and self._reads_keys:
            self._set_modes_again()

    def _set_modes_again(self) -> None:
        """Set the terminal as it was: a shell may have had it meanwhile."""
        if self._attributes is not None:
            with suppress(termios.error):  # the terminal is gone; a signal says so to the app
                # In the background this stops the process, which then has written nothing.
                termios.tcsetattr(self.fileno, termios.TCSANOW, self._attributes)
        self.write("".join((_POP_KEYBOARD, *self._modes)))

    def _in_turn(self, handle: Callable[[], None]) -> None:
        if self._auto_restart:
            self._loop.call_soon_threadsafe(handle)
        else:
            handle()  # the loop waits for a program that has the terminal for a while
