"""The real program in a real terminal, against a real moto server."""

from __future__ import annotations

import base64
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from iam.demo.launcher import DemoServer
from tests.build import LIMITED
from tests.company import Company
from tests.e2e.terminal import CREDENTIALS, Terminal, children, restored, wait_until_gone


def attached(demo_iam: Any, name: str) -> list[str]:
    answer = demo_iam.list_attached_role_policies(RoleName=name)
    return [p["PolicyArn"] for p in answer["AttachedPolicies"]]


def test_audit_and_change_an_account_by_keyboard(
    start: Callable[..., Terminal], demo: DemoServer, demo_iam: Any
) -> None:
    terminal = start("--endpoint-url", demo.endpoint_url, **CREDENTIALS)
    terminal.sees("123456789012", "acme-ml", "◆ ", "alice.chen", "AmazonBedrockLimitedAccess v9")
    terminal.sees("SCP  client region us-east-1")  # else the organization is news in the preview
    terminal.type("/EventRelay")
    terminal.until(lambda text: "EventRelay" in text and "alice.chen" not in text)
    terminal.type("\r")
    terminal.type("\r")
    terminal.sees("role/EventRelay", "Amazon Bedrock APIs")
    terminal.type("\t")
    terminal.type("a")
    terminal.sees("Attach a policy", "41/44", "n  Cancel")
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


def test_a_signal_restores_the_terminal(start: Callable[..., Terminal], demo: DemoServer) -> None:
    """In the middle of a batch: see `test_death.py`, which sends the other signals."""
    terminal = start("--endpoint-url", demo.endpoint_url, **CREDENTIALS)
    terminal.sees("123456789012", "◆ ")
    terminal.child.kill(signal.SIGHUP)
    assert terminal.ended() == 128 + signal.SIGHUP
    assert restored(terminal)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux's /proc")
@pytest.mark.parametrize("how", ["q", signal.SIGKILL])
def test_the_embedded_account_ends_with_the_app(start: Callable[..., Terminal], how: Any) -> None:
    terminal = start("--demo")
    terminal.sees("DEMO", "acme-ml", "◆ ")
    (server,) = children(terminal.child.pid)
    if how == "q":
        terminal.type("q")
    else:
        terminal.child.kill(how)
    terminal.ended()
    wait_until_gone(server)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux's /proc")
@pytest.mark.parametrize("how", ["q", signal.SIGKILL])
def test_the_process_that_reads_ends_with_the_app(
    start: Callable[..., Terminal], company: Company, how: Any
) -> None:
    company.fake.hold("GetAccountAuthorizationDetails")
    terminal = start("--endpoint-url", company.fake.url)
    terminal.sees("reading the account")
    (reader,) = children(terminal.child.pid)
    if how == "q":
        terminal.type("q")
    else:
        terminal.child.kill(how)
    terminal.ended()
    wait_until_gone(reader)


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


def test_a_copy_is_passed_on_by_tmux(start: Callable[..., Terminal], demo: DemoServer) -> None:
    terminal = start("--endpoint-url", demo.endpoint_url, TMUX="/tmp/x,1,0", **CREDENTIALS)
    terminal.sees("123456789012", "can invoke")
    terminal.type("y")
    terminal.sees("clipboard")
    copied = re.search(rb"\x1bPtmux;\x1b\x1b]52;c;([A-Za-z0-9+/=]+)\x07\x1b\\", terminal.raw)
    assert copied is not None
    assert base64.b64decode(copied[1]).startswith(b"arn:aws:iam::123456789012:")
    assert b"\x1b]52;c;" + copied[1] in terminal.raw.replace(copied[0], b"")
    terminal.type("q")
    assert terminal.ended() == 0


@pytest.mark.parametrize("option", ["--mouse", "--no-mouse"])
def test_the_mouse_is_left_to_the_terminal_on_request(
    start: Callable[..., Terminal], demo: DemoServer, option: str
) -> None:
    terminal = start(option, "--endpoint-url", demo.endpoint_url, **CREDENTIALS)
    terminal.sees("123456789012", "can invoke")
    assert (b"\x1b[?1000h" in terminal.raw) == (option == "--mouse")
    terminal.type("q")
    assert terminal.ended() == 0


def test_80_columns_and_ascii(start: Callable[..., Terminal], demo: DemoServer) -> None:
    terminal = start(
        "--endpoint-url", demo.endpoint_url, size=(80, 24), LC_ALL="C", NO_COLOR="1", **CREDENTIALS
    )
    text = terminal.sees("123456789012", "+ 29 invoke", "* 10 other", "~ all models")
    assert "●" not in text
    assert all(ord(c) < 128 for c in text), sorted({c for c in text if ord(c) > 127})
    terminal.type("q")
    assert terminal.ended() == 0
