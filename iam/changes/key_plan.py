"""What a change of an API key would do, before anything is sent; pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from iam.account.model import User
from iam.changes.history import BatchRecord
from iam.changes.journal import KeyOp
from iam.changes.plan import Change
from iam.verdicts.api_key_use import KeyUse

REVERSE: dict[KeyOp, KeyOp] = {
    "deactivate-key": "activate-key",
    "activate-key": "deactivate-key",
}
"""What undoes a change; nothing undoes a deletion."""
_STATUSES: dict[KeyOp, Literal["Active", "Inactive"]] = {
    "deactivate-key": "Inactive",
    "activate-key": "Active",
}


@dataclass(frozen=True, slots=True)
class KeyChange:
    """An API key, to be switched off or on, or deleted."""

    op: KeyOp
    entity: User
    credential: str
    """The ID of the key."""

    @property
    def policy_arn(self) -> str:
        """It is about no policy; the property is there for every change."""
        return ""

    @property
    def status(self) -> Literal["Active", "Inactive"] | None:
        """The state that it gives to the key; None if it deletes it."""
        return _STATUSES.get(self.op)


AnyChange = Change | KeyChange


@dataclass(frozen=True, slots=True)
class KeyPlan:
    """A change of one key, to be confirmed."""

    op: KeyOp
    before: KeyUse
    after: KeyUse | None
    """What the key is good for afterwards; None if it is deleted."""
    changes: tuple[KeyChange, ...]
    """The one change; none if it cannot be made, or need not be."""
    refusal: str = ""
    """Why there is no change, in a sentence."""
    undoes: BatchRecord | None = None
    """The batch that this plan reverses."""
    doubt: str = ""
    """Why the state of the key could not be read again, in a sentence."""

    @property
    def final(self) -> bool:
        """Whether nothing undoes the change."""
        return self.op not in REVERSE


def plan_key_change(
    op: KeyOp,
    before: KeyUse,
    after: KeyUse | None,
    undoes: BatchRecord | None = None,
    doubt: str = "",
) -> KeyPlan:
    """Work out what changing a key would do.

    Args:
        op: What is done with it.
        before: What the key is good for now.
        after: What it would be good for with its new state; None if it is deleted.
        undoes: The batch that the plan reverses.
        doubt: Why its state could not be read again: then it may already be another one.
    """
    refusal = _refusal(op, before, certain=not doubt)
    owner = before.owner
    changes = (KeyChange(op, owner, before.key.id),) if owner is not None and not refusal else ()
    return KeyPlan(op, before, after, changes, refusal, undoes, doubt)


def _refusal(op: KeyOp, use: KeyUse, *, certain: bool) -> str:
    if use.owner is None:
        return f"The user {use.key.user} was not read, so this key cannot be changed here."
    if op == "delete-key":
        return ""
    if use.state == "Expired":
        return "The key has expired: it can only be deleted."
    if not certain:
        return ""
    if op == "deactivate-key" and use.state == "Inactive":
        return "The key is inactive already."
    if op == "activate-key" and use.state == "Active":
        return "The key is active already."
    return ""
