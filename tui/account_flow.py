"""The account from AWS to the screen: connect, read, judge, and ask about a single action.

The session reads and judges; the widgets show. What joins them is here, and what is known of every
user, role and group is kept here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from iam.verdict import PrincipalResult, Verdict
from tui import heap
from widgets.load_progress import LoadProgress
from widgets.principal_table import PrincipalTable
from widgets.rows import Row, SectionColumn, View

if TYPE_CHECKING:
    from iam.account import Account, Holder, Unread
    from iam.judge import Judge
    from iam.managed import Managed
    from tui.main_screen import MainScreen

_JUDGE_AT_ONCE = 500
"""Principals whose verdicts reach the screen together."""


class AccountFlow:
    """Reads and judges the account, for the main screen."""

    def __init__(self, screen: MainScreen) -> None:
        self.screen = screen
        self.session = screen.session
        self.results: dict[str, PrincipalResult] = {}
        """By ARN, of users, roles and groups."""
        self.unread: tuple[Unread, ...] = ()
        """What could not be read or understood."""
        self.asked: Judge | None = None
        """Of the single action that is asked about, if one is."""
        self._hidden: dict[str, tuple[str, ...]] = {}
        self._view_before = View()
        """What the table showed before a single action was asked about."""

    @property
    def table(self) -> PrincipalTable:
        return self.screen.query_one(PrincipalTable)

    @property
    def progress(self) -> LoadProgress:
        return self.screen.query_one(LoadProgress)

    # Reading

    def announce(self) -> None:
        """Say what is about to be read."""
        self.progress.say(f"{self._beginning()} …")

    async def read(self) -> None:
        """Connect, read, judge.

        Raises:
            AwsError, DemoError, SnapshotError: In words.
        """
        self.announce()
        opened = await self.session.open()
        heap.settle()  # boto3 and pydantic have been imported
        screen = self.screen
        if opened.account_id != screen.bar.account_id:
            # Rows of another account must not stand below this one's ID.
            self.results, self._hidden, self.unread = {}, {}, ()
            screen.bar = replace(screen.bar, counts={}, unread=0, policy="", policy_note="")
            self.table.set_rows([])
            screen.details.clear()
        screen.bar = replace(
            screen.bar,
            account_id=opened.account_id,
            alias=opened.alias or "",
            caller=opened.caller or "",
            region=opened.region or "",
            profile=opened.profile or "",
            file=opened.file or "",
        )
        screen.show_bar()
        self.progress.say("reading the account …")
        await self.session.load(self._on_page)
        _, judge, managed = self.session.read
        screen.bar = replace(
            screen.bar,
            policy=managed.policy.name,
            version=managed.policy.version,
            policy_note=_policy_note(managed),
            counts={},
        )
        if self.asked is not None:
            self.asked = None
            self.screen.show_view(self._view_before)
        await self._judge(judge)

    def _beginning(self) -> str:
        launch = self.session.launch
        if launch.source != "live":
            return {"demo": "starting the embedded account", "snapshot": "reading the file"}[
                launch.source
            ]
        where = f" to {launch.endpoint_url}" if launch.endpoint_url else " to AWS"
        return f"connecting{where}" + (f" with profile {launch.profile}" if launch.profile else "")

    def _on_page(self, account: Account) -> None:
        read, expected = len(account.principals), self.session.expected
        of = f" of {expected:,}" if expected else ""
        self.progress.say(f"{read:,}{of} principals read", read / expected if expected else None)
        self._show_rows(account)

    # Judging

    async def ask(self, action: str | None) -> None:
        """Ask who can do one action, or about all of the policy again.

        Raises:
            LookupError: There is no such action.
        """
        if action is None:
            judge: Judge | None = self.session.judge
        else:
            judge = await self.session.who_can(action)
        if judge is None:
            raise LookupError(action)
        if action is None:
            self.asked = None
            self.screen.show_view(self._view_before)
        else:
            if self.asked is None:
                self._view_before = self.table.view
            self.asked = judge
            # Everybody is asked about: a filter left in force would hide some who can.
            self.screen.show_view(View(sort="verdict"))
        await self._judge(judge)

    async def _judge(self, judge: Judge) -> None:
        """Judge everybody, and show them as they are done."""
        account, _, _ = self.session.read
        self.screen.show_bar()
        if judge.only:
            # Its verdict is the principal's: the room is for the reason.
            self.table.set_sections([], judge.only.id)
        else:
            columns = [SectionColumn(s.sid, s.label, len(s.entries)) for s in judge.sections]
            self.table.set_sections(columns)
        self.results = {}
        holders: list[Holder] = [*account.principals.values(), *account.groups.values()]
        for start in range(0, len(holders), _JUDGE_AT_ONCE):
            await self._judge_these(judge, holders[start : start + _JUDGE_AT_ONCE])
            done = len(self.results)
            self.progress.say(f"{done:,} of {len(holders):,} judged", done / len(holders))
            self._show_rows(account)
        self.screen.loaded = True
        self._show_rows(account)
        self._sum_up()

    async def _judge_these(self, judge: Judge, holders: list[Holder]) -> None:
        from iam.hidden import hidden_by

        account, _, _ = self.session.read
        for holder, result in await self.session.results(judge, holders):
            self.results[holder.arn] = result
            if not judge.only and holder.type != "group":
                self._hidden[holder.arn] = hidden_by(account, holder, result)

    async def judge_changed(self, arns: Iterable[str]) -> None:
        """Judge these anew and show them: users, roles, groups and, of groups, the members."""
        account, judge, _ = self.session.read
        found: dict[str, Holder] = {}
        for arn in arns:
            holder = account.holder(arn)
            if holder is not None:
                found[arn] = holder
            if holder is not None and holder.type == "group":
                found |= {p.arn: p for p in account.members_of(holder.name)}
        await self._judge_these(self.asked or judge, list(found.values()))
        for holder in found.values():
            self.table.update_row(self._row(holder, account))
        self._sum_up()

    # Showing

    def _show_rows(self, account: Account) -> None:
        note = "this account has no users or roles" if self.screen.loaded else ""
        holders: list[Holder] = [*account.principals.values(), *account.groups.values()]
        members = Counter(group for p in account.principals.values() for group in p.groups)
        self.table.set_rows([self._row(h, account, members) for h in holders], note)

    def _row(
        self, holder: Holder, account: Account, members: Mapping[str, int] | None = None
    ) -> Row:
        from iam.hidden import invoking
        from iam.sources import attachment_of

        managed = self.session.managed
        result = self.results.get(holder.arn)
        count = None
        if holder.type == "group":
            count = (
                len(account.members_of(holder.name)) if members is None else members[holder.name]
            )
        return Row(
            arn=holder.arn,
            type=holder.type,
            name=holder.name,
            path=holder.path,
            attached=attachment_of(account, holder, managed.policy.arn) if managed else None,
            result=result,
            invokes=invoking(result) if result and not self.asked else None,
            hidden=self._hidden.get(holder.arn, ()),
            note=result.means if result and self.asked else "",
            members=count,
            unconfirmed=self.session.changes.in_doubt(holder),
        )

    def _sum_up(self) -> None:
        from iam.audit import unread_of

        account, _, managed = self.session.read
        results = [
            (account.principals[arn], result)
            for arn, result in self.results.items()
            if arn in account.principals
        ]
        counts = dict.fromkeys(Verdict, 0)
        for _, result in results:
            counts[result.verdict] += 1
        self.unread = unread_of(account, managed.policy, results)
        self.screen.bar = replace(self.screen.bar, counts=counts, unread=len(self.unread))
        self.screen.show_bar()


def _policy_note(managed: Managed) -> str:
    """Where the policy's document is from, if AWS did not just say it."""
    if managed.source == "shipped":
        return f"shipped {managed.as_of}"
    return "" if managed.source == "live" else "from account data"
