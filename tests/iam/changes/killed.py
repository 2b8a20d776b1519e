"""A batch in a process of its own, which may be killed at any moment."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from iam.account.model import User
from iam.account.parse import validated
from iam.aws.connect import Settings, connect
from iam.aws.identity import identify
from iam.changes.apply import Outcome, Timeouts, apply
from iam.changes.batch import Batch
from iam.changes.journal import Journal, Op
from iam.changes.key_plan import AnyChange
from iam.changes.plan import Change
from tests.build import ID, user

POLICY = f"arn:aws:iam::{ID}:policy/managed"


def work(url: str, journal: Path, op: Op, names: Sequence[str]) -> None:
    """Attach the policy to users, or detach it from them."""
    asyncio.run(_work(url, Journal(journal), op, names))


async def _work(url: str, journal: Journal, op: Op, names: Sequence[str]) -> None:
    aws = connect(Settings(demo=True, endpoint_url=url))
    await identify(aws)

    async def send(change: AnyChange, batch: str, hurry: asyncio.Event) -> Outcome:
        return await apply(
            aws,
            journal,
            change,
            account_id=ID,
            caller="arn:me",
            batch=batch,
            timeouts=Timeouts(shown=5),
            hurry=hurry,
        )

    entities = [validated(User, user(name)) for name in names]
    with journal.changing():
        await Batch([Change(op, entity, POLICY) for entity in entities], send).run()
