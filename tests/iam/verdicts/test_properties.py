"""What must hold of verdicts whatever the policies say."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from iam.verdicts.result import EntryResult, PrincipalResult
from iam.verdicts.verdict import Verdict, sum_up
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
from tests.iam.verdicts.sums import agreed

RANK = {Verdict.DENIED: 0, Verdict.NONE: 0, Verdict.PARTIAL: 1, Verdict.GRANTED: 2}
JUDGE = make_evaluator()

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
"""One in three of them not to be understood."""
odd_policies = st.lists(odd_statements, max_size=3)
few = settings(max_examples=40, deadline=None)


def evaluated(
    own: list[dict[str, Any]], boundary: list[dict[str, Any]] | None = None
) -> PrincipalResult:
    items = [
        role("alice", document(*own), boundary=policy_arn("b") if boundary is not None else None)
    ]
    if boundary is not None:
        items.append(policy("b", *boundary))
    made = account(*items)
    return agreed(JUDGE, made, the(made))


def concrete(result: PrincipalResult) -> dict[tuple[str, str], Verdict]:
    return {
        (section.sid, action): verdict
        for section in result.sections
        for entry in section.entries
        for action, verdict in entry.concrete.items()
    }


def no_higher(lower: PrincipalResult, upper: PrincipalResult) -> bool:
    high = concrete(upper)
    return all(RANK[v] <= RANK[high[key]] for key, v in concrete(lower).items())


@given(policies, statements("Allow"))
@few
def test_an_allow_never_lowers(own: list[dict[str, Any]], more: dict[str, Any]) -> None:
    assert no_higher(evaluated(own), evaluated([*own, more]))


@given(policies, statements("Deny"))
@few
def test_a_deny_never_raises(own: list[dict[str, Any]], more: dict[str, Any]) -> None:
    assert no_higher(evaluated([*own, more]), evaluated(own))


@given(policies, policies)
@few
def test_a_boundary_never_raises(own: list[dict[str, Any]], boundary: list[dict[str, Any]]) -> None:
    assert no_higher(evaluated(own, boundary), evaluated(own))


@given(st.lists(odd_statements, min_size=2, max_size=4), st.randoms())
@few
def test_the_order_of_statements_does_not_matter(own: list[dict[str, Any]], random: Any) -> None:
    shuffled = list(own)
    random.shuffle(shuffled)
    assert concrete(evaluated(shuffled)) == concrete(evaluated(own))


@given(st.lists(odd_policies, min_size=2, max_size=4), st.randoms())
@few
def test_the_order_of_policies_does_not_matter(own: list[list[Any]], random: Any) -> None:
    documents = [document(*statements) for statements in own]
    made = account(role("alice", *documents))
    random.shuffle(documents)
    turned = account(role("alice", *documents))
    assert concrete(JUDGE.result(made, the(made))) == concrete(JUDGE.result(turned, the(turned)))


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
                evaluated([*own, *split], boundary)
                if place is own
                else evaluated(own, boundary + split)
            )
        first, *others = map(concrete, results)
        assert all(other == first for other in others)


Held = dict[tuple[str, str | None], list[dict[str, Any]]]
"""Statements by the name of their policy, and the group by which it reaches alice."""


@st.composite
def holdings(draw: st.DrawFn) -> tuple[Held, list[dict[str, Any]] | None]:
    """What alice has by each of the ways, and her boundary."""
    ways = [("inline-0", None), ("inline-1", None), (policy_arn("p"), None), ("inline-0", "ml")]
    held = {way: draw(odd_policies) for way in ways}
    held[policy_arn("p"), "ml"] = held[policy_arn("p"), None]
    return held, draw(st.none() | odd_policies)


def judged_by_way(held: Held, boundary: list[dict[str, Any]] | None) -> PrincipalResult:
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
    return agreed(JUDGE, made, the(made))


@given(holdings())
@few
def test_the_statements_that_a_verdict_names_are_enough_for_it(
    made: tuple[Held, list[dict[str, Any]] | None],
) -> None:
    held, boundary = made
    for section in judged_by_way(held, boundary).sections:
        for i, entry in enumerate(section.entries):
            only, limit = named(entry, held, boundary)
            again = judged_by_way(only, limit)
            other = next(s for s in again.sections if s.sid == section.sid).entries[i]
            assert other.concrete == entry.concrete


def named(
    entry: EntryResult, held: Held, boundary: list[dict[str, Any]] | None
) -> tuple[Held, list[dict[str, Any]] | None]:
    """The statements that an entry names, and nothing else."""
    only: Held = {way: [] for way in held}
    limit: list[dict[str, Any]] = []
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
    assert concrete(JUDGE.result(made, the(made))) == concrete(evaluated(own))


@given(st.lists(st.sampled_from(list(Verdict))), st.sampled_from(list(Verdict)))
def test_an_unknown_sum_is_one_that_could_be_another(
    known: list[Verdict], instead: Verdict
) -> None:
    total = sum_up([*known, Verdict.UNKNOWN])
    if total is not Verdict.UNKNOWN and instead is not Verdict.UNKNOWN:
        assert sum_up([*known, instead]) is total
