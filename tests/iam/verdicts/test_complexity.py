"""Patterns made to be costly: they are unknown, with the reason, and everything else is judged."""

from __future__ import annotations

from typing import Any

import pytest

from iam.account.model import Account
from iam.policy.action_catalogue import catalogue
from iam.policy.step_limit import StepBudget, TooComplex, step_limited
from iam.reports.audit import unread_of
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
from tests.iam.verdicts.sums import agreed

B = "bedrock:*"
INVOKE = "bedrock:InvokeModel"
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def stars(i: int) -> str:
    """A pattern of a hundred stars; no two are the same."""
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
def test_what_people_write_is_decided(name: str) -> None:
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
def test_what_is_too_complex_is_unknown_and_says_why(name: str) -> None:
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
    told = unread_of(made, evaluator.managed, results)
    assert {(unread.error, unread.message) for unread in told} == {("TooComplex", TOO_COMPLEX)}
    assert all("inline-0" in unread.what and "role/worker" in unread.what for unread in told)
    means = [words for _, r in results for s in r.sections for e in s.entries for words in e.means]
    assert any(TOO_COMPLEX in words for words in means)


def test_a_deny_of_everything_decides_whatever_is_too_complex() -> None:
    made = account(role("worker", document(deny("*"), *costly(0)["Statement"])))
    assert agreed(make_evaluator(), made, the(made, "worker")).verdict is Verdict.DENIED


def test_a_boundary_may_be_too_complex() -> None:
    bound = policy("bound", *[allow(B, stars(i)) for i in range(60)])
    made = account(role("worker", allow(B), boundary=policy_arn("bound")), bound)
    assert agreed(make_evaluator(), made, the(made, "worker")).verdict is Verdict.UNKNOWN


def together(count: int) -> Account:
    """Documents of which each is simple, and all together are not."""
    alone = [document(deny(B, NotResource=f"*{c}*x*{c}y*")) for c in LETTERS[:count]]
    return account(role("worker", allow(B), *alone))


def test_documents_may_be_too_complex_together() -> None:
    made = together(20)
    evaluator = make_evaluator()
    result = agreed(evaluator, made, the(made, "worker"))
    assert result.verdict is Verdict.UNKNOWN
    (told,) = unread_of(made, evaluator.managed, [(the(made, "worker"), result)])
    assert (told.error, told.message) == ("TooComplex", TOO_COMPLEX)
    assert the(made, "worker").arn in told.what


def test_verdicts_do_not_depend_on_what_was_judged_before() -> None:
    mixed = [role(f"r{i}", costly(i)) for i in range(2)]
    mixed += [role(n, document(*s)) for n, s in {**ORDINARY, **COSTLY}.items()]
    made = account(*mixed)
    everyone = list(made.principals.values())
    first, second = make_evaluator(), make_evaluator()
    forth = {p.arn: (first.summary(made, p), first.result(made, p)) for p in everyone}
    back = {p.arn: (second.result(made, p), second.summary(made, p)) for p in reversed(everyone)}
    assert {arn: (s, r) for arn, (r, s) in back.items()} == forth


def test_who_can_do_an_action_says_what_the_table_says() -> None:
    made = account(*[role(n, document(*s)) for n, s in {**ORDINARY, **COSTLY}.items()])
    known = catalogue().find(INVOKE)
    assert known is not None
    asked, every = Evaluator(limited(), catalogue(), "aws", only=known), make_evaluator()
    for principal in made.principals.values():
        (section,) = asked.result(made, principal).sections
        sections = every.result(made, principal).sections
        entry = next(e for s in sections for e in s.entries if INVOKE in e.concrete)
        assert section.verdict is entry.concrete[INVOKE]


def of_many_groups(count: int) -> Account:
    """A user of many groups; each of their documents could be compared, not all of them."""
    groups = [
        group(f"g{i}", document(*[deny(B, f"*{LETTERS[n % 26]}{i}x{n}*") for n in range(40)]))
        for i in range(count)
    ]
    plain = group("plain", allow(B), deny("bedrock:Get*", "*:guardrail/secret*"))
    names = [*[f"g{i}" for i in range(count)], "plain"]
    return account(*groups, plain, user("worker", groups=names), user("one", groups=names[-2:]))


def test_the_documents_of_a_principal_may_be_too_complex_together() -> None:
    made = of_many_groups(30)
    evaluator = make_evaluator()
    worker, one = the(made, "worker"), the(made, "one")
    assert agreed(evaluator, made, one).verdict is Verdict.PARTIAL
    result = agreed(evaluator, made, worker)
    assert result.verdict is Verdict.UNKNOWN
    via = [via for s in result.sections for e in s.entries for via in e.via]
    compared = {v.group for v in via if not v.too_complex}
    cut = {v.group for v in via if v.too_complex}
    assert "plain" in compared  # what takes least is compared first
    assert cut
    assert not cut & compared
    (told,) = {u.message for u in unread_of(made, evaluator.managed, [(worker, result)])}
    assert told == TOO_COMPLEX
    asked = Evaluator(limited(), catalogue(), "aws", only=catalogue().find(INVOKE))
    (section,) = asked.result(made, worker).sections
    assert section.verdict is Verdict.UNKNOWN
    assert asked.summary(made, worker).verdict is Verdict.UNKNOWN


def test_the_same_document_counts_once_for_a_principal() -> None:
    held = document(*[deny(B, f"*{LETTERS[n % 26]}x{n}*") for n in range(40)])
    groups = [group(f"g{i}", held) for i in range(100)]
    names = [f"g{i}" for i in range(100)]
    made = account(*groups, user("worker", allow(B), groups=names))
    result = agreed(make_evaluator(), made, the(made, "worker"))
    assert result.verdict is Verdict.PARTIAL
    assert not any(v.too_complex for s in result.sections for e in s.entries for v in e.via)


@step_limited(limit=10, cache_size=3)
def walked(steps: int, budget: StepBudget) -> str:
    for _ in range(steps):
        budget.spend(1)
    return "done"


def cost(steps: int, left: int = 1_000) -> float | None:
    """What a call took; None if it was given up."""
    budget = StepBudget(left)
    try:
        walked(steps, budget)
    except TooComplex:
        return None
    return left - budget.left


def test_an_answer_from_memory_costs_what_it_cost_to_find() -> None:
    assert [cost(7), cost(7), cost(3), cost(3)] == [7, 7, 3, 3]


def test_a_limit_holds_whatever_is_left_and_what_is_left_decides_nothing_for_others() -> None:
    assert cost(11) is cost(11) is None
    assert cost(9, left=5) is None
    assert cost(9) == 9


def test_memory_is_bounded() -> None:
    assert [cost(n) for n in range(9)] == list(range(9))
    assert [cost(n) for n in range(9)] == list(range(9))
