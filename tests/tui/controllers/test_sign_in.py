"""Credentials that need a login or an MFA code: the app asks for it, and then reads the account."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.company import Company
from tests.fake_iam import Rule, error
from tests.fake_sso import AUTHORIZE, CODE, REGISTER, ROLE, TOKEN, URL, FakeSso
from tests.tui.conftest import Open
from tests.tui.steps import batch_screen, mark, words_of
from tests.tui.waiting import main_of, toasts, until
from tui.dialogs.mfa import MfaDialog
from tui.dialogs.sso import SsoDialog
from tui.main_screen import MainScreen
from tui.options import Launch

ID = "123456789012"
CONFIG = f"""
[profile base]
aws_access_key_id = AKIABASE
aws_secret_access_key = secret
[profile mfa]
role_arn = arn:aws:iam::{ID}:role/reader
source_profile = base
mfa_serial = arn:aws:iam::{ID}:mfa/alice
region = us-east-1
[profile twice]
role_arn = arn:aws:iam::{ID}:role/writer
source_profile = mfa
mfa_serial = arn:aws:iam::{ID}:mfa/second
region = us-east-1
[profile sso]
sso_session = acme
sso_account_id = {ID}
sso_role_name = reader
region = us-east-1
[profile legacy]
sso_start_url = https://acme.awsapps.com/start
sso_region = us-east-1
sso_account_id = {ID}
sso_role_name = reader
region = us-east-1
[sso-session acme]
sso_start_url = https://acme.awsapps.com/start
sso_region = us-east-1
"""
WRONG = "MultiFactorAuthentication failed with invalid MFA one time pass code. "


@pytest.fixture
def launch(company: Company, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Launch:
    (tmp_path / "config").write_text(CONFIG)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", company.fake.url)
    monkeypatch.setattr("getpass.getpass", lambda *_: pytest.fail("the terminal was read"))
    return company.launch


async def asks(pilot: Pilot[int], dialog: type[Any], words: str) -> str:
    """Wait until a dialog is open and says something; returns all that it says."""
    await until(
        pilot,
        lambda: isinstance(pilot.app.screen, dialog) and words in words_of(pilot.app.screen),
    )
    return words_of(pilot.app.screen)


async def read(pilot: Pilot[int]) -> None:
    """Wait until the account is on the screen."""
    await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen) and pilot.app.screen.loaded)
    assert main_of(pilot).bar.account_id == ID


# SSO


@pytest.mark.parametrize("profile", ["sso", "legacy"])
async def test_a_login_is_confirmed_in_a_browser_and_the_account_is_read(
    open_app: Open, launch: Launch, sso: FakeSso, profile: str
) -> None:
    async with open_app(replace(launch, profile=profile), read=False) as pilot:
        said = await asks(pilot, SsoDialog, CODE)
        assert URL in said.replace("\n", "")
        assert "SSO session of this profile is missing or has expired" in said
        await pilot.press("y")
        assert pilot.app.clipboard == URL
        sso.confirm()
        await read(pilot)
        assert not main_of(pilot).has_notice
    assert ROLE in sso.paths


async def test_aws_is_asked_as_often_as_it_says(
    open_app: Open, launch: Launch, sso: FakeSso, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("iam.aws.sso_login._INTERVAL", 1)
    sso.errors[TOKEN] = ["AuthorizationPendingException", "SlowDownException"]
    sso.confirm()
    async with open_app(replace(launch, profile="sso"), read=False) as pilot:
        await read(pilot)
    first, second, third = sso.times
    assert second - first >= 1
    assert third - second >= 2


@pytest.mark.parametrize("hanging", [REGISTER, AUTHORIZE, TOKEN])
async def test_esc_leaves_a_login_that_hangs_at_once(
    open_app: Open, launch: Launch, sso: FakeSso, hanging: str
) -> None:
    sso.hanging.add(hanging)
    async with open_app(replace(launch, profile="sso"), read=False) as pilot:
        await until(pilot, lambda: hanging in sso.paths)
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, MainScreen)
        await until(pilot, lambda: main_of(pilot).has_notice)
        assert "Press p for another profile, r to log in, q to quit" in words_of(main_of(pilot))


async def test_a_login_that_was_declined_can_be_tried_again(
    open_app: Open, launch: Launch, sso: FakeSso
) -> None:
    sso.errors[TOKEN] = ["AccessDeniedException"]
    async with open_app(replace(launch, profile="sso"), read=False) as pilot:
        await asks(pilot, SsoDialog, "declined in the browser")
        sso.confirm()
        await pilot.press("enter")
        await read(pilot)


async def test_a_refused_login_is_told_in_words(
    open_app: Open, launch: Launch, sso: FakeSso
) -> None:
    sso.errors[REGISTER] = ["InvalidClientMetadataException"]
    async with open_app(replace(launch, profile="sso"), read=False) as pilot:
        said = await asks(pilot, SsoDialog, "InvalidClientMetadataException")
        assert "RegisterClient" in said


async def test_no_secret_of_a_login_is_on_the_screen_or_in_a_toast(
    open_app: Open, launch: Launch, sso: FakeSso
) -> None:
    async with open_app(replace(launch, profile="sso"), read=False) as pilot:
        said = await asks(pilot, SsoDialog, CODE)
        sso.confirm()
        await read(pilot)
        said += words_of(pilot.app.screen) + toasts(pilot)
    assert "secret" not in said


# MFA


async def test_a_code_is_asked_for_and_the_account_is_read(
    open_app: Open, launch: Launch, company: Company
) -> None:
    async with open_app(replace(launch, profile="mfa"), read=False) as pilot:
        said = await asks(pilot, MfaDialog, f"arn:aws:iam::{ID}:mfa/alice")
        assert "The profile mfa needs an MFA code of the device" in said
        await pilot.press(*"12ab34567890", "enter")
        await read(pilot)
    codes = [call["TokenCode"] for call in company.fake.seen if call["Action"] == "AssumeRole"]
    assert codes == ["123456"]


async def test_the_session_is_kept_as_the_aws_cli_keeps_it(
    open_app: Open, launch: Launch, company: Company
) -> None:
    async with open_app(replace(launch, profile="mfa"), read=False) as pilot:
        await asks(pilot, MfaDialog, "mfa/alice")
        await pilot.press(*"123456", "enter")
        await read(pilot)
    (file,) = (Path.home() / ".aws/cli/cache").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "SessionToken" in json.loads(file.read_text())["Credentials"]
    async with open_app(replace(launch, profile="mfa")) as pilot:
        assert main_of(pilot).bar.account_id == ID


async def test_a_wrong_code_is_told_and_the_next_one_asked_for(
    open_app: Open, launch: Launch, company: Company
) -> None:
    company.fake.add(
        Rule(
            "AssumeRole",
            {"TokenCode": "111111"},
            reply=lambda _: error("AccessDenied", message=WRONG),
        )
    )
    async with open_app(replace(launch, profile="mfa"), read=False) as pilot:
        await asks(pilot, MfaDialog, "mfa/alice")
        await pilot.press(*"111", "enter")
        await asks(pilot, MfaDialog, "A code has 6 digits")
        await pilot.press(*"111", "enter")
        await asks(pilot, MfaDialog, "AWS did not accept the code")
        assert pilot.app.screen.query_one(Input).value == ""
        await pilot.press(*"222222", "enter")
        await read(pilot)


async def test_esc_leaves_a_code_that_hangs_at_once(
    open_app: Open, launch: Launch, company: Company
) -> None:
    company.fake.hang("AssumeRole")
    async with open_app(replace(launch, profile="mfa"), read=False) as pilot:
        await asks(pilot, MfaDialog, "mfa/alice")
        await pilot.press(*"123456", "enter")
        await until(pilot, lambda: "AssumeRole" in company.fake.actions)
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, MainScreen)
        await until(pilot, lambda: main_of(pilot).has_notice)
        assert "r to enter a code" in words_of(main_of(pilot))


async def test_a_second_device_on_the_way_is_asked_for_in_turn(
    open_app: Open, launch: Launch, company: Company
) -> None:
    refused = Rule(
        "AssumeRole",
        {"TokenCode": "222222"},
        reply=lambda _: error("AccessDenied", message=WRONG),
    )
    company.fake.add(refused)
    async with open_app(replace(launch, profile="twice"), read=False) as pilot:
        await asks(pilot, MfaDialog, "mfa/second")
        await pilot.press(*"222222", "enter")
        await asks(pilot, MfaDialog, "mfa/alice")
        await pilot.press(*"111111", "enter")
        # The first code is too old by now; the second has been used.
        await asks(pilot, MfaDialog, "mfa/second")
        assert "AWS did not accept the code" in words_of(pilot.app.screen)
        await pilot.press(*"333333", "enter")
        await read(pilot)
    calls = [call for call in company.fake.seen if call["Action"] == "AssumeRole"]
    assert [(call["RoleArn"][-6:], call["TokenCode"]) for call in calls] == [
        ("reader", "111111"),
        ("writer", "222222"),
        ("writer", "333333"),
    ]


async def test_without_a_home_the_session_lasts_as_long_as_the_app(
    open_app: Open, launch: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("iam.aws.config_files._roles", {})
    monkeypatch.setenv("HOME", ".")
    async with open_app(replace(launch, profile="mfa"), read=False) as pilot:
        await asks(pilot, MfaDialog, "mfa/alice")
        await pilot.press(*"123456", "enter")
        await read(pilot)


async def test_a_batch_goes_on_after_a_new_code(
    open_app: Open, launch: Launch, company: Company
) -> None:
    async with open_app(replace(launch, profile="mfa"), read=False) as pilot:
        await asks(pilot, MfaDialog, "mfa/alice")
        await pilot.press(*"123456", "enter")
        await read(pilot)
        await mark(pilot, "user-00", "user-01")
        company.fake.refuse("AttachUserPolicy", "ExpiredToken", times=2)
        for file in (Path.home() / ".aws/cli/cache").iterdir():
            file.unlink()
        await pilot.press("a", "y")
        screen = await batch_screen(pilot)
        await until(pilot, lambda: screen.job.paused is not None and not screen.job.in_flight)
        await pilot.press("c")
        await asks(pilot, MfaDialog, "mfa/alice")
        await pilot.press(*"654321", "enter")
        await until(pilot, lambda: company.holding == {"user-00", "user-01"})
