"""Credentials of one account: nothing is signed with those of another.

Credentials change while the program runs: a `credential_process`, an SSO session, a role or an
instance gives new ones before the old ones end, and nothing says that they belong to the same
account. So the object that botocore takes its keys from, whenever it signs a request, is one of
these. It hands out a new key only after AWS has said which account the key belongs to.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from botocore.credentials import Credentials, ReadOnlyCredentials

from iam.errors import AwsError

Ask = Callable[[ReadOnlyCredentials], str]
"""Asks AWS for the ID of the account that a key belongs to; blocking."""


class BoundCredentials(Credentials):
    """Credentials that stay with one account. Used by several threads."""

    def __init__(
        self,
        source: Credentials,
        ask: Ask,
        account: str | None = None,
        checked: ReadOnlyCredentials | None = None,
    ) -> None:
        """Wrap credentials.

        Args:
            source: Where keys come from; it renews them by itself.
            ask: Asks AWS whose a key is.
            account: The ID of the account, if it is known already.
            checked: A key that is known to belong to that account.
        """
        super().__init__("", "", method=source.method)
        self.source = source
        self._ask = ask
        self._account = account
        self._key = checked
        self._lock = threading.RLock()

    @property
    def account(self) -> str | None:
        """The account's ID; None until `bind` was called."""
        return self._account

    def bind(self, account: str) -> None:
        """Stay with this account from now on: it is the one of the key in use.

        Raises:
            AwsError: They are bound to another account.
        """
        with self._lock:
            if self._account not in (None, account):
                raise wrong_account(account, str(self._account))
            self._account = account

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        """The key to sign the next request with; botocore calls this for every request.

        Until the account is known it is the first key, whatever the source gives meanwhile: the
        account that is then found out is that of all requests so far.

        Raises:
            AwsError: The source now gives keys of another account, or AWS does not say whose.
        """
        with self._lock:
            if self._account is None:
                if self._key is None:
                    self._key = self.source.get_frozen_credentials()
                return self._key
            key = self.source.get_frozen_credentials()
            if self._key is None or key[:3] != self._key[:3]:  # access key, secret, token
                if (account := self._ask(key)) != self._account:
                    raise wrong_account(account, self._account)
                self._key = key
            return key


def wrong_account(in_force: str, expected: str) -> AwsError:
    """The credentials belong to another account than the one that is worked on.

    Args:
        in_force: The ID of the account that the credentials belong to.
        expected: The ID of the account that a request is meant for.
    """
    return AwsError(
        "WrongAccount",
        f"The credentials now in force are those of account {in_force}, "
        f"and this is for account {expected}.",
        "Press r to read the account of these credentials.",
    )
