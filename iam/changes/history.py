"""Read the journal back: which changes were made, batch by batch, and which have no answer.

A line that a crash cut short is counted and left out; a journal that somebody else can have written
is not read.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from iam.changes.journal import Entry, JournalError, Op, Phase
from iam.runtime.private_file import open_private
from iam.text import safe

State = Literal["open"] | Phase
"""`open`: announced, and no answer in the journal."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One change as the journal has it."""

    entry: Entry
    at: str
    """When it was announced: `2026-11-23T18:00:00.000Z`."""
    state: State = "open"
    request_id: str | None = None
    code: str | None = None
    """Of the error, if there was one."""
    message: str | None = None


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """Changes that were made together: the same policy, attached or detached."""

    id: str
    changes: tuple[Recorded, ...]
    """In the order in which they were announced; the last one of a holder is how it ended."""

    @property
    def at(self) -> str:
        """When it began."""
        return self.changes[0].at

    @property
    def entry(self) -> Entry:
        """Account, caller, op and policy, which all its changes have in common."""
        return self.changes[0].entry

    @property
    def last(self) -> tuple[Recorded, ...]:
        """The last change of each holder: one that was sent again counts once."""
        return tuple({c.entry.principal: c for c in self.changes}.values())

    @property
    def reversible(self) -> tuple[Recorded, ...]:
        """The changes that happened, or may have: AWS is asked before they are reversed."""
        return tuple(c for c in self.last if c.state in ("done", "unconfirmed"))


@dataclass(frozen=True, slots=True)
class History:
    """All that a journal says."""

    batches: tuple[BatchRecord, ...] = ()
    """The oldest first."""
    damaged: int = 0
    """Lines that could not be read."""

    def of(self, account: str) -> tuple[BatchRecord, ...]:
        """The batches of one account."""
        return tuple(b for b in self.batches if b.entry.account == account)

    def changed_after(self, batch: BatchRecord) -> frozenset[str]:
        """The ARNs to which, or from which, the same policy was attached or detached since."""
        later = self.batches[self.batches.index(batch) + 1 :] if batch in self.batches else ()
        return frozenset(
            change.entry.principal
            for each in later
            for change in each.changes
            if change.state in ("done", "unconfirmed")
            and change.entry.policy == batch.entry.policy
            and change.entry.account == batch.entry.account
        )

    def open(self, account: str) -> tuple[Recorded, ...]:
        """The changes of one account that have no answer."""
        return tuple(c for b in self.of(account) for c in b.changes if c.state == "open")


def age(change: Recorded) -> float:
    """How many seconds ago a change was announced, by this machine's clock.

    Returns:
        The seconds: negative if the clock has been set back since; endless if the journal's time
        cannot be read.
    """
    try:
        return (datetime.now(UTC) - datetime.fromisoformat(change.at)).total_seconds()
    except (ValueError, TypeError):
        return math.inf


class _Error(BaseModel):
    code: str
    message: str


class _Line(BaseModel):
    """A line as docs/formats.md describes it; what later versions add is ignored."""

    model_config = ConfigDict(strict=True)

    at: str
    change: str
    account: str
    caller: str
    op: Op
    principal: str
    policy: str
    phase: Literal["intent"] | Phase
    request_id: str | None = None
    error: _Error | None = None

    @property
    def entry(self) -> Entry:
        return Entry(self.change, self.account, self.caller, self.op, self.principal, self.policy)


def read_history(path: Path) -> History:
    """Read a journal; blocking.

    Returns:
        What it says; nothing, where there is no journal yet.

    Raises:
        JournalError: It is there and cannot be read, or somebody else can have written it.
    """
    try:
        # What somebody else wrote is not what happened: an undo would make it happen.
        with os.fdopen(open_private(path, os.O_RDONLY), encoding="utf-8", errors="replace") as file:
            text = file.read()
    except FileNotFoundError:
        return History()
    except OSError as failure:
        reason = safe(failure.strerror or str(failure))
        raise JournalError(f"The journal {safe(str(path))} cannot be read ({reason}).") from failure
    # Not splitlines(): names may hold what it takes for the end of a line.
    return history_of(text.split("\n"))


def history_of(lines: Iterable[str]) -> History:
    """Put intents and answers together.

    An answer belongs to the oldest intent of the same batch and holder that has none yet.
    """
    batches: dict[str, list[Recorded]] = {}
    waiting: dict[Entry, list[int]] = {}
    damaged = 0
    for text in lines:
        if not text.strip():
            continue
        try:
            line = _Line.model_validate_json(text)
        except ValidationError:
            damaged += 1
            continue
        entry = line.entry
        changes = batches.setdefault(entry.change, [])
        if line.phase == "intent":
            waiting.setdefault(entry, []).append(len(changes))
            changes.append(Recorded(entry, line.at))
        elif waiting.get(entry):
            at = waiting[entry].pop(0)
            changes[at] = replace(
                changes[at],
                state=line.phase,
                request_id=line.request_id,
                code=line.error.code if line.error else None,
                message=line.error.message if line.error else None,
            )
        else:
            damaged += 1
    found = tuple(BatchRecord(id, tuple(made)) for id, made in batches.items() if made)
    return History(found, damaged)
