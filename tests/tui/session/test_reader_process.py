"""The process that reads and evaluates an account gives what this one would, and it ends."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from textual import events

from iam.account.json_file import SnapshotError
from iam.account.model import Account
from iam.account.unread import Unread
from iam.aws.access_key import AccessKey
from iam.aws.client import Aws
from iam.aws.managed_policy import Managed
from iam.errors import AwsError
from tests.build import allow, details, policy_arn, role, user
from tests.company import ARN, Company
from tests.conftest import alive
from tests.tui.steps import ask, go_to
from tests.tui.waiting import main_of, names, table_of, until
from tui.app import BedrockApp
from tui.options import Launch
from tui.session.account_reader import AccountReader
from tui.session.evaluation import evaluate_all, evaluator_for, unread_in
from tui.session.reader_process import ReaderError, ReaderProcess, start_reader
from tui.session.session import Session

OTHER = "<Arn>arn:aws:iam::999999999999:user/x</Arn><Account>999999999999</Account>"
WHOLE = "GetAccountAuthorizationDetails"


@contextmanager
def started(launch: Launch) -> Iterator[ReaderProcess]:
    reader = ReaderProcess(launch)
    try:
        yield reader
    finally:
        reader.close()


class Everything:
    """What a reader returned."""

    account: Account
    managed: Managed
    paged: list[str]
    """The ARNs, in the order of the pages."""
    evaluated: dict[str, Any]
    unread: tuple[Unread, ...] | None


async def by_the_process(launch: Launch) -> Everything:
    everything = Everything()
    everything.paged = []
    with started(launch) as reader:
        await reader.open()
        everything.account, everything.managed = await reader.load(
            lambda page: everything.paged.extend(entity.arn for entity in page.entities)
        )
        everything.evaluated = {
            entity.arn: result
            async for evaluated in reader.evaluated()
            for entity, result in evaluated
        }
        everything.unread = reader.unread
    return everything


async def in_this_process(launch: Launch) -> Everything:
    everything = Everything()
    reader = AccountReader(launch)
    await reader.open()
    everything.account, everything.managed = await reader.load()
    evaluator = evaluator_for(everything.managed.policy, everything.account.partition)
    every = [pair async for some in evaluate_all(evaluator, everything.account) for pair in some]
    everything.evaluated = {entity.arn: result for entity, result in every}
    everything.unread = await unread_in(everything.account, evaluator, every)
    return everything


async def test_it_tells_what_this_process_would_find(company: Company) -> None:
    company.attach("user-01", "team-a")
    company.iam.create_user(UserName="zoe", Path="/ops/", PermissionsBoundary=ARN)
    theirs, ours = await by_the_process(company.launch), await in_this_process(company.launch)
    assert theirs.account == ours.account
    assert theirs.managed == ours.managed
    assert theirs.evaluated == ours.evaluated
    assert theirs.unread == ours.unread == ()
    assert sorted(theirs.paged) == sorted(entity.arn for entity in ours.account.entities)


async def test_an_account_from_a_file_with_unknowns(tmp_path: Path) -> None:
    path = tmp_path / "saved.json"
    odd = {**allow("bedrock:*"), "Condition": {"NewOperator": {"aws:x": "y"}}}
    many = [user(f"user-{i}", allow("bedrock:Get*", f"arn:aws:x:::{i}")) for i in range(120)]
    path.write_text(
        json.dumps(details(*many, user("erin", odd), role("r", attached=[policy_arn("gone")])))
    )
    launch = Launch(snapshot=str(path))
    theirs, ours = await by_the_process(launch), await in_this_process(launch)
    assert theirs.account == ours.account
    assert theirs.evaluated == ours.evaluated
    assert theirs.unread == ours.unread != ()


async def test_what_is_shared_there_is_shared_here(company: Company) -> None:
    everything = await by_the_process(company.launch)
    kinds = {id(one) for arn, one in everything.evaluated.items() if ":user/user-" in arn}
    assert len(kinds) == 1
    assert all(h is everything.account.entity(h.arn) for h in everything.account.entities)


@pytest.mark.parametrize("code", ["ExpiredToken", "AccessDenied"])
async def test_an_error_of_aws_comes_as_it_is(company: Company, code: str) -> None:
    company.fake.refuse("*", code)
    with started(company.launch) as reader, pytest.raises(AwsError) as theirs:
        await reader.open()
    with pytest.raises(AwsError) as ours:
        await AccountReader(company.launch).open()
    assert vars(theirs.value) | {"request_id": None} == vars(ours.value) | {"request_id": None}
    assert str(theirs.value) == str(ours.value)


async def test_a_file_that_is_none_comes_as_a_sentence() -> None:
    with (
        started(Launch(snapshot="none.json")) as reader,
        pytest.raises(SnapshotError, match="exist"),
    ):
        await reader.open()


async def test_a_process_that_is_killed_is_told_of(company: Company) -> None:
    company.fake.hold(WHOLE)
    with started(company.launch) as reader:
        await reader.open()
        os.kill(reader._process.pid, signal.SIGKILL)
        with pytest.raises(ReaderError, match=r"ended \(signal 9\)"):
            await reader.load()


async def test_a_fault_in_the_program_is_a_sentence_too() -> None:
    with (
        started(Launch(snapshot=7)) as reader,  # type: ignore[arg-type]
        pytest.raises(ReaderError, match=r"unexpected error .*crash\.log"),
    ):
        await reader.open()


async def test_it_ends_when_nobody_waits_for_it(company: Company) -> None:
    company.fake.hold(WHOLE)
    with started(company.launch) as reader:
        await reader.open()
    deadline = time.monotonic() + 10
    while alive(reader._process.pid):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


async def test_nothing_of_the_directory_it_is_started_in_is_run(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("boto3", "tui", "iam", "json", "pydantic"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'run')!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", ["", *sys.path])
    with started(company.launch) as reader:
        await reader.open()
    assert not (tmp_path / "run").exists()


def test_there_is_none_where_it_brings_nothing_or_cannot_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert start_reader(Launch(demo=True)) is None
    assert start_reader(Launch(snapshot="-")) is None
    assert start_reader(Launch(snapshot=str(tmp_path / "pipe"))) is None
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "pipe"))
    assert start_reader(Launch()) is None


async def test_nothing_that_the_environment_names_is_run(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ast.py").write_text(f"open({str(tmp_path / 'run')!r}, 'w')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with started(company.launch) as reader:
        await reader.open()
    assert not (tmp_path / "run").exists()


# The app on top of it


@contextmanager
def _app(launch: Launch) -> Iterator[BedrockApp]:
    app = BedrockApp(launch, Session(launch, other_process=True), unicode=True)
    yield app
    app.session.close()


async def test_the_app_reads_by_it_and_changes_by_the_credentials_that_it_found(
    company: Company,
) -> None:
    with _app(company.launch) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await until(pilot, lambda: main_of(pilot).loaded)
            await go_to(pilot, "user-00")
            await ask(pilot, "a")
            await pilot.press("y")
            await until(pilot, lambda: company.sent == ["AttachUserPolicy user-00"])


async def test_where_it_cannot_begin_this_process_reads(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("iam.runtime.child_process._RUN", "raise SystemExit(3)")
    with _app(company.launch) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await until(pilot, lambda: main_of(pilot).loaded)
            assert len(names(pilot)) == 19


async def test_a_connection_never_goes_with_another_account(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Session(company.launch, other_process=True)
    await session.open()
    before = session._opened
    assert before is not None and before.keys is not None
    hold, begun = threading.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    connect = session._connect

    def slowly(keys: AccessKey | None = None) -> Aws:
        loop.call_soon_threadsafe(begun.set)
        hold.wait(10)
        return connect(keys)

    monkeypatch.setattr(session, "_connect", slowly)
    asking = asyncio.create_task(session.connection())
    await begun.wait()
    company.fake.answer("GetCallerIdentity", lambda _: OTHER)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "another")
    opened = await session.open()
    assert opened.account_id == "999999999999"
    hold.set()
    aws = await asking
    assert aws is not None and aws.access_key.access == "another"
    assert await session.connection() is aws
    session.close()


async def test_a_reload_that_fails_leaves_the_connection_of_the_account_on_the_screen(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Session(company.launch)
    await session.open()
    before = await session.connection()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "another")
    company.fake.refuse("*", "ExpiredToken")
    with pytest.raises(AwsError):
        await session.open()
    assert await session.connection() is before
    session.close()


async def test_a_reload_after_its_death_reads_anew(company: Company) -> None:
    gate = company.fake.hold(WHOLE)
    with _app(company.launch) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            screen = main_of(pilot)
            await until(pilot, lambda: screen.bar.account_id)
            reader = app.session._readers.current
            assert isinstance(reader, ReaderProcess)
            os.kill(reader._process.pid, signal.SIGKILL)
            await until(pilot, lambda: screen.query_one("#trouble").display)
            gate.set()
            await pilot.press("r")
            await until(pilot, lambda: screen.loaded)
            assert len(names(pilot)) == 19


async def test_a_reload_in_the_middle_ends_the_one_before(company: Company) -> None:
    gate = company.fake.hold(WHOLE)
    with _app(company.launch) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await until(pilot, lambda: main_of(pilot).bar.account_id)
            first = app.session._readers.current
            assert isinstance(first, ReaderProcess)
            await pilot.press("r")
            await until(pilot, lambda: not alive(first._process.pid))
            gate.set()
            await until(pilot, lambda: main_of(pilot).loaded)
            assert len(names(pilot)) == 19
            assert all(row.result for row in table_of(pilot).shown)


async def test_reloads_one_after_the_other_leave_one_process(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[ReaderProcess] = []

    def noted(launch: Launch) -> ReaderProcess:
        made.append(ReaderProcess(launch))
        return made[-1]

    monkeypatch.setattr("tui.session.readers.start_reader", noted)
    monkeypatch.setattr("tui.session.readers._SMALL", 0)
    with _app(company.launch) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await until(pilot, lambda: main_of(pilot).loaded)
            for _ in range(4):
                app.post_message(events.Key("r", "r"))
            await until(pilot, lambda: len(made) > 1 and main_of(pilot).loaded)
            await until(pilot, lambda: not any(alive(one._process.pid) for one in made))
            assert len(names(pilot)) == 19
