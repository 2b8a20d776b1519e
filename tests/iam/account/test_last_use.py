"""When Bedrock was last used: what follows for the column and the filter, and what is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from iam.account.last_use import (
    BedrockUse,
    ServiceUse,
    UseAsked,
    last_use_of,
    services_of,
    use_in_lines,
)
from iam.account.model import Account
from iam.account.save import save_account
from iam.account.snapshot import read_snapshot
from iam.account.unread import Unread, document_of
from iam.account.uses import with_relevant_uses, with_uses, with_uses_of
from tests.build import ID, LIMITED, account, allow, deny, document, role, user

ASKED = datetime(2026, 5, 8, 12, tzinfo=UTC)
ALICE, WORKER = f"arn:aws:iam::{ID}:user/alice", f"arn:aws:iam::{ID}:role/worker"


def use(*days: float | None, unread: tuple[str, ...] = (), asked: str = LIMITED) -> BedrockUse:
    """A use of `bedrock`, `bedrock-mantle` …, so many days before AWS was asked."""
    names = ("bedrock", "bedrock-mantle", "bedrock-websearch")
    services = tuple(
        ServiceUse(name, None if ago is None else ASKED - timedelta(days=ago))
        for name, ago in zip(names, days, strict=False)
    )
    return BedrockUse(asked, ASKED, services, unread)


@pytest.mark.parametrize(
    ("known", "words", "unused"),
    [
        (use(3), "3 d", False),
        (use(0.5), "< 1 d", False),
        (use(-1), "< 1 d", False),  # clocks differ
        (use(120, 95), "95 d", True),
        (use(120, None), "120 d", True),
        (use(None, None), "never in 400 d", True),
        (use(3, unread=("bedrock-mantle",)), "3 d", False),
        (use(120, unread=("bedrock-mantle",)), "120 d", None),
        (use(None, unread=("bedrock-mantle",)), "?", None),
        (use(), "?", None),
    ],
)
def test_what_is_not_known_never_counts_as_unused(
    known: BedrockUse, words: str, unused: bool | None
) -> None:
    assert known.in_short == words
    assert known.unused_for(90) is unused


def test_nothing_is_known_of_the_time_before_aws_kept_it() -> None:
    assert use(None).unused_for(400) is True
    assert use(None).unused_for(401) is None


@pytest.mark.parametrize(
    ("statement", "services"),
    [
        (allow("bedrock:Get*"), {"bedrock"}),
        (allow("bedrock-*:*"), {"bedrock-mantle", "bedrock-websearch"}),
        (allow("Bedrock*:List?"), {"bedrock", "bedrock-mantle", "bedrock-websearch"}),
        (allow("*"), {"bedrock", "bedrock-mantle", "bedrock-websearch"}),
        (allow(NotAction="iam:*"), {"bedrock", "bedrock-mantle", "bedrock-websearch"}),
        (allow("s3:*"), set()),
        (deny("bedrock:*"), set()),
    ],
)
def test_a_document_grants_services(statement: dict[str, object], services: set[str]) -> None:
    assert services_of([document_of(document(statement))]) == services


def made(**uses: BedrockUse) -> Account:
    found = account(user("alice", attached=[LIMITED]), role("worker", allow("bedrock:*")))
    by_arn = {ALICE: uses["alice"]} if "alice" in uses else {}
    if "worker" in uses:
        by_arn[WORKER] = uses["worker"]
    return with_uses(found, by_arn, UseAsked(ASKED))


def test_where_aws_refused_the_report_the_details_say_so() -> None:
    refused = Unread("last use of P", "AccessDenied", "AWS denied Generate…: no. Ask for it.")
    asked = UseAsked(ASKED, (refused,))
    assert use_in_lines(ALICE, None, asked) == [f"? {refused.message}"]


def test_what_is_missing_of_others_is_no_reason() -> None:
    of_worker = Unread(last_use_of(WORKER), "AccessDenied", "denied")
    holders = Unread("last use of 2 holders of P", "Missing", "AWS's report does not name them")
    asked = UseAsked(ASKED, (of_worker, holders))
    assert use_in_lines(WORKER, None, asked) == ["? denied"]
    assert use_in_lines(ALICE, None, asked) == [
        "? AWS has said nothing of this one; L here asks about it"
    ]


def test_a_saved_account_keeps_it_and_when_aws_was_asked(tmp_path: Path) -> None:
    known = replace(use(3, None, unread=("bedrock-websearch",)))
    before = made(alice=known)
    unread = (Unread("last use of bedrock-websearch", "AccessDenied", "denied"),)
    before = replace(before, use_asked=UseAsked(ASKED, unread))
    save_account(tmp_path / "account.json", before, ASKED)
    after = read_snapshot(str(tmp_path / "account.json"), 10)
    assert after.principals[ALICE].bedrock_use == known
    assert after.principals[WORKER].bedrock_use is None
    assert after.unread == unread
    assert with_relevant_uses(after, LIMITED).use_asked == UseAsked(ASKED, policy=LIMITED)


def test_a_malformed_use_in_a_file_is_not_known() -> None:
    for wrong in (3, {}, {"Asked": LIMITED, "AskedAt": "yesterday", "Services": [], "NotRead": []}):
        (alice,) = account(user("alice") | {"BedrockLastUsed": wrong}).principals.values()
        assert alice.bedrock_use is None


def test_what_was_asked_about_another_policy_is_dropped() -> None:
    other = LIMITED.replace("Limited", "Full")
    both = made(alice=use(None), worker=use(None, asked=WORKER))
    kept = with_relevant_uses(both, other)
    assert kept.principals[ALICE].bedrock_use is None
    assert kept.principals[WORKER].bedrock_use == use(None, asked=WORKER)
    assert with_relevant_uses(made(alice=use(None)), other).use_asked is None


def test_a_new_load_keeps_it_but_not_for_one_that_was_made_again() -> None:
    before = made(alice=use(3), worker=use(4))
    again = account(user("alice"), role("worker") | {"RoleId": "AROANEW"})
    after = with_uses_of(again, before)
    assert after.principals[ALICE].bedrock_use == use(3)
    assert after.principals[WORKER].bedrock_use is None
    assert after.use_asked == UseAsked(ASKED)
