"""What the start of the real program shows, and in which order."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from iam.demo.launcher import DemoServer
from tests.build import details, user
from tests.conftest import ROOT
from tests.e2e.terminal import CREDENTIALS, Terminal
from tui import is_interrupt

NOBODY = "http://127.0.0.1:9"
WATCH = """
import os, sys, threading


class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == os.environ.get("INTERRUPTED") == "click":
            raise KeyboardInterrupt
        if name in ("textual", "boto3", "botocore", "pydantic"):
            main = threading.current_thread() is threading.main_thread()
            os.write(2, f"<{name}{'' if main else ' elsewhere'}>".encode())
            if name == os.environ.get("INTERRUPTED"):
                raise KeyboardInterrupt


sys.meta_path.insert(0, Watch())
"""


@pytest.fixture
def watched(start: Callable[..., Terminal], tmp_path: Path) -> Callable[..., Terminal]:
    """Start the program so that it writes to the terminal what it begins to import."""
    (tmp_path / "sitecustomize.py").write_text(WATCH)

    def make(*options: str, **more: str) -> Terminal:
        return start(*options, PYTHONPATH=f"{tmp_path}:{ROOT}", **CREDENTIALS, **more)

    return make


def place(terminal: Terminal, words: str) -> int:
    """Where the words came, among all that came."""
    found = terminal.raw.find(words.encode())
    assert found >= 0, f"{words!r} did not come"
    return found


def test_a_line_comes_before_textual_and_the_first_frame_before_boto3(
    watched: Callable[..., Terminal], demo: DemoServer
) -> None:
    url = demo.endpoint_url
    terminal = watched("--profile", "none", "--read-only", "--endpoint-url", url)
    terminal.sees("could not be read")
    line = place(terminal, f"bedrock-tui  profile none at {url} · READ-ONLY · opening …")
    gone = place(terminal, "\r\x1b[K")
    taken = place(terminal, "\x1b[?1049h")
    assert line < place(terminal, "<textual>") < gone < taken


@pytest.mark.parametrize("source", ["--endpoint-url", "--snapshot"])
def test_what_is_heavy_is_imported_by_another_process(
    watched: Callable[..., Terminal], source: str, tmp_path: Path
) -> None:
    saved = tmp_path / "saved.json"
    saved.write_text(json.dumps(details(user("alice"))))
    terminal = watched(source, str(saved) if source == "--snapshot" else NOBODY)
    terminal.until(lambda text: "could not be read" in text or "alice" in text)
    assert not any(f"<{name}".encode() in terminal.raw for name in ("boto3", "pydantic"))


def test_what_changes_need_is_imported_in_a_thread_once_the_account_is_there(
    watched: Callable[..., Terminal], demo: DemoServer
) -> None:
    terminal = watched("--endpoint-url", demo.endpoint_url)
    terminal.until(lambda _: b"<boto3 elsewhere>" in terminal.raw)
    assert place(terminal, "alice.chen") < place(terminal, "<boto3 elsewhere>")
    assert not any(f"<{name}>".encode() in terminal.raw for name in ("boto3", "pydantic"))


def test_keys_typed_before_the_first_frame_are_answered(start: Callable[..., Terminal]) -> None:
    terminal = start("--endpoint-url", NOBODY, **CREDENTIALS)
    terminal.until(lambda _: b"opening" in terminal.raw)
    terminal.type("?")
    terminal.sees("esc close")


def test_nothing_of_the_line_is_left_behind(start: Callable[..., Terminal]) -> None:
    terminal = start("--endpoint-url", NOBODY, **CREDENTIALS)
    terminal.sees("could not be read")
    terminal.type("q")
    assert terminal.ended() == 0
    ordinary = terminal.raw[: place(terminal, "\x1b[?1049h")]
    assert ordinary.endswith(b"\r\x1b[K")
    assert ordinary.count(b"\n") == 0
    assert b"opening" not in terminal.raw[len(ordinary) :]


def test_the_line_is_gone_when_the_start_is_interrupted(watched: Callable[..., Terminal]) -> None:
    terminal = watched("--endpoint-url", NOBODY, INTERRUPTED="textual")
    assert terminal.ended() == 130
    assert terminal.text.split() == []


def test_ctrl_c_before_the_command_line_is_known_ends_without_a_word(
    watched: Callable[..., Terminal],
) -> None:
    terminal = watched("audit", INTERRUPTED="click")
    assert terminal.ended() == -signal.SIGINT  # a shell makes 130 of it
    assert terminal.text.split() == []


def test_ctrl_c_that_an_import_wraps_in_another_error_is_one() -> None:
    error = RuntimeError("Error calling __set_name__")
    error.__cause__ = KeyboardInterrupt()
    assert is_interrupt(error)
    assert not is_interrupt(RuntimeError())


def test_a_heartbeat_for_benchmarks(start: Callable[..., Terminal], tmp_path: Path) -> None:
    file = tmp_path / "beats"
    terminal = start("--endpoint-url", NOBODY, BEDROCK_TUI_HEARTBEAT=str(file), **CREDENTIALS)
    terminal.sees("could not be read")
    terminal.type("q")
    assert terminal.ended() == 0
    times, late = zip(
        *(map(float, line.split()) for line in file.read_text().splitlines()), strict=True
    )
    assert list(times) == sorted(times)
    assert min(late) > -1


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["--nonsense"], ["audit"]])
def test_only_the_app_shows_the_line(start: Callable[..., Terminal], arguments: list[str]) -> None:
    terminal = start(*arguments, AWS_CONFIG_FILE="/none", AWS_PROFILE="none")
    terminal.ended(30)
    assert b"opening" not in terminal.raw


@pytest.mark.parametrize(
    ("redirected", "options", "reason"),
    [
        ("<&-", [], "standard input is closed"),
        ("</dev/null", [], "standard input is not a terminal"),
        (">&-", [], "standard output is closed"),
        (">/dev/null", [], "standard output is not a terminal"),
        ("2>&-", [], "standard error is closed"),
        ("<&-", ["--snapshot", "-"], "standard input is closed"),
        ("<&-", ["audit", "--snapshot", "-"], "standard input is closed"),
    ],
)
def test_a_stream_that_is_no_terminal_is_named_and_ends_it(
    start: Callable[..., Terminal], redirected: str, options: list[str], reason: str
) -> None:
    terminal = start(*options, redirected=redirected, **CREDENTIALS)
    assert terminal.ended(30) == 1
    assert reason in terminal.text
    assert len(terminal.text.split("\n\n")[0].strip().splitlines()) <= 2
    assert b"\x1b[?1049h" not in terminal.raw
    assert b"Traceback" not in terminal.raw


@pytest.mark.parametrize("driver", ["nowhere:X", "os:path", ":"])
def test_a_driver_that_does_not_exist_is_told_before_the_screen_is_taken(
    start: Callable[..., Terminal], driver: str
) -> None:
    terminal = start("--endpoint-url", NOBODY, TEXTUAL_DRIVER=driver, **CREDENTIALS)
    assert terminal.ended(30) == 1
    assert f"bedrock-tui: TEXTUAL_DRIVER={driver} does not name a Textual driver" in terminal.text
    assert b"\x1b[?1049h" not in terminal.raw
    assert b"Traceback" not in terminal.raw


def test_a_driver_that_is_set_to_nothing_is_the_usual_one(start: Callable[..., Terminal]) -> None:
    terminal = start("--endpoint-url", NOBODY, TEXTUAL_DRIVER="", **CREDENTIALS)
    terminal.sees("could not be read")
    terminal.type("q")
    assert terminal.ended() == 0
