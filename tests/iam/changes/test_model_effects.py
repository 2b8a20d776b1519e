"""What the preview of a change says about the models that it opens and closes, from us-east-1."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from iam.account.model import Account, ManagedPolicy
from iam.account.unread import document_of
from iam.changes.journal import Op
from iam.changes.model_effects import ModelEffects, model_effects
from iam.changes.plan import make_plan
from tests.build import (
    LIMITED,
    account,
    allow,
    deny,
    document,
    group,
    limited,
    make_evaluator,
    policy,
    policy_arn,
    role,
    user,
)
from tests.iam.verdicts.routes_from import HAIKU, OFFERED, evaluator, model_arn, profile_arn, under

MFA = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}
GLOBAL = {"Condition": {"StringEquals": {"aws:RequestedRegion": "unspecified"}}}
OPEN = [allow("bedrock:InvokeModel")]


def effects(
    op: Op, made: Account, names: Iterable[str], *statements: Any, most: int = 500
) -> ModelEffects | None:
    """What becomes of the models if these get or lose a policy with these statements."""
    held = ManagedPolicy("Models", policy_arn("Models"), "v1")
    held = replace(held, document=document_of(document(*(statements or OPEN))))
    made = made.with_policy(held)
    chosen = [entity for entity in made.entities if entity.name in names]
    plan = make_plan(make_evaluator(), made, chosen, op, held)
    return model_effects(evaluator(), made, plan, "us-east-1", OFFERED.providers, most=most)


def said(found: ModelEffects | None) -> list[tuple[int, list[str]]]:
    """The groups and their lines."""
    assert found is not None
    return [(g.count, [f"{line.sign} {line.text}" for line in g.lines]) for g in found.groups]


def of_alice(op: Op, made: Account, *statements: Any) -> list[str]:
    ((count, lines),) = said(effects(op, made, ["alice"], *statements))
    assert count == 1
    return lines


def test_what_opens_by_all_ways_is_one_line() -> None:
    assert of_alice("attach", account(user("alice"))) == ["+ all 5 routes"]


def test_a_geographic_profile_needs_the_model_in_every_destination() -> None:
    here = ["us-east-1", "us-east-2"]
    resources = [profile_arn("us.*"), *map(model_arn, here)]
    assert effects("attach", account(user("alice")), ["alice"], allow("*", resources)) is None
    resources.append(model_arn("us-west-2"))
    lines = of_alice("attach", account(user("alice")), allow("*", resources))
    assert lines == ["+ the one by us. profiles"]


def test_an_scp_that_denies_a_way_is_the_reason_why_it_stays_closed() -> None:
    made = under(account(user("alice")), NoGlobal=[deny("bedrock:*", **GLOBAL)])
    opened, closed = of_alice("attach", made)
    assert opened.startswith("+ the one in us-east-1 itself, the one by us. profiles, ")
    assert closed == "  the one by global. profiles stays closed: denied by SCP NoGlobal at Root"


def test_a_boundary_counts() -> None:
    only = policy("Only", allow("bedrock:InvokeModel", model_arn("*", HAIKU)))
    made = account(user("alice", boundary=policy_arn("Only")), only)
    opened, closed = of_alice("attach", made)
    assert opened == "+ the one in us-east-1 itself"
    assert closed.endswith(f"stay closed: limited by boundary {policy_arn('Only')}")


def test_a_detach_names_what_still_allows() -> None:
    attached = [policy_arn("Models")]
    lines = of_alice("detach", account(user("alice", *OPEN, attached=attached)))
    assert lines == ["  no route opens or closes: all 5 routes stay open through inline-0"]
    assert of_alice("detach", account(user("alice", attached=attached))) == ["- all 5 routes"]


def test_partial_is_never_counted_as_open() -> None:
    made = account(user("alice"))
    lines = of_alice("attach", made, allow("bedrock:InvokeModel", **MFA))
    assert lines == ["~ all 5 routes become partial: Models with MFA"]
    made = account(user("alice", allow("bedrock:InvokeModel", **MFA)))
    assert of_alice("attach", made) == ["+ all 5 routes"]
    same = of_alice("attach", made, allow("bedrock:InvokeModel", **MFA))
    assert same[0].startswith("  no verdict on a route changes: all 5 routes stay partial: ")


def test_what_was_not_understood_is_unknown_and_not_nothing() -> None:
    odd = allow("bedrock:InvokeModel", Condition={"NoSuchOperator": {"a": "b"}})
    ((line),) = of_alice("attach", account(user("alice")), odd)
    assert line.startswith("? all 5 routes become unknown")


def test_a_policy_that_only_denies_closes() -> None:
    lines = of_alice("attach", account(user("alice", *OPEN)), deny("bedrock:*", **GLOBAL))
    assert lines == ["- the one by global. profiles"]


def test_a_policy_that_is_not_about_models_has_no_part() -> None:
    made = account(user("alice", *OPEN))
    assert effects("attach", made, ["alice"], allow("bedrock:List*")) is None


def test_principals_with_equal_changes_are_one_group_and_members_count() -> None:
    people = [user(f"u{n}", groups=["ml"]) for n in range(3)]
    dave = user("dave", deny("bedrock:*", **GLOBAL))
    made = account(*people, dave, role("admin", allow("*")), group("ml"))
    first, *others = said(effects("attach", made, ["ml", "dave", "admin"]))
    assert first == (3, ["+ all 5 routes"])
    assert sorted(lines[-1] for _, lines in others) == [
        "  1 other route stays closed: denied by inline-0",
        "  no route opens or closes: all 5 routes stay open",
    ]


def test_of_many_the_first_are_looked_at_or_it_is_said_that_they_will_be() -> None:
    made = account(*(user(f"u{n}") for n in range(8)))
    names = [f"u{n}" for n in range(8)]
    found = effects("attach", made, names, most=5)
    assert found is not None
    assert (found.total, found.looked_at, found.groups) == (8, 0, ())
    assert said(effects("attach", made, names, most=8)) == [(8, ["+ all 5 routes"])]


def test_a_policy_that_is_not_about_the_first_of_many_may_be_about_others() -> None:
    others = [user(f"u{n}", tags={"team": "ml"}) for n in range(1, 8)]
    made = account(user("u0", tags={}), *others)
    tagged = {"Condition": {"StringEquals": {"aws:PrincipalTag/team": "ml"}}}
    names = [f"u{n}" for n in range(8)]
    found = effects("attach", made, names, allow("bedrock:InvokeModel", **tagged), most=5)
    assert found is not None
    assert (found.total, found.looked_at) == (8, 0)
    assert effects("attach", made, names, allow("bedrock:List*"), most=5) is None


def test_the_policy_of_the_app_opens_models() -> None:
    made = account(user("alice", attached=[LIMITED]))
    plan = make_plan(make_evaluator(), made, list(made.entities), "detach", limited())
    found = model_effects(evaluator(), made, plan, "us-east-1", OFFERED.providers)
    assert said(found)[0][0] == 1


def test_what_opens_is_the_same_whether_it_was_closed_or_partial() -> None:
    made = account(user("alice", allow("bedrock:InvokeModel", **MFA)), user("bob"))
    assert said(effects("attach", made, ["alice", "bob"])) == [(2, ["+ all 5 routes"])]
