"""An endpoint of one's own: its host is on the screen, its password is nowhere."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.company import Company
from tests.conftest import ROOT
from tests.e2e.terminal import PROGRAM
from tests.tui.waiting import main_of, until
from tui.app import BedrockApp
from tui.diagnostics.crash_report import write_crash_report
from tui.options import Launch
from tui.session.reader_process import ReaderProcess
from tui.session.session import Session
from tui.terminal import splash
from widgets.account_bar import AccountBar


def by_option(launch: Launch, url: str, monkeypatch: pytest.MonkeyPatch) -> Launch:
    return replace(launch, endpoint_url=url)


def by_environment(launch: Launch, url: str, monkeypatch: pytest.MonkeyPatch) -> Launch:
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    return replace(launch, endpoint_url=None)


def by_service(launch: Launch, url: str, monkeypatch: pytest.MonkeyPatch) -> Launch:
    monkeypatch.setenv("AWS_ENDPOINT_URL_IAM", url)
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", url)
    return replace(launch, endpoint_url=None)


def by_profile(launch: Launch, url: str, monkeypatch: pytest.MonkeyPatch) -> Launch:
    config = Path.home() / "config"
    config.write_text(f"[default]\nendpoint_url = {url}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    return replace(launch, endpoint_url=None)


Given = Callable[[Launch, str, pytest.MonkeyPatch], Launch]
WAYS = pytest.mark.parametrize("given", [by_option, by_environment, by_service, by_profile])


def secret(url: str) -> str:
    """The same URL, with a password and a query."""
    return url.replace("http://", "http://user:s3cret@") + "/?key=s3cret"


@WAYS
@pytest.mark.parametrize("apart", [True, False])
async def test_the_bar_names_the_host_that_is_asked_and_no_password(
    company: Company, given: Given, apart: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    launch = given(company.launch, secret(company.fake.url), monkeypatch)
    app = BedrockApp(launch, Session(launch, other_process=apart), unicode=True)
    seen: set[str] = set()
    async with app.run_test(size=(60, 20), notifications=True) as pilot:

        def loaded() -> bool:
            seen.add(str(main_of(pilot).query_one(AccountBar).render()))
            return main_of(pilot).loaded

        await until(pilot, loaded)
        bar = str(main_of(pilot).query_one(AccountBar).render())
    app.session.close()
    assert company.fake.url.removeprefix("http://") in bar.splitlines()[0]
    assert not any("s3cret" in text for text in (*seen, bar))


async def test_where_the_account_is_embedded_the_badge_says_so(company: Company) -> None:
    launch = Launch(demo=True)
    session = Session(launch)
    opened = await session.open()
    session.close()
    assert opened.endpoint == ""


@WAYS
def test_an_endpoint_that_cannot_be_reached_is_named_without_its_password(
    given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    launch = given(Launch(), secret("http://127.0.0.1:9"), monkeypatch)
    options = ["--endpoint-url", launch.endpoint_url] if launch.endpoint_url else []
    result = subprocess.run([*PROGRAM, "audit", *options], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 1
    assert "127.0.0.1:9" in result.stderr
    assert "s3cret" not in result.stdout + result.stderr


def test_the_first_line_shows_no_password() -> None:
    told = splash.line(Launch(endpoint_url=secret("http://host:99")), 80, True)
    assert "http://host:99/ " in told
    assert "s3cret" not in told


def test_a_report_of_a_fault_holds_no_password(tmp_path: Path) -> None:
    try:
        raise ArithmeticError(f"broken at {secret('http://host')}")
    except ArithmeticError:
        write_crash_report()
    report = (tmp_path / "home/state/bedrock-tui/crash.log").read_text()
    assert "ArithmeticError" in report
    assert "s3cret" not in report


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs Linux's /proc")
def test_what_others_can_see_of_the_process_that_reads_holds_nothing_of_the_launch(
    company: Company,
) -> None:
    company.fake.hold("GetCallerIdentity")
    reader = ReaderProcess(replace(company.launch, endpoint_url=secret(company.fake.url)))
    line = Path(f"/proc/{reader._process.pid}/cmdline")
    deadline = time.monotonic() + 30
    while not (seen := line.read_bytes()):  # it is not there in the moment of its beginning
        assert time.monotonic() < deadline
    reader.close()
    assert reader._process.stdout is not None
    reader._process.stdout.close()
    reader._process.wait()
    assert b"tui.session.reader_worker" in seen
    assert b"s3cret" not in seen
    assert company.launch.policy.encode() not in seen
