"""Which changes of a history are undone, and what undo and redo reverse next. Pure functions.

Every batch that reverses another names it, so that undo steps back through the history: a batch
that is itself an undo is skipped, and so is one that is undone already. All of this is decided per
user, role, group and API key, because an undo may have reversed only some changes of its batch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from iam.changes.history import BatchRecord, History

Undone = Mapping[str, frozenset[str]]
"""By the ID of a batch: for which entities, by ARN, or API keys, by ID, it was undone."""


class Reversal(NamedTuple):
    """A batch to reverse next, and for whom."""

    batch: BatchRecord
    arns: frozenset[str]


def undone(history: History) -> Undone:
    """For whom each batch has been undone, and not been redone since."""
    found: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    # A batch is always older than the one that reverses it.
    for batch in reversed(history.batches):
        if batch.entry.undoes:
            found[batch.entry.undoes] |= in_effect(batch, found)
    return found


def next_undo(history: History, account: str) -> Reversal | None:
    """The last batch of an account that is in effect and is neither an undo nor a redo."""
    return _last(history, account, "change")


def next_redo(history: History, account: str) -> Reversal | None:
    """The last undo of an account that is in effect."""
    return _last(history, account, "undo")


def changed_after(history: History, batch: BatchRecord) -> frozenset[str]:
    """For whom the batch's policy was attached or detached since, or which of its keys changed.

    Later changes that have been undone do not count, and neither do the undos.
    """
    ids = [each.id for each in history.batches]
    if batch.id not in ids:
        return frozenset()
    at, already = ids.index(batch.id) + 1, undone(history)
    later = set(ids[at:])
    return frozenset(
        arn
        for other in history.batches[at:]
        if other.entry.undoes not in later
        and other.entry.policy == batch.entry.policy
        and other.entry.account == batch.entry.account
        for arn in in_effect(other, already)
    )


def _last(history: History, account: str, kind: str) -> Reversal | None:
    already = undone(history)
    for batch in reversed(history.of(account)):
        if batch.kind == kind and (arns := in_effect(batch, already)):
            return Reversal(batch, arns)
    return None


def in_effect(batch: BatchRecord, already: Undone) -> frozenset[str]:
    """The ARNs, or IDs of keys, for which a batch took effect, or may have, and was not undone.

    Args:
        batch: The batch.
        already: The result of `undone`.
    """
    arns = frozenset(change.entry.subject for change in batch.reversible)
    return arns - already.get(batch.id, frozenset())
