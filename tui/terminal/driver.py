"""The driver: Textual's own, but only what differs from what the terminal shows is sent.

`tui.terminal.writer` sends it. Setting `TEXTUAL_DRIVER` brings back a driver of Textual's.
"""

from __future__ import annotations

import asyncio
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from textual.events import Resize
from textual.message import Message

from tui.terminal.screen_diff import ScreenDiff
from tui.terminal.textual_private import HookedDriver
from tui.terminal.writer import Writer

_POP_KEYBOARD = "\x1b[<u"
"""Undoes the keyboard mode that Textual pushes, so that it can be pushed again."""


class OutputDriver(HookedDriver):
    """Textual's driver with a `ScreenDiff` between the app and the terminal."""

    def __init__(self, *args: Any, **more: Any) -> None:
        # Before Textual sets the handlers of the signals, which need both.
        self._event_loop = asyncio.get_running_loop()
        self._restarts = True
        """SIGTSTP and SIGCONT suspend and resume the app, unless a program has the terminal."""
        super().__init__(*args, **more)
        self._screen = ScreenDiff(*self.terminal_size())
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
        """Send the whole screen again: something else wrote on the terminal."""
        if self._writer is not None:
            self._writer.redraw()

    def start_application_mode(self) -> None:
        if self._writer is None or not self._writer.is_alive():
            assert sys.__stderr__ is not None  # tui.cli has checked; Textual draws there, too
            self._writer = Writer(self._screen, sys.__stderr__)
            self._writer.start()
        self._modes.clear()
        self._starting = True
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._starting = False
        # In the background Textual starts nothing; then the app stays suspended.
        self._suspended = self._suspended and not self.reads_keys
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

    @contextmanager
    def no_automatic_restart(self) -> Iterator[None]:
        """While a program has the terminal, SIGTSTP and SIGCONT are that program's."""
        restarts, self._restarts = self._restarts, False
        try:
            with super().no_automatic_restart():
                yield
        finally:
            self._restarts = restarts

    # Resized, suspended and resumed. What a signal asks for waits for the event loop, because it
    # may come in the middle of a frame that is being read.

    def size_read(self, width: int, height: int) -> None:
        self._event_loop.call_soon_threadsafe(self._resize, width, height)

    def process_message(self, message: Message) -> None:
        if isinstance(message, Resize):  # reported by the terminal itself
            self._resize(*message.size)
        super().process_message(message)

    def _resize(self, width: int, height: int) -> None:
        if self._writer is not None:
            self._writer.resize(width, height)

    def suspend_requested(self) -> None:
        self._in_turn(self._suspend)

    def resume_requested(self) -> None:
        self._in_turn(self._resume)

    def _suspend(self) -> None:
        """Suspend the app; a second signal that comes before the first was obeyed is ignored."""
        if not (self._restarts and self._suspended):
            self.suspend()

    def _resume(self) -> None:
        """Take the terminal again.

        SIGCONT also comes where no SIGTSTP came before: after SIGSTOP, which no program can catch,
        or because somebody sent it. The thread that reads the keys then still runs; a second one
        would take keys from it, and keep the app from ending. Before the app has taken the
        terminal, and after it has left it, there is nothing to do.
        """
        if self._suspended:
            self.resume()
        elif self._restarts and self.reads_keys:
            self._set_modes_again()

    def _set_modes_again(self) -> None:
        """Set the modes of the terminal again: a shell may have changed them meanwhile."""
        if self._attributes is not None:
            with suppress(termios.error):  # no terminal any more; the app gets a signal
                # In the background this stops the process before it has written anything.
                termios.tcsetattr(self.fileno, termios.TCSANOW, self._attributes)
        self.write("".join((_POP_KEYBOARD, *self._modes)))

    def _in_turn(self, handle: Callable[[], None]) -> None:
        if self._restarts:
            self._event_loop.call_soon_threadsafe(handle)
        else:
            handle()  # the loop waits for the program that has the terminal
