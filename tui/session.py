"""One session with an account: connect, read, judge, change. No widget and no screen is known here.

The heavy imports (boto3, pydantic) happen in a thread when the session opens, so that the first
frame does not wait for them. The app and `audit` both go through this, so that they cannot
differ.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from iam.heap import no_garbage
from iam.threads import in_thread
from tui.changes import Changes
from tui.launch import Launch

if TYPE_CHECKING:
    from iam.account import Account
    from iam.audit import Audit
    from iam.cache import Kept
    from iam.client import Aws
    from iam.demo import DemoServer
    from iam.drift import Drift
    from iam.errors import AwsError
    from iam.holders import Holders
    from iam.judge import Judge
    from iam.load import Identity
    from iam.managed import Managed
    from iam.versions import Versions


class Open(NamedTuple):
    """What is known once the session is open, before the account has been read."""

    account_id: str
    alias: str | None
    caller: str | None
    region: str | None
    profile: str | None
    file: str | None = None
    """Of a snapshot: which, and of when."""


class Compared(NamedTuple):
    """The managed policy with its versions, two of them compared."""

    account_id: str
    managed: Managed
    holders: Holders
    versions: Versions
    pair: tuple[int, int] | None
    """Places of the older and the newer one; None if there are not two."""
    drift: Drift | None
    """None if a document of the two could not be read."""


class Session:
    """The account that the operator works on; belongs to one event loop."""

    def __init__(self, launch: Launch) -> None:
        self.launch = launch
        self.account: Account | None = None
        """As far as it has been read."""
        self.expected: int | None = None
        """How many principals there are, before all of them have been read; None if unknown."""
        self.managed: Managed | None = None
        self.judge: Judge | None = None
        self.stale: datetime | None = None
        """Of when the account is, while it is the one of another day; None if it is AWS's own."""
        self.aws: Aws | None = None
        """The connection; None for an account from a file."""
        self.changes = Changes(self)
        self._demo: DemoServer | None = None
        self._identity: Identity | None = None
        self._versions: Versions | None = None
        self._recalled = False

    @property
    def read(self) -> tuple[Account, Judge, Managed]:
        """What `load` has set."""
        assert self.account is not None and self.judge is not None and self.managed is not None
        return self.account, self.judge, self.managed

    @property
    def caller(self) -> str:
        """The ARN of who asks AWS; empty if nobody does."""
        return (self._identity.caller if self._identity else None) or ""

    async def open(self) -> Open:
        """Connect, and learn whose account it is.

        Raises:
            AwsError, DemoError, SnapshotError: In words; each is one sentence for the operator.
        """
        if self.launch.snapshot is not None:
            return await self._open_snapshot(self.launch.snapshot)
        self.aws = await in_thread(self._connect)
        from iam.load import identify

        self._identity = identity = await identify(self.aws)
        return Open(
            account_id=identity.account,
            alias=identity.alias,
            caller=identity.caller,
            region=self.aws.region,
            profile=None if self.aws.profile in ("demo", "default") else self.aws.profile,
        )

    async def recall(self) -> Open | None:
        """Take up the account as it was kept on another day; `open` and `load` then read it anew.

        Raises:
            CacheError: There is a file, and it is not to be used.
        """
        if not self._keeps or self._recalled:
            return None
        self._recalled = True
        with no_garbage():
            kept = await in_thread(self._read_cache)
            if kept is None:
                return None
            from iam.errors import AwsError
            from iam.managed import managed_policy

            try:
                managed = await managed_policy(None, self.launch.policy, kept.account)
            except AwsError:
                return None  # AWS may know this policy; what was kept does not
            self.judge = await in_thread(self._make_judge, managed, kept.account.partition)
        self.account, self.managed, self.stale = kept.account, managed, kept.saved_at
        return Open(kept.account.id, kept.account.alias, None, None, None)

    def forget(self) -> None:
        """Forget the account of another day: it is not the one of these credentials."""
        self.account = self.managed = self.judge = self.stale = None

    async def keep(self) -> None:
        """Keep the account for another day, if that is asked for.

        Raises:
            CacheError: It could not be written.
        """
        account, launch = self.account, self.launch
        if self._keeps and account is not None and self.stale is None:
            from iam.cache import keep, path_for

            path = path_for(launch.profile, launch.endpoint_url)
            await in_thread(keep, path, account, datetime.now(UTC))

    def _read_cache(self) -> Kept | None:
        from iam.cache import path_for, recall

        _import_for("managed")
        return recall(path_for(self.launch.profile, self.launch.endpoint_url))

    @property
    def _keeps(self) -> bool:
        return self.launch.cache and self.launch.source == "live"

    @property
    def age(self) -> str:
        """How old the account is, while it is one of another day; else empty."""
        if self.stale is None:
            return ""
        from iam.cache import age

        return age(self.stale, datetime.now(UTC))

    def _connect(self) -> Aws:
        from iam.client import Settings, connect

        _import_for("load", "managed")

        endpoint = self.launch.endpoint_url
        if self.launch.demo:
            from iam.demo import start_demo

            if self._demo is None:
                self._demo = start_demo()
            endpoint = self._demo.endpoint_url
        return connect(
            Settings(
                profile=self.launch.profile,
                region=self.launch.region,
                endpoint_url=endpoint,
                read_only=not self.launch.writable,
                demo=self.launch.demo,
            )
        )

    async def _open_snapshot(self, path: str) -> Open:
        def read() -> tuple[Account, str]:
            from iam.snapshot import described, read_snapshot

            _import_for("managed")
            # Standard input can be read once only; what was read is kept for a reload.
            if path == "-" and self.account is not None:
                return self.account, described(path)
            return read_snapshot(path), described(path)

        account, file = await in_thread(read)
        self.account = account
        return Open(account.id, account.alias, None, None, None, file)

    async def load(self, on_page: Callable[[Account], None] | None = None) -> None:
        """Read the account and the managed policy; sets `account`, `managed` and `judge`.

        Args:
            on_page: Called with what is new, whenever more of the account has been read.

        Raises:
            AwsError: Nothing could be read at all, or the policy does not exist.
        """
        with no_garbage():
            account, managed = await self._read(on_page)
            self.judge = await in_thread(self._make_judge, managed, account.partition)
        self.account, self.managed, self._versions = account, managed, None
        self.stale = None
        self.changes.unconfirmed.clear()

    async def _read(self, on_page: Callable[[Account], None] | None) -> tuple[Account, Managed]:
        from iam.managed import likeliest, managed_policy

        aws, identity, ref = self.aws, self._identity, self.launch.policy
        if aws is None or identity is None:
            assert self.account is not None, "open() comes first"
            return self.account, await managed_policy(None, ref, self.account)
        from iam.account import Account
        from iam.load import count_principals, load_account

        async def count() -> None:
            self.expected = await count_principals(aws)

        counting = asyncio.create_task(count())
        empty = Account(id=identity.account, partition=identity.partition)
        looking = asyncio.create_task(likeliest(aws, ref, empty))
        try:
            account = await load_account(aws, identity, on_page)
            managed = await managed_policy(aws, ref, account, await looking)
        finally:
            counting.cancel()
            looking.cancel()
            await asyncio.gather(counting, looking, return_exceptions=True)
        if managed.source == "live":
            # What is attached is judged, and a change previewed, by the document now in force.
            account = account.with_policy(managed.policy)
        return account, managed

    def _make_judge(self, managed: Managed, partition: str) -> Judge:
        _import_for("judge", "hidden", "audit")
        from iam.catalogue import catalogue
        from iam.judge import Judge

        known = catalogue()
        only = known.find(self.launch.action) if self.launch.action else None
        return Judge(managed.policy, known, partition, only)

    async def who_can(self, action: str) -> Judge | None:
        """A judge of one action; None if there is no such concrete action."""

        def make() -> Judge | None:
            from iam.catalogue import catalogue
            from iam.judge import Judge

            only = catalogue().find(action)
            assert self.account is not None and self.managed is not None
            if only is None:
                return None
            return Judge(self.managed.policy, catalogue(), self.account.partition, only)

        return await in_thread(make)

    async def compare_versions(self, pair: tuple[int, int] | None = None) -> Compared:
        """Compare two versions of the managed policy.

        Args:
            pair: Places of the older and the newer one, as listed before; None lists the versions
                anew and takes the two that are of most interest.
        """
        from iam.versions import list_versions, read_documents

        account, managed = self.account, self.managed
        assert account is not None and managed is not None
        versions = self._versions
        if versions is None or pair is None:
            versions = await list_versions(self.aws, managed)
            pair = versions.usual
        if pair is not None:
            versions = await read_documents(self.aws, managed, versions, pair)
        self._versions = versions

        def look() -> Compared:
            from iam.catalogue import catalogue
            from iam.document import Document
            from iam.drift import compare
            from iam.holders import holders_of

            drift = None
            older, newer = (versions.all[i].document for i in pair) if pair else (None, None)
            if isinstance(older, Document) and isinstance(newer, Document):
                drift = compare(older, newer, catalogue(), account.partition)
            holders = holders_of(account, managed.policy.arn)
            return Compared(account.id, managed, holders, versions, pair, drift)

        return await in_thread(look)

    async def audit(self) -> Audit:
        """Judge the whole account."""
        account, judge = self.account, self.judge
        assert account is not None and judge is not None
        caller = self._identity.caller if self._identity else None

        def take() -> Audit:
            from iam.audit import take_audit

            return take_audit(
                account,
                judge,
                now=datetime.now(UTC),
                source=self.launch.source,
                caller=caller,
            )

        return await in_thread(take)

    async def renew(self) -> None:
        """Connect anew, once the operator has renewed the credentials.

        Raises:
            AwsError: They still do not work, or they are now those of another account.
        """
        from iam.load import identify

        aws = await in_thread(self._connect)
        identity = await identify(aws)
        assert self.account is not None
        if (
            wrong := _wrong_account(self.account.id, self.account.id, identity.account)
        ) is not None:
            raise wrong
        self._identity, self.aws = identity, aws

    def wrong_account(self, arn_or_id: str) -> AwsError | None:
        """Why a change must not be sent with the credentials in force; None if it may."""
        assert self.account is not None and self._identity is not None
        owner = arn_or_id.split(":")[4] if ":" in arn_or_id else arn_or_id
        return _wrong_account(owner, self.account.id, self._identity.account)

    def close(self) -> None:
        """End the embedded account, if there is one."""
        self.changes.close()
        if self._demo is not None:
            self._demo.stop()
            self._demo = None


def _import_for(*names: str) -> None:
    """Import what reading and judging need, pydantic with it, in the thread that asks for it.

    The event loop imports it too, where it is used; it would be away for 200 ms and more if it were
    the first to do so.
    """
    for name in names:
        import_module(f"iam.{name}")


def _wrong_account(owner: str, read: str, in_force: str) -> AwsError | None:
    from iam.errors import AwsError

    if {owner, read} == {in_force}:
        return None
    return AwsError(
        "WrongAccount",
        f"The credentials now in force are those of account {in_force}, "
        f"and the change is for account {owner}.",
        "Press r to read the account of these credentials.",
    )
