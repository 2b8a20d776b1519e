"""Keys typed while a dialog opens: they wait for the dialog, and none reaches what is below it.

A dialog opens in steps: what it shows is read, its module is imported, its widgets are mounted.
Until it can take keys, those that are typed are held. Then they are given to it, as if they had
been typed just now. Where no dialog comes, because there is nothing to show or its content could
not be read, they are dropped: they were not meant for the screen below.

Work may open several dialogs, one after the other. Keys typed in between are held, too, until the
next one is there, or until it is certain that none follows. Then they are for the screen below, as
the last dialog had left it when they were typed. The command palette is such work as well: it
closes first, and then what was chosen is done.
"""

from __future__ import annotations

import asyncio
from math import inf
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual import events
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.worker import Worker

_Result = TypeVar("_Result")
_NEVER_HELD = frozenset({"ctrl+c", "ctrl+l", "ctrl+q", "ctrl+z"})
"""Keys of the app itself."""
_SLOW = 1.0
"""Seconds until it is said what the keys wait for."""


class TypeAheadScreen(ModalScreen[_Result]):
    """A dialog that gets its first key, and closes, only once it is complete."""

    TAKES_EARLY_KEYS: ClassVar[bool] = True
    """Whether keys count that were typed before the dialog was on the screen, or while another
    one was on top of it; else only escape does."""
    _since = inf
    """When it came to the top."""
    ready = False
    """Whether it can take keys: it is mounted, and what is to have the focus has it."""
    _result_at_once: tuple[_Result | None] | None = None
    """With what it is to close as soon as it is complete."""

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        self._since = event.time
        if not self.ready:
            self.call_after_refresh(self._complete)

    def _complete(self) -> None:
        if isinstance(self.app, TypeAheadApp):
            # After the keys that the app has not looked at yet.
            self.app.call_later(self.app.give_keys_to, self)
        else:
            self.get_ready()

    def takes(self, key: events.Key) -> bool:
        """Whether a key counts: it may have been typed for what was on the screen before."""
        return self.TAKES_EARLY_KEYS or key.key == "escape" or key.time >= self._since

    def get_ready(self) -> None:
        """Take keys from now on."""
        self.ready = True
        if self._result_at_once is not None:
            self.dismiss(*self._result_at_once)

    def dismiss(self, result: _Result | None = None) -> AwaitComplete:
        """Close with a result, once the dialog is complete: it could not be mounted any more."""
        if self.ready:
            return super().dismiss(result)
        self._result_at_once = (result,)
        return AwaitComplete()


class TypeAheadApp(App[_Result]):
    """An app that holds keys for the dialog that is about to open."""

    _opening: Worker[None] | None = None
    """The work that opens dialogs, until none follows."""
    _opened = False
    """It has opened one already."""
    _held: tuple[events.Key, ...] = ()
    _choosing = False
    """The command palette has closed, and what was chosen in it has not been done yet."""
    _returning = False
    """Held keys are about to be given to the screen below."""
    _left: Screen[Any] | None = None
    """A screen that another one replaces in a moment."""

    @property
    def opening(self) -> bool:
        """Whether a dialog is about to open."""
        opening = self._opening
        ended = opening is None or opening.is_finished or opening.is_cancelled
        return not ended and not isinstance(self.screen, ModalScreen)

    @property
    def _holds(self) -> bool:
        screen = self.screen
        if isinstance(screen, TypeAheadScreen):
            return not screen.ready
        return self._choosing or self._returning or self.opening

    def hold_keys(self, opening: Worker[None]) -> None:
        """Hold keys from now on, until `release_keys`.

        Args:
            opening: What opens the dialog.
        """
        if not self._holds:
            self._held = ()  # those of work that was cancelled before it began
        self._opening, self._opened = opening, False
        self.set_timer(_SLOW, lambda: self._explain(opening))

    def _explain(self, opening: Worker[None]) -> None:
        if self._opening is opening and self.opening and not self._opened:
            self.notify("Still reading what the dialog will show; esc cancels.", markup=False)

    def release_keys(self, opening: Worker[None] | None = None) -> None:
        """Hold keys no longer: no dialog follows.

        Args:
            opening: The work that has ended, unless other work opens a dialog meanwhile; any, by
                default.
        """
        if self._opening is None or opening not in (None, self._opening):
            return
        self._opening = None
        if self._opened:
            self._return_keys()
        else:
            self._held = ()

    def drop_keys(self, left: Screen[Any] | None) -> None:
        """Take no more keys for a screen that another one replaces in a moment.

        Args:
            left: The screen; None once it has been replaced.
        """
        self._left, self._held = left, ()

    def hold_for_choice(self) -> None:
        """Hold keys while the command palette closes, until what was chosen in it is done."""
        self._choosing = True
        # Textual calls what was chosen next, and that may take the keys.
        self.call_later(self.call_later, self._chosen)

    def _chosen(self) -> None:
        self._choosing = False
        if not self._holds:
            self._return_keys()

    def _return_keys(self) -> None:
        self._returning = True
        self.call_later(self._give_back)  # after the keys that the app has not looked at yet

    async def _give_back(self) -> None:
        held, self._held, self._returning = self._held, (), False
        for key in held:
            await self.on_event(_again(key))

    async def give_keys_to(self, screen: TypeAheadScreen[Any]) -> None:
        """Give the held keys to a dialog, which is complete now."""
        held, self._held, self._opened = self._held, (), True
        screen.get_ready()
        for key in held:
            if not screen.is_active:
                return  # a key has closed it
            await self.on_event(_again(key))

    async def on_event(self, event: events.Event) -> None:
        """Hold a key, if it is to be held; Textual calls this with every event.

        Textual brings a key back here that a widget has no use for, and looks it up among the keys
        of the screen that is on top by then. It may not have been typed for that one.
        """
        if not isinstance(event, events.Key) or event.key in _NEVER_HELD:
            await super().on_event(event)
            return
        screen = self.screen
        if screen is self._left:
            return
        if self._holds:
            self._held += (event,)
            if event.key == "escape":
                await self._give_up()
        elif not isinstance(screen, TypeAheadScreen) or screen.takes(event):
            await super().on_event(event)

    async def _give_up(self) -> None:
        """Open no dialog, unless one is there already, or was: then escape is for the next one."""
        await asyncio.sleep(0)  # work that has not begun could not clean up after itself
        if self._opening is not None and self.opening and not self._opened:
            self._opening.cancel()
            self._held = ()


def _again(key: events.Key) -> events.Key:
    """The same key, typed when it was, for Textual to look at it anew."""
    again = events.Key(key.key, key.character)
    again.time = key.time
    return again
