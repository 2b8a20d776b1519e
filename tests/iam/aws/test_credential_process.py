"""A credential process that is broken is told of in words: which one it is, and what to do."""

from __future__ import annotations

import json
import shlex
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from iam.aws import credential_process
from iam.aws.connect import Settings, connect
from iam.errors import AwsError

GOOD = {"Version": 1, "AccessKeyId": "a", "SecretAccessKey": "s3cret"}
Fails = Callable[[str], AwsError]


@pytest.fixture
def fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Fails:
    """Connect with a credential process; returns the error."""

    def run(command: str) -> AwsError:
        file = tmp_path / "config"
        file.write_text(f"[profile helper]\ncredential_process = {command}\n")
        monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
        with pytest.raises(AwsError) as caught:
            connect(Settings(profile="helper"))
        text = str(caught.value)
        assert "The credential_process of the profile helper " in text
        assert "Run that command in a shell" in text
        assert "--region" not in text and "s3cret" not in text
        assert text.isprintable()
        return caught.value

    return run


def printing(text: str) -> str:
    """A command that prints a text."""
    return shlex.join([sys.executable, "-I", "-S", "-c", f"print({text!r}, end='')"])


def saying(**more: Any) -> str:
    return printing(json.dumps({key: v for key, v in (GOOD | more).items() if v is not None}))


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (printing(""), "printed nothing."),
        (printing("s3cret"), "did not print JSON."),
        (printing("\x1b[31m{"), "did not print JSON."),
        (printing('["s3cret"]'), "did not print a JSON object."),
        (saying(Version=None), "printed no Version."),
        (saying(Version=2), "printed the Version 2 instead of 1."),
        (saying(Version="\x1b[31m"), r"printed the Version \x1b[31m instead of 1."),
        (saying(AccessKeyId=None), "printed no AccessKeyId."),
        (saying(SecretAccessKey=""), "printed no SecretAccessKey."),
        (saying(SessionToken=1), "printed a SessionToken that is not a text."),
        (saying(Expiration="soon"), "printed the Expiration soon, which is no time"),
        (saying(Expiration="2030-01-01T00:00:00"), "which is no time with a time zone"),
        (saying(Expiration=7), "printed the Expiration 7, which is no time"),
        (saying(Expiration="2020-01-01T00:00:00Z"), "that expired at 2020-01-01T00:00:00Z."),
        ("no-such-program --x", "cannot start: there is no program no-such-program."),
        ("/", "cannot start: /: Permission denied."),
        ("'oops", "is not a command: No closing quotation."),
        ("", "is empty."),
        ("false", "failed with status 1."),
        ("sh -c 'echo token is old. >&2; exit 7'", "failed with status 7: token is old."),
        ("sh -c 'kill -9 $$'", "was ended by signal 9."),
        ("""sh -c 'printf "\\033[31mred" >&2; exit 1' """, r"status 1: \x1b[31mred."),
        ("""sh -c 'printf "\\377" >&2; exit 1' """, "status 1: \ufffd."),
    ],
    ids=lambda value: value[-50:].encode("unicode_escape").decode(),
)
def test_what_is_wrong_is_said(fails: Fails, command: str, said: str) -> None:
    assert said in fails(command).sentence


def test_one_that_hangs_is_stopped_with_its_children(
    fails: Fails, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credential_process, "PATIENCE", 2.0)
    began = time.monotonic()
    assert (
        "did not end within 2 seconds, and was stopped" in fails("sh -c 'sleep 60; true'").sentence
    )
    assert time.monotonic() - began < 20


def test_one_that_breaks_later_is_told_of_when_credentials_are_renewed(tmp_path: Path) -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=60)).isoformat()
    said = tmp_path / "said"
    said.write_text(json.dumps(GOOD | {"Expiration": soon, "SessionToken": "t"}))
    found = credential_process.CarefulProcessProvider(
        "helper", lambda: {"profiles": {"helper": {"credential_process": f"cat {said}"}}}
    ).load()
    said.write_text("junk")
    with pytest.raises(AwsError, match="of the profile helper did not print JSON"):
        found.get_frozen_credentials()
