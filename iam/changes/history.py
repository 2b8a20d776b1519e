"""Read the journal back: which changes were made, batch by batch, and which have no answer.

Lines that cannot be read, such as one that a crash cut off, are counted and skipped. A journal that
another user may have written is refused.
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

from iam.changes.journal import AnyOp, JournalEntry, JournalError, Phase
from iam.runtime.private_file import open_private
from iam.text import safe

State = Literal["open"] | Phase
"""`open`: announced, with no answer in the journal."""
Kind = Literal["change", "undo", "redo"]
"""An undo reverses a change or a redo, and a redo reverses an undo."""


@dataclass(frozen=True, slots=True)
class RecordedChange:
    """One change as the journal records it."""

    entry: JournalEntry
    at: str
    """When it was announced, such as `2026-11-23T18:00:00.000Z`."""
    state: State = "open"
    request_id: str | None = None
    code: str | None = None
    """The error code, if there was an error."""
    message: str | None = None


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """Changes that were made together: the same policy, attached or detached, or API keys."""

    id: str
    changes: tuple[RecordedChange, ...]
    """In the order in which they were announced. An entity whose change was sent again has several;
    the last one has the outcome."""
    kind: Kind = "change"

    @property
    def at(self) -> str:
        """When its first change was announced."""
        return self.changes[0].at

    @property
    def entry(self) -> JournalEntry:
        """The entry of its first change: all have the same account, caller, op and policy."""
        return self.changes[0].entry

    @property
    def last(self) -> tuple[RecordedChange, ...]:
        """The last change of each entity, or of each key."""
        return tuple({c.entry.subject: c for c in self.changes}.values())

    @property
    def reversible(self) -> tuple[RecordedChange, ...]:
        """The changes that took effect, or may have; AWS is asked before they are reversed.

        A key that has been deleted does not come back.
        """
        return tuple(
            c
            for c in self.last
            if c.state in ("done", "unconfirmed") and c.entry.op != "delete-key"
        )


@dataclass(frozen=True, slots=True)
class History:
    """Everything that a journal records."""

    batches: tuple[BatchRecord, ...] = ()
    """The oldest first."""
    damaged: int = 0
    """Lines that could not be read."""

    def of(self, *accounts: str) -> tuple[BatchRecord, ...]:
        """The batches of some accounts."""
        return tuple(b for b in self.batches if b.entry.account in accounts)

    def open(self, account: str) -> tuple[RecordedChange, ...]:
        """The changes of one account that have no answer."""
        return tuple(c for b in self.of(account) for c in b.changes if c.state == "open")


def seconds_since(change: RecordedChange) -> float:
    """How many seconds ago a change was announced, by this machine's clock.

    Returns:
        The seconds: negative if the clock has been set back since; infinite if the recorded time
        cannot be parsed.
    """
    try:
        return (datetime.now(UTC) - datetime.fromisoformat(change.at)).total_seconds()
    except (ValueError, TypeError):
        return math.inf


class _Error(BaseModel):
    code: str
    message: str


class _Line(BaseModel):
    """A line as docs/formats.md describes it; keys that later versions add are ignored."""

    model_config = ConfigDict(strict=True)

    at: str
    change: str
    account: str
    caller: str
    op: AnyOp
    principal: str
    policy: str | None
    phase: Literal["intent"] | Phase
    undoes: str | None = None
    credential: str | None = None
    request_id: str | None = None
    error: _Error | None = None

    @property
    def entry(self) -> JournalEntry:
        return JournalEntry(
            self.change,
            self.account,
            self.caller,
            self.op,
            self.principal,
            self.policy or "",
            self.undoes or "",
            self.credential or "",
        )


def read_history(path: Path) -> History:
    """Read a journal; blocking.

    Returns:
        Its content; empty if there is no journal yet.

    Raises:
        JournalError: It exists and cannot be read, or another user may have written it.
    """
    try:
        # A line that another user wrote is not what happened, but an undo would act on it.
        with os.fdopen(open_private(path, os.O_RDONLY), encoding="utf-8", errors="replace") as file:
            text = file.read()
    except FileNotFoundError:
        return History()
    except OSError as failure:
        reason = safe(failure.strerror or str(failure))
        raise JournalError(f"The journal {safe(str(path))} cannot be read ({reason}).") from failure
    # Not splitlines(), which also splits at characters that names may contain.
    return history_of(text.split("\n"))


def history_of(lines: Iterable[str]) -> History:
    """Match intents and answers.

    An answer belongs to the oldest unanswered intent with the same entry.
    """
    batches: dict[str, list[RecordedChange]] = {}
    unanswered: dict[JournalEntry, list[int]] = {}
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
            unanswered.setdefault(entry, []).append(len(changes))
            changes.append(RecordedChange(entry, line.at))
        elif unanswered.get(entry):
            index = unanswered[entry].pop(0)
            changes[index] = replace(
                changes[index],
                state=line.phase,
                request_id=line.request_id,
                code=line.error.code if line.error else None,
                message=line.error.message if line.error else None,
            )
        else:
            damaged += 1
    kinds: dict[str, Kind] = {}
    records = []
    for id, announced in batches.items():
        if announced:
            reversed_id = announced[0].entry.undoes
            kinds[id] = _kind_of_reversal(kinds.get(reversed_id)) if reversed_id else "change"
            records.append(BatchRecord(id, tuple(announced), kinds[id]))
    return History(tuple(records), damaged)


def _kind_of_reversal(of: Kind | None) -> Kind:
    return "redo" if of == "undo" else "undo"
