"""Where credentials lack an MFA code or a login, ask the operator for it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from iam.errors import AwsError
from tui.session.sign_in import assume_role, begin_sso, finish_sso, lacking

if TYPE_CHECKING:
    from iam.aws.sign_in import Step
    from tui.controllers.view import MainView


class SignInController:
    """Asks for what the credentials of the session lack."""

    def __init__(self, view: MainView) -> None:
        self.view = view
        self.session = view.session

    async def remedy(self, error: BaseException) -> bool:
        """Ask for what an error says is lacking.

        Returns:
            Whether it was given, so that the credentials may work now.
        """
        launch = self.session.launch
        lacks = lacking(error) if launch.source == "live" else None
        if lacks is None or not isinstance(error, AwsError):
            return False
        if lacks == "mfa":
            from tui.dialogs.mfa import MfaDialog

            dialog = MfaDialog(error.sentence, self._assume_role)
            return await self.view.app.push_screen_wait(dialog) or False
        from tui.dialogs.sso import SsoDialog

        login = SsoDialog(error.sentence, partial(begin_sso, launch), finish_sso)
        return await self.view.app.push_screen_wait(login) or False

    async def _assume_role(self, codes: Sequence[str]) -> Step:
        step = await assume_role(self.session.launch, codes)
        if not step.for_all:
            self.session.stay_in_this_process()
        return step

    async def renew(self) -> None:
        """Connect again, in the middle of a change; ask for what is lacking.

        Raises:
            AwsError: The credentials still do not work, or they are now those of another account.
        """
        try:
            await self.session.renew()
        except AwsError as error:
            if not await self.remedy(error):
                raise
            await self.session.renew()
