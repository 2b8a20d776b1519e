"""The details pane: it follows the cursor of the table, once the cursor rests."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from iam.runtime.threads import in_thread

if TYPE_CHECKING:
    from textual.timer import Timer
    from textual.worker import Worker

    from iam.account.model import Account, Entity
    from iam.verdicts.api_key_use import KeyUse
    from iam.verdicts.evaluator import Evaluator
    from iam.verdicts.result import PrincipalResult
    from tui.controllers.view import MainView

_LAG = 0.08
"""Seconds that the cursor rests before the details follow it; a held key does not wait for them."""


class DetailsController:
    """Shows the principal under the cursor in the details."""

    def __init__(
        self, view: MainView, result_of: Callable[[Entity], PrincipalResult | None]
    ) -> None:
        """Prepare it.

        Args:
            view: The main screen.
            result_of: Evaluates an entity for the details; None while that is too early.
        """
        self.view = view
        self._result_of = result_of
        self._timer: Timer | None = None
        self._showing: Worker[None] | None = None

    @property
    def up_to_date(self) -> bool:
        """Whether the details show what is under the cursor."""
        return self._timer is None and (self._showing is None or self._showing.is_finished)

    def follow(self) -> None:
        """Show the principal under the cursor, once the cursor rests."""
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.view.set_timer(_LAG, self.show)

    def show(self) -> None:
        """Show the principal under the cursor now."""
        self._timer = None
        self._showing = self.view.run_in_background(self._show, "details")

    async def _show(self) -> None:
        """Evaluate the principal under the cursor, in a thread, and show it."""
        view = self.view
        try:
            row, account, evaluator = (
                view.table.cursor_row,
                view.session.account,
                view.session.evaluator,
            )
            entity = account.entity(row.arn) if row and account else None
            if row is None or entity is None or account is None:
                view.details.clear()
                return
            result = await in_thread(self._result_of, entity) if evaluator else None
            from iam.policy.action_catalogue import catalogue
            from iam.verdicts.section import describe

            members, certain = await self._members(entity, account)
            keys = await self._keys(entity, account, evaluator)
            view.details.show_principal(
                entity,
                result,
                lambda action: describe(action, catalogue()),
                members,
                members_certain=certain,
                use_asked=account.use_asked,
                keys=keys,
            )
        except Exception as error:
            view.toast_error(error)

    async def _keys(
        self, entity: Entity, account: Account, evaluator: Evaluator | None
    ) -> tuple[KeyUse, ...] | None:
        """The API keys of a user; None if it is not known whether it has any."""
        keys = account.keys_of(entity)
        if keys is None:
            return None if account.api_keys.gaps else ()
        if not keys or evaluator is None or self.view.session.awaits_organization:
            return ()  # whether they work is not known yet
        from tui.session.api_keys import judge_api_keys

        return await judge_api_keys(account, evaluator, keys)

    async def _members(self, entity: Entity, account: Account) -> tuple[tuple[str, ...], bool]:
        """The names of the members of a group, and whether there can be no more."""
        if entity.type != "group":
            return (), True
        from iam.account.attachments import members_of_groups

        counts = await in_thread(members_of_groups, account)
        names = tuple(member.name for member in account.members_of(entity))
        return names, counts[entity.key].certain
