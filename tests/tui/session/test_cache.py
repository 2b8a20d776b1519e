"""`--cache`: the account of another day is shown at once, and nothing can be changed by it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from iam.cache import store
from iam.verdicts.verdict import Verdict
from tests.build import allow, document
from tests.company import Company
from tests.tui.conftest import Open
from tests.tui.waiting import main_of, names, table_of, toasts, until
from tui.options import Launch

WHOLE = "GetAccountAuthorizationDetails"


@pytest.fixture
def cached(company: Company, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Launch:
    """The company's account, with a cache in a place of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return replace(company.launch, cache=True)


def files(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "cache").rglob("*.json.gz"))


async def load_once(open_app: Open, launch: Launch, tmp_path: Path) -> list[str]:
    async with open_app(launch) as pilot:
        await until(pilot, lambda: files(tmp_path))
        return names(pilot)


async def test_nothing_is_kept_unless_asked_for(
    open_app: Open, cached: Launch, tmp_path: Path
) -> None:
    async with open_app(replace(cached, cache=False)) as pilot:
        await pilot.pause()
    assert files(tmp_path) == []


async def test_the_last_load_is_shown_while_a_fresh_one_comes(
    open_app: Open, cached: Launch, company: Company, tmp_path: Path
) -> None:
    before = await load_once(open_app, cached, tmp_path)
    gate = company.fake.hold(WHOLE)
    async with open_app(cached, read=False) as pilot:
        await until(pilot, lambda: main_of(pilot).bar.counts)
        assert names(pilot) == before
        assert main_of(pilot).bar.stale.endswith("s")
        assert all(row.result is not None for row in table_of(pilot).shown)
        await pilot.press("a")
        assert "still being read" in toasts(pilot)
        assert not company.sent
        gate.set()
        await until(pilot, lambda: main_of(pilot).loaded)
        assert main_of(pilot).bar.stale == ""
        assert names(pilot) == before


async def test_who_is_no_more_goes_and_who_is_new_comes(
    open_app: Open, cached: Launch, company: Company, tmp_path: Path
) -> None:
    before = await load_once(open_app, cached, tmp_path)
    company.iam.create_user(UserName="zz-new")
    company.iam.delete_user(UserName=before[0])
    async with open_app(cached) as pilot:
        assert set(names(pilot)) == {*before[1:], "zz-new"}


async def test_where_aws_is_out_of_reach_it_stays_and_says_so(
    open_app: Open, cached: Launch, company: Company, tmp_path: Path
) -> None:
    before = await load_once(open_app, cached, tmp_path)
    company.fake.refuse("*", "ExpiredToken")
    async with open_app(cached, read=False) as pilot:
        screen = main_of(pilot)
        await until(pilot, lambda: screen.query_one("#trouble").display)
        assert names(pilot) == before
        assert screen.bar.stale
        await until(pilot, lambda: screen.details.sections.root.children)
        await pilot.press("d")
        assert "r reads it anew" in toasts(pilot)
        assert not company.sent
        company.fake.clear()
        await pilot.press("r")
        await until(pilot, lambda: screen.loaded)
        assert not screen.bar.stale


async def test_the_account_of_other_credentials_is_not_left_on_the_screen(
    open_app: Open, cached: Launch, company: Company, tmp_path: Path
) -> None:
    await load_once(open_app, cached, tmp_path)
    company.fake.accounts["test"] = "999999999999"
    gate = company.fake.hold(WHOLE)
    async with open_app(cached, read=False) as pilot:
        await until(pilot, lambda: main_of(pilot).bar.account_id == "999999999999")
        assert names(pilot) == []
        assert main_of(pilot).bar.stale == ""
        assert main_of(pilot).session.account is None
        gate.set()
        await until(pilot, lambda: main_of(pilot).query_one("#trouble").display)


async def test_a_damaged_file_is_told_of_and_passed_over(
    open_app: Open, cached: Launch, tmp_path: Path
) -> None:
    await load_once(open_app, cached, tmp_path)
    files(tmp_path)[0].write_bytes(b"damaged")
    async with open_app(cached) as pilot:
        assert "was ignored" in toasts(pilot)
        assert main_of(pilot).bar.counts[Verdict.NONE] >= 0
        assert not main_of(pilot).bar.stale


async def test_a_policy_that_the_kept_account_does_not_hold_keeps_nobody_from_aws(
    open_app: Open, cached: Launch, company: Company, tmp_path: Path
) -> None:
    await load_once(open_app, cached, tmp_path)
    text = json.dumps(document(allow("bedrock:*")))
    company.iam.create_policy(PolicyName="brand-new", PolicyDocument=text)
    async with open_app(replace(cached, policy="brand-new")) as pilot:
        assert main_of(pilot).bar.policy == "brand-new"
        assert not main_of(pilot).query_one("#trouble").display


async def test_aws_is_asked_while_the_last_load_is_shown(
    open_app: Open, cached: Launch, company: Company, tmp_path: Path
) -> None:
    await load_once(open_app, cached, tmp_path)
    gate = company.fake.hold("GetCallerIdentity")
    company.fake.seen.clear()
    async with open_app(cached, read=False) as pilot:
        await until(pilot, lambda: main_of(pilot).bar.counts)
        await until(pilot, lambda: "GetCallerIdentity" in company.fake.actions)
        gate.set()
        await until(pilot, lambda: main_of(pilot).loaded)


async def test_a_fault_in_keeping_it_is_told_and_ends_nothing(
    open_app: Open, cached: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(store, "keep", fault)
    async with open_app(cached) as pilot:
        await until(pilot, lambda: "A fault in the program (RuntimeError)" in toasts(pilot))
        assert pilot.app.is_running
