"""Keys typed while a dialog opens: they wait for the dialog, and none reaches what is below it.

A dialog opens in steps: what it shows is read, its module is imported, its widgets are mounted.
Until it can take keys, those that are typed are held. Then they are given to it, as if they had
been typed just now. Where no dialog comes, because there is nothing to show or its content could
not be read, they are dropped: they were not meant for the screen below.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual import events
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen

if TYPE_CHECKING:
    from textual.worker import Worker

_Result = TypeVar("_Result")
_NEVER_HELD = frozenset({"ctrl+c", "ctrl+l", "ctrl+q", "ctrl+z"})
"""Keys of the app itself."""
_SLOW = 1.0
"""Seconds until it is said what the keys wait for."""


class TypeAheadScreen(ModalScreen[_Result]):
    """A dialog that gets its first key, and closes, only once it is complete."""

    TAKES_EARLY_KEYS: ClassVar[bool] = True
    """Whether keys count that were typed before the dialog was on the screen; else only escape
    does."""
    ready = False
    """Whether it can take keys: it is mounted, and what is to have the focus has it."""
    _result_at_once: tuple[_Result | None] | None = None
    """With what it is to close as soon as it is complete."""

    def on_screen_resume(self) -> None:
        if not self.ready:
            early = self.app.held if isinstance(self.app, TypeAheadApp) else 0
            self.call_after_refresh(self._complete, early)

    def _complete(self, early: int) -> None:
        if isinstance(self.app, TypeAheadApp):
            # After the keys that the app has not looked at yet.
            self.app.call_later(self.app.give_keys_to, self, early)
        else:
            self.get_ready()

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
    """What reads the content of a dialog, and then opens it."""
    _held: tuple[events.Key, ...] = ()

    @property
    def opening(self) -> bool:
        """Whether a dialog is about to open."""
        opening = self._opening
        return opening is not None and not (opening.is_finished or opening.is_cancelled)

    @property
    def _holds(self) -> bool:
        screen = self.screen
        return not screen.ready if isinstance(screen, TypeAheadScreen) else self.opening

    def hold_keys(self, opening: Worker[None]) -> None:
        """Hold keys from now on.

        Args:
            opening: What opens the dialog; once it has ended without one, keys are no longer held.
        """
        self._opening, self._held = opening, ()
        self.set_timer(_SLOW, lambda: self._explain(opening))

    def _explain(self, opening: Worker[None]) -> None:
        if self._opening is opening and self.opening:
            self.notify("Still reading what the dialog will show; esc cancels.", markup=False)

    @property
    def held(self) -> int:
        """How many keys are held."""
        return len(self._held)

    async def give_keys_to(self, screen: TypeAheadScreen[Any], early: int) -> None:
        """Give the held keys to a dialog, which is complete now.

        Args:
            screen: The dialog.
            early: How many of them were typed before it was on the screen.
        """
        held, self._held, self._opening = self._held, (), None
        screen.get_ready()
        for number, key in enumerate(held):
            if not screen.is_active:
                return  # a key has closed it
            if number >= early or screen.TAKES_EARLY_KEYS or key.key == "escape":
                await self.on_event(events.Key(key.key, key.character))

    async def on_event(self, event: events.Event) -> None:
        """Hold a key, if it is to be held; Textual calls this with every event.

        That includes a key for which the screen below has no use, although it came first.
        """
        if not isinstance(event, events.Key) or event.key in _NEVER_HELD or not self._holds:
            await super().on_event(event)
            return
        self._held += (event,)
        if event.key == "escape":
            await self._give_up()

    async def _give_up(self) -> None:
        """Open no dialog, unless it is there already: then escape is for it."""
        await asyncio.sleep(0)  # work that has not begun could not clean up after itself
        if self._opening is not None and not isinstance(self.screen, TypeAheadScreen):
            self._opening.cancel()
            self._held = ()
