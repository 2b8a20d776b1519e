"""Conditions that the account decides: many are quick, too many are unknown with the reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from iam.account.model import Account
from iam.account.request_context import RequestContext, may_be_known
from iam.policy.document import parse_document
from iam.policy.specialize import Specializer, keys_of
from iam.policy.step_limit import CONDITION_LIMIT
from iam.reports.not_read import unread_of
from iam.verdicts.result import TOO_COMPLEX
from iam.verdicts.verdict import Verdict
from tests.build import (
    NOW,
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
from tests.iam.verdicts.summary_check import agreed

B = "bedrock:*"
Json = dict[str, Any]


def condition(operator: str, key: str, count: int, value: Callable[[int], str]) -> Json:
    return {operator: {key: [value(i) for i in range(count)]}}


def roles_like(count: int) -> Json:
    return condition(
        "ArnNotLike", "aws:PrincipalArn", count, lambda i: f"arn:aws:iam::*:role/x{i}-*"
    )


def denied_each(count: int, value: Callable[[int], Json]) -> list[Json]:
    return [allow(B), *[deny(B, Condition=value(i)) for i in range(count)]]


def steps(*statements: Json, tags: dict[str, str] | None = None) -> int:
    """Count the steps to specialize a document for a role."""
    raw = document(*statements)
    made = account(role("worker", raw, tags=tags or {}))
    parsed, relevant = parse_document(raw), range(len(statements))
    keys = sorted(filter(may_be_known, keys_of(parsed, relevant)))
    context = RequestContext(made, the(made, "worker"), NOW)
    return Specializer(parsed, relevant, keys).steps([context.known(key) for key in keys])


ORDINARY: dict[str, list[Json]] = {
    "two thousand patterns of roles": [allow(B, Condition=roles_like(2_000))],
    "twenty thousand roles": [
        allow(
            B,
            Condition=condition(
                "ArnNotLike", "aws:PrincipalArn", 20_000, lambda i: f"arn:aws:iam::1:role/x{i}"
            ),
        )
    ],
    "the same exceptions in each of a hundred statements": [
        allow(B),
        *[deny(f"bedrock:Get{i}*", Condition=roles_like(60)) for i in range(100)],
        deny("bedrock:Delete*", Condition=roles_like(60)),
    ],
    "a hundred conditions": denied_each(
        100, lambda i: {"StringEquals": {"aws:PrincipalTag/team": f"t{i}"}}
    ),
    "a hundred tags": denied_each(
        100, lambda i: {"StringEquals": {f"aws:PrincipalTag/t{i}": "true"}}
    ),
    "twenty variables": [
        allow(
            B,
            Condition=condition(
                "ForAllValues:StringNotLike",
                "aws:PrincipalTag/team",
                20,
                lambda i: f"${{aws:PrincipalTag/home}}-{i}*",
            ),
        )
    ],
}


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_conditions_are_decided(name: str) -> None:
    assert steps(*ORDINARY[name]) <= CONDITION_LIMIT
    made = account(role("worker", document(*ORDINARY[name]), tags={"team": "x", "home": "y"}))
    result = agreed(make_evaluator(), made, the(made, "worker"))
    verdicts = {v for s in result.sections for e in s.entries for v in e.concrete.values()}
    assert Verdict.UNKNOWN not in verdicts


def deciding(operator: str, key: str, count: int, value: Callable[[int], str]) -> list[Json]:
    return [allow(B, Condition=condition(operator, key, count, value))]


COSTLY: dict[str, list[Json]] = {
    "patterns of roles": deciding(
        "ArnNotLike", "aws:PrincipalArn", 3_000, lambda i: f"arn:aws:iam::*:role/x{i}-*"
    ),
    "stars": deciding(
        "StringNotLike", "aws:PrincipalTag/team", 600, lambda i: "*" + "a*" * 50 + f"{i}*"
    ),
    "question marks": deciding("StringNotLike", "aws:userid", 600, lambda i: "?" * 20 + f"{i}*"),
    "plain values": deciding("StringNotEquals", "aws:userid", 40_000, lambda i: f"AROA{i}"),
    "numbers": deciding("NumericLessThan", "aws:PrincipalTag/level", 400, lambda i: f"{i}.5"),
    "times": deciding("NumericLessThan", "aws:EpochTime", 400, lambda i: f"{2_000_000_000 + i}"),
    "variables": deciding(
        "ForAnyValue:StringLike",
        "aws:PrincipalTag/team",
        100,
        lambda i: f"${{aws:PrincipalTag/home}}{i}*",
    ),
    "variables without a pattern": deciding(
        "StringEquals",
        "aws:PrincipalTag/team",
        100,
        lambda i: f"${{aws:PrincipalTag/home, 'none'}}{i}",
    ),
    "resources": [
        allow(B, [f"arn:aws:bedrock:*:*:guardrail/${{aws:username}}{i}" for i in range(100)])
    ],
    "keys": denied_each(400, lambda i: {"StringEquals": {f"aws:PrincipalTag/t{i}": "true"}}),
    "statements": denied_each(400, lambda i: {"StringLike": {"aws:PrincipalArn": f"*{i}"}}),
    "conditions of one statement": [
        allow(
            B,
            Condition={"StringNotEquals": {f"aws:PrincipalTag/t{i}": "true" for i in range(600)}},
        )
    ],
}


@pytest.mark.parametrize("name", COSTLY)
def test_too_many_conditions_are_unknown_with_the_reason(name: str) -> None:
    assert steps(*COSTLY[name]) > CONDITION_LIMIT
    made = account(
        role("worker", document(*COSTLY[name]), tags={"team": "x", "level": "7"}),
        role("other", allow(B)),
    )
    evaluator = make_evaluator()
    results = [(p, agreed(evaluator, made, p)) for p in made.principals.values()]
    assert {p.name: r.verdict for p, r in results} == {
        "worker": Verdict.UNKNOWN, "other": Verdict.PARTIAL
    }  # fmt: skip
    (unread,) = unread_of(made, evaluator.managed, results)
    assert (unread.error, unread.message) == ("TooComplex", TOO_COMPLEX)
    assert "inline-0" in unread.what


def test_steps_grow_with_what_has_to_be_compared_for_each_principal() -> None:
    few, many = [steps(allow(B, Condition=roles_like(count))) for count in (100, 1_000)]
    assert 9 * few < many < 11 * few
    (exact,) = deciding("StringNotEquals", "aws:PrincipalTag/x", 1_000, lambda i: f"exactly-{i}")
    assert steps(exact) < few
    once = steps(allow(B, Condition=roles_like(100)), deny(B))
    twice = steps(allow(B, Condition=roles_like(100)), deny(B, Condition=roles_like(100)))
    assert twice - once < 10  # equal conditions are decided once


def test_steps_depend_on_the_length_of_unusually_long_values_only() -> None:
    (statement,) = deciding("StringLike", "aws:PrincipalTag/x", 100, lambda i: f"*{i:04}*x*")
    short, usual, long = [steps(statement, tags={"x": "x" * n}) for n in (0, 90, 9_000)]
    assert short == usual < long / 20


def test_variables_in_conditions_on_the_request_are_never_too_many() -> None:
    tags = denied_each(
        100, lambda i: {"StringEquals": {f"aws:ResourceTag/t{i}": "${aws:PrincipalTag/team}"}}
    )
    assert steps(*tags) > CONDITION_LIMIT
    made = account(role("worker", document(*tags), tags={"team": "x"}))
    result = agreed(make_evaluator(), made, the(made, "worker"))
    verdicts = {v for s in result.sections for e in s.entries for v in e.concrete.values()}
    assert verdicts == {Verdict.PARTIAL, Verdict.NONE}


def test_what_holds_regardless_is_not_unknown() -> None:
    made = account(role("worker", document(deny("*"), *COSTLY["statements"])))
    assert agreed(make_evaluator(), made, the(made, "worker")).verdict is Verdict.DENIED
    made = account(role("worker", allow("s3:*", Condition=roles_like(3_000))))
    assert agreed(make_evaluator(), made, the(made, "worker")).verdict is Verdict.NONE


def test_conditions_that_are_too_many_may_also_grant_all_or_nothing() -> None:
    with_mfa = allow(B, Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})
    for costly in (allow(B, Condition=roles_like(3_000)), deny(B, Condition=roles_like(3_000))):
        made = account(role("worker", document(with_mfa, costly)))
        assert agreed(make_evaluator(), made, the(made, "worker")).verdict is Verdict.UNKNOWN


def test_a_boundary_may_have_too_many_conditions() -> None:
    bound = policy("bound", allow(B, Condition=roles_like(3_000)))
    made = account(role("worker", allow(B), boundary=policy_arn("bound")), bound)
    assert agreed(make_evaluator(), made, the(made, "worker")).verdict is Verdict.UNKNOWN


def of_many_groups() -> Account:
    """Build a user of many groups, whose conditions are too many together."""
    groups = [
        group(
            f"g{i}",
            deny(
                B,
                Condition=condition(
                    "StringLike",
                    "aws:PrincipalTag/team",
                    200,
                    lambda n, i=i: f"{i}-{n:020}*",  # type: ignore[misc]
                ),
            ),
        )
        for i in range(20)
    ]
    plain = group("plain", allow(B), deny("bedrock:Get*", Condition=roles_like(3)))
    names = [*[f"g{i}" for i in range(20)], "plain"]
    users = [user("worker", groups=names, tags={"team": "x"}), user("one", groups=names[-3:])]
    return account(*groups, plain, *users)


def test_documents_with_the_fewest_conditions_are_decided_first() -> None:
    made = of_many_groups()
    evaluator = make_evaluator()
    assert agreed(evaluator, made, the(made, "one")).verdict is Verdict.PARTIAL
    result = agreed(evaluator, made, the(made, "worker"))
    assert result.verdict is Verdict.UNKNOWN
    via = [via for s in result.sections for e in s.entries for via in e.via]
    assert "plain" in {v.group for v in via if not v.too_complex}
    assert any(v.too_complex for v in via)


def test_verdicts_do_not_depend_on_the_order_of_evaluation() -> None:
    names = ("a hundred tags", "twenty variables", "patterns of roles", "resources", "statements")
    documents = {name: {**ORDINARY, **COSTLY}[name] for name in names}
    made = account(
        *[
            role(name.replace(" ", "-"), document(*statements), tags={"team": str(i), "home": "h"})
            for i, (name, statements) in enumerate(documents.items())
        ]
    )
    principals = list(made.principals.values())
    first, second = make_evaluator(), make_evaluator()
    forward = {p.arn: first.result(made, p) for p in principals}
    backward = {p.arn: second.result(made, p) for p in reversed(principals)}
    assert forward == backward
