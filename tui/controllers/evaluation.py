"""Verdicts from the session to the table: of everybody, of one action, of what has changed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from iam.runtime.threads import in_thread
from iam.verdicts.verdict import Verdict
from tui.controllers.row_buffer import RowBuffer
from tui.controllers.table_rows import columns_of, rows_of
from tui.controllers.verdict_store import VerdictStore
from tui.session.evaluation import evaluate_some
from widgets.row import Row
from widgets.rows import SectionColumn, View

if TYPE_CHECKING:
    from textual.timer import Timer

    from iam.account.attachments import MemberCount
    from iam.account.model import Account, Entity, GroupKey
    from iam.account.unread import Unread
    from iam.cache.table_snapshot import TableSnapshot
    from iam.verdicts.evaluator import Evaluator
    from iam.verdicts.result import PrincipalResult, Summary
    from tui.controllers.view import MainView

    _Members = Mapping[GroupKey, MemberCount]

_AT_ONCE = 500
"""Rows that are made before the event loop goes on."""
_RECOUNT = 0.5
"""Seconds after a change before all that could not be read is counted again."""
_RECOUNT_GROUP = "unread"


class EvaluationController:
    """Has the session evaluate the account, and shows the verdicts."""

    def __init__(self, view: MainView) -> None:
        self.view = view
        self.session = view.session
        self.verdicts = VerdictStore(view.session)
        self.asked: Evaluator | None = None
        """Of the single action that is asked about; None for the whole policy."""
        self._buffer = RowBuffer(view, self._show_rows)
        self._recounting: Timer | None = None
        self._asked_last: tuple[str, str, str] | None = None
        """Action, policy and version of the question that the table shows answers of."""
        self._evaluating = asyncio.Lock()
        """Held while everybody is evaluated: verdicts on another policy or action would mix in."""
        self._view_before = View()
        """What the table showed before a single action was asked about."""

    @property
    def unread(self) -> tuple[Unread, ...]:
        """What could not be read or understood: of the account and of what belongs to it."""
        account = self.session.account
        beside = (*account.organization.unread, *account.api_keys.unread) if account else ()
        return tuple(dict.fromkeys((*self.verdicts.unread, *beside)))

    # Everybody

    async def show_picture(self, picture: TableSnapshot) -> None:
        """Show the table of an earlier day."""
        table = self.view.table
        arn, _, version = picture.policy
        table.set_sections([SectionColumn(*column) for column in picture.columns])
        self._asked_last, self.verdicts.question = ("", arn, version), table.ask()
        rows = await in_thread(rows_of, picture, self.verdicts.question)
        self.verdicts.restore(picture)
        table.put_rows(rows)

    def show_page(self, page: Account, progress: str, done: float | None) -> None:
        """Show the principals of a page, which are not evaluated yet, and how far the load is."""
        self._buffer.show_progress(progress, done)
        self._buffer.put([self.verdicts.row(entity) for entity in page.entities])

    def stop_asking(self) -> None:
        """Go back from a single action to the whole policy, which is evaluated next."""
        if self.asked is not None:
            self.asked = None
            self.view.show_view(self._view_before)

    async def ask(self, action: str | None) -> None:
        """Ask who can do one action; None evaluates the whole policy again.

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
            self.stop_asking()
        else:
            if self.asked is None:
                self._view_before = self.view.table.view
            self.asked = evaluator
            # Everybody is asked about: a filter left in force would hide some who can.
            self.view.show_view(View(sort="verdict"))
        await self.evaluate(evaluator)

    async def show_keys(self) -> None:
        """Show who has API keys; the verdicts stay as they are."""
        async with self._evaluating:
            account, _, _ = self.session.read
            users = [entity for entity in account.entities if entity.type == "user"]
            await self._show_again(users, {})
        self.show_unread()

    async def show_answers(self) -> None:
        """Show the verdicts that there are: the organization has been read, and changes none."""
        async with self._evaluating:
            account, _, _ = self.session.read
            self.verdicts.provisional = False
            await self._show_again(account.entities, await _members_of(account))
        self.show_counts()

    async def _show_again(self, entities: Sequence[Entity], members: _Members) -> None:
        self._buffer.flush()
        for start in range(0, len(entities), _AT_ONCE):
            some = entities[start : start + _AT_ONCE]
            # Not by the buffer: that shows the progress of a load, and waits for more.
            self.view.table.put_rows([self.verdicts.row(entity, members) for entity in some])
            await asyncio.sleep(0)  # other keys may come between

    async def evaluate_again(self) -> None:
        """Evaluate everybody again for what the table shows, once it shows that completely."""
        async with self._evaluating:
            await self._evaluate(self.asked or self.session.read[1])

    async def evaluate(self, evaluator: Evaluator) -> None:
        """Evaluate everybody, and show verdicts as they arrive."""
        async with self._evaluating:
            await self._evaluate(evaluator)

    async def _evaluate(self, evaluator: Evaluator) -> None:
        table = self.view.table
        account, _, _ = self.session.read
        self.view.show_bar()
        if evaluator.only:
            # Its verdict is the principal's: the columns have room for the reason.
            table.set_sections([], evaluator.only.id)
        else:
            table.set_sections(columns_of(evaluator))
        table.show_use(account.use_asked is not None)
        # After a reload the question is the same: earlier answers stay until they are replaced.
        asked = (
            evaluator.only.id if evaluator.only else "",
            evaluator.managed.arn,
            evaluator.managed.version,
        )
        if asked != self._asked_last:
            self._asked_last, self.verdicts.question = asked, table.ask()
        entities = account.entities
        self._buffer.flush()
        table.keep_rows({entity.arn for entity in entities}, more=True)
        self.verdicts.forget()
        self.verdicts.provisional = self.session.awaits_organization
        members = await _members_of(account)
        everybody: list[tuple[Entity, Summary | PrincipalResult]] = []
        async for evaluated in self.session.evaluated(evaluator):
            everybody += evaluated
            done, of = len(everybody), len(entities)
            self._buffer.show_progress(f"{done:,} of {of:,} evaluated", done / of)
            self._buffer.put(self.verdicts.take(evaluated, members))
        self.verdicts.unread = await self.session.unread(everybody)
        self._buffer.flush()
        self._buffer.clear()
        table.keep_rows(self.verdicts.by_arn.keys(), _empty_note(account))
        self.show_counts()

    def discard_pending(self) -> None:
        """Discard what has not been shown yet: it may belong to another account."""
        self._buffer.clear()
        if self._recounting is not None:
            self._recounting.stop()
            self._recounting = None
        self.view.cancel_background(_RECOUNT_GROUP)

    # What has changed

    async def evaluate_changed(self, arns: Iterable[str]) -> None:
        """Evaluate these entities again and show them; of groups, the members too."""
        account, evaluator, _ = self.session.read
        entities: dict[str, Entity] = {}
        groups = False
        for arn in arns:
            entity = account.entity(arn)
            if entity is None:
                continue
            entities[arn] = entity
            if entity.type == "group":
                groups = True
                entities |= {member.arn: member for member in account.members_of(entity)}
        evaluated = await evaluate_some(self.asked or evaluator, account, tuple(entities.values()))
        members = await _members_of(account) if groups else {}
        self.view.table.put_rows(self.verdicts.take(evaluated, members))
        self.show_counts()
        if self._recounting is not None:
            self._recounting.stop()
        # It looks at the whole account: once, when no more changes arrive.
        self._recounting = self.view.set_timer(_RECOUNT, self._begin_recount)

    def result_of(self, entity: Entity) -> PrincipalResult | None:
        """The verdicts of one entity with their reasons; None while it is not evaluated."""
        if entity.arn not in self.verdicts.by_arn:
            return None
        account, evaluator, _ = self.session.read
        waits = self.session.awaits_organization
        result = (self.asked or evaluator).result(account, entity)
        return _what_lasts(result) if waits else result

    def _begin_recount(self) -> None:
        self.view.run_in_background(self._recount, _RECOUNT_GROUP)

    async def _recount(self) -> None:
        """Count again what could not be read."""
        try:
            account, _, _ = self.session.read
            principals = [
                (principal, result)
                for arn, result in self.verdicts.by_arn.items()
                if (principal := account.principals.get(arn))
            ]
            unread = await self.session.unread(principals)
            if account is self.session.account:  # else it has been read again or changed meanwhile
                self.verdicts.unread = unread
                self.show_counts()
        except Exception as error:
            self.view.toast_error(error)

    # Show

    def _show_rows(self, rows: list[Row], progress: str, done: float | None) -> None:
        if progress:  # else no load is under way
            self.view.show_progress(progress, done)
        if rows:
            self.view.table.put_rows(rows, more=True)

    def show_counts(self) -> None:
        self.view.bar = self.view.bar._replace(
            counts=self.verdicts.counts,
            answers=self.verdicts.answers,
            unread=len(self.unread),
            stale=self.session.age,
        )
        self.view.show_bar()

    def show_unread(self) -> None:
        """Show how much could not be read, in a number that agrees with the list of it."""
        self.view.bar = self.view.bar._replace(unread=len(self.unread))
        self.view.show_bar()


async def _members_of(account: Account) -> _Members:
    """How many members each group of an account has."""
    from iam.account.attachments import members_of_groups

    return await in_thread(members_of_groups, account)


def _what_lasts(result: PrincipalResult) -> PrincipalResult:
    """Leave out of a result what an organization may still take away."""
    invocation = result.invocation
    if invocation is not None and invocation.can is not False:
        result = replace(result, invocation=None, other_policies=None)
    return result if result.verdict is Verdict.DENIED else replace(result, sections=())


def _empty_note(account: Account) -> str:
    """What the table says in place of rows of some kind, which takes the place of `{}`."""
    if account.unread or account.absent_groups or not account.groups_listed:
        return "no {} were read; n lists what could not be read"
    return "there are no {}"
