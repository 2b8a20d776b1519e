"""Send a plan that was confirmed: show each outcome as it arrives, and report the sum."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from iam.text import safe
from tui.controllers.change_messages import summary, to_decode

if TYPE_CHECKING:
    from iam.changes.batch import Batch
    from iam.changes.plan import Plan
    from tui.controllers.sign_in import SignInController
    from tui.controllers.view import MainView
    from tui.dialogs.batch_progress import BatchScreen
    from tui.session.change_service import ChangeService


async def send(
    view: MainView, changes: ChangeService, sign_in: SignInController, plan: Plan
) -> None:
    """Send a plan, and show each outcome as it arrives.

    Args:
        view: The main screen.
        changes: What sends it.
        sign_in: Asks for what the credentials lack, where AWS refuses them.
        plan: The plan, as confirmed.
    """
    outcome_arrived = asyncio.Event()
    batch = changes.batch(plan, outcome_arrived.set)
    progress: BatchScreen | None = None
    closed: asyncio.Future[None] | None = None
    if batch.total > 1:
        from tui.dialogs.batch_progress import BatchScreen

        title = f"{plan.op.capitalize()} {plan.policy.name}"
        progress = BatchScreen(batch, title, sign_in.renew, view.glyphs)
        closed = view.app.push_screen(progress, wait_for_dismiss=True)
    # Changes that fail stay marked, to be tried again.
    view.table.unmark([left.entity.arn for left in (*plan.unneeded, *plan.blocked)])
    view.may_leave = False
    if progress is None:
        view.release_keys()  # the list can be used meanwhile
        name = batch.unsent[0].entity.name
        view.show_progress(f"{plan.op}ing {safe(plan.policy.name)}: {safe(name)} …")
    try:
        sending = asyncio.create_task(changes.run(batch))
        try:
            await _follow(view, batch, progress, outcome_arrived, sending)
        except Exception:
            # Nothing else may begin while changes are under way, shown or not.
            await asyncio.wait({sending})
            raise
        await sending
    finally:
        view.may_leave = True
        view.show_progress("")
        if progress is not None and _succeeded(batch) and progress.is_active:
            progress.dismiss(None)
    for toast in summary(plan, batch, listed=progress is not None):
        view.toast(*toast)
    if progress is None and (lines := to_decode(batch)):
        from tui.dialogs.text import TextScreen

        await view.app.push_screen_wait(TextScreen("Refused by AWS", lines, "refusal"))
    if closed is not None and not _succeeded(batch):
        await closed


async def _follow(
    view: MainView,
    batch: Batch,
    progress: BatchScreen | None,
    outcome_arrived: asyncio.Event,
    sending: asyncio.Task[None],
) -> None:
    """Show each outcome as it arrives, until the batch has ended."""
    sending.add_done_callback(lambda _: outcome_arrived.set())
    shown = 0
    while True:
        await outcome_arrived.wait()
        outcome_arrived.clear()
        if progress is not None:
            progress.update_batch()
        elif batch.paused is not None and not batch.stopped:
            batch.stop()  # the only change is paused: nothing is left to send
        new, shown = batch.outcomes[shown:], len(batch.outcomes)
        if new:
            await view.show_changed([outcome.change.entity.arn for outcome in new])
            succeeded = [o.change.entity.arn for o in new if o.ending in ("done", "unneeded")]
            view.table.unmark(succeeded)
        if sending.done() and shown == len(batch.outcomes):
            if progress is not None:
                progress.update_batch()
            return


def _succeeded(batch: Batch) -> bool:
    """Whether every change was made, or needed none, and the journal says so."""
    endings = {outcome.ending for outcome in batch.outcomes}
    return endings <= {"done", "unneeded"} and not batch.unsent and not batch.trouble
