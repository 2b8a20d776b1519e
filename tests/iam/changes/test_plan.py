"""What changes would do, before they are made."""

from __future__ import annotations

from dataclasses import replace

import pytest

from iam.account.attachments import with_attached
from iam.account.model import Account, Role
from iam.account.parse import validated
from iam.changes.history import BatchRecord, history_of
from iam.changes.journal import Op
from iam.changes.plan import Plan, PrincipalEffect, changed, make_plan, protected
from iam.changes.undo_order import changed_after
from iam.changes.undo_plan import plan_of_undo
from iam.verdicts.verdict import Verdict
from tests.build import (
    ID,
    LIMITED,
    account,
    allow,
    deny,
    group,
    limited,
    make_evaluator,
    policy,
    policy_arn,
    role,
    the,
    user,
)
from tests.iam.journals import batch_of, lines_of


def planned(op: Op, *items: dict[str, object], of: tuple[str, ...] = ("alice",)) -> Plan:
    made = account(*items)
    entities = [made.groups.get((ID, name)) or the(made, name) for name in of]
    return make_plan(make_evaluator(), made, entities, op, limited())


def effect(op: Op, *items: dict[str, object]) -> PrincipalEffect:
    (only,) = planned(op, *items).effects
    return only


def test_attaching_grants_every_section() -> None:
    made = planned("attach", user("alice"))
    assert [(c.op, c.entity.name, c.policy_arn) for c in made.changes] == [
        ("attach", "alice", LIMITED)
    ]
    assert {b.verdict for b, _ in made.effects[0].sections} == {Verdict.NONE}
    assert {a.verdict for _, a in made.effects[0].sections} == {Verdict.GRANTED}


def test_attaching_under_a_deny_or_a_boundary_says_what_it_will_be() -> None:
    denied = effect("attach", user("alice", deny("bedrock:*")))
    assert denied.after.sections[0].verdict is Verdict.DENIED
    capped = effect("attach", user("alice", boundary=policy_arn("b")), policy("b", allow("s3:*")))
    assert capped.after.verdict is Verdict.NONE
    assert any("limited by boundary" in r for r in capped.after.sections[0].entries[0].reasons)


def test_detaching_names_what_stays_and_by_what() -> None:
    gone = effect("detach", user("alice", attached=[LIMITED]))
    assert (gone.after.verdict, gone.remaining) == (Verdict.NONE, ())
    made = planned(
        "detach",
        user("alice", allow("bedrock:InvokeModel"), attached=[LIMITED], groups=["ml"]),
        group("ml", attached=[LIMITED]),
    )
    assert made.effects[0].after.verdict is Verdict.GRANTED
    assert any("ml" in way for way in made.effects[0].remaining)
    assert any("inline-0" in way for way in made.effects[0].remaining)
    assert made.holding_groups == ("ml",)


def test_what_is_as_wanted_is_left_alone() -> None:
    (has,) = planned("attach", user("alice", attached=[LIMITED])).unneeded
    assert "already" in has.why
    (has_not,) = planned("detach", user("alice")).unneeded
    assert "does not have" in has_not.why


def test_who_has_it_by_a_group_only_cannot_lose_it_and_the_group_is_named() -> None:
    made = planned("detach", user("alice", groups=["ml"]), group("ml", attached=[LIMITED]))
    assert not made.changes
    assert "by group ml only" in made.blocked[0].why
    assert made.holding_groups == ("ml",)
    again = planned("attach", user("alice", groups=["ml"]), group("ml", attached=[LIMITED]))
    assert len(again.changes) == 1


def test_a_group_s_change_shows_every_member() -> None:
    made = planned(
        "attach",
        user("alice", groups=["ml"]),
        user("bob", groups=["ml"], attached=[LIMITED]),
        user("carol"),
        group("ml"),
        of=("ml",),
    )
    verdicts = {e.principal.name: (e.before.verdict, e.after.verdict) for e in made.effects}
    assert verdicts == {
        "alice": (Verdict.NONE, Verdict.GRANTED),
        "bob": (Verdict.GRANTED, Verdict.GRANTED),
    }


def test_changes_are_judged_together() -> None:
    items = (
        user("alice", groups=["ml"], attached=[LIMITED]),
        group("ml", attached=[LIMITED]),
    )
    alone = planned("detach", *items)
    assert alone.effects[0].after.verdict is Verdict.GRANTED
    both = planned("detach", *items, of=("alice", "ml"))
    assert len(both.changes) == 2
    assert both.effects[0].after.verdict is Verdict.NONE


def test_roles_of_aws_and_policies_of_services_cannot_be_changed() -> None:
    made = planned("attach", role("alice", path="/aws-service-role/x.amazonaws.com/"))
    assert "service-linked" in made.blocked[0].why
    reserved = replace(limited(), arn="arn:aws:iam::aws:policy/aws-service-role/X")
    there = account(user("alice"))
    refused = make_plan(make_evaluator(), there, [the(there)], "attach", reserved)
    assert "does not allow" in refused.blocked[0].why


def test_what_aws_found_blocks_a_change() -> None:
    made = account(user("alice"), user("bob"))
    arn = the(made).arn
    plan = make_plan(
        make_evaluator(),
        made,
        [the(made), the(made, "bob")],
        "attach",
        limited(),
        blocked={arn: "gone"},
    )
    assert [left.why for left in plan.blocked] == ["gone"]
    assert [change.entity.name for change in plan.changes] == ["bob"]


def undone(made: Account, batch: BatchRecord, *only: str) -> Plan:
    return plan_of_undo(
        make_evaluator(), made, batch, limited(), only=frozenset(the(made, n).arn for n in only)
    )


def test_an_undo_reverses_what_was_done_and_is_so_still() -> None:
    made = account(
        user("alice", attached=[LIMITED]),
        user("bob", attached=[LIMITED]),
        user("carol"),
        user("dan"),
    )
    phases = {
        "alice": "done",
        "bob": "unconfirmed",
        "carol": "done",
        "dan": "failed",
        "eve": "done",
    }
    batch = batch_of(
        "attach", {f"arn:aws:iam::123456789012:user/{n}": p for n, p in phases.items()}
    )
    plan = undone(made, batch)
    assert [(c.op, c.entity.name) for c in plan.changes] == [("detach", "alice"), ("detach", "bob")]
    assert [(left.entity.name, left.why) for left in plan.unneeded] == [
        ("carol", "AmazonBedrockLimitedAccess has been detached since")
    ]
    gone, doubtful = plan.warnings
    assert gone == "eve is no longer in the account."
    assert "never confirmed 1 of these" in doubtful
    assert plan.undoes is batch
    narrowed = undone(made, batch, "bob")
    assert [c.entity.name for c in narrowed.changes] == ["bob"]


def test_an_undo_does_not_say_that_somebody_reversed_what_aws_has_not_shown() -> None:
    batch = batch_of("attach", {"arn:aws:iam::123456789012:user/alice": "unconfirmed"})
    plan = undone(account(user("alice")), batch)
    assert not plan.changes
    assert [left.why for left in plan.unneeded] == [
        "AWS never showed AmazonBedrockLimitedAccess as attached; that change may still take effect"
    ]


def test_what_was_changed_again_since_is_not_of_the_batch_any_more() -> None:
    who = "arn:aws:iam::123456789012:user/alice"
    history = history_of(
        [
            *lines_of("attach", {who: "done"}),
            *lines_of("detach", {who: "done"}, batch="b2"),
        ]
    )
    first, last = history.batches
    assert changed_after(history, first) == {who}
    assert changed_after(history, last) == frozenset()
    made = account(user("alice", attached=[LIMITED]))
    plan = plan_of_undo(
        make_evaluator(), made, first, limited(), again=changed_after(history, first)
    )
    assert not plan.changes
    assert "changed again later" in plan.blocked[0].why


def test_what_stays_is_unknown_where_something_could_not_be_read() -> None:
    made = effect("detach", user("alice", "{oops", attached=[LIMITED]))
    assert made.unknown
    assert not effect("detach", user("alice", attached=[LIMITED])).unknown


def test_a_change_touches_one_policy_only() -> None:
    alice = the(account(user("alice", attached=[policy_arn("a"), policy_arn("b")])))
    attached = changed(alice, "attach", LIMITED)
    assert attached.attached == (policy_arn("a"), policy_arn("b"), LIMITED)
    assert changed(attached, "attach", LIMITED).attached.count(LIMITED) == 1
    assert changed(attached, "detach", LIMITED) == alice


@pytest.mark.parametrize(
    ("name", "path", "part"),
    [
        (
            "AWSServiceRoleForSupport",
            "/aws-service-role/support.amazonaws.com/",
            "support.amazonaws",
        ),
        ("AWSReservedSSO_Admin_1", "/aws-reserved/sso.amazonaws.com/", "IAM Identity Center"),
        ("mine", "/", None),
        ("aws-service-role", "/teams/", None),
    ],
)
def test_roles_that_only_aws_changes_are_told_apart(name: str, path: str, part: str | None) -> None:
    made = validated(
        Role, {"RoleName": name, "Path": path, "Arn": f"arn:aws:iam::1:role{path}{name}"}
    )
    reason = protected(made)
    assert reason is None if part is None else part in (reason or "")


def test_a_detach_is_planned_where_it_could_not_be_read_what_is_attached() -> None:
    made = planned("detach", user("alice") | {"AttachedManagedPolicies": 3})
    assert [change.entity.name for change in made.changes] == ["alice"]
    assert not made.unneeded
    assert made.warnings == (
        "Whether AmazonBedrockLimitedAccess is attached to alice could not be read.",
    )


def test_what_is_attached_is_known_once_it_has_been_read() -> None:
    made = account(user("alice") | {"AttachedManagedPolicies": 3})
    read = with_attached(the(made), ())
    plan = make_plan(make_evaluator(), made.with_entities([read]), [read], "detach", limited())
    assert [skipped.entity.name for skipped in plan.unneeded] == ["alice"]


def test_a_group_whose_members_were_not_all_read_may_have_more() -> None:
    made = planned("attach", group("ml"), user("bob") | {"GroupList": 3}, of=("ml",))
    assert made.members_unread == ("ml",)
    assert made.warnings == ("ml may have more members: some users or groups were not read.",)
