"""An account that is written and read back is the same account."""

from __future__ import annotations

import json
from dataclasses import replace

from iam.account.model import Account, Role
from iam.account.parse import parse_page
from iam.account.serialize import pieces_of
from tests.build import (
    ID,
    allow,
    deny,
    details,
    document,
    group,
    policy,
    policy_arn,
    role,
    the,
    user,
)

FACTS = {"CreateDate": "2026-01-02T03:04:05+00:00"}


def read_back(account: Account) -> Account:
    return parse_page(Account(id=ID), json.loads("".join(pieces_of(account, {}))))


def test_every_field_comes_back() -> None:
    # Lists, as they are written: a document's fingerprint tells them from single texts.
    made = parse_page(
        Account(id=ID),
        details(
            user("alice", allow(["bedrock:*"], ["*"]), groups=["ml"], tags={"team": "ml"}) | FACTS,
            user("bob", deny(["s3:*"], ["*"]), boundary=policy_arn("cap"), path="/ops/"),
            role("worker", attached=[policy_arn("cap")], tags={"a": "b"})
            | FACTS
            | {"RoleLastUsed": {"LastUsedDate": "2026-11-01T00:00:00+00:00"}},
            role("tagged", trust=document(allow("sts:*"))),
            group("ml", allow(["bedrock:Get*"], ["*"])) | FACTS,
            policy("cap", allow(["bedrock:*"], ["*"])),
        ),
    )
    again = read_back(made)
    assert (again.principals, again.groups) == (made.principals, made.groups)
    assert [replace(p, versions=()) for p in made.policies.values()] == [
        replace(p, versions=()) for p in again.policies.values()
    ]


def test_what_was_not_read_stays_not_read() -> None:
    raw = role("worker")
    del raw["Tags"], raw["RoleId"], raw["AssumeRolePolicyDocument"], raw["RoleLastUsed"]
    made = parse_page(Account(id=ID), details(raw))
    worker = the(made, "worker")
    assert isinstance(worker, Role)
    assert (worker.tags, worker.id, worker.session_tags) == (None, None, True)
    assert (worker.last_used, worker.use_read) == (None, False)
    assert read_back(made).principals == made.principals
