"""Credentials that change to another account: whatever the app does, it stays with the first."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from iam.account.model import Account
from iam.arn import Arn
from iam.changes.apply import apply
from iam.changes.history import read_history
from iam.changes.journal import Op
from iam.changes.plan import Change, Plan
from iam.errors import AwsError
from tests.company import ARN, POLICY, Company
from tests.fake_iam import FakeIam, Params, Reply, Rule
from tests.iam.journals import line
from tests.two_accounts import (
    LETTERS,
    PROVIDERS,
    A,
    B,
    Keys,
    Provider,
    assumed_role,
    environment,
    fill,
    process,
    static_file,
    written_to,
)
from tui.options import Launch
from tui.session.account_reader import connect_to
from tui.session.session import Session

USER = f"arn:aws:iam::{A}:user/user-00"

every_provider = pytest.mark.parametrize("provider", PROVIDERS, ids=lambda fn: fn.__name__)
# Keys that stay, keys that are looked for again, and keys that botocore itself renews.
each_kind = pytest.mark.parametrize(
    "provider", [static_file, environment, assumed_role], ids=lambda fn: fn.__name__
)


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[Keys]:
    server = Keys(tmp_path)
    yield server
    server.stop()


@pytest.fixture
def both(fake: FakeIam, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Company:
    """Two accounts with the same users; the company is that of account A."""
    monkeypatch.setattr("iam.aws.connect.ATTEMPTS", 2)
    launch = Launch(endpoint_url=fake.url, policy=POLICY, journal=str(tmp_path / "journal.jsonl"))
    return fill(fake, launch)


@pytest.fixture
def session(
    both: Company, keys: Keys, provider: Provider, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Session]:
    """A session that is about to begin, with credentials of account A."""
    provider(keys, tmp_path, monkeypatch, both.fake)
    session = Session(both.launch)
    yield session
    session.close()


async def loaded(session: Session) -> None:
    await session.open()
    await session.load()
    assert session.read[0].id == A


async def run(session: Session, plan: Plan) -> str:
    """Send a plan of one change as the app does; returns how it ended."""
    rested = asyncio.Event()

    def on_outcome() -> None:
        if batch.ended.is_set() or batch.paused:
            rested.set()

    batch = session.changes.batch(plan, on_outcome)
    running = asyncio.create_task(session.changes.run(batch))
    await rested.wait()
    assert batch.paused is None or batch.paused.code == "WrongAccount"
    batch.stop()
    await running
    return batch.outcomes[0].ending if batch.outcomes else "unsent"


async def send(session: Session, op: Op = "attach") -> str:
    """Change the user of account A."""
    return await run(session, await session.planner.plan(op, [USER]))


@contextmanager
def only_wrong_account() -> Iterator[None]:
    """Static keys stay those of account A; all others must be reported as wrong."""
    try:
        yield
    except AwsError as error:
        if error.code != "WrongAccount":
            raise


def answers(both: Company) -> list[str]:
    """How the changes in the journal ended."""
    history = read_history(both.journal)
    return [change.state for batch in history.batches for change in batch.changes]


@every_provider
async def test_a_load_never_mixes_two_accounts(session: Session, keys: Keys) -> None:
    assert (await session.open()).account_id == A
    keys.change_to(B)
    with only_wrong_account():
        await session.load()
    assert session.account is None or accounts_in(session.account) == {A}


@each_kind
async def test_a_reload_changes_nothing_of_the_account_before(
    session: Session, keys: Keys, both: Company
) -> None:
    await loaded(session)
    keys.change_to(B)
    opened = await session.open()
    # Nothing of B has been read yet: on the screen is A.
    ending = await send(session)
    assert written_to(both.fake, B) == []
    assert ("done" in answers(both)) == ("user-00" in both.holding) == (ending == "done")
    await session.load()
    account = session.read[0]
    assert account.id == opened.account_id
    assert accounts_in(account) == {account.id}


@every_provider
async def test_a_change_reaches_no_other_account(
    session: Session, keys: Keys, both: Company
) -> None:
    await loaded(session)
    keys.change_to(B)
    ending = await send(session)
    assert written_to(both.fake, B) == []
    assert ("user-00" in both.holding) == (ending == "done")
    assert answers(both) == (["done"] if ending == "done" else [])


@each_kind
async def test_an_undo_reaches_no_other_account(
    session: Session, keys: Keys, both: Company
) -> None:
    both.attach("user-00")
    await loaded(session)
    assert await send(session, "detach") == "done"
    keys.change_to(B)
    (batch,) = (await session.changes.history()).of(A)
    plan = await session.planner.plan_of_undo(batch, frozenset(), frozenset())
    await run(session, plan)
    assert written_to(both.fake, B) == []
    assert len(answers(both)) == 1 + ("user-00" in both.holding)


@each_kind
async def test_a_check_before_a_change_asks_no_other_account(
    session: Session, keys: Keys, both: Company
) -> None:
    await loaded(session)
    plan = await session.planner.plan("attach", [USER])
    keys.change_to(B)
    asked = len(both.fake.keys)
    with only_wrong_account():
        await session.planner.check(plan)
    of_b = [
        params["Action"]
        for params, key in list(zip(both.fake.seen, both.fake.keys, strict=True))[asked:]
        if key.startswith(LETTERS[B])
    ]
    assert {*of_b} <= {"GetCallerIdentity"}


@each_kind
async def test_what_a_crash_left_open_is_not_settled_by_asking_another_account(
    session: Session, keys: Keys, both: Company
) -> None:
    both.journal.write_text(line(USER, op="attach", policy=ARN) + "\n")
    both.journal.chmod(0o600)
    both.attach("user-00")  # in A it has happened, and B knows nothing of it
    await loaded(session)
    keys.change_to(B)
    await session.changes.recover()
    assert answers(both) in (["open"], ["done"])


@pytest.mark.parametrize("provider", [static_file], ids=lambda fn: fn.__name__)
async def test_while_another_account_is_being_read_nothing_of_the_one_before_is_asked_or_recovered(
    session: Session, keys: Keys, both: Company
) -> None:
    both.journal.write_text(line(USER, op="attach", policy=ARN) + "\n")
    both.journal.chmod(0o600)
    await loaded(session)
    session.confirmed.note(USER, ARN, attached=True)  # which the load contradicts
    keys.change_to(B)
    await session.open()
    asked = len(both.fake.seen)
    assert await session.changes.recover() == ()
    assert (await session.planner.plan("attach", [USER])).changes
    assert len(both.fake.seen) == asked
    assert answers(both) == ["open"]


@each_kind
async def test_credentials_are_not_renewed_by_those_of_another_account(
    session: Session, keys: Keys, both: Company
) -> None:
    await loaded(session)
    keys.change_to(B)
    with pytest.raises(AwsError) as caught:
        await session.renew()
    assert caught.value.code == "WrongAccount"
    keys.change_to(A)
    await session.renew()
    assert await send(session) == "done"


@pytest.mark.parametrize("provider", [process], ids=lambda fn: fn.__name__)
async def test_a_change_that_may_have_arrived_before_the_keys_changed_is_not_called_failed(
    session: Session, keys: Keys, both: Company
) -> None:
    await loaded(session)

    def arrives(_: Params) -> Reply:
        both.attach("user-00")
        keys.change_to(B)
        return 200, ""

    # The answer is lost, and botocore sends the request again: now with a key of account B.
    both.fake.add(Rule("AttachUserPolicy", reply=arrives, cut=True, times=1))
    assert await send(session) == "unconfirmed"
    assert answers(both) == ["unconfirmed"]
    assert written_to(both.fake, B) == []


@pytest.mark.parametrize("provider", [static_file], ids=lambda fn: fn.__name__)
async def test_what_a_connection_was_not_made_for_it_does_not_change(
    session: Session, keys: Keys, both: Company
) -> None:
    await loaded(session)
    aws = await session.connection()
    assert aws is not None
    entity = session.read[0].principals[USER]
    of_b = replace(entity, arn=USER.replace(A, B))
    for change, account in ((Change("attach", of_b, ARN), A), (Change("attach", entity, ARN), B)):
        journal = await session.changes.journal()
        outcome = await apply(aws, journal, change, account_id=account, caller="", batch="b")
        assert (outcome.ending, outcome.sent) == ("failed", False)
        assert outcome.error is not None and outcome.error.code == "WrongAccount"
    assert both.fake.writes == [] and answers(both) == []


async def test_a_connection_whose_account_nobody_has_asked_for_sends_no_write(
    both: Company, monkeypatch: pytest.MonkeyPatch, keys: Keys, tmp_path: Path
) -> None:
    static_file(keys, tmp_path, monkeypatch, both.fake)
    aws = connect_to(both.launch)
    with pytest.raises(AwsError) as caught:
        await aws.call(aws.iam.attach_user_policy, UserName="user-00", PolicyArn=ARN)
    assert caught.value.code == "WrongAccount"
    assert both.fake.seen == []


def accounts_in(account: Account) -> set[str]:
    return {Arn.parse(arn).account for arn in account.principals}
