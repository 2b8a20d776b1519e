"""The record of every change, on disk before the call that it announces is sent.

One JSON object per line, in ASCII, so that no name can break a line or reach a terminal as a
control sequence. Each line is one write to a file opened for appending, under a lock, so that
copies of the app do not mix up their lines. docs/formats.md describes the format: a contract.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple

from iam.account.api_keys import EXISTS
from iam.errors import AwsError
from iam.runtime.folders import NoHome, state_folder
from iam.runtime.private_file import make_private_folder, open_private
from iam.text import safe

Phase = Literal["done", "failed", "unconfirmed"]
Op = Literal["attach", "detach"]
"""What may be done with a policy."""
KeyOp = Literal["deactivate-key", "activate-key", "delete-key"]
"""What may be done with an API key."""
AnyOp = Op | KeyOp
ACTIVE = "Active"
"""The state of a key that is switched on."""
_KEY_SIGNS: dict[KeyOp, tuple[str, bool]] = {
    "deactivate-key": (ACTIVE, False),
    "activate-key": (ACTIVE, True),
    "delete-key": (EXISTS, False),
}


class Sign(NamedTuple):
    """What a read of AWS shows once a change has been made."""

    subject: str
    """What is read: the ARN of a user, role or group, or the ID of a key."""
    name: str
    """The ARN of a policy; of a key, its state, or that it exists."""
    present: bool

    def shown_by(self, state: tuple[str, ...]) -> bool:
        """Whether what was read shows the change as made."""
        return (self.name in state) == self.present


def sign_of(op: AnyOp, principal: str, policy: str, credential: str) -> Sign:
    """What shows that a change has been made.

    Args:
        op: What is done.
        principal: The ARN of the user, role or group.
        policy: The ARN of the policy; empty for a change of a key.
        credential: The ID of the key; empty for a change of a policy.
    """
    if op == "attach" or op == "detach":
        return Sign(principal, policy, op == "attach")
    return Sign(credential, *_KEY_SIGNS[op])


class JournalError(Exception):
    """The journal cannot be used; one sentence says why, and what this means for the change."""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """What the lines of an intent and of its answer have in common."""

    change: str
    """The ID of the batch."""
    account: str
    caller: str
    op: AnyOp
    principal: str
    """The ARN of a user, role or group."""
    policy: str
    """The ARN of the policy; empty for a change of a key."""
    undoes: str = field(default="", compare=False)
    """The ID of the batch that this one reverses; empty if it reverses none."""
    credential: str = ""
    """The ID of the API key that is changed; empty for a change of a policy."""

    @property
    def sign(self) -> Sign:
        """What shows that the change has been made."""
        return sign_of(self.op, self.principal, self.policy, self.credential)

    @property
    def subject(self) -> str:
        """What is changed: the ARN of a user, role or group, or the ID of a key."""
        return self.sign.subject


def default_path() -> Path:
    """The default path: `$XDG_STATE_HOME/bedrock-tui/journal.jsonl`.

    Raises:
        JournalError: This user has no such folder.
    """
    try:
        return state_folder() / "journal.jsonl"
    except NoHome as failure:
        raise JournalError(
            f"Changes need a journal, and {failure}: name a file for it with --journal."
        ) from failure


class Journal:
    """An append-only file that only its owner can read; its methods block."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold a lock that tells other copies of the app that this one is making changes.

        Raises:
            JournalError: Another copy is resolving open intents, or the lock cannot be created.
        """
        with self._locked(fcntl.LOCK_SH) as held:
            if not held:
                raise JournalError(
                    "Interrupted changes are being checked with AWS, here or by another copy of "
                    "the app, so no change is sent. Try again in a moment."
                )
            yield

    @contextmanager
    def settling(self) -> Iterator[bool]:
        """Take the lock that allows to answer open intents; yields whether it was free.

        It is not free while any copy of the app makes changes. The system releases the lock of a
        copy that dies.

        Raises:
            JournalError: The lock cannot be created.
        """
        with self._locked(fcntl.LOCK_EX) as held:
            yield held

    @contextmanager
    def _locked(self, mode: int) -> Iterator[bool]:
        path = self.path.parent / f"{self.path.name}.lock"
        try:
            make_private_folder(path.parent)
            file = open_private(path, os.O_RDWR | os.O_CREAT)
        except OSError as failure:
            raise self._failure(failure, "so no change is sent") from failure
        try:
            try:
                fcntl.flock(file, mode | fcntl.LOCK_NB)
                held = True
            except BlockingIOError:
                held = False
            except OSError as failure:
                raise self._failure(failure, "so no change is sent") from failure
            yield held
        finally:
            os.close(file)

    def intent(self, entry: JournalEntry) -> None:
        """Record that a change is about to be sent.

        Raises:
            JournalError: It is not on disk, so the change must not be sent.
        """
        self._append(entry, "intent", None, None, "so no change is sent")

    def answer(
        self,
        entry: JournalEntry,
        phase: Phase,
        request_id: str | None = None,
        error: AwsError | None = None,
    ) -> None:
        """Record the outcome of an intent; each intent gets exactly one answer.

        Args:
            entry: The entry of the intent.
            phase: The outcome.
            request_id: AWS's ID of the request, if AWS answered.
            error: Why the change failed or is unconfirmed.

        Raises:
            JournalError: It is not on disk; the next start will find the intent open and ask AWS.
        """
        self._append(
            entry,
            phase,
            request_id,
            error,
            "so the outcome of the change, which was sent, is not recorded",
        )

    def _append(
        self,
        entry: JournalEntry,
        phase: Literal["intent", "done", "failed", "unconfirmed"],
        request_id: str | None,
        error: AwsError | None,
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
                "policy": entry.policy or None,
                "phase": phase,
                "request_id": request_id,
                "error": {"code": error.code, "message": error.sentence} if error else None,
                **({"undoes": entry.undoes} if entry.undoes else {}),
                **({"credential": entry.credential} if entry.credential else {}),
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
        # Read access as well, for the last byte.
        file = open_private(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
        try:
            # Another copy of the app may be in the middle of its line.
            fcntl.flock(file, fcntl.LOCK_EX)
            status = os.fstat(file)
            if status.st_mode & 0o077:  # others may read it
                os.fchmod(file, 0o600)
            if status.st_size and os.pread(file, 1, status.st_size - 1) != b"\n":
                # A crash or a full disk cut off the last line: keep it on a line of its own.
                line = b"\n" + line
            if os.write(file, line) != len(line):
                raise OSError("the disk is full")
            os.fsync(file)
        finally:
            os.close(file)
        if is_new:
            _sync_folder(self.path.parent)


def _sync_folder(folder: Path) -> None:
    """Flush the entry of a new file in its folder to disk, and not only its content."""
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
