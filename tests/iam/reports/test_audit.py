"""The audit: who is in it, and what makes it incomplete."""

from __future__ import annotations

from iam.reports.audit import Filtered, with_only
from iam.reports.overview import facts
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


def test_only_the_marked_ones_stay_in_their_order_and_the_missing_ones_are_named() -> None:
    worker, bob = (ONE_OF_EACH.results[at][0].arn for at in (2, 0))
    gone = f"{bob}-gone"
    marked = with_only(ONE_OF_EACH, [worker, gone, bob], Filtered("", 3, 0, marked=True))
    assert [p.arn for p, _ in marked.results] == [worker, bob]
    assert marked.unread[-1].what == gone
    assert "Filter only the marked ones, of 3 principals" in facts(marked)
