"""One reading of an account, from whose it is to everybody's verdicts, told as it comes.

`Survey` does all of it in this process. `RemoteSurvey` of `tui/remote_survey.py` has the same
methods and leaves the work to a process of its own. The heavy imports (boto3, pydantic) happen in a
thread when the survey opens, so that no frame waits for them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from iam.heap import no_garbage
from iam.threads import in_thread
from tui.launch import Launch

if TYPE_CHECKING:
    from iam.account import Account, Holder, Unread
    from iam.client import Aws
    from iam.identity import Identity
    from iam.judge import Judge
    from iam.keys import Keys
    from iam.managed import Managed
    from iam.result import PrincipalResult, Summary

    Judged = Sequence[tuple[Holder, Summary | PrincipalResult]]
    """Some of those whom a managed policy can be attached to, with what they may do."""

_AT_ONCE = 500
"""Principals that are judged before others are shown."""


class Open(NamedTuple):
    """What is known once it is clear whose account it is, before it has been read."""

    account_id: str
    alias: str | None
    caller: str | None
    region: str | None
    profile: str | None
    file: str | None = None
    """Of a snapshot: which, and of when."""
    keys: Keys | None = None
    """The credentials, where another process has found them for this one."""


class Survey:
    """Reads an account and judges it, in this process; belongs to one event loop."""

    def __init__(self, launch: Launch, known: Account | None = None) -> None:
        """Prepare it.

        Args:
            launch: What the operator asked for; its endpoint is that of the embedded account, if
                it is to be that.
            known: What was read before, for a source that can be read once only.
        """
        self.launch = launch
        self.expected: int | None = None
        """How many principals there are, before all of them have been read; None if unknown."""
        self.aws: Aws | None = None
        """The connection; None for an account from a file."""
        self._account = known
        self._identity: Identity | None = None

    async def open(self) -> Open:
        """Connect, and learn whose account it is.

        Raises:
            AwsError, SnapshotError: In words; each is one sentence for the operator.
        """
        if self.launch.snapshot is not None:
            return await self._open_snapshot(self.launch.snapshot)
        self.aws = aws = await in_thread(connect_to, self.launch)
        from iam.identity import identify

        # What parses the pages is imported while the answer is on its way.
        identifying = asyncio.create_task(identify(aws))
        try:
            await in_thread(import_for, "load", "managed")
            self._identity = identity = await identifying
        finally:
            identifying.cancel()
        return Open(
            account_id=identity.account,
            alias=identity.alias,
            caller=identity.caller,
            region=aws.region,
            profile=None if aws.profile in ("demo", "default") else aws.profile,
        )

    async def _open_snapshot(self, path: str) -> Open:
        def read() -> tuple[Account, str]:
            from iam.snapshot import described, read_snapshot

            import_for("managed")
            # Standard input can be read once only; what was read is kept for a reload.
            if path == "-" and self._account is not None:
                return self._account, described(path)
            return read_snapshot(path), described(path)

        account, file = await in_thread(read)
        self._account = account
        return Open(account.id, account.alias, None, None, None, file)

    async def load(
        self, on_page: Callable[[Account], None] | None = None
    ) -> tuple[Account, Managed]:
        """Read the account, and the policy that is managed.

        Args:
            on_page: Called with what is new, whenever more of the account has been read.

        Raises:
            AwsError: Nothing could be read at all, or the policy does not exist.
        """
        from iam.managed import likeliest, managed_policy

        aws, identity, ref = self.aws, self._identity, self.launch.policy
        if aws is None or identity is None:
            assert self._account is not None, "open() comes first"
            return self._account, await managed_policy(None, ref, self._account)
        from iam.account import Account
        from iam.identity import count_principals
        from iam.load import load_account

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

    def close(self) -> None:
        """Nothing of it is left behind."""


def connect_to(launch: Launch, keys: Keys | None = None) -> Aws:
    """Make the connection that the operator asked for; blocking.

    Args:
        launch: For the account; its endpoint is that of the embedded one, if it is to be that.
        keys: The credentials, where they have been found.

    Raises:
        AwsError: The configuration is wrong, or there are no credentials.
    """
    from iam.client import Settings, connect

    settings = Settings(
        profile=launch.profile,
        region=launch.region,
        endpoint_url=launch.endpoint_url,
        read_only=not launch.writable,
        demo=launch.demo,
    )
    return connect(settings, keys)


def judge_for(launch: Launch, managed: Managed, partition: str) -> Judge:
    """The judge that the operator asked for: of all that the policy grants, or of one action."""
    import_for("judge", "hidden", "audit")
    from iam.catalogue import catalogue
    from iam.judge import Judge

    known = catalogue()
    only = known.find(launch.action) if launch.action else None
    return Judge(managed.policy, known, partition, only)


async def judge_all(judge: Judge, account: Account) -> AsyncIterator[Judged]:
    """Judge all users, roles and groups of an account, some at a time."""
    holders = account.holders
    with no_garbage():
        for start in range(0, len(holders), _AT_ONCE):
            yield await judge_these(judge, account, holders[start : start + _AT_ONCE])


async def judge_these(judge: Judge, account: Account, holders: Sequence[Holder]) -> Judged:
    """Judge some in a thread: in sums, but of a single action with the reasons."""
    judged = judge.result if judge.only else judge.summary
    return await in_thread(lambda: [(holder, judged(account, holder)) for holder in holders])


async def unread_in(account: Account, judge: Judge, judged: Judged) -> tuple[Unread, ...]:
    """All of an account that could not be read or understood.

    Args:
        account: As far as it could be read.
        judge: Of all that the managed policy grants.
        judged: All of the account, be it by another judge.
    """

    def look() -> tuple[Unread, ...]:
        from iam.audit import uncertain_results, unread_of
        from iam.result import PrincipalResult, Summary

        known = [(h, one) for h, one in judged if h.type != "group"]
        results = [(p, r) for p, r in known if isinstance(r, PrincipalResult)]
        summed = [(p, s) for p, s in known if isinstance(s, Summary)]
        results += uncertain_results(account, judge, summed)
        return unread_of(account, judge.managed, results)

    return await in_thread(look)


def import_for(*names: str) -> None:
    """Import what reading and judging need, pydantic with it, in the thread that asks for it.

    The event loop imports it too, where it is used; it would be away for 200 ms and more if it were
    the first to do so.
    """
    for name in names:
        import_module(f"iam.{name}")
