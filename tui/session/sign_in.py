"""What credentials may lack that the operator can give: an MFA code, a login to SSO."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from iam.errors import AwsError
from iam.runtime.threads import in_thread
from tui.session.account_reader import settings_of

if TYPE_CHECKING:
    from iam.aws.sign_in import Step
    from iam.aws.sso_login import SsoLogin, Verification
    from tui.options import Launch

_MFA = frozenset({"MfaRequired", "RefreshWithMFAUnsupported"})
_SSO = frozenset({"SSO", "SSOTokenLoad", "UnauthorizedSSOToken", "NoAuthToken", "TokenRetrieval"})


def lacking(error: BaseException) -> Literal["mfa", "sso"] | None:
    """What the operator has to give after an error; None if that would not help."""
    if not isinstance(error, AwsError):
        return None
    if error.code in _MFA:
        return "mfa"
    return "sso" if error.code in _SSO else None


async def assume_role(launch: Launch, codes: Sequence[str]) -> Step:
    """Assume the role of the profile with MFA codes, for the connections made next.

    Raises:
        AwsError: Something else than a code is wrong; see `iam.aws.sign_in`.
    """

    def assume() -> Step:
        from iam.aws import sign_in

        return sign_in.assume_role(settings_of(launch), codes)

    return await in_thread(assume)


async def begin_sso(launch: Launch) -> tuple[SsoLogin, Verification]:
    """Ask AWS for a code, which the operator confirms in a browser.

    Raises:
        AwsError: In words.
    """

    def begin() -> tuple[SsoLogin, Verification]:
        from iam.aws.sso_login import sso_login

        login = sso_login(launch.profile)
        try:
            return login, login.begin()
        except AwsError:
            login.close()
            raise

    return await in_thread(begin)


async def finish_sso(login: SsoLogin) -> None:
    """Wait until the operator has confirmed; the token is then kept.

    Raises:
        AwsError: The operator declined, or the code has expired.
    """
    try:
        seconds = await in_thread(login.poll)
        while seconds:
            await asyncio.sleep(seconds)
            seconds = await in_thread(login.poll)
    finally:
        login.close()
