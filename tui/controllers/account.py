"""The account from AWS to the screen: connect, read, judge, and ask about a single action.

The session reads and judges; the widgets show. What joins them is here, and what is known of every
user, role and group is kept here.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from iam.runtime import gc_control
from iam.runtime.threads import in_thread
from iam.text import safe, without_secrets
from iam.verdicts.verdict import Verdict
from tui.controllers.row_buffer import Arrivals
from tui.controllers.table_rows import columns_of, members_of_groups, picture_of, rows_of
from tui.session.evaluation import evaluate_some
from widgets.principal_table import PrincipalTable
from widgets.rows import Row, SectionColumn, View

if TYPE_CHECKING:
    from textual.timer import Timer

    from iam.account.model import Account, Entity, Unread
    from iam.aws.managed_policy import Managed
    from iam.verdicts.evaluator import Evaluator
    from iam.verdicts.result import PrincipalResult, Summary
    from tui.main_screen import MainScreen
    from tui.session.evaluation import Evaluated

_RECOUNT = 0.5
"""Seconds after a change before all that is not read is looked for anew."""


class AccountFlow:
    """Reads and judges the account, for the main screen."""

    def __init__(self, screen: MainScreen) -> None:
        self.screen = screen
        self.session = screen.session
        self.summaries: dict[str, Summary | PrincipalResult] = {}
        """By ARN, of users, roles and groups."""
        self.unread: tuple[Unread, ...] = ()
        """What could not be read or understood."""
        self.asked: Evaluator | None = None
        """Of the single action that is asked about, if one is."""
        self._counts: Counter[Verdict] = Counter()
        """Of users and roles."""
        self._arrivals = Arrivals(screen, self._show)
        self._recounting: Timer | None = None
        self._aging: Timer | None = None
        self._asked_last: tuple[str, str, str] | None = None
        self._question = 0
        """Which one the table shows the answers of."""
        self._view_before = View()
        """What the table showed before a single action was asked about."""

    @property
    def table(self) -> PrincipalTable:
        return self.screen.query_one(PrincipalTable)

    # Reading

    def announce(self) -> None:
        """Say what is about to be read."""
        self.screen.say(f"{self._beginning()} …")

    async def read(self) -> None:
        """Connect, read, judge.

        Raises:
            AwsError, DemoError, SnapshotError, SurveyError: In words.
        """
        self.settle()
        if self.session.account is not None:
            await in_thread(gc_control.sweep)
        with gc_control.no_garbage():
            try:
                await self._read_all()
            except Exception:
                await self._take_up_the_account()
                raise

    async def _read_all(self) -> None:
        self.announce()
        opening = asyncio.create_task(self.session.open())
        try:
            await self._recall()
            opened = await opening
        finally:
            opening.cancel()
        screen = self.screen
        if opened.account_id != screen.bar.account_id:
            if before := screen.bar.account_id:
                now = f"This is account {opened.account_id} now, no longer {before}."
                screen.notify(safe(now), severity="warning", timeout=15, markup=False)
            # Rows of another account must not stand below this one's ID.
            if self.session.stale:
                self.session.forget()
            self.summaries, self.unread = {}, ()
            self._counts.clear()
            screen.bar = screen.bar._replace(
                counts={}, unread=0, policy="", policy_note="", stale=""
            )
            self.table.keep_rows((), more=True)
            screen.details.clear()
        screen.bar = screen.bar._replace(
            account_id=opened.account_id,
            alias=opened.alias or "",
            caller=opened.caller or "",
            region=opened.region or "",
            endpoint=opened.endpoint,
            profile=opened.profile or "",
            file=opened.file or "",
        )
        screen.show_bar()
        self.screen.say("reading the account …")
        self._read = 0
        await self.session.load(self._on_page)
        if self.asked is not None:
            self.asked = None
            self.screen.show_view(self._view_before)
        await self._show_account()
        self.screen.loaded = True

    def settle(self) -> None:
        """Drop what has not been shown yet: of a load that is over, maybe of another account."""
        self._arrivals.clear()
        if self._recounting is not None:
            self._recounting.stop()
            self._recounting = None
        self.screen.workers.cancel_group(self.screen, "unread")

    async def _recall(self) -> None:
        """Show the account of another day until this day's is read."""
        try:
            picture = await self.session.recall()
        except OSError as error:
            self.screen.notify(safe(str(error)), severity="warning", markup=False)
            return
        if picture is None:
            return
        arn, name, version = picture.policy
        self.table.set_sections([SectionColumn(*column) for column in picture.columns])
        self._asked_last, self._question = ("", arn, version), self.table.ask()
        rows = await in_thread(rows_of, picture, self._question)
        self.summaries = {line.arn: line.summary for line in picture.lines}
        self._counts = Counter(
            line.summary.verdict for line in picture.lines if line.type != "group"
        )
        self.unread = picture.unread
        self.table.put_rows(rows)
        self.screen.bar = self.screen.bar._replace(
            account_id=picture.account_id, alias=picture.alias or "", policy=name, version=version
        )
        self._show_counts()
        self._aging = self.screen.set_interval(1, self._show_age)

    def _show_age(self) -> None:
        """Let the age of what is shown grow, until it is this day's."""
        age = self.session.age
        if not age:
            assert self._aging is not None
            self._aging.stop()
        elif age != self.screen.bar.stale:
            self.screen.bar = self.screen.bar._replace(stale=age)
            self.screen.show_bar()

    async def _take_up_the_account(self) -> None:
        """Have the details of another day, too, where AWS cannot be asked."""
        try:
            await self.session.recall_account()
        except OSError as error:
            self.screen.notify(safe(str(error)), severity="warning", markup=False)

    async def keep(self) -> None:
        """Keep the account for another day, if that is asked for."""
        if not self.session.keeps:
            return
        # A copy: the thread would see them change.
        known = dict(self.summaries)
        picture = await in_thread(picture_of, *self.session.read, known, self.unread)
        if picture is None:
            return
        try:
            await self.session.keep(picture)
        except OSError as error:
            self.screen.notify(safe(str(error)), severity="warning", markup=False)

    async def _show_account(self) -> None:
        _, evaluator, managed = self.session.read
        self.screen.bar = self.screen.bar._replace(
            policy=managed.policy.name,
            version=managed.policy.version,
            policy_note=_policy_note(managed),
        )
        await self._evaluator(evaluator)

    def _beginning(self) -> str:
        launch = self.session.launch
        if launch.source != "live":
            return {"demo": "starting the embedded account", "snapshot": "reading the file"}[
                launch.source
            ]
        url = launch.endpoint_url
        where = f" to {without_secrets(url)}" if url else " to AWS"
        return f"connecting{where}" + (f" with profile {launch.profile}" if launch.profile else "")

    def _on_page(self, page: Account) -> None:
        self._read += len(page.principals)
        expected = self.session.expected
        of = f" of {expected:,}" if expected else ""
        self._arrivals.say(
            f"{self._read:,}{of} principals read", self._read / expected if expected else None
        )
        self._arrivals.put([self._row(entity) for entity in page.entities])

    # Judging

    async def ask(self, action: str | None) -> None:
        """Ask who can do one action, or about all of the policy again.

        Raises:
            LookupError: There is no such action.
        """
        if action is None:
            evaluator: Evaluator | None = self.session.evaluator
        else:
            evaluator = await self.session.who_can(action)
        if evaluator is None:
            raise LookupError(action)
        if action is None:
            self.asked = None
            self.screen.show_view(self._view_before)
        else:
            if self.asked is None:
                self._view_before = self.table.view
            self.asked = evaluator
            # Everybody is asked about: a filter left in force would hide some who can.
            self.screen.show_view(View(sort="verdict"))
        await self._evaluator(evaluator)

    async def _evaluator(self, evaluator: Evaluator) -> None:
        """Judge everybody, and show them as they are done."""
        account, _, _ = self.session.read
        self.screen.show_bar()
        if evaluator.only:
            # Its verdict is the principal's: the room is for the reason.
            self.table.set_sections([], evaluator.only.id)
        else:
            self.table.set_sections(columns_of(evaluator))
        # Read again, the same is asked: what there is stands until it is answered anew.
        asked = (
            evaluator.only.id if evaluator.only else "",
            evaluator.managed.arn,
            evaluator.managed.version,
        )
        if asked != self._asked_last:
            self._asked_last, self._question = asked, self.table.ask()
        entities = account.entities
        self._arrivals.flush()
        self.table.keep_rows({entity.arn for entity in entities}, more=True)
        self.summaries.clear()
        self._counts.clear()
        members = await in_thread(members_of_groups, account)
        everybody: list[tuple[Entity, Summary | PrincipalResult]] = []
        async for evaluated in self.session.evaluated(evaluator):
            everybody += evaluated
            done, of = len(everybody), len(entities)
            self._arrivals.say(f"{done:,} of {of:,} judged", done / of)
            self._arrivals.put(self._take(evaluated, members))
        self.unread = await self.session.unread(everybody)
        self._arrivals.flush()
        self.table.keep_rows(self.summaries.keys(), "this account has no users or roles")
        self._show_counts()

    def _take(self, evaluated: Evaluated, members: Mapping[str, int]) -> list[Row]:
        """Take verdicts, count them, and make their rows."""
        rows: list[Row] = []
        for entity, summary in evaluated:
            before = self.summaries.get(entity.arn)
            self.summaries[entity.arn] = summary
            if entity.type != "group":
                if before is not None:
                    self._counts[before.verdict] -= 1
                self._counts[summary.verdict] += 1
            rows.append(self._row(entity, summary, members))
        return rows

    async def evaluate_changed(self, arns: Iterable[str]) -> None:
        """Judge these anew and show them: users, roles, groups and, of groups, the members."""
        account, evaluator, _ = self.session.read
        found: dict[str, Entity] = {}
        members: dict[str, int] = {}
        for arn in arns:
            entity = account.entity(arn)
            if entity is not None:
                found[arn] = entity
            if entity is not None and entity.type == "group":
                those = account.members_of(entity.name)
                members[entity.name] = len(those)
                found |= {p.arn: p for p in those}
        evaluated = await evaluate_some(self.asked or evaluator, account, tuple(found.values()))
        self.table.put_rows(self._take(evaluated, members))
        self._show_counts()
        if self._recounting is not None:
            self._recounting.stop()
        # All of the account is looked at for it: once, when a batch has come to rest.
        self._recounting = self.screen.set_timer(_RECOUNT, self.screen.recount)

    def result_of(self, entity: Entity) -> PrincipalResult | None:
        """All that is known of one, for the details; None while it is not judged."""
        if entity.arn not in self.summaries:
            return None
        account, evaluator, _ = self.session.read
        return (self.asked or evaluator).result(account, entity)

    async def recount(self) -> None:
        """Look anew for all that could not be read."""
        if await self._look_for_unread():
            self._show_counts()

    async def _look_for_unread(self) -> bool:
        account, _, _ = self.session.read
        known = [(h, s) for a, s in self.summaries.items() if (h := account.principals.get(a))]
        unread = await self.session.unread(known)
        same = account is self.session.account
        if same:  # or it has been read anew meanwhile, or changed
            self.unread = unread
        return same

    # Showing

    def _show(self, rows: list[Row], say: str, done: float | None) -> None:
        self.screen.say(say, done)
        if rows:
            self.table.put_rows(rows, more=True)

    def _show_counts(self) -> None:
        counts = {verdict: self._counts[verdict] for verdict in Verdict}
        self.screen.bar = self.screen.bar._replace(
            counts=counts, unread=len(self.unread), stale=self.session.age
        )
        self.screen.show_bar()

    def _row(
        self,
        entity: Entity,
        result: Summary | PrincipalResult | None = None,
        members: Mapping[str, int] | None = None,
    ) -> Row:
        from iam.verdicts.result import PrincipalResult, Summary

        known = result or self.summaries.get(entity.arn)
        summed = known if isinstance(known, Summary) else None
        return Row(
            arn=entity.arn,
            type=entity.type,
            name=entity.name,
            path=entity.path,
            attached=known.attached if known else None,
            result=known,
            invokes=summed.invokes if summed else None,
            hidden=summed.hidden if summed else (),
            note=known.means if isinstance(known, PrincipalResult) else "",
            members=members[entity.name] if members and entity.type == "group" else None,
            unconfirmed=self.session.changes.in_doubt(entity),
            question=self._question,
        )


def _policy_note(managed: Managed) -> str:
    """Where the policy's document is from, if AWS did not just say it."""
    if managed.source == "shipped":
        return f"shipped {managed.as_of}"
    return "" if managed.source == "live" else "from account data"
