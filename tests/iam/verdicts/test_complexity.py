"""Documents with complex patterns: verdicts are unknown with the reason, and others are decided."""

from __future__ import annotations

from typing import Any

import pytest

from iam.account.model import Account
from iam.policy.action_catalogue import catalogue
from iam.policy.step_limit import StepBudget, TooComplex, step_limited
from iam.reports.not_read import unread_of
from iam.verdicts.complexity import MAX_ACTIONS
from iam.verdicts.evaluator import Evaluator
from iam.verdicts.result import TOO_COMPLEX
from iam.verdicts.verdict import Verdict
from tests.build import (
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
    the,
    user,
)
from tests.iam.verdicts.summary_check import agreed

B = "bedrock:*"
INVOKE = "bedrock:InvokeModel"
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def stars(i: int) -> str:
    """Return a pattern of a hundred stars. The patterns for different numbers are different."""
    return "*" + "*".join(LETTERS[(i + n * n) % 26] for n in range(100)) + f"*{i}*"


def costly(i: int) -> dict[str, Any]:
    return document(allow(B), *[deny(B, NotResource=stars(i * 30 + n)) for n in range(30)])


ORDINARY: dict[str, list[dict[str, Any]]] = {
    "hundreds of plain ARNs": [
        allow(B, [f"arn:aws:bedrock:us-east-1:123456789012:guardrail/g{i}" for i in range(400)])
    ],
    "a hundred models of any region": [
        allow(B, [f"arn:aws:bedrock:*::foundation-model/anthropic.claude-{i}-v1:0"])
        for i in range(100)
    ],
    "a few stars each": [
        allow(B, "arn:aws:bedrock:*:*:*/team-*-*"),
        deny(B, NotResource=["arn:aws:bedrock:*:*:guardrail/a*b*", "arn:aws:bedrock:us-*:*:*x*"]),
        deny(B, "*:*:*:*prod*"),
    ],
    "regions and models": [
        allow(B),
        deny(B, NotResource=[f"arn:aws:bedrock:{r}:*:*" for r in ("us-east-1", "eu-west-1")]),
        deny(B, NotResource=["*claude*", "*nova*", "*titan*"]),
    ],
    "nine stars in each of four": [
        allow(B),
        *[deny(B, NotResource=f"*a*a*a*a*a*a*a*a*a*b*c{i}*") for i in range(4)],
    ],
}


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_patterns_are_decided(name: str) -> None:
    made = account(role("worker", document(*ORDINARY[name])))
    result = agreed(make_evaluator(), made, the(made, "worker"))
    assert result.verdict is Verdict.PARTIAL
    verdicts = {v for s in result.sections for e in s.entries for v in e.concrete.values()}
    assert Verdict.UNKNOWN not in verdicts


COSTLY: dict[str, list[dict[str, Any]]] = {
    "stars": costly(0)["Statement"],
    "stars in one list": [allow(B), deny(B, [stars(i) for i in range(60)])],
    "question marks": [allow(B), *[deny(B, f"*{c}{'?' * 25}*{c}") for c in LETTERS]],
    "five kilobytes": [allow(B, "*" + "*".join(LETTERS[n % 26] * 4 for n in range(1_000)) + "*")],
    "actions": [allow([f"bedrock:*{i}*x" for i in range(MAX_ACTIONS + 1)])],
    "excluded actions": [allow(NotAction=[f"*{i}*x" for i in range(MAX_ACTIONS + 1)])],
}


@pytest.mark.parametrize("name", COSTLY)
def test_complex_patterns_are_unknown_with_the_reason(name: str) -> None:
    made = account(
        role("worker", document(*COSTLY[name])),
        role("other", allow(B)),
        role("idle", allow("s3:*")),
    )
    evaluator = make_evaluator()
    results = [(p, agreed(evaluator, made, p)) for p in made.principals.values()]
    verdicts = {p.name: result.verdict for p, result in results}
    assert verdicts == {
        "worker": Verdict.UNKNOWN, "other": Verdict.PARTIAL, "idle": Verdict.NONE
    }  # fmt: skip
    unread = unread_of(made, evaluator.managed, results)
    assert {(u.error, u.message) for u in unread} == {("TooComplex", TOO_COMPLEX)}
    assert all("inline-0" in u.what and "role/worker" in u.what for u in unread)
    means = [words for _, r in results for s in r.sections for e in s.entries for words in e.means]
    assert any(TOO_COMPLEX in words for words in means)


def test_a_deny_of_everything_overrides_complex_patterns() -> None:
    made = account(role("worker", document(deny("*"), *costly(0)["Statement"])))
    assert agreed(make_evaluator(), made, the(made, "worker")).verdict is Verdict.DENIED


def test_a_boundary_may_be_too_complex() -> None:
    bound = policy("bound", *[allow(B, stars(i)) for i in range(60)])
    made = account(role("worker", allow(B), boundary=policy_arn("bound")), bound)
    assert agreed(make_evaluator(), made, the(made, "worker")).verdict is Verdict.UNKNOWN


def together(count: int) -> Account:
    """Build a principal whose documents are simple, but too complex together."""
    alone = [document(deny(B, NotResource=f"*{c}*x*{c}y*")) for c in LETTERS[:count]]
    return account(role("worker", allow(B), *alone))


def test_documents_may_be_too_complex_together() -> None:
    made = together(20)
    evaluator = make_evaluator()
    result = agreed(evaluator, made, the(made, "worker"))
    assert result.verdict is Verdict.UNKNOWN
    (unread,) = unread_of(made, evaluator.managed, [(the(made, "worker"), result)])
    assert (unread.error, unread.message) == ("TooComplex", TOO_COMPLEX)
    assert the(made, "worker").arn in unread.what


def test_verdicts_do_not_depend_on_earlier_evaluations() -> None:
    mixed = [role(f"r{i}", costly(i)) for i in range(2)]
    mixed += [role(n, document(*s)) for n, s in {**ORDINARY, **COSTLY}.items()]
    made = account(*mixed)
    principals = list(made.principals.values())
    first, second = make_evaluator(), make_evaluator()
    forward = {p.arn: (first.summary(made, p), first.result(made, p)) for p in principals}
    backward = {
        p.arn: (second.result(made, p), second.summary(made, p)) for p in reversed(principals)
    }
    assert {arn: (s, r) for arn, (r, s) in backward.items()} == forward


def test_evaluating_a_single_action_agrees_with_the_table() -> None:
    made = account(*[role(n, document(*s)) for n, s in {**ORDINARY, **COSTLY}.items()])
    action = catalogue().choose(INVOKE)
    assert action is not None
    single_action = Evaluator(limited(), catalogue(), "aws", only=action)
    all_actions = make_evaluator()
    for principal in made.principals.values():
        (section,) = single_action.result(made, principal).sections
        sections = all_actions.result(made, principal).sections
        entry = next(e for s in sections for e in s.entries if INVOKE in e.concrete)
        assert section.verdict is entry.concrete[INVOKE]


def of_many_groups(count: int) -> Account:
    """Build a user of many groups, whose documents are too complex together."""
    groups = [
        group(f"g{i}", document(*[deny(B, f"*{LETTERS[n % 26]}{i}x{n}*") for n in range(40)]))
        for i in range(count)
    ]
    plain = group("plain", allow(B), deny("bedrock:Get*", "*:guardrail/secret*"))
    names = [*[f"g{i}" for i in range(count)], "plain"]
    return account(*groups, plain, user("worker", groups=names), user("one", groups=names[-2:]))


def test_documents_of_groups_may_be_too_complex_together() -> None:
    made = of_many_groups(12)
    evaluator = make_evaluator()
    worker, one = the(made, "worker"), the(made, "one")
    assert agreed(evaluator, made, one).verdict is Verdict.PARTIAL
    result = agreed(evaluator, made, worker)
    assert result.verdict is Verdict.UNKNOWN
    via = [via for s in result.sections for e in s.entries for via in e.via]
    compared = {v.group for v in via if not v.too_complex}
    excluded = {v.group for v in via if v.too_complex}
    assert "plain" in compared  # documents with the fewest steps are compared first
    assert excluded
    assert not excluded & compared
    (message,) = {u.message for u in unread_of(made, evaluator.managed, [(worker, result)])}
    assert message == TOO_COMPLEX
    single_action = Evaluator(limited(), catalogue(), "aws", only=catalogue().choose(INVOKE))
    (section,) = single_action.result(made, worker).sections
    assert section.verdict is Verdict.UNKNOWN
    assert single_action.summary(made, worker).verdict is Verdict.UNKNOWN


def test_the_steps_of_a_shared_document_count_once() -> None:
    shared = document(*[deny(B, f"*{LETTERS[n % 26]}x{n}*") for n in range(40)])
    groups = [group(f"g{i}", shared) for i in range(40)]
    names = [f"g{i}" for i in range(40)]
    made = account(*groups, user("worker", allow(B), groups=names))
    result = agreed(make_evaluator(), made, the(made, "worker"))
    assert result.verdict is Verdict.PARTIAL
    assert not any(v.too_complex for s in result.sections for e in s.entries for v in e.via)


@step_limited(limit=10, cache_size=3)
def take_steps(steps: int, budget: StepBudget) -> str:
    for _ in range(steps):
        budget.spend(1)
    return "done"


def cost(steps: int, left: int = 1_000) -> float | None:
    """Return the steps of a call; None if it raised `TooComplex`."""
    budget = StepBudget(left)
    try:
        take_steps(steps, budget)
    except TooComplex:
        return None
    return left - budget.left


def test_a_cached_result_costs_its_steps() -> None:
    assert [cost(7), cost(7), cost(3), cost(3)] == [7, 7, 3, 3]


def test_only_a_call_that_exceeds_its_own_limit_is_cached_as_too_complex() -> None:
    assert cost(11) is cost(11) is None
    assert cost(9, left=5) is None
    assert cost(9) == 9


def test_the_cache_is_bounded() -> None:
    assert [cost(n) for n in range(9)] == list(range(9))
    assert [cost(n) for n in range(9)] == list(range(9))
