"""One session with an account: read it, judge it, change it. No widget and no screen is known here.

The account is read by a survey (`tui/session/account_reader.py`), in this process or, for the app,
in one of its own. The app and `audit` both go through this, so that they cannot differ.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from iam.runtime.gc_control import no_garbage
from iam.runtime.threads import import_for, in_thread
from tui.options import Launch
from tui.session.account_reader import Open, Survey, connect_to
from tui.session.change_service import Changes
from tui.session.evaluation import evaluate_all, evaluator_for, unread_in
from tui.session.reader_process import RemoteSurvey, SurveyError, begin

if TYPE_CHECKING:
    from iam.account.attachments import AttachmentCount
    from iam.account.model import Account, Unread
    from iam.aws.client import Aws
    from iam.aws.keys import Keys
    from iam.aws.managed_policy import Managed
    from iam.cache.store import Kept
    from iam.cache.table_snapshot import Picture
    from iam.demo.launcher import DemoServer
    from iam.reports.audit import Audit
    from iam.verdicts.evaluator import Evaluator
    from iam.versions.access_diff import AccessDiff
    from iam.versions.list_versions import VersionList
    from tui.session.evaluation import Evaluated

_SMALL = 2000
"""Principals; fewer are read anew sooner than a process starts."""


class Compared(NamedTuple):
    """The managed policy with its versions, two of them compared."""

    account_id: str
    managed: Managed
    attached_to: AttachmentCount
    versions: VersionList
    pair: tuple[int, int] | None
    """Places of the older and the newer one; None if there are not two."""
    drift: AccessDiff | None
    """None if a document of the two could not be read."""


class Session:
    """The account that the operator works on; belongs to one event loop."""

    def __init__(
        self, launch: Launch, begun: RemoteSurvey | None = None, *, apart: bool = False
    ) -> None:
        """Prepare it.

        Args:
            launch: What the operator asked for.
            begun: The first survey, if it is under way.
            apart: Whether large accounts are read in another process, so that the event loop is
                free for the operator.
        """
        self.launch = launch
        self.account: Account | None = None
        """As far as it has been read."""
        self.managed: Managed | None = None
        self.evaluator: Evaluator | None = None
        self.stale: datetime | None = None
        """Of when the account is, while it is the one of another day; None if it is AWS's own."""
        self.changes = Changes(self)
        self._apart = apart
        self._begun = begun
        self._survey: Survey | RemoteSurvey | None = begun
        """The last one."""
        self._evaluators: RemoteSurvey | None = None
        """The one that has read the account and is now judging it."""
        self._aws: Aws | None = None
        self._connecting: asyncio.Task[Aws] | None = None
        self._demo: DemoServer | None = None
        self._opened: Open | None = None
        self._versions: VersionList | None = None
        self._recalled = False

    @property
    def expected(self) -> int | None:
        """How many principals there are, before all of them have been read; None if unknown."""
        return self._survey.expected if self._survey else None

    @property
    def read(self) -> tuple[Account, Evaluator, Managed]:
        """What `load` has set."""
        assert self.account is not None and self.evaluator is not None and self.managed is not None
        return self.account, self.evaluator, self.managed

    @property
    def caller(self) -> str:
        """The ARN of who asks AWS; empty if nobody does."""
        return (self._opened.caller if self._opened else None) or ""

    async def open(self) -> Open:
        """Begin a survey, and learn whose account it is.

        Raises:
            AwsError, DemoError, SnapshotError, SurveyError: In words; each is one sentence for the
                operator.
        """
        survey: Survey | RemoteSurvey | None
        survey, self._begun = self._begun, None
        if survey is None:
            self._leave_survey()
            self._survey = survey = await self._begin()
        try:
            opened = await survey.open()
        except SurveyError:
            # Whatever keeps another process from its task, this one can do it.
            self._apart = False
            self._survey = survey = await self._begin()
            opened = await survey.open()
        # Up to here the connection is that of the account on the screen, if there is one.
        self._opened, self._connecting = opened, None
        self._aws = survey.aws if isinstance(survey, Survey) else None
        return opened

    async def _begin(self) -> Survey | RemoteSurvey:
        large = self.account is None or len(self.account.principals) > _SMALL
        # Not in a thread: a process of which nobody hears, as when the operator reloads just now,
        # would go on.
        apart = begin(self.launch) if self._apart and large else None
        if apart is not None:
            return apart
        known = self.account if self.launch.snapshot == "-" else None
        return Survey(await in_thread(self._launch_to_connect), known)

    def _launch_to_connect(self) -> Launch:
        """The launch, with the endpoint of the embedded account, which is started for it."""
        if not self.launch.demo:
            return self.launch
        from iam.demo.launcher import start_demo

        if self._demo is None:
            self._demo = start_demo()
        return replace(self.launch, endpoint_url=self._demo.endpoint_url)

    async def connection(self) -> Aws | None:
        """The connection to the account; None for an account from a file.

        Where another process reads the account, it is made when it is first asked for: its imports
        are heavy.

        Raises:
            AwsError: There is none to be had.
        """
        opened = self._opened
        if self._aws is None and opened is not None and opened.file is None:
            if self._connecting is None or self._connecting.done():
                connect = in_thread(self._connect, opened.keys)
                self._connecting = asyncio.create_task(connect)
            # Others may wait for it, too.
            aws = await asyncio.shield(self._connecting)
            if opened is not self._opened:  # the account has been read anew meanwhile
                return await self.connection()
            self._aws = aws
        return self._aws

    def _connect(self, keys: Keys | None = None) -> Aws:
        return connect_to(self._launch_to_connect(), keys)

    def _leave_survey(self) -> None:
        """End what is left of a survey that nobody waits for any more."""
        if self._survey is not None:
            self._survey.close()
        self._survey = self._evaluators = None

    async def recall(self) -> Picture | None:
        """The account as a table showed it on another day; `open` and `load` then read it anew.

        Raises:
            CacheError: There is a file, and it is not to be used.
        """
        if not self._keeps or self._recalled:
            return None
        self._recalled = True

        def read() -> tuple[Picture, datetime] | None:
            from iam.cache.store import recall_picture

            return recall_picture(self._kept_at(), self.launch.policy)

        with no_garbage():
            found = await in_thread(read)
        if found is None:
            return None
        picture, self.stale = found
        return picture

    async def recall_account(self) -> None:
        """Take up all of that account, where AWS cannot be asked; details are then to be had."""
        if self.stale is None or self.account is not None:
            return

        def read() -> Kept | None:
            from iam.cache.store import recall

            import_for("aws.managed_policy")
            return recall(self._kept_at())

        with no_garbage():
            kept = await in_thread(read)
            if kept is None:
                return
            from iam.aws.managed_policy import managed_policy
            from iam.errors import AwsError

            try:
                managed = await managed_policy(None, self.launch.policy, kept.account)
            except AwsError:
                return  # AWS may know this policy; what was kept does not
            self.evaluator = await in_thread(evaluator_for, managed.policy, kept.account.partition)
        self.account, self.managed = kept.account, managed

    def forget(self) -> None:
        """Forget the account of another day: it is not the one of these credentials."""
        self.account = self.managed = self.evaluator = self.stale = None

    @property
    def keeps(self) -> bool:
        """Whether the account is to be kept for another day."""
        return self._keeps and self.account is not None and self.stale is None

    async def keep(self, picture: Picture) -> None:
        """Keep the account for another day.

        Args:
            picture: As the table shows it.

        Raises:
            CacheError: It could not be written.
        """
        account, ref = self.account, self.launch.policy
        assert account is not None

        def write() -> None:
            from iam.cache.store import keep

            keep(self._kept_at(), account, datetime.now(UTC), picture, ref)

        await in_thread(write)

    def _kept_at(self) -> Path:
        from iam.cache.store import path_for

        return path_for(self.launch.profile, self.launch.endpoint_url)

    @property
    def _keeps(self) -> bool:
        return self.launch.cache and self.launch.source == "live"

    @property
    def age(self) -> str:
        """How old the account is, while it is one of another day; else empty."""
        if self.stale is None:
            return ""
        from iam.cache.store import age

        return age(self.stale, datetime.now(UTC))

    async def load(self, on_page: Callable[[Account], None] | None = None) -> None:
        """Read the account and the managed policy; sets `account`, `managed` and `judge`.

        Args:
            on_page: Called with what is new, whenever more of the account has been read.

        Raises:
            AwsError, SurveyError: Nothing could be read at all, or the policy does not exist.
        """
        survey = self._survey
        assert survey is not None, "open() comes first"
        with no_garbage():
            account, managed = await survey.load(on_page)
            action = self.launch.action
            self.evaluator = await in_thread(
                evaluator_for, managed.policy, account.partition, action
            )
        self.account, self.managed, self._versions = account, managed, None
        self.stale = None
        self._evaluators = survey if isinstance(survey, RemoteSurvey) else None
        self.changes.reloaded(account)

    async def evaluated(self, evaluator: Evaluator) -> AsyncIterator[Evaluated]:
        """Judge all users, roles and groups, some at a time."""
        account, own, _ = self.read
        if evaluator is own and self._evaluators is not None:
            async for some in self._evaluators.evaluated():
                yield some
        else:
            async for some in evaluate_all(evaluator, account):
                yield some

    async def unread(self, evaluated: Evaluated) -> tuple[Unread, ...]:
        """All that could not be read or understood, once everybody has been judged."""
        account, own, _ = self.read
        evaluators, self._evaluators = self._evaluators, None
        if evaluators is not None and evaluators.unread is not None:
            return evaluators.unread
        return await unread_in(account, own, evaluated)

    async def who_can(self, action: str) -> Evaluator | None:
        """A judge of one action; None if there is no such concrete action."""

        account, _, managed = self.read

        def make() -> Evaluator | None:
            from iam.policy.action_catalogue import catalogue

            if catalogue().find(action) is None:
                return None
            return evaluator_for(managed.policy, account.partition, action)

        return await in_thread(make)

    async def compare_versions(self, pair: tuple[int, int] | None = None) -> Compared:
        """Compare two versions of the managed policy.

        Args:
            pair: Places of the older and the newer one, as listed before; None lists the versions
                anew and takes the two that are of most interest.
        """
        from iam.versions.list_versions import list_versions, read_documents

        account, managed = self.account, self.managed
        assert account is not None and managed is not None
        aws, versions = await self.connection(), self._versions
        if versions is None or pair is None:
            versions = await list_versions(aws, managed)
            pair = versions.initial_pair
        if pair is not None:
            versions = await read_documents(aws, managed, versions, pair)
        self._versions = versions

        def look() -> Compared:
            from iam.account.attachments import count_attachments
            from iam.policy.action_catalogue import catalogue
            from iam.policy.document import Document
            from iam.versions.access_diff import compare

            drift = None
            older, newer = (versions.all[i].document for i in pair) if pair else (None, None)
            if isinstance(older, Document) and isinstance(newer, Document):
                drift = compare(older, newer, catalogue(), account.partition)
            attached_to = count_attachments(account, managed.policy.arn)
            return Compared(account.id, managed, attached_to, versions, pair, drift)

        return await in_thread(look)

    async def audit(self) -> Audit:
        """Judge the whole account."""
        account, evaluator = self.account, self.evaluator
        assert account is not None and evaluator is not None
        caller = self._opened.caller if self._opened else None

        def take() -> Audit:
            from iam.reports.audit import take_audit

            return take_audit(
                account,
                evaluator,
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
        from iam.aws.identity import identify

        assert self.account is not None and self._opened is not None
        aws = await in_thread(self._connect)
        identity = await identify(aws)
        aws.require(self.account.id)
        self._opened, self._aws = self._opened._replace(caller=identity.caller), aws

    def close(self) -> None:
        """End the other processes, if there are any."""
        self._leave_survey()
        self.changes.close()
        if self._demo is not None:
            self._demo.stop()
            self._demo = None
