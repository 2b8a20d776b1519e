"""The organization above the account: read once the account is on the screen, then shown."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from iam.runtime.threads import in_thread
from widgets.principal_details import NO_ORGANIZATION

if TYPE_CHECKING:
    from iam.account.model import Account
    from iam.account.organization import Organization
    from tui.controllers.evaluation import EvaluationController
    from tui.controllers.view import MainView

BADGES = {"applied": "SCP", "exempt": "SCP exempt", "none": "no SCP", "unread": "SCP ?"}
"""Few letters for the bar, by status; nothing is said where nothing was asked."""
READING = "SCP …"
_ALWAYS_LEFT_OUT = "Not evaluated: session and resource policies"
_LEFT_OUT = {
    "applied": _ALWAYS_LEFT_OUT,
    "exempt": _ALWAYS_LEFT_OUT,
    "none": _ALWAYS_LEFT_OUT,
    "unread": "Not evaluated: SCPs and RCPs that could not be read, session and resource policies",
    "unasked": NO_ORGANIZATION,
}
_AWAITED = "The organization is being read; what it may change follows then"


def _matters(account: Account) -> bool:
    """Whether verdicts depend on the organization although it has no levels with policies."""
    from iam.account.request_context import depends_on_organization

    return depends_on_organization(account)


class OrganizationController:
    """Reads and shows the organization, for the main screen."""

    def __init__(self, view: MainView, evaluation: EvaluationController) -> None:
        self.view = view
        self.session = view.session
        self.evaluation = evaluation
        self._pending = asyncio.Event()
        """Set unless the organization is being read."""
        self._pending.set()

    @property
    def organization(self) -> Organization | None:
        """What is above the account, as far as it has been read; None before the account is."""
        return self.session.account.organization if self.session.account else None

    @property
    def pending(self) -> bool:
        """Whether it is about to be read, or being read."""
        return not self._pending.is_set()

    def expect(self) -> None:
        """Say that it is about to be read; previews of changes wait for it."""
        self.show_state()
        if self.session.asks_for_organization:
            self._pending = self.session.organization_pending.expect()
            self.view.bar = self.view.bar._replace(organization=READING)
            self.view.show_bar()
        if self.session.awaits_organization:
            self.view.details.show_left_out(_AWAITED)

    async def read(self) -> None:
        """Read it from AWS, and evaluate everybody again if it makes a difference."""
        before, pending = self.organization, self._pending
        awaited = self.session.awaits_organization
        failure: Exception | None = None
        asked = False
        try:
            asked = await self.session.load_organization()
        except Exception as error:
            failure = error
        finally:
            pending.set()  # not that of a later load, which may have cancelled this one
        account = self.session.account
        if account is None or account.label != self.view.bar.account_id:
            return  # another one is on the bar meanwhile, and is read
        if asked and self.organization != before and await self._counts(before):
            await self.evaluation.evaluate_again()
        elif awaited and not self.session.awaits_organization:
            await self.evaluation.show_answers()
        self.show_state()
        self.evaluation.show_unread()
        if failure is not None:
            raise failure

    async def _counts(self, before: Organization | None) -> bool:
        """Whether verdicts may be others now than with the organization of before."""
        account, _, _ = self.session.read
        limited = bool(account.organization.levels or (before and before.levels))
        return limited or await in_thread(_matters, account)

    def show_state(self) -> None:
        """Say on the bar and in the details what verdicts take into account."""
        account, organization = self.session.account, self.organization
        if account is None or organization is None or account.label != self.view.bar.account_id:
            return  # that of an account which is no longer on the bar
        self.view.bar = self.view.bar._replace(organization=BADGES.get(organization.status, ""))
        self.view.show_bar()
        self.view.details.show_left_out(_LEFT_OUT[organization.status])

    def show(self) -> None:
        """Open the levels with their policies, and what each takes away."""
        if self.organization is None or not self.view.loaded:
            self.view.toast("The account is still being read; wait until it is complete.")
            return
        if self.pending:
            self.view.toast("The organization is still being read; wait a moment.")
            return
        self.view.open_dialog(self._show, "show organization")

    async def _show(self) -> None:
        account, evaluator, _ = self.session.read
        organization = account.organization

        def lines() -> list[str]:
            from iam.reports.organization_overview import organization_lines

            return organization_lines(organization, evaluator, account.partition)

        from tui.dialogs.text import TextScreen

        self.view.app.push_screen(
            TextScreen("Organization", await in_thread(lines), "organization")
        )
