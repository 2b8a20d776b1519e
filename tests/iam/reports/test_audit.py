"""The audit: who is in it, and what makes it incomplete."""

from __future__ import annotations

from tests.build import allow, user
from tests.iam.reports.audits import ONE_OF_EACH, audit


def test_users_come_first_then_roles_each_by_name() -> None:
    assert [p.name for p, _ in ONE_OF_EACH.results] == ["bob", "zoe", "worker"]


def test_a_statement_that_was_not_understood_makes_the_audit_incomplete() -> None:
    odd = audit(user("alice", allow("bedrock:*", Condition={"Odd": {"a": "b"}})))
    assert not odd.complete
    assert odd.unread[0].error == "NotUnderstood"
    harmless = audit(user("alice", allow("s3:*", Condition={"Odd": {"a": "b"}})))
    assert harmless.complete
