"""Read an account once: whose it is, its pages as they arrive, the policy that is managed.

`AccountReader` does it in this process. `ReaderProcess` (`tui/session/reader_process.py`) has the
same methods and leaves the work to another process, which also evaluates everybody. The heavy
imports (boto3, pydantic) happen in a thread when the reader opens, so that no frame waits for them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from iam.runtime.threads import import_for, in_thread
from tui.options import Launch

if TYPE_CHECKING:
    from iam.account.model import Account
    from iam.account.organization_file import OrganizationFile
    from iam.aws.access_key import AccessKey
    from iam.aws.client import Aws
    from iam.aws.connect import Settings
    from iam.aws.identity import Identity
    from iam.aws.managed_policy import Managed


class OpenedAccount(NamedTuple):
    """Whose account it is and how it was reached, known before it has been read."""

    account_id: str
    """Of a file with several accounts, `2 accounts`."""
    alias: str | None
    caller: str | None
    region: str | None
    profile: str | None
    file: str | None = None
    """The snapshot and its date; None for an account at AWS."""
    endpoint: str = ""
    """The host that requests go to, where it is not one of AWS's own."""
    keys: AccessKey | None = None
    """The credentials, where another process has found them."""


class AccountReader:
    """Reads an account in this process; belongs to one event loop."""

    def __init__(self, launch: Launch, read_before: Account | None = None) -> None:
        """Prepare it.

        Args:
            launch: What the operator asked for; its endpoint is that of the embedded account for
                the demo.
            read_before: The account, for a source that can be read only once.
        """
        self.launch = launch
        self.expected: int | None = None
        """How many principals there are, before all of them have been read; None if unknown."""
        self.aws: Aws | None = None
        """The connection; None for an account from a file."""
        self._account = read_before
        self._identity: Identity | None = None
        self._organization: OrganizationFile | None = None

    async def open(self) -> OpenedAccount:
        """Connect, and find out whose account it is.

        Raises:
            AwsError, SnapshotError: In words; each is one sentence for the operator.
        """
        if self.launch.organization is not None:
            await in_thread(self._read_organization, self.launch.organization)
        if self.launch.snapshot is not None:
            return await self._open_snapshot(self.launch.snapshot)
        self.aws = aws = await in_thread(connect_to, self.launch)
        from iam.aws.endpoint import foreign_host
        from iam.aws.identity import identify

        # What parses the pages is imported while the answer is on its way.
        identifying = asyncio.create_task(identify(aws))
        try:
            await in_thread(import_for, "aws.load_account", "aws.managed_policy")
            self._identity = identity = await identifying
        finally:
            identifying.cancel()
        return OpenedAccount(
            account_id=identity.account,
            alias=identity.alias,
            caller=identity.caller,
            region=aws.region,
            endpoint="" if self.launch.demo else foreign_host(aws.endpoints),
            profile=None if aws.profile in ("demo", "default") else aws.profile,
        )

    async def _open_snapshot(self, path: str) -> OpenedAccount:
        def read() -> tuple[Account, str]:
            from iam.account.snapshot import described, read_snapshot

            import_for("aws.managed_policy")
            # Standard input can be read only once; its account is kept for a reload.
            if path == "-" and self._account is not None:
                return self._account, described(path)
            limit, saved = self.launch.snapshot_limit, self.launch.organization is None
            return read_snapshot(path, limit, organization=saved), described(path)

        account, file = await in_thread(read)
        self._account = account
        return OpenedAccount(account.label, account.alias, None, None, None, file)

    async def load(
        self, on_page: Callable[[Account], None] | None = None
    ) -> tuple[Account, Managed]:
        """Read the account, and the policy that is managed.

        Args:
            on_page: Called with what is new, whenever more of the account has been read.

        Raises:
            AwsError: Nothing could be read at all, or the policy does not exist.
            SnapshotError: The organization's file does not hold the account.
        """
        from iam.aws.managed_policy import likeliest, managed_policy

        aws, identity, ref = self.aws, self._identity, self.launch.policy
        if aws is None or identity is None:
            assert self._account is not None, "open() comes first"
            account = await in_thread(self._with_organization, self._account)
            return account, await managed_policy(None, ref, account)
        from iam.account.model import Account
        from iam.aws.identity import count_principals
        from iam.aws.load_account import load_account

        async def count() -> None:
            self.expected = await count_principals(aws)

        counting = asyncio.create_task(count())
        empty = Account(id=identity.account, partition=identity.partition)
        fetching = asyncio.create_task(likeliest(aws, ref, empty))
        try:
            account = await load_account(aws, identity, on_page)
            managed = await managed_policy(aws, ref, account, await fetching)
        finally:
            counting.cancel()
            fetching.cancel()
            await asyncio.gather(counting, fetching, return_exceptions=True)
        if managed.source == "live":
            # Verdicts and previews use the document that is in force now.
            account = account.with_policy(managed.policy)
        return await in_thread(self._with_organization, account), managed

    def _with_organization(self, account: Account) -> Account:
        """Add the organization from the file that the operator gave, if any; blocking."""
        if self._organization is None:
            return account
        from iam.account.organization_file import with_organization

        return with_organization(account, self._organization)

    def _read_organization(self, path: str) -> None:
        """Read that file, before anything else: what is wrong with it need not wait; blocking."""
        from iam.account.organization_file import read_organization

        self._organization = read_organization(path, self.launch.snapshot_limit)

    def close(self) -> None:
        """Nothing is left open; for the same interface as `ReaderProcess`."""


def connect_to(launch: Launch, keys: AccessKey | None = None) -> Aws:
    """Make the connection that the operator asked for; blocking.

    Args:
        launch: What the operator asked for; its endpoint is that of the embedded account for the
            demo.
        keys: The credentials, where they have been found already.

    Raises:
        AwsError: The configuration is wrong, or there are no credentials.
    """
    from iam.aws.connect import connect

    return connect(settings_of(launch), keys)


def settings_of(launch: Launch) -> Settings:
    """What a connection takes from a launch; it imports boto3."""
    from iam.aws.connect import Settings

    return Settings(
        profile=launch.profile,
        region=launch.region,
        endpoint_url=launch.endpoint_url,
        read_only=not launch.writable,
        demo=launch.demo,
    )
