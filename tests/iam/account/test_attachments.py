"""How many principals have a policy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from iam.account.attachments import Attachment, AttachmentCount, attachment_of, count_attachments
from iam.account.model import InlinePolicy
from iam.account.unread import Unread
from tests.build import LIMITED, account, group, role, the, user


def test_direct_and_by_group_are_counted_and_nobody_twice() -> None:
    made = account(
        user("alice", attached=[LIMITED]),
        user("bob", groups=["ml"]),
        user("carol", attached=[LIMITED], groups=["ml"]),
        user("dave"),
        role("worker", attached=[LIMITED]),
        group("ml", attached=[LIMITED]),
    )
    assert count_attachments(made, LIMITED) == AttachmentCount(direct=3, by_group=1, certain=True)


def test_a_group_that_is_missing_may_hold_it() -> None:
    assert not count_attachments(account(user("bob", groups=["gone"])), LIMITED).certain


def test_an_account_that_was_not_all_read_may_have_more_holders() -> None:
    made = replace(account(user("bob")), unread=(Unread("roles", "AccessDenied", "denied"),))
    assert not count_attachments(made, LIMITED).certain


def test_attachments_that_could_not_be_read_may_be_it() -> None:
    unread = Unread("attached policies of user bob", "AccessDenied", "denied")
    made = account(user("bob"))
    bob = next(iter(made.principals.values()))
    inline = InlinePolicy(name="(attached policies could not be read)", document=unread)
    odd = replace(bob, inline=(inline,))
    assert not count_attachments(made.with_entities([odd]), LIMITED).certain


@pytest.mark.parametrize(
    ("attachment", "word", "words"),
    [
        (Attachment(direct=True), "direct", "direct"),
        (Attachment(groups=("ops",)), "group", "by group ops"),
        (Attachment(True, ("dev", "ops")), "both", "direct and by groups dev, ops"),
        (Attachment(), "none", "not attached"),
        (Attachment(None, ()), "unknown", "unknown"),
        (Attachment(False, None), "unknown", "unknown"),
        (Attachment(None, ("ops",)), "group", "by group ops; direct unknown"),
        (Attachment(True, None), "direct", "direct; groups unknown"),
    ],
)
def test_an_attachment_in_words(attachment: Attachment, word: str, words: str) -> None:
    assert (attachment.in_a_word, attachment.in_words) == (word, words)


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([user("alice") | {"AttachedManagedPolicies": 3}], Attachment(None, ())),
        ([user("alice") | {"GroupList": 3}], Attachment(False, None)),
        ([user("alice") | {"UserPolicyList": 3}], Attachment(False, ())),
        ([user("alice", groups=["gone"])], Attachment(False, None)),
        ([user("alice", groups=["gone"], attached=[LIMITED])], Attachment(True, None)),
        (
            [user("alice", groups=["ml"]), group("ml") | {"AttachedManagedPolicies": 3}],
            Attachment(False, None),
        ),
        (
            [user("alice", groups=["gone", "ml"]), group("ml", attached=[LIMITED])],
            Attachment(False, ("ml",)),
        ),
        ([user("alice"), user("alice", attached=[LIMITED])], Attachment(None, None)),
        ([role("alice"), role("alice", attached=[LIMITED])], Attachment(None, ())),
    ],
)
def test_what_could_not_be_read_is_not_taken_for_not_attached(
    items: list[dict[str, Any]], expected: Attachment
) -> None:
    made = account(*items)
    assert attachment_of(made, the(made), LIMITED) == expected
