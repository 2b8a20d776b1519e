"""What a change would do, before it is made."""

from __future__ import annotations

from iam.preview import Op, Preview, changed, preview
from iam.verdict import Verdict
from tests.build import LIMITED, account, allow, deny, group, judge, policy, policy_arn, the, user


def of(op: Op, *items: dict[str, object]) -> Preview:
    made = account(*items)
    return preview(judge(), made, the(made), op)


def test_attaching_grants_every_section() -> None:
    made = of("attach", user("alice"))
    assert made.unneeded is None
    assert {b.verdict for b, _ in made.sections} == {Verdict.NONE}
    assert {a.verdict for _, a in made.sections} == {Verdict.GRANTED}


def test_attaching_under_a_deny_or_a_boundary_says_what_it_will_be() -> None:
    denied = of("attach", user("alice", deny("bedrock:*")))
    assert denied.after.sections[0].verdict is Verdict.DENIED
    capped = of("attach", user("alice", boundary=policy_arn("b")), policy("b", allow("s3:*")))
    assert capped.after.verdict is Verdict.NONE
    assert any("limited by boundary" in r for r in capped.after.sections[0].entries[0].reasons)


def test_detaching_names_what_stays_and_by_what() -> None:
    gone = of("detach", user("alice", attached=[LIMITED]))
    assert (gone.after.verdict, gone.remaining) == (Verdict.NONE, ())
    kept = of(
        "detach",
        user("alice", allow("bedrock:InvokeModel"), attached=[LIMITED], groups=["ml"]),
        group("ml", attached=[LIMITED]),
    )
    assert kept.after.verdict is Verdict.GRANTED
    assert any("ml" in way for way in kept.remaining)
    assert any("inline-0" in way for way in kept.remaining)


def test_what_need_not_be_changed_is_said() -> None:
    assert "already" in (of("attach", user("alice", attached=[LIMITED])).unneeded or "")
    assert "does not have" in (of("detach", user("alice")).unneeded or "")
    by_group = of("detach", user("alice", groups=["ml"]), group("ml", attached=[LIMITED]))
    assert "by group ml only" in (by_group.unneeded or "")
    assert of("attach", user("alice", groups=["ml"]), group("ml", attached=[LIMITED])).unneeded is (
        None
    )


def test_a_change_touches_one_policy_only() -> None:
    alice = the(account(user("alice", attached=[policy_arn("a"), policy_arn("b")])))
    attached = changed(alice, "attach", LIMITED)
    assert attached.attached == (policy_arn("a"), policy_arn("b"), LIMITED)
    assert changed(attached, "attach", LIMITED).attached.count(LIMITED) == 1
    assert changed(attached, "detach", LIMITED) == alice
