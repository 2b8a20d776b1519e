"""Credentials bound to one account: no request is signed with those of another.

Credentials change while the program runs: a `credential_process`, an SSO session, a role or an
instance provides new ones before the old ones expire, and nothing guarantees that they belong to
the same account. botocore asks a `BoundCredentials` for the key whenever it signs a request; it
returns a new key only after AWS has confirmed the account of that key.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from botocore.credentials import Credentials, ReadOnlyCredentials

from iam.errors import AwsError

Ask = Callable[[ReadOnlyCredentials], str]
"""Asks AWS for the ID of the account that a key belongs to; blocking."""


class BoundCredentials(Credentials):
    """Credentials of one account only; thread-safe."""

    def __init__(
        self,
        source: Credentials,
        ask: Ask,
        account: str | None = None,
        checked: ReadOnlyCredentials | None = None,
    ) -> None:
        """Wrap credentials.

        Args:
            source: Provides the keys and renews them.
            ask: Asks AWS for the account of a key.
            account: The ID of the account, if it is known already.
            checked: A key that is known to belong to that account.
        """
        super().__init__("", "", method=source.method)
        self.source = source
        self._ask = ask
        self._account = account
        self._key = checked
        self._refusal: AwsError | None = None
        self._lock = threading.RLock()

    @property
    def account(self) -> str | None:
        """The account's ID; None until `bind` was called."""
        return self._account

    def bind(self, account: str) -> None:
        """Bind the credentials to the account of the key in use.

        Raises:
            AwsError: They are bound to another account.
        """
        with self._lock:
            if self._account not in (None, account):
                raise wrong_account(account, str(self._account))
            self._account = account

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        """Return the key to sign with; botocore calls this for every request.

        Until `bind` is called it is always the first key, even if the source has a newer one: the
        account is then the same for all requests sent so far.

        Raises:
            AwsError: The source now provides keys of another account, or AWS does not say which.
        """
        with self._lock:
            if self._account is None:
                if self._key is None:
                    self._key = self._current()
                return self._key
            key = self._current()
            if self._key is None or key[:3] != self._key[:3]:  # access key, secret, token
                if (account := self._ask(key)) != self._account:
                    raise wrong_account(account, self._account)
                self._key = key
            return key

    def _current(self) -> ReadOnlyCredentials:
        """Return the key of the source; where it lacks an MFA code, always with the same error.

        botocore asks for the code only once, and calls are sent at the same time.
        """
        if self._refusal is not None:
            raise self._refusal
        try:
            return self.source.get_frozen_credentials()
        except AwsError as error:
            if error.code == "MfaRequired":
                self._refusal = error
            raise


def wrong_account(current: str, expected: str) -> AwsError:
    """Make the error for credentials that belong to another account.

    Args:
        current: The ID of the account that the credentials belong to.
        expected: The ID of the account that a request is meant for.
    """
    return AwsError(
        "WrongAccount",
        f"The current credentials belong to account {current}, and this is for account {expected}.",
        f"Use credentials of {expected} again, or press r on the main screen to load {current}.",
    )
