"""A change of an API key, from the plan to the toast: ask, send, show, report."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from iam.errors import AwsError
from iam.text import safe

if TYPE_CHECKING:
    from iam.changes.batch import Batch
    from iam.changes.history import BatchRecord
    from iam.changes.journal import KeyOp
    from iam.changes.key_plan import KeyPlan
    from tui.controllers.view import MainView

_DONE: dict[KeyOp, str] = {
    "deactivate-key": "is inactive",
    "activate-key": "is active",
    "delete-key": "is deleted",
}
_DOING: dict[KeyOp, str] = {
    "deactivate-key": "deactivating",
    "activate-key": "activating",
    "delete-key": "deleting",
}
_FOR_READING = 12.0


async def change_key(
    view: MainView, op: KeyOp, key_id: str, undoes: BatchRecord | None = None
) -> None:
    """Plan a change of a key, ask for it, and send it.

    Args:
        view: The main screen.
        op: What is done.
        key_id: The key.
        undoes: The batch that this one reverses.

    Raises:
        AwsError, JournalError: In words; nothing was sent.
    """
    from tui.session.api_keys import plan_key

    session = view.session
    view.show_progress("reading the API key again …")
    try:
        await session.answers_known()
        plan = await plan_key(session, op, key_id, undoes)
    finally:
        view.show_progress("")
    if not plan.changes:
        view.toast(plan.refusal, severity="warning")
        return
    from iam.changes.cli_script import aws_commands
    from tui.dialogs.api_key_change import ApiKeyDialog
    from tui.dialogs.confirm import commands_screen

    launch, bar = session.launch, view.bar
    commands = aws_commands(plan.changes, account=bar.account_id, profile=launch.profile)
    name = f"{bar.account_id} ({bar.alias})" if bar.alias else bar.account_id
    dialog = ApiKeyDialog(plan, name, commands, dry_run=launch.dry_run)
    confirmed = await view.app.push_screen_wait(dialog)
    if confirmed is None:
        return
    if launch.dry_run:
        await view.app.push_screen_wait(commands_screen(commands, plan.op, dry_run=True))
    else:
        if undoes is not None:
            view.release_keys()  # else the list of keys follows
        await _send(view, confirmed)


async def undo_key(view: MainView, batch: BatchRecord) -> None:
    """Reverse a change of a key, after a review.

    Raises:
        AwsError, JournalError: In words; nothing was sent.
    """
    from iam.changes.key_plan import REVERSE

    op = next((back for done, back in REVERSE.items() if done == batch.entry.op), None)
    if op is None:
        view.toast("A deleted key cannot be brought back.", severity="warning")
    else:
        await change_key(view, op, batch.entry.credential, batch)


async def _send(view: MainView, plan: KeyPlan) -> None:
    """Send the change, and say how it ended."""
    changes = view.session.changes
    name = plan.before.key.name

    def stop_if_paused() -> None:
        if batch.paused is not None and not batch.stopped:
            batch.stop()  # the only change is paused: nothing is left to send

    batch = changes.batch(plan, stop_if_paused)
    view.may_leave = False
    view.show_progress(f"{_DOING[plan.op]} {safe(name)} …")
    sending = asyncio.create_task(changes.run(batch))
    try:
        await asyncio.shield(sending)
    finally:
        view.may_leave = True
        view.show_progress("")
    await view.show_changed([change.entity.arn for change in plan.changes])
    _report(view, plan, batch)


def _report(view: MainView, plan: KeyPlan, batch: Batch) -> None:
    name = safe(plan.before.key.name)
    if batch.trouble:
        view.toast(batch.trouble, "Journal", "error", 30.0)
    for outcome in batch.outcomes:
        if outcome.ending == "done":
            undone = plan.undoes is not None and plan.undoes.kind != "undo"
            key = "" if plan.final else f" Press {'U to redo' if undone else 'u to undo'}."
            view.toast(f"{name} {_DONE[plan.op]}.{key}")
        elif outcome.ending == "unneeded":
            view.toast(f"{name} needed no change; nothing was sent.")
        elif outcome.ending == "unconfirmed":
            reason = _reason(outcome.error)
            view.toast(reason, f"Not confirmed: {name}", "warning", _FOR_READING)
        else:
            reason = " ".join([_reason(outcome.error), *outcome.refusal.lines])
            view.toast(reason, f"Not changed: {name}", "error", _FOR_READING)
    if not batch.outcomes and batch.paused is not None:
        view.toast(_reason(batch.paused), "Nothing was changed", "error", _FOR_READING)


def _reason(error: AwsError | None) -> str:
    return str(error) if error else "AWS does not show the change yet; press r to read it again."
