"""What must hold of verdicts whatever the policies say."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from iam.verdict import PrincipalResult, Verdict, sum_up
from tests.build import account, allow, deny, document, judge, policy, policy_arn, role, the

RANK = {Verdict.DENIED: 0, Verdict.NONE: 0, Verdict.PARTIAL: 1, Verdict.GRANTED: 2}
JUDGE = judge()

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
few = settings(max_examples=40, deadline=None)


def judged(
    own: list[dict[str, Any]], boundary: list[dict[str, Any]] | None = None
) -> PrincipalResult:
    items = [
        role("alice", document(*own), boundary=policy_arn("b") if boundary is not None else None)
    ]
    if boundary is not None:
        items.append(policy("b", *boundary))
    made = account(*items)
    return JUDGE.result(made, the(made))


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
    assert no_higher(judged(own), judged([*own, more]))


@given(policies, statements("Deny"))
@few
def test_a_deny_never_raises(own: list[dict[str, Any]], more: dict[str, Any]) -> None:
    assert no_higher(judged([*own, more]), judged(own))


@given(policies, policies)
@few
def test_a_boundary_never_raises(own: list[dict[str, Any]], boundary: list[dict[str, Any]]) -> None:
    assert no_higher(judged(own, boundary), judged(own))


@given(st.lists(statements(), min_size=2, max_size=4), st.randoms())
@few
def test_the_order_of_statements_does_not_matter(own: list[dict[str, Any]], random: Any) -> None:
    shuffled = list(own)
    random.shuffle(shuffled)
    assert concrete(judged(shuffled)) == concrete(judged(own))


@given(policies)
@few
def test_splitting_into_documents_does_not_matter(own: list[dict[str, Any]]) -> None:
    made = account(role("alice", *own))
    assert concrete(JUDGE.result(made, the(made))) == concrete(judged(own))


@given(st.lists(st.sampled_from(list(Verdict))), st.sampled_from(list(Verdict)))
def test_an_unknown_sum_is_one_that_could_be_another(
    known: list[Verdict], instead: Verdict
) -> None:
    total = sum_up([*known, Verdict.UNKNOWN])
    if total is not Verdict.UNKNOWN and instead is not Verdict.UNKNOWN:
        assert sum_up([*known, instead]) is total
