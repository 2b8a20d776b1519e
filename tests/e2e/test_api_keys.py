"""Keys, last use and AWS's simulator, in the real program in a real terminal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from iam.demo.launcher import DemoServer
from tests.company import Company
from tests.e2e.terminal import CREDENTIALS, Terminal


def states(iam: Any) -> list[str]:
    found = iam.list_service_specific_credentials(AllUsers=True)["ServiceSpecificCredentials"]
    return [key["Status"] for key in found if key["UserName"] == "alice.chen"]


def test_a_key_is_switched_off_and_on_by_keyboard(
    start: Callable[..., Terminal], demo: DemoServer, demo_iam: Any
) -> None:
    terminal = start("--endpoint-url", demo.endpoint_url, **CREDENTIALS)
    terminal.sees("123456789012", "◆ ", "alice.chen key", "SCP  client")
    terminal.type("K")
    terminal.sees("Bedrock API keys: 7", "alice.chen-at-123456789012")
    terminal.type("d")
    terminal.sees("Deactivate an API key", "n  Cancel")
    terminal.type("y")
    terminal.sees("is inactive. Press u to undo")
    assert states(demo_iam) == ["Inactive"]
    terminal.sees("Bedrock API keys: 7, 4 active")
    terminal.type("u")
    terminal.sees("Undo: activate an API key", "n  Cancel")
    terminal.type("y")
    terminal.sees("is active. Press U to redo")
    assert states(demo_iam) == ["Active"]
    terminal.type("L")
    terminal.sees("Used", "400 d")
    terminal.type("x")
    terminal.sees("AWS's simulator: alice.chen", "0 differ")
    terminal.type("\x1b")
    terminal.until(lambda text: "AWS's simulator: alice.chen" not in text)
    terminal.type("q")
    assert terminal.ended() == 0


def test_read_only_sends_no_change_of_a_key(
    start: Callable[..., Terminal], company: Company
) -> None:
    company.iam.create_service_specific_credential(
        UserName="user-01", ServiceName="bedrock.amazonaws.com"
    )
    company.fake.seen.clear()
    terminal = start("--read-only", "--endpoint-url", company.fake.url)
    terminal.sees("user-01 key")
    terminal.type("K")
    terminal.sees("Bedrock API keys: 1")
    terminal.type("daDyu")
    terminal.type("\x1b")
    terminal.until(lambda text: "Bedrock API keys: 1" not in text)
    terminal.type("q")
    assert terminal.ended() == 0
    assert company.fake.writes == []
