"""Properties of verdicts that hold for all policies."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from iam.verdicts.result import EntryResult, PrincipalResult
from iam.verdicts.verdict import Verdict
from tests.build import (
    account,
    allow,
    deny,
    document,
    group,
    make_evaluator,
    policy,
    policy_arn,
    role,
    the,
    user,
)
from tests.examples import examples
from tests.iam.verdicts.summary_check import agreed

RANK = {Verdict.DENIED: 0, Verdict.NONE: 0, Verdict.PARTIAL: 1, Verdict.GRANTED: 2}
EVALUATOR = make_evaluator()

actions = st.sampled_from(
    ["*", "bedrock:*", "bedrock:Get*", "bedrock:InvokeModel", "bedrock-mantle:*", "kms:*", "s3:*"]
)
resources = st.sampled_from(
    [
        "*",
        "arn:aws:bedrock:*",
        "arn:aws:bedrock:us-east-1:*:*",
        "arn:aws:bedrock:*::foundation-model/anthropic.*",
        "arn:aws:bedrock:*:*:guardrail/*",
        "arn:aws:bedrock:*:*:${aws:username}/*",
        "arn:aws:s3:::*",
    ]
)
conditions = st.sampled_from(
    [
        {},
        {},
        {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
        {"StringEquals": {"aws:CalledViaLast": "bedrock.amazonaws.com"}},
        {"StringEquals": {"s3:prefix": "x"}},
    ]
)


ODD: list[dict[str, Any]] = [
    {},
    {},
    {},
    {},
    {"Condition": {"StringResembles": {"a": "b"}}},
    {"Extra": 1},
]


@st.composite
def statements(draw: st.DrawFn, effect: str = "") -> dict[str, Any]:
    make = {"Allow": allow, "Deny": deny}[effect or draw(st.sampled_from(["Allow", "Deny"]))]
    more: dict[str, Any] = {}
    if condition := draw(conditions):
        more["Condition"] = condition
    if draw(st.integers(0, 4)) == 0:
        more["NotAction"] = draw(actions)
    if draw(st.integers(0, 4)) == 0:
        more["NotResource"] = draw(resources)
    return make(draw(actions), draw(resources), **more)


policies = st.lists(statements(), max_size=4)
odd_statements = st.builds(lambda made, more: {**made, **more}, statements(), st.sampled_from(ODD))
"""One in three is not understood."""
odd_policies = st.lists(odd_statements, max_size=3)
few = examples(20)


def evaluate(
    own: list[dict[str, Any]], boundary: list[dict[str, Any]] | None = None
) -> PrincipalResult:
    items = [
        role("alice", document(*own), boundary=policy_arn("b") if boundary is not None else None)
    ]
    if boundary is not None:
        items.append(policy("b", *boundary))
    made = account(*items)
    return agreed(EVALUATOR, made, the(made))


def concrete(result: PrincipalResult) -> dict[tuple[str, str], Verdict]:
    return {
        (section.sid, action): verdict
        for section in result.sections
        for entry in section.entries
        for action, verdict in entry.concrete.items()
    }


def at_most(lower: PrincipalResult, upper: PrincipalResult) -> bool:
    high = concrete(upper)
    return all(RANK[v] <= RANK[high[key]] for key, v in concrete(lower).items())


@given(policies, statements("Allow"))
@few
def test_adding_an_allow_never_lowers_a_verdict(
    own: list[dict[str, Any]], more: dict[str, Any]
) -> None:
    assert at_most(evaluate(own), evaluate([*own, more]))


@given(policies, statements("Deny"))
@few
def test_adding_a_deny_never_raises_a_verdict(
    own: list[dict[str, Any]], more: dict[str, Any]
) -> None:
    assert at_most(evaluate([*own, more]), evaluate(own))


@given(policies, policies)
@few
def test_adding_a_boundary_never_raises_a_verdict(
    own: list[dict[str, Any]], boundary: list[dict[str, Any]]
) -> None:
    assert at_most(evaluate(own, boundary), evaluate(own))


@given(st.lists(odd_statements, min_size=2, max_size=4), st.randoms())
@few
def test_the_order_of_statements_does_not_matter(own: list[dict[str, Any]], random: Any) -> None:
    shuffled = list(own)
    random.shuffle(shuffled)
    assert concrete(evaluate(shuffled)) == concrete(evaluate(own))


@given(st.lists(odd_policies, min_size=2, max_size=4), st.randoms())
@few
def test_the_order_of_policies_does_not_matter(own: list[list[Any]], random: Any) -> None:
    documents = [document(*statements) for statements in own]
    made = account(role("alice", *documents))
    random.shuffle(documents)
    shuffled = account(role("alice", *documents))
    assert concrete(EVALUATOR.result(made, the(made))) == concrete(
        EVALUATOR.result(shuffled, the(shuffled))
    )


@given(policies, policies, st.sampled_from([allow, deny]), st.data())
@few
def test_splitting_a_statement_by_action_or_by_resource_does_not_matter(
    own: list[dict[str, Any]], boundary: list[dict[str, Any]], make: Any, data: st.DataObject
) -> None:
    of = data.draw(st.lists(actions, max_size=3)), data.draw(st.lists(resources, max_size=3))
    condition = data.draw(conditions)
    more = {"Condition": condition} if condition else {}
    whole = make(*of, **more)
    by_action = [make(action, of[1], **more) for action in of[0]]
    by_resource = [make(of[0], resource, **more) for resource in of[1]]
    for place in (own, boundary):
        results = []
        for split in ([whole], by_action, by_resource):
            results.append(
                evaluate([*own, *split], boundary)
                if place is own
                else evaluate(own, boundary + split)
            )
        first, *others = map(concrete, results)
        assert all(other == first for other in others)


Held = dict[tuple[str, str | None], list[dict[str, Any]]]
"""Statements by policy name, and by the group through which the policy applies to alice."""


@st.composite
def holdings(draw: st.DrawFn) -> tuple[Held, list[dict[str, Any]] | None]:
    """Draw statements for each way in which a policy can apply to alice, and her boundary."""
    ways = [("inline-0", None), ("inline-1", None), (policy_arn("p"), None), ("inline-0", "ml")]
    held = {way: draw(odd_policies) for way in ways}
    held[policy_arn("p"), "ml"] = held[policy_arn("p"), None]
    return held, draw(st.none() | odd_policies)


def evaluate_holdings(held: Held, boundary: list[dict[str, Any]] | None) -> PrincipalResult:
    items = [
        user(
            "alice",
            document(*held["inline-0", None]),
            document(*held["inline-1", None]),
            attached=[policy_arn("p")],
            groups=["ml"],
            boundary=policy_arn("b") if boundary is not None else None,
        ),
        group("ml", document(*held["inline-0", "ml"]), attached=[policy_arn("q")]),
        policy("p", *held[policy_arn("p"), None]),
        policy("q", *held[policy_arn("p"), "ml"]),
        policy("b", *(boundary or ())),
    ]
    made = account(*items)
    return agreed(EVALUATOR, made, the(made))


ODD_ALLOW = allow(Condition={"StringResembles": {"a": "b"}})
WITH_MFA = allow(Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})


def odd_beside_mfa() -> tuple[Held, None]:
    """A policy that is not understood, directly and by a group, beside one that asks for MFA."""
    odd: list[dict[str, Any]] = [ODD_ALLOW]
    held: Held = {
        ("inline-0", None): [],
        ("inline-1", None): [],
        (policy_arn("p"), None): odd,
        ("inline-0", "ml"): [WITH_MFA],
        (policy_arn("p"), "ml"): odd,
    }
    return held, None


@given(holdings())
@example(odd_beside_mfa())
@few
def test_the_named_statements_alone_give_the_same_verdict(
    made: tuple[Held, list[dict[str, Any]] | None],
) -> None:
    held, boundary = made
    for section in evaluate_holdings(held, boundary).sections:
        for i, entry in enumerate(section.entries):
            only, limit = named(entry, held, boundary)
            repeated = evaluate_holdings(only, limit)
            other = next(s for s in repeated.sections if s.sid == section.sid).entries[i]
            assert other.concrete == entry.concrete


def named(
    entry: EntryResult, held: Held, boundary: list[dict[str, Any]] | None
) -> tuple[Held, list[dict[str, Any]] | None]:
    """Select the statements that the explanation of an entry names.

    A boundary that takes nothing away is not named. Then one that allows everything will do.
    """
    only: Held = {way: [] for way in held}
    limits = any(reason.startswith("limited by") for reason in entry.reasons)
    limit: list[dict[str, Any]] = [] if limits else [allow()]
    for via in entry.via:
        if via.kind == "boundary":
            assert boundary is not None
            limit.append(boundary[via.statement])
        else:
            name = policy_arn("p") if via.policy == policy_arn("q") else via.policy
            only[name, via.group].append(held[name, via.group][via.statement])
    return only, limit if boundary is not None else None


@given(policies)
@few
def test_splitting_into_documents_does_not_matter(own: list[dict[str, Any]]) -> None:
    made = account(role("alice", *own))
    assert concrete(EVALUATOR.result(made, the(made))) == concrete(evaluate(own))
