"""Run the `credential_process` of a profile, and say in words what is wrong with it.

It has no terminal, so it fails instead of prompting on that of the app. One that hangs is killed
after a while, or when the program ends.

What it prints holds secrets if anything: nothing of it is shown.
https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any
from weakref import WeakSet

from botocore.credentials import ProcessProvider, RefreshableCredentials

from iam.errors import AwsError
from iam.runtime.threads import before_leaving
from iam.text import safe, without_secrets

PATIENCE = 120.0
"""Seconds that it may take: long enough for a person who has to log in elsewhere."""
_MOST_SHOWN = 300
_helpers: WeakSet[subprocess.Popen[bytes]] = WeakSet()
"""The credential processes that were started."""


class CarefulProcessProvider(ProcessProvider):
    """botocore's provider, with a credential process that is told of in words if it fails."""

    def __init__(self, profile: str, load_config: Callable[[], Any]) -> None:
        """Prepare it.

        Args:
            profile: The profile whose credential process it runs.
            load_config: Returns AWS's configuration.
        """
        super().__init__(profile, load_config, popen=partial(_start, profile))
        self._of = profile

    def load(self) -> Any:
        """Find credentials; None if the profile has no credential process.

        Raises:
            AwsError: It has one, and there are none to be had from it.
        """
        try:
            return super().load()
        except ValueError as error:  # a quotation that does not end
            raise _fault(self._of, f"is not a command: {safe(str(error))}") from error


class _Helper(subprocess.Popen[bytes]):
    """A credential process whose output has been checked once it is there."""

    profile = ""

    def communicate(
        self, input: bytes | None = None, timeout: float | None = None
    ) -> tuple[bytes, bytes]:
        try:
            said, errors = super().communicate(input, PATIENCE if timeout is None else timeout)
        except subprocess.TimeoutExpired as error:
            _kill(self)
            self.wait()
            for stream in (self.stdout, self.stderr):
                if stream is not None:
                    stream.close()
            why = f"did not end within {PATIENCE:.0f} seconds, and was stopped"
            raise _fault(self.profile, why) from error
        if self.returncode:
            raise _fault(self.profile, _ending(self.returncode, errors))
        if wrong := _wrong(said):
            raise _fault(self.profile, wrong)
        return said, errors


def _start(profile: str, command: Sequence[str], **options: Any) -> _Helper:
    """Start a credential process without a terminal: it fails instead of prompting."""
    options |= {"stdin": subprocess.DEVNULL, "start_new_session": True}
    if not command:
        raise _fault(profile, "is empty")
    try:
        helper = _Helper(command, **options)
    except FileNotFoundError as error:
        raise _fault(profile, f"cannot start: there is no program {safe(command[0])}") from error
    except OSError as error:
        why = f"cannot start: {safe(command[0])}: {error.strerror or error}"
        raise _fault(profile, why) from error
    helper.profile = profile
    _helpers.add(helper)
    return helper


def _fault(profile: str, why: str) -> AwsError:
    return AwsError(
        "CredentialRetrieval",
        f"The credential_process of the profile {safe(profile)} {why}.",
        "Run that command in a shell, where it has a terminal, or correct the profile.",
    )


def _ending(status: int, errors: bytes) -> str:
    """How a process failed, with what it says of it."""
    how = f"failed with status {status}" if status > 0 else f"was ended by signal {-status}"
    words = " ".join(errors.decode("utf-8", "replace").split())
    said = safe(without_secrets(words))
    said = said if len(said) <= _MOST_SHOWN else f"… {said[-_MOST_SHOWN:]}"  # the reason is last
    return f"{how}: {said.rstrip('.')}" if said else how


def _wrong(said: bytes) -> str:
    """What is wrong with the output of a process; empty if it holds credentials."""
    if not said.strip():
        return "printed nothing"
    try:
        found = json.loads(said.decode())
    except (ValueError, RecursionError):
        return "did not print JSON"
    if not isinstance(found, dict):
        return "did not print a JSON object"
    if (version := found.get("Version")) != 1:
        return (
            f"printed {_named('Version', version)} instead of 1"
            if version
            else "printed no Version"
        )
    for key in ("AccessKeyId", "SecretAccessKey"):
        if not isinstance(found.get(key), str) or not found[key]:
            return f"printed no {key}"
    if not isinstance(found.get("SessionToken"), str | None):
        return "printed a SessionToken that is not a text"
    return _wrong_time(found.get("Expiration"))


def _wrong_time(expiration: object) -> str:
    """What is wrong with the time at which credentials expire, as botocore reads it."""
    if expiration is None:
        return ""
    keys = {"access_key": "", "secret_key": "", "token": "", "expiry_time": expiration}
    try:
        made = RefreshableCredentials.create_from_metadata(keys, dict, method="")
        expired = made.refresh_needed(0)
    except (ValueError, TypeError, OverflowError, AttributeError):
        return f"printed {_named('Expiration', expiration)}, which is no time with a time zone"
    return f"printed credentials that expired at {safe(str(expiration))}" if expired else ""


def _named(key: str, value: object) -> str:
    return f"the {key} {safe(str(value))[:40]}"


def _kill(helper: subprocess.Popen[bytes]) -> None:
    """Kill a process with all its children. It has not been waited for: its ID is its own."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(helper.pid, signal.SIGKILL)


@before_leaving
def end_helpers() -> None:
    """Kill the credential processes that still run, with all their children."""
    for helper in list(_helpers):
        if helper.returncode is None:
            _kill(helper)
