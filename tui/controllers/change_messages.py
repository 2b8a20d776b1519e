"""What the toasts say of a change, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from iam.counts import counted
from iam.text import safe

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel

    from iam.changes.apply import Outcome
    from iam.changes.batch import Batch
    from iam.changes.journal import Op
    from iam.changes.plan import Plan
    from iam.errors import AwsError

    Toast = tuple[str, str, SeverityLevel, float]
    """Text, title, severity, and for how many seconds."""

MOST_TOASTS = 3
_VERBS: dict[Op, str] = {"attach": "attached to", "detach": "detached from"}
_BRIEF, _FOR_READING, _LONG = 6.0, 12.0, 30.0


def nothing_to_change(plan: Plan) -> list[Toast]:
    """Why a plan has no changes."""
    left_out = [*plan.blocked, *plan.unneeded][:MOST_TOASTS]
    reasons = [f"{left.entity.name}: {left.why}." for left in left_out]
    return [(text, "", "warning", _BRIEF) for text in (*reasons, *plan.warnings[:MOST_TOASTS])]


def summary(plan: Plan, batch: Batch, *, listed: bool) -> list[Toast]:
    """How a batch ended.

    Args:
        plan: What was sent.
        batch: With its outcomes.
        listed: Whether a screen has listed the outcomes one by one.
    """
    toasts: list[Toast] = []
    policy = plan.policy.name
    done = [outcome for outcome in batch.outcomes if outcome.ending == "done"]
    if done:
        undo = plan.undoes is not None and plan.undoes.kind != "undo"
        key = "U to redo" if undo else "u to undo"
        text = f"{policy} {_VERBS[plan.op]} {_who(done)}. Press {key}."
        toasts.append((text, "", "information", _BRIEF))
    if batch.trouble:
        toasts.append((batch.trouble, "Journal", "error", _LONG))
    if listed:
        return toasts
    for outcome in batch.outcomes:
        name, reason = outcome.change.entity.name, _reason(outcome.error)
        if outcome.ending == "unneeded":
            text = f"{name} needed no change; nothing was sent."
            toasts.append((text, "", "information", _BRIEF))
        elif outcome.ending == "unconfirmed":
            toasts.append((reason, f"Not confirmed: {safe(name)}", "warning", _FOR_READING))
        elif outcome.ending == "failed":
            reason = " ".join([reason, *outcome.refusal.lines])
            toasts.append((reason, f"Not changed: {safe(name)}", "error", _FOR_READING))
    if not batch.outcomes and batch.paused is not None:
        toasts.append((_reason(batch.paused), "Nothing was sent", "error", _FOR_READING))
    return toasts


def to_decode(batch: Batch) -> list[str]:
    """What to read and to copy where AWS offers more about a refusal; empty if it does not."""
    refused = [outcome for outcome in batch.outcomes if outcome.refusal.command]
    return [
        line
        for outcome in refused
        for line in (
            str(outcome.error),
            "",
            *outcome.refusal.lines,
            "This command shows the details:",
            outcome.refusal.command,
        )
    ]


def _reason(error: AwsError | None) -> str:
    return str(error) if error else "AWS does not show the change yet; press r to read it again."


def _who(done: Sequence[Outcome]) -> str:
    entities = [outcome.change.entity for outcome in done]
    if len(entities) == 1:
        return entities[0].name
    groups = sum(entity.type == "group" for entity in entities)
    numbers = {"principal": len(entities) - groups, "group": groups}
    return " and ".join(counted(number, what) for what, number in numbers.items() if number)
