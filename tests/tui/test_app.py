"""How the app ends when something unexpected happens in it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tui.app import BedrockApp
from tui.options import Launch

SECRET = "AKIA-a-secret"


async def run_and_break(app: BedrockApp) -> None:
    """Run the app until something in it raises an exception that nobody expects."""
    raised = asyncio.Event()

    def broken() -> None:
        raised.set()
        raise ZeroDivisionError(SECRET)

    async with app.run_test():
        app.call_later(broken)
        await raised.wait()


async def test_an_unexpected_error_ends_the_app_with_one_sentence_and_no_values(
    from_file: Launch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ZeroDivisionError):
        await run_and_break(BedrockApp(from_file, unicode=True))
    written = " ".join(capsys.readouterr().err.split())
    assert written.startswith("bedrock-tui: unexpected error (ZeroDivisionError); please report")
    assert SECRET not in written
    assert "Traceback" not in written
    log = (tmp_path / "home/state/bedrock-tui/crash.log").read_text()
    assert ".broken\n" in log
    assert SECRET not in log
