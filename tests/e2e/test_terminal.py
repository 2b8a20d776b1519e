"""The real program in a real terminal, against a real moto server."""

from __future__ import annotations

import os
import signal
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pexpect
import pyte
import pytest

from iam.demo import DemoServer
from tests.build import LIMITED
from tests.conftest import ROOT

PROGRAM = [sys.executable, "-c", "from tui.cli import main; main()"]


class Terminal:
    """A program in a pty, and the screen that its output draws."""

    def __init__(
        self, *options: str, size: tuple[int, int] = (120, 36), **environment: str
    ) -> None:
        columns, lines = size
        self.screen = pyte.Screen(columns, lines)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.child = pexpect.spawn(
            PROGRAM[0],
            [*PROGRAM[1:], *options],
            dimensions=(lines, columns),
            timeout=1,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "TERM": "xterm-256color",
                "LANG": "C.UTF-8",
                # The pty gets its size a moment after the program has started.
                "COLUMNS": str(columns),
                "LINES": str(lines),
                **environment,
            },
        )
        self.before = termios.tcgetattr(self.child.fileno())

    def read(self) -> None:
        """Draw what has come."""
        try:
            data: Any = self.child.read_nonblocking(65536, timeout=0.05)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return
        self.raw += data
        self.stream.feed(data)

    @property
    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(self.screen.display)

    def until(self, holds: Callable[[str], object], seconds: float = 60) -> str:
        """Read until the screen shows something."""
        deadline = time.monotonic() + seconds
        while not holds(self.text):
            assert time.monotonic() < deadline, f"not on the screen in time:\n{self.text}"
            self.read()
        return self.text

    def sees(self, *words: str) -> str:
        """Read until all of these are on the screen."""
        return self.until(lambda text: all(word in text for word in words))

    def type(self, keys: str) -> None:
        """Press keys."""
        self.child.send(keys)

    def ended(self, seconds: float = 10) -> int:
        """Wait for the end; returns the exit status, negative for a signal."""
        deadline = time.monotonic() + seconds
        while self.child.isalive():
            assert time.monotonic() < deadline, f"it did not end in time:\n{self.text}"
            self.read()
        self.read()
        status, by = self.child.exitstatus, self.child.signalstatus
        return int(status) if status is not None else -int(by or 0)


@pytest.fixture
def start() -> Iterator[Callable[..., Terminal]]:
    """Start the program in a terminal; it is ended after the test."""
    made: list[Terminal] = []

    def make(*options: str, **more: Any) -> Terminal:
        made.append(Terminal(*options, **more))
        return made[-1]

    yield make
    for terminal in made:
        terminal.child.close(force=True)


def restored(terminal: Terminal) -> bool:
    """Whether the alternate screen was left and the cursor shown again."""
    end = terminal.raw.rfind(b"\x1b[?1049l")
    return end > terminal.raw.rfind(b"\x1b[?1049h") and b"\x1b[?25h" in terminal.raw[end - 200 :]


CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


def attached(demo_iam: Any, name: str) -> list[str]:
    answer = demo_iam.list_attached_role_policies(RoleName=name)
    return [p["PolicyArn"] for p in answer["AttachedPolicies"]]


def test_audit_and_change_an_account_by_keyboard(
    start: Callable[..., Terminal], demo: DemoServer, demo_iam: Any
) -> None:
    terminal = start("--endpoint-url", demo.endpoint_url, **CREDENTIALS)
    terminal.sees("123456789012", "acme-ml", "full", "alice.chen", "AmazonBedrockLimitedAccess v9")
    terminal.type("/EventRelay")
    terminal.until(lambda text: "EventRelay" in text and "alice.chen" not in text)
    terminal.type("\r")
    terminal.type("\r")
    terminal.sees("role/EventRelay", "Amazon Bedrock APIs")
    terminal.type("\t")
    terminal.type("a")
    terminal.sees("Attach a policy", "44/44", "Leave as it is")
    terminal.type("\r")
    terminal.until(lambda text: "Attach a policy" not in text)
    assert attached(demo_iam, "EventRelay") == [
        "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    ]
    terminal.type("a")
    terminal.sees("Attach a policy")
    terminal.type("y")
    terminal.sees("attached to EventRelay", "direct")
    assert LIMITED in attached(demo_iam, "EventRelay")
    terminal.type("d")
    terminal.sees("Detach a policy")
    terminal.type("y")
    terminal.sees("detached from EventRelay")
    assert LIMITED not in attached(demo_iam, "EventRelay")
    terminal.type("q")
    assert terminal.ended() == 0
    assert restored(terminal)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_restores_the_terminal(
    start: Callable[..., Terminal], demo: DemoServer, number: signal.Signals
) -> None:
    terminal = start("--endpoint-url", demo.endpoint_url, **CREDENTIALS)
    terminal.sees("123456789012", "full")
    terminal.child.kill(number)
    assert terminal.ended() == 128 + number
    assert restored(terminal)


def children(pid: int | None) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in listed.read_text().split()]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux's /proc")
@pytest.mark.parametrize("how", ["q", signal.SIGKILL])
def test_the_embedded_account_ends_with_the_app(start: Callable[..., Terminal], how: Any) -> None:
    terminal = start("--demo")
    terminal.sees("DEMO", "acme-ml", "full")
    (server,) = children(terminal.child.pid)
    if how == "q":
        terminal.type("q")
    else:
        terminal.child.kill(how)
    terminal.ended()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{server}").exists() and "Z" not in _state(server):
        assert time.monotonic() < deadline, "the server lives on"
        time.sleep(0.02)


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "Z"


def test_q_leaves_at_once_though_a_call_hangs(start: Callable[..., Terminal]) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        terminal = start("--endpoint-url", f"http://127.0.0.1:{port}", **CREDENTIALS)
        terminal.sees("connecting")
        silent.settimeout(30)
        connection, _ = silent.accept()
        began = time.monotonic()
        terminal.type("q")
        assert terminal.ended() == 0
        assert time.monotonic() - began < 5
        connection.close()
    assert restored(terminal)


def test_80_columns_and_ascii(start: Callable[..., Terminal], demo: DemoServer) -> None:
    terminal = start(
        "--endpoint-url", demo.endpoint_url, size=(80, 24), LC_ALL="C", NO_COLOR="1", **CREDENTIALS
    )
    text = terminal.sees("123456789012", "+ 15 full", "+ 44/44")
    assert "●" not in text
    assert all(ord(c) < 128 for c in text), sorted({c for c in text if ord(c) > 127})
    terminal.type("q")
    assert terminal.ended() == 0
