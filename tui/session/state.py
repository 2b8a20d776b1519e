"""What the reading and the writing half of a session share: the account, who asks, the connection.

Everything that is sent to AWS after an account has been read takes its connection from here, which
makes sure that it is the connection to the account on the screen.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from iam.aws.confirmed import Confirmed
from iam.runtime.threads import in_thread
from tui.options import Launch
from tui.session.account_reader import OpenedAccount, connect_to
from tui.session.pending import Pending

if TYPE_CHECKING:
    from iam.account.model import Account, Entity
    from iam.aws.access_key import AccessKey
    from iam.aws.client import Aws
    from iam.aws.managed_policy import Managed
    from iam.demo.launcher import DemoServer
    from iam.verdicts.evaluator import Evaluator


class SessionState:
    """An account that has been read, and the connection to it; belongs to one event loop."""

    def __init__(self, launch: Launch) -> None:
        """Start without an account.

        Args:
            launch: What the operator asked for.
        """
        self.launch = launch
        self.account: Account | None = None
        """As far as it has been read."""
        self.managed: Managed | None = None
        self.evaluator: Evaluator | None = None
        """For everything that the managed policy grants."""
        self.confirmed = Confirmed()
        """The changes that AWS confirmed a moment ago."""
        self.unconfirmed: set[str] = set()
        """The ARNs of users, roles and groups whose last change AWS has not confirmed, or did not
        show in the last load; the next load decides."""
        self.organization_pending = Pending()
        self.awaits_organization = False
        """It has never been read: a verdict may still lose what it grants."""
        self.keys_pending = Pending()
        self._opened: OpenedAccount | None = None
        self._aws: Aws | None = None
        self._connecting: asyncio.Task[Aws] | None = None
        self._demo: DemoServer | None = None

    @property
    def read(self) -> tuple[Account, Evaluator, Managed]:
        """The account, its evaluator and the managed policy, once they have been read."""
        assert self.account is not None and self.evaluator is not None and self.managed is not None
        return self.account, self.evaluator, self.managed

    @property
    def caller(self) -> str:
        """The ARN of the operator's identity; empty for an account from a file."""
        return (self._opened.caller if self._opened else None) or ""

    @property
    def region(self) -> str:
        """The region that requests are sent to; empty for an account from a file."""
        return (self._opened.region if self._opened else None) or ""

    def in_doubt(self, entity: Entity) -> bool:
        """Whether AWS has not confirmed the last change to an entity, or to one of its groups."""
        if not self.unconfirmed:
            return False
        arns = {entity.arn}
        if self.account is not None:
            groups = (self.account.group_of(entity, name) for name in entity.groups)
            arns.update(group.arn for group in groups if group is not None)
        return bool(self.unconfirmed & arns)

    async def answers_known(self) -> None:
        """Wait until nothing that is being read can change a verdict, as long as that takes."""
        if self.awaits_organization:
            await self.organization_pending.wait()

    async def connection(self) -> Aws | None:
        """The connection that was opened last; None for an account from a file.

        Where another process reads the account, it is made when it is first asked for: its imports
        are heavy.

        Raises:
            AwsError: Connecting failed.
        """
        opened = self._opened
        if self._aws is None and opened is not None and opened.file is None:
            if self._connecting is None or self._connecting.done():
                connect = in_thread(self._connect, opened.keys)
                self._connecting = asyncio.create_task(connect)
            # Others may wait for it, too.
            aws = await asyncio.shield(self._connecting)
            if opened is not self._opened:  # the account has been read again meanwhile
                return await self.connection()
            self._aws = aws
        return self._aws

    async def connection_to(self, account: Account, *, required: bool = True) -> Aws | None:
        """The connection, if it is the one to this account.

        Args:
            account: The account that has been read.
            required: Whether a connection to another account is an error.

        Returns:
            The connection; None for an account from a file, and, unless it is required, where the
            credentials are those of another account.

        Raises:
            AwsError: Connecting failed, or it is required and the credentials are those of another
                account.
        """
        aws = await self.connection()
        if aws is not None and not required and aws.credentials.account != account.id:
            return None
        if aws is not None:
            aws.require(account.id)
        return aws

    async def renew(self) -> None:
        """Connect again, once the operator has renewed the credentials.

        Raises:
            AwsError: They still do not work, or they are now those of another account.
        """
        await self._reconnect(self.launch)

    async def change_region(self, region: str) -> None:
        """Connect in another region.

        Raises:
            AwsError: The region is not one of the account's partition, or AWS cannot be reached
                there; the connection is still the one of before.
        """
        await self._reconnect(replace(self.launch, region=region))

    async def _reconnect(self, launch: Launch) -> None:
        from iam.aws.identity import identify

        assert self.account is not None and self._opened is not None
        aws = await in_thread(self._connect, None, launch)
        identity = await identify(aws)
        aws.require(self.account.id)
        self._opened = self._opened._replace(caller=identity.caller, region=aws.region)
        self.launch, self._aws = launch, aws

    def _connect(self, keys: AccessKey | None = None, launch: Launch | None = None) -> Aws:
        return connect_to(self._with_endpoint(launch or self.launch), keys)

    def _with_endpoint(self, launch: Launch) -> Launch:
        """The launch, with the endpoint of the embedded account, which is started for it."""
        if not launch.demo:
            return launch
        from iam.demo.launcher import start_demo

        if self._demo is None:
            self._demo = start_demo()
        return replace(launch, endpoint_url=self._demo.endpoint_url)
