"""Load the account, in the background, and then do what could wait for it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from iam.runtime import gc_control
from iam.runtime.threads import in_thread
from tui.controllers.notices import load_failure, missing_principals

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui.controllers.account import AccountController
    from tui.controllers.api_keys import ApiKeysController
    from tui.controllers.details import DetailsController
    from tui.controllers.last_use import LastUseController
    from tui.controllers.organization import OrganizationController
    from tui.controllers.recovery import RecoveryController
    from tui.controllers.sign_in import SignInController
    from tui.controllers.view import MainView

_WARM_UP = 0.3
"""Seconds between the account on the screen and work that can wait for it."""
_DIALOGS = (
    "tui.dialogs.review",
    "tui.dialogs.batch_progress",
    "tui.dialogs.help",
    "tui.dialogs.history",
)
"""The dialogs that are opened most."""


class LoadController:
    """Loads the account at the start and at a reload."""

    def __init__(
        self,
        view: MainView,
        account: AccountController,
        last_use: LastUseController,
        organization: OrganizationController,
        details: DetailsController,
        recovery: RecoveryController,
        sign_in: SignInController,
        api_keys: ApiKeysController,
    ) -> None:
        self.view = view
        self.account = account
        self.last_use = last_use
        self.organization = organization
        self.details = details
        self.recovery = recovery
        self.sign_in = sign_in
        self.api_keys = api_keys
        self._warming_up: Timer | None = None
        self._warm = False
        """What could wait until the account was on the screen has been begun."""

    def begin(self) -> None:
        """Read the account; at once, so that the next key cannot act on it as it was."""
        self.view.loaded = False
        self.view.run_in_background(self._load, "read")

    async def _load(self) -> None:
        """Connect, read, evaluate; errors are shown on the screen."""
        view = self.view
        view.loaded = False
        if self._warming_up is not None:
            self._warming_up.stop()
        self.recovery.stop_waiting()
        view.refresh_bindings()
        view.show_notice(None)
        failure: Exception | None = None
        try:
            await self.account.read()
            gaps = [unread for unread in self.account.evaluation.unread if unread.hides]
            view.show_notice(missing_principals(gaps) if gaps else None)
            self.details.follow()
            self.organization.expect()
            # At once, because verdicts may depend on it.
            view.run_in_background(self._read_organization, "organization")
            self.api_keys.expect()
            self._warm = False
        except Exception as error:
            view.log.error(repr(error))
            self.api_keys.give_up()
            failure = error
            self.details.follow()
        if view.loaded and not self._warm:
            self._warming_up = view.set_timer(_WARM_UP, self._warm_up)
        # Skipped where another load has cancelled this one, which then does it.
        gc_control.settle()
        self.account.evaluation.discard_pending()
        waits = view.loaded and view.session.awaits_organization
        view.show_progress("reading the organization …" if waits else "")
        view.refresh_bindings()
        if failure is not None:
            await self._fail(failure)

    async def _fail(self, error: Exception) -> None:
        """Ask for what the credentials lack and load again, or say why there is no account."""
        if await self.sign_in.remedy(error):
            self.begin()
        else:
            session = self.view.session
            live, shows_old = session.launch.source == "live", bool(session.age)
            self.view.show_notice(load_failure(error, live=live, shows_old=shows_old))

    async def _read_organization(self) -> None:
        """Read what is above the account; no error there is one of the account."""
        try:
            await self.organization.read()
        except Exception as error:
            if self.view.is_attached:  # else the app has ended meanwhile
                self.view.toast_error(error)
        self.details.follow()
        self.view.show_progress("")
        await self._keep()

    async def _keep(self) -> None:
        """Write the account to the cache, if that is wanted, with what it was read for since."""
        try:
            await self.last_use.recall()
            await self.account.cached_table.keep()
        except Exception as error:
            self.view.toast_error(error)

    def _warm_up(self) -> None:
        """Do what can wait until the account is on the screen."""
        self._warm = True
        self.view.prepare_filter()
        self.view.run_in_background(self.api_keys.read, "api keys")
        self.recovery.begin()
        self.view.run_in_background(self._import_dialogs, "warm up")

    async def _import_dialogs(self) -> None:
        """Import, in a thread, what the first dialog would keep the event loop waiting for."""
        for name in _DIALOGS:
            await in_thread(import_module, name)
