"""Every private name of Textual that the app uses, and no other module uses any.

Textual may change them in any release; `make test-newest` tells. What breaks without each:

- `App._fatal_error` (overridden), `App._exit_renderables`, `App._close_messages_no_wait`: a fault
  in the program would print a traceback with the values of variables, secrets among them, in place
  of one sentence.
- `App._notifications`: the same notification would be shown several times at once.
- `App._driver`: ctrl+l could not have the driver send the whole screen again.
- `LinuxDriver._get_terminal_size` (overridden): after a resize of the window, the first frame would
  be compared with a screen of the old size.
- `LinuxDriver._sigtstp_application`, `LinuxDriver._sigcont_application` (overridden): a signal
  would suspend or resume the app in the middle of a frame, and SIGCONT without SIGTSTP would start
  a second thread that reads keys.
- `LinuxDriver._key_thread`: whether keys are read would not be known, with the same result.

`LinuxDriver` itself is public, though not documented.
"""

from __future__ import annotations

import sys

from rich.text import Text
from textual.app import App
from textual.driver import Driver


class HookedApp(App[int]):
    """An app with public hooks where Textual has private ones."""

    def fault_sentence(self) -> str:
        """What to print when a fault in the program ends the app."""
        raise NotImplementedError

    def _fatal_error(self) -> None:
        self._exit_renderables.append(Text(self.fault_sentence()))
        self._close_messages_no_wait()

    def is_notifying(self, title: str, message: str) -> bool:
        """Whether this notification is on the screen."""
        return any((n.title, n.message) == (title, message) for n in self._notifications)

    @property
    def terminal_driver(self) -> Driver | None:
        """The driver, once the app runs."""
        return self._driver


if sys.platform != "win32":
    from textual.drivers.linux_driver import LinuxDriver

    class HookedDriver(LinuxDriver):
        """A driver with public hooks where Textual has private ones."""

        # The size

        def terminal_size(self) -> tuple[int, int]:
            """The size of the terminal, without a call of the hook."""
            return super()._get_terminal_size()

        def size_read(self, width: int, height: int) -> None:
            """Called when Textual has read the size: at the start and whenever it has changed."""
            raise NotImplementedError

        def _get_terminal_size(self) -> tuple[int, int]:
            size = super()._get_terminal_size()
            self.size_read(*size)
            return size

        # The signals

        def suspend_requested(self) -> None:
            """Called on SIGTSTP, in the signal handler."""
            raise NotImplementedError

        def resume_requested(self) -> None:
            """Called on SIGCONT, in the signal handler."""
            raise NotImplementedError

        def _sigtstp_application(self, *_: object) -> None:
            self.suspend_requested()

        def _sigcont_application(self, *_: object) -> None:
            self.resume_requested()

        def suspend(self) -> None:
            """Do what Textual does on SIGTSTP: leave the terminal and stop the process."""
            super()._sigtstp_application()

        def resume(self) -> None:
            """Do what Textual does on SIGCONT: take the terminal again."""
            super()._sigcont_application()

        @property
        def reads_keys(self) -> bool:
            """Whether the thread that reads the keys runs."""
            return self._key_thread is not None and self._key_thread.is_alive()
