"""A session with one account: read it, evaluate it, change it.

It knows no widget and no screen. The account is read by a reader
(`tui/session/account_reader.py`), in this process or, for the app, in a process of its own. The app
and `audit` both use this class, so that they cannot differ.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from iam.runtime.gc_control import no_garbage
from iam.runtime.threads import in_thread
from tui.options import Launch
from tui.session.account_reader import AccountReader, OpenedAccount
from tui.session.api_keys import read_api_keys
from tui.session.cached_account import CachedAccount
from tui.session.change_planner import ChangePlanner
from tui.session.change_service import ChangeService
from tui.session.evaluation import audit_all, evaluate_all, evaluator_for, evaluator_of, unread_in
from tui.session.last_use import LastUse
from tui.session.models import Models
from tui.session.organization import put_above, read_organization
from tui.session.reader_process import ReaderProcess
from tui.session.readers import Readers
from tui.session.simulator import Simulator
from tui.session.state import SessionState

if TYPE_CHECKING:
    from iam.account.model import Account
    from iam.account.unread import Unread
    from iam.reports.audit import Audit, Watch
    from iam.verdicts.evaluator import Evaluator
    from iam.versions.list_versions import VersionList
    from tui.session.evaluation import Evaluated
    from tui.session.version_comparison import Compared

_Part = TypeVar("_Part")


class Session(SessionState):
    """The account that the operator works on; belongs to one event loop."""

    def __init__(
        self,
        launch: Launch,
        started: ReaderProcess | None = None,
        *,
        other_process: bool = False,
    ) -> None:
        """Prepare it.

        Args:
            launch: What the operator asked for.
            started: The first reader, if it has been started.
            other_process: Whether large accounts are read in another process, so that the event
                loop is free for the operator.
        """
        super().__init__(launch)
        self.cache = CachedAccount(self)
        self.models = Models(self)
        self.planner = ChangePlanner(self, self.models)
        self.changes = ChangeService(self)
        self.simulator = Simulator(self)
        self.last_use = LastUse(self)
        self._readers = Readers(self._with_endpoint, started, other_process=other_process)
        self._evaluating: ReaderProcess | None = None
        """The process that has read the account and is now evaluating it."""
        self._versions: VersionList | None = None
        self._read_at: datetime | None = None
        """When the account on the screen was read; None if it is the cached one."""
        self.outdated = False
        """The account on the screen is older than the last attempt to read it, which failed."""

    @property
    def expected(self) -> int | None:
        """How many principals there are, before all of them have been read; None if unknown."""
        reader = self._readers.current
        return reader.expected if reader else None

    @property
    def stale_since(self) -> datetime | None:
        """When the account on the screen was read, where it could not be read again; else None."""
        return self._read_at if self.outdated else self.cache.stale

    @property
    def age(self) -> str:
        """How old the account on the screen is, where it could not be read again; else empty."""
        if (since := self.stale_since) is None:
            return ""
        from iam.cache.store import age

        return age(since, datetime.now(UTC))

    async def open(self) -> OpenedAccount:
        """Start reading, and find out whose account it is.

        Raises:
            AwsError, DemoError, SnapshotError, ReaderError: In words; each is one sentence for the
                operator.
        """
        self._evaluating = None
        reader, opened = await self._readers.open(self.launch, self.account)
        # Up to here the connection is that of the account on the screen, if there is one.
        self._opened, self._connecting = opened, None
        self._aws = reader.aws if isinstance(reader, AccountReader) else None
        return opened

    async def load(self, on_page: Callable[[Account], None] | None = None) -> None:
        """Read the account and the managed policy; sets `account`, `managed` and `evaluator`.

        Args:
            on_page: Called with what is new, whenever more of the account has been read.

        Raises:
            AwsError, ReaderError: Nothing could be read at all, or the policy does not exist.
        """
        reader = self._readers.current
        assert reader is not None, "open() comes first"
        with no_garbage():
            account, managed = await reader.load(on_page)
            self.evaluator = await in_thread(
                evaluator_for,
                managed.policy,
                account.partition,
                self.launch.action,
                self.launch.resource,
            )
        if self.account is not None and self.account.id == account.id:
            # Until the organization has been read again, what was read before counts.
            organizations = account.organizations or self.account.organizations
            account = replace(account, organizations=organizations)
            if account.api_keys.status == "unasked":
                account = replace(account, api_keys=self.account.api_keys)
        account = self.last_use.carried_over(account, managed.policy.arn)
        self.account, self.managed, self._versions = account, managed, None
        self._read_at, self.outdated, self.cache.stale = datetime.now(UTC), False, None
        self.awaits_organization = self.asks_for_organization and not account.organizations
        # The other process knows no organization but that of a file.
        knows_all = not self.asks_for_organization or not account.organizations
        self._evaluating = reader if isinstance(reader, ReaderProcess) and knows_all else None
        self.changes.reloaded(account)
        self.models.forget()

    @property
    def asks_for_organization(self) -> bool:
        """Whether AWS is asked for the organization, because no file can hold it."""
        return self.launch.snapshot is None and self.launch.organization is None

    async def load_organization(self) -> bool:
        """Read from AWS what an organization puts above the account.

        Returns:
            Whether it was asked for, so that everybody has to be evaluated again. False for an
            account from a file, and where the operator gave a file with the organization.
        """
        account = self.account
        try:
            return self.asks_for_organization and await self._complete(read_organization, put_above)
        except asyncio.CancelledError:
            account = None  # another load has begun, and reads it
            raise
        finally:
            if account is not None and self.account is not None and account.id == self.account.id:
                self.awaits_organization = False

    async def load_api_keys(self) -> bool:
        """Read the account's Bedrock API keys from AWS.

        Returns:
            Whether they were asked for. False for an account from a file.
        """
        asked = self.launch.snapshot is None and await self._complete(
            read_api_keys, lambda account, keys: replace(account, api_keys=keys)
        )
        if asked and self.account is not None:
            self.changes.keys_reloaded(self.account.api_keys)
        return asked

    async def _complete(
        self,
        read: Callable[[SessionState, Account], Awaitable[_Part | None]],
        put: Callable[[Account, _Part], Account],
    ) -> bool:
        """Read a part of the account that comes after it; returns whether AWS was asked."""
        account = self.account
        if account is None or account.id is None:
            return False
        part = await read(self, account)
        if part is None or self.account is None or self.account.id != account.id:
            return False  # no connection, or another account has been read meanwhile
        self.account = put(self.account, part)
        return True

    async def evaluated(self, evaluator: Evaluator) -> AsyncIterator[Evaluated]:
        """Evaluate all users, roles and groups, some at a time."""
        account, own, _ = self.read
        if evaluator is own and self._evaluating is not None:
            async for some in self._evaluating.evaluated():
                yield self.last_use.put_into(some)
        else:
            async for some in evaluate_all(evaluator, account):
                yield self.last_use.put_into(some)

    async def unread(self, evaluated: Evaluated) -> tuple[Unread, ...]:
        """All that could not be read or understood, once everybody has been evaluated."""
        account, own, _ = self.read
        process, self._evaluating = self._evaluating, None
        if process is not None and process.unread is not None:
            return (*process.unread, *account.use_unread)
        return await unread_in(account, own, evaluated)

    async def who_can(self, question: str) -> Evaluator | None:
        """An evaluator of one action, maybe on one resource; None if there is no such one."""
        account, _, managed = self.read
        where = account.partition, account.id or "*"
        return await in_thread(evaluator_of, managed.policy, *where, question)

    async def manage(self, policy: str) -> None:
        """Audit, attach and detach another managed policy from now on.

        Args:
            policy: Its name or ARN.

        Raises:
            AwsError: There is no such policy, or its document cannot be read; the managed policy is
                still the one of before.
        """
        from iam.aws.managed_policy import managed_policy

        account, _, _ = self.read
        aws = await self.connection_to(account)
        managed = await managed_policy(aws, policy, account)
        evaluator = await in_thread(evaluator_for, managed.policy, account.partition)
        if managed.source == "live" and self.account is not None:
            # Not `account`: the organization may have been read meanwhile.
            self.account = self.account.with_policy(managed.policy)
        if self.account is not None:
            self.account = self.last_use.carried_over(self.account, managed.policy.arn)
        self.launch = replace(self.launch, policy=policy)
        self.managed, self.evaluator = managed, evaluator
        self._versions = self._evaluating = None

    async def compare_versions(self, pair: tuple[int, int] | None = None) -> Compared:
        """Compare two versions of the managed policy.

        Args:
            pair: Indices of the older and the newer one, as listed before; None lists the versions
                again and takes the two that are usually of interest.

        Raises:
            AwsError: The versions could not be listed.
        """
        from tui.session.version_comparison import compare

        compared = await compare(self, self.models, self._versions, pair)
        self._versions = compared.versions
        return compared

    async def audit(self, asked: Evaluator | None = None, watch: Watch = iter) -> Audit:
        """Evaluate the whole account.

        Args:
            asked: The evaluator of a single action; None evaluates the whole policy.
            watch: Follows the progress, in a thread; what it raises ends the audit.
        """
        account, own, _ = self.read
        caller = self.caller or None
        return await audit_all(asked or own, account, self.launch.source, caller, watch)

    def stay_in_this_process(self) -> None:
        """Read the account in this process: another one would not find the credentials."""
        self._readers.other_process = False

    def successor(self, launch: Launch) -> Session:
        """A new session for other credentials.

        It takes over only which changes AWS has confirmed a moment ago, or has not, by the ARNs of
        users, roles and groups: its account may be the same one, and a load may not show them yet.
        """
        session = Session(launch, other_process=self._readers.other_process)
        session.confirmed, session.unconfirmed = self.confirmed, set(self.unconfirmed)
        return session

    def close(self) -> None:
        """End the other processes, if there are any, and close the connection to AWS."""
        self._readers.close()
        self._evaluating = None
        if self._aws is not None:
            self._aws.close()
        self.changes.close()
        if self._demo is not None:
            self._demo.stop()
            self._demo = None
