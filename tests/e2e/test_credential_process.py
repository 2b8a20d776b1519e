"""A credential process that hangs, such as one that waits for a login: it ends with the program."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.terminal import Terminal, wait_until_gone


@pytest.fixture
def helper(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A credential process that hangs; the file that then holds its number."""
    said = tmp_path / "helper.pid"
    script = tmp_path / "helper.sh"
    # A child of its own, as an SSO helper has one: that must end, too.
    script.write_text(f"sleep 600 & echo $! > {said}.new; mv {said}.new {said}; wait\n")
    config = tmp_path / "config"
    config.write_text(f"[default]\ncredential_process = sh {script}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    return said


def started(terminal: Terminal, helper: Path) -> int:
    """Wait for the credential process; returns the number of its child."""
    deadline = time.monotonic() + 30
    while not helper.exists():
        assert time.monotonic() < deadline, terminal.text
        terminal.read()
    return int(helper.read_text())


def by_q(terminal: Terminal) -> None:
    terminal.type("q")


def by_ctrl_c(terminal: Terminal) -> None:
    terminal.type("\x03")


def by_signal(number: signal.Signals) -> Callable[[Terminal], None]:
    def send(terminal: Terminal) -> None:
        assert terminal.child.pid is not None
        os.kill(terminal.child.pid, number)

    send.__name__ = f"by_{number.name}"
    return send


TERM, HUP = by_signal(signal.SIGTERM), by_signal(signal.SIGHUP)


@pytest.mark.parametrize("leave", [by_q, TERM, HUP], ids=lambda fn: fn.__name__)
def test_it_ends_with_the_app(
    start: Callable[..., Terminal], helper: Path, leave: Callable[[Terminal], None]
) -> None:
    terminal = start()
    pid = started(terminal, helper)
    terminal.sees("quit")
    leave(terminal)
    terminal.ended()
    wait_until_gone(pid)


@pytest.mark.parametrize(
    ("leave", "status"),
    [(by_ctrl_c, 130), (TERM, 143), (HUP, 129)],
    ids=["ctrl+c", "SIGTERM", "SIGHUP"],
)
def test_it_ends_with_the_audit(
    start: Callable[..., Terminal],
    helper: Path,
    leave: Callable[[Terminal], None],
    status: int,
) -> None:
    terminal = start("audit")
    pid = started(terminal, helper)
    leave(terminal)
    assert terminal.ended() == status
    assert terminal.text.split() in ([], ["^C"])
    wait_until_gone(pid)
