"""The record of every change, on disk before the call that it announces is sent.

One JSON object a line, in ASCII, so that nothing in a name can break a line or reach a terminal. A
line is one write to a file opened for appending, under a lock: two copies of the app do not tear
each other's lines.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from iam.runtime.folders import NoHome, state_folder
from iam.runtime.private_file import make_private_folder, open_private
from iam.text import safe

Phase = Literal["done", "failed", "unconfirmed"]
Op = Literal["attach", "detach"]


class JournalError(Exception):
    """The journal cannot be written; one sentence says why, and what follows for the change."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What an intent and its answer have in common."""

    change: str
    """The batch's ID."""
    account: str
    caller: str
    op: Op
    principal: str
    """The ARN of a user, role or group."""
    policy: str


def default_path() -> Path:
    """The usual place: `$XDG_STATE_HOME/bedrock-tui/journal.jsonl`.

    Raises:
        JournalError: There is no such place for this user.
    """
    try:
        return state_folder() / "journal.jsonl"
    except NoHome as failure:
        raise JournalError(
            f"Changes need a journal, and {failure}: name a file for it with --journal."
        ) from failure


class Journal:
    """An append-only file that only its owner can read; blocking."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Tell other copies of the app that intents without an answer are under way here.

        Raises:
            JournalError: Another copy is settling open intents, or the place cannot be written.
        """
        with self._locked(fcntl.LOCK_SH) as held:
            if not held:
                raise JournalError(
                    "AWS is being asked about changes that were cut short, here or by another copy "
                    "of the app, so no change is sent. Try again in a moment."
                )
            yield

    @contextmanager
    def settling(self) -> Iterator[bool]:
        """Take the right to answer open intents; yields whether it was to be had.

        It is not while any copy of the app makes changes. The system gives the lock back when a
        copy dies, however it dies.

        Raises:
            JournalError: The place cannot be written.
        """
        with self._locked(fcntl.LOCK_EX) as held:
            yield held

    @contextmanager
    def _locked(self, how: int) -> Iterator[bool]:
        path = self.path.parent / f"{self.path.name}.lock"
        try:
            make_private_folder(path.parent)
            file = open_private(path, os.O_RDWR | os.O_CREAT)
        except OSError as failure:
            raise self._failure(failure, "so no change is sent") from failure
        try:
            try:
                fcntl.flock(file, how | fcntl.LOCK_NB)
                held = True
            except BlockingIOError:
                held = False
            except OSError as failure:
                raise self._failure(failure, "so no change is sent") from failure
            yield held
        finally:
            os.close(file)

    def intent(self, entry: Entry) -> None:
        """Record that a change is about to be sent.

        Raises:
            JournalError: It is not on disk: do not send the change.
        """
        self._append(entry, "intent", None, None, "so no change is sent")

    def answer(
        self,
        entry: Entry,
        phase: Phase,
        request_id: str | None = None,
        error: tuple[str, str] | None = None,
    ) -> None:
        """Record how an intent ended; each gets exactly one answer.

        Args:
            entry: The one of the intent.
            phase: How it ended.
            request_id: AWS's, where it answered.
            error: Code and message.

        Raises:
            JournalError: It is not on disk; the next start will find the intent open and ask AWS.
        """
        self._append(
            entry,
            phase,
            request_id,
            error,
            "so how the change ended is not recorded; it was sent",
        )

    def _append(
        self,
        entry: Entry,
        phase: Literal["intent", "done", "failed", "unconfirmed"],
        request_id: str | None,
        error: tuple[str, str] | None,
        consequence: str,
    ) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00")
        line = json.dumps(
            {
                "at": f"{now}Z",
                "change": entry.change,
                "account": entry.account,
                "caller": entry.caller,
                "op": entry.op,
                "principal": entry.principal,
                "policy": entry.policy,
                "phase": phase,
                "request_id": request_id,
                "error": {"code": error[0], "message": error[1]} if error else None,
            }
        )
        try:
            self._write(line.encode("ascii") + b"\n")
        except OSError as failure:
            raise self._failure(failure, consequence) from failure

    def _failure(self, failure: OSError, consequence: str) -> JournalError:
        reason = safe(failure.strerror or str(failure))
        return JournalError(
            f"The journal {safe(str(self.path))} cannot be written ({reason}), {consequence}."
        )

    def _write(self, line: bytes) -> None:
        make_private_folder(self.path.parent)
        is_new = not self.path.exists()
        # Read access, too: for the last byte.
        file = open_private(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
        try:
            # Another copy of the app may be in the middle of its line.
            fcntl.flock(file, fcntl.LOCK_EX)
            found = os.fstat(file)
            if found.st_mode & 0o077:  # others may read it
                os.fchmod(file, 0o600)
            if found.st_size and os.pread(file, 1, found.st_size - 1) != b"\n":
                # A crash or a full disk cut the last line short: it stays, by itself.
                line = b"\n" + line
            if os.write(file, line) != len(line):
                raise OSError("the disk is full")
            os.fsync(file)
        finally:
            os.close(file)
        if is_new:
            _sync_folder(self.path.parent)


def _sync_folder(folder: Path) -> None:
    """Make sure that the new file itself is on disk, and not only what is in it."""
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
