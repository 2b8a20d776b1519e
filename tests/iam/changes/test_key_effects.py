"""The preview of a change says what becomes of the API keys of those whom it affects."""

from __future__ import annotations

from dataclasses import replace

import pytest

from iam.account.api_keys import ApiKey, ApiKeys
from iam.account.model import Account
from iam.account.unread import Unread
from iam.changes.journal import Op
from iam.changes.plan import make_plan
from tests.build import ID, LIMITED, account, allow, group, limited, make_evaluator, user

PEOPLE = (
    user("alice", attached=[LIMITED]),
    user("bob", allow("*"), attached=[LIMITED]),
    user("carol", groups=["ml"]),
    user("dave"),
    group("ml", attached=[LIMITED]),
)
GAP = Unread("the Bedrock API keys", "AccessDenied", "…")


def key(name: str, number: int = 1, **more: str) -> ApiKey:
    return replace(ApiKey(f"ACCA{name}{number}", name, f"{name}-at-{ID}", "Active"), **more)  # type: ignore[arg-type]


def warnings(op: Op, who: str, *keys: ApiKey, read: bool = True) -> tuple[str, ...]:
    held = ApiKeys("read", keys) if read else ApiKeys("unread", keys, (GAP,))
    made: Account = replace(account(*PEOPLE), api_keys=held)
    entity = next(e for e in made.entities if e.name == who)
    return make_plan(make_evaluator(), made, [entity], op, limited()).warnings


@pytest.mark.parametrize(
    ("op", "who", "keys", "said"),
    [
        ("detach", "alice", (key("alice"),), ("The API key of alice stops working.",)),
        (
            "detach",
            "alice",
            (key("alice"), key("alice", 2)),
            ("2 API keys stop working: those of alice.",),
        ),
        ("detach", "alice", (key("alice", status="Inactive"),), ()),
        ("detach", "alice", (key("dave"),), ()),
        ("detach", "bob", (key("bob"),), ()),
        ("detach", "ml", (key("carol"),), ("The API key of carol stops working.",)),
        ("attach", "dave", (key("dave"),), ("The API key of dave begins to work.",)),
    ],
)
def test_keys_that_stop_or_begin_to_work_are_named(
    op: Op, who: str, keys: tuple[ApiKey, ...], said: tuple[str, ...]
) -> None:
    assert warnings(op, who, *keys) == said


def test_keys_that_could_not_be_read_are_not_taken_for_none() -> None:
    assert warnings("detach", "alice", read=False) == (
        "Whether alice has API keys could not be read.",
    )
    made = account(*PEOPLE)  # a file without keys
    entity = made.entities[0]
    assert make_plan(make_evaluator(), made, [entity], "detach", limited()).warnings == ()
