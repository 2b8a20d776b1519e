"""Conditions on keys with known values, compared with a definition of the operators by example."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iam.policy.condition_operators import COMPARISONS, Operator, any_certain, operator_of
from iam.policy.document import Condition
from iam.policy.glob import pattern_tokens
from iam.policy.known_values import (
    ABSENT,
    Between,
    Holds,
    KnownValue,
    StartingWith,
    evaluate_known,
    next_change,
)
from iam.policy.match_kinds import covers, overlaps
from tests.examples import examples

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
NAMES = [
    *(c.name for c in COMPARISONS if c.name != "Null"),
    *(c.negation for c in COMPARISONS if c.negation),
]
TEXTS = (
    *("", "ml", "ML", "m*", "*", "1", "2.5", "true", "False", "2026-06-01", "x:y"),
    *("arn:aws:iam::1:role/x", "arn:aws:iam::*:role/*"),
)
operators = st.builds(
    lambda quantifier, name, suffix: parsed(f"{quantifier}{name}{suffix}"),
    st.sampled_from(["", "ForAllValues:", "ForAnyValue:"]),
    st.sampled_from(NAMES),
    st.sampled_from(["", "IfExists"]),
)
expected_values = st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3).map(tuple)
values = st.lists(st.sampled_from(TEXTS), max_size=3).map(tuple)


def parsed(name: str) -> Operator:
    operator = operator_of(Condition(name, "aws:x", ("x",)))
    assert operator is not None
    return operator


def holds(name: str, expected: str, *known: KnownValue) -> str:
    return evaluate_known(parsed(name), (expected,), known).value


@given(operators, expected_values, values, values)
def test_a_result_is_certain_only_if_it_is_that_of_each_alternative(
    operator: Operator, expected: tuple[str, ...], one: tuple[str, ...], other: tuple[str, ...]
) -> None:
    results = {evaluate_known(operator, expected, (value,)) for value in (one, other)}
    together = evaluate_known(operator, expected, (one, other))
    assert together is (results.pop() if len(results) == 1 else Holds.MAYBE)


@given(operators, expected_values, st.sampled_from(TEXTS))
def test_a_negated_operator_is_the_opposite_for_a_single_value(
    operator: Operator, expected: tuple[str, ...], value: str
) -> None:
    opposite = operator._replace(negated=not operator.negated)
    one, other = (evaluate_known(o, expected, ((value,),)) for o in (operator, opposite))
    assert {one, other} in ({Holds.ALWAYS, Holds.NEVER}, {Holds.MAYBE})


@given(operators, expected_values, st.sampled_from(TEXTS))
def test_a_quantifier_changes_nothing_for_a_single_value(
    operator: Operator, expected: tuple[str, ...], value: str
) -> None:
    plain = evaluate_known(operator._replace(quantifier=""), expected, ((value,),))
    assert evaluate_known(operator, expected, ((value,),)) is plain


@given(operators, expected_values, st.sampled_from(TEXTS))
@examples(400)
def test_values_compared_at_once_give_what_each_gives(
    operator: Operator, expected: tuple[str, ...], value: str
) -> None:
    one_by_one = any_certain([operator.any_holds((text,), value) for text in expected])
    assert operator.any_holds(expected, value) is one_by_one
    assert operator.any_holds(expected[:1], value, expected[1:]) is one_by_one


@given(st.text("ab*?", max_size=6), st.text("ab", max_size=5))
@examples(400)
def test_a_pattern_matches_all_texts_with_a_start_or_none_of_them(
    pattern: str, prefix: str
) -> None:
    tokens, texts = pattern_tokens(pattern), pattern_tokens(f"{prefix}*")
    some = "maybe" if overlaps(tokens, texts) else "never"
    expected = "always" if covers([tokens], texts) else some
    like = parsed("StringLike")
    start = (StartingWith(prefix),)
    assert evaluate_known(like, (pattern,), start).value == expected
    assert evaluate_known(like, (), start, replaced=(pattern,)).value == expected
    assert evaluate_known(like, (pattern, "c"), start).value == expected


@given(operators, expected_values, st.sampled_from(TEXTS))
def test_what_is_certain_of_a_start_is_true_of_each_text_with_it(
    operator: Operator, expected: tuple[str, ...], rest: str
) -> None:
    for prefix in ("", "m", "x:"):
        known = evaluate_known(operator, expected, (StartingWith(prefix),))
        exact = evaluate_known(operator, expected, ((prefix + rest,),))
        assert known is Holds.MAYBE or exact in (known, Holds.MAYBE)


@pytest.mark.parametrize("order", ["LessThan", "LessThanEquals", "GreaterThan", "Equals"])
@given(st.integers(-50, 50), st.integers(0, 40), st.integers(0, 40))
def test_what_is_certain_of_a_period_is_true_of_each_time_in_it(
    order: str, offset: int, length: int, within: int
) -> None:
    period = Between(NOON - timedelta(hours=length), NOON)
    expected = f"{NOON + timedelta(hours=offset):%Y-%m-%dT%H:%M:%SZ}"
    known = evaluate_known(parsed(f"Date{order}"), (expected,), (period,))
    moment = f"{NOON - timedelta(hours=min(within, length)):%Y-%m-%dT%H:%M:%SZ}"
    assert known is Holds.MAYBE or known is evaluate_known(
        parsed(f"Date{order}"), (expected,), ((moment,),)
    )


@pytest.mark.parametrize(
    ("name", "expected", "value", "result"),
    [
        ("StringEquals", "ml", "ml", "always"),
        ("StringEquals", "ml", "ML", "never"),
        ("StringNotEquals", "ml", "ML", "always"),
        ("StringEqualsIgnoreCase", "ml", "ML", "always"),
        ("StringEqualsIgnoreCase", "straße", "STRASSE", "maybe"),
        ("StringLike", "m?", "ml", "always"),
        ("NumericEquals", "1.0", "1", "always"),
        ("NumericLessThan", "10", "9", "always"),
        ("NumericLessThan", "10", "nine", "maybe"),
        ("DateGreaterThan", "2026-01-01", "1780000000", "always"),
        ("DateEquals", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", "always"),
        ("DateEquals", "2026", "2026", "maybe"),
        ("Bool", "TRUE", "true", "always"),
        ("Bool", "true", "yes", "maybe"),
        ("BinaryEquals", "QQ==", "QQ==", "maybe"),
        ("IpAddress", "10.0.0.0/8", "10.1.1.1", "maybe"),
        ("ArnLike", "arn:aws:iam::1:role/*", "arn:aws:iam::1:role/a/b", "always"),
        ("ArnEquals", "arn:aws:iam::?:role/x", "arn:aws:iam::1:role/x", "always"),
        ("ArnNotLike", "arn:aws:iam::2:role/*", "arn:aws:iam::1:role/x", "always"),
        ("ArnLike", "arn:*:role/x", "arn:aws:iam::1:role/x", "maybe"),
        ("ArnLike", "*", "arn:aws:iam::1:role/x", "maybe"),
    ],
)
def test_a_value_is_compared_as_the_operator_says(
    name: str, expected: str, value: str, result: str
) -> None:
    assert holds(name, expected, (value,)) == result


def test_several_values_need_a_quantifier() -> None:
    assert holds("StringEquals", "a", ("a", "b")) == "maybe"
    assert holds("ForAnyValue:StringEquals", "a", ("a", "b")) == "always"
    assert holds("ForAllValues:StringEquals", "a", ("a", "b")) == "never"
    assert holds("ForAnyValue:StringNotEquals", "a", ("a", "b")) == "always"


def test_null_tells_whether_the_key_is_there() -> None:
    assert holds("Null", "true", ABSENT) == "always"
    assert holds("Null", "true", ("x",)) == "never"
    assert holds("Null", "false", StartingWith("")) == "always"
    assert holds("Null", "true", ABSENT, Between(NOON, NOON)) == "maybe"


def test_a_value_that_depends_on_the_request_leaves_the_rest() -> None:
    equals = parsed("StringEquals")
    assert evaluate_known(equals, ("ml",), (("ml",),), replaced=(None,)) is Holds.ALWAYS
    assert evaluate_known(equals, ("x",), (("ml",),), replaced=(None,)) is Holds.MAYBE


def test_the_next_change_is_the_first_time_to_come() -> None:
    now, before = (Between(NOON, NOON),), parsed("DateLessThan")
    times = ("2026-01-01", "2027-01-01", "2028-01-01", "soon", None)
    assert next_change(before, times, now) == datetime(2027, 1, 1, tzinfo=UTC)
    assert next_change(before, ("2026-01-01",), now) is None
    assert next_change(before, ("2027-01-01",), (("ml",),)) is None


@pytest.mark.parametrize("text", ["9999999999999999999", "2026-13-01", "2026-06-31T00:00:00Z", "٣"])
def test_what_is_no_time_is_not_compared_as_one(text: str) -> None:
    assert holds("DateLessThan", text, Between(NOON, NOON)) == "maybe"
    assert holds("NumericLessThan", text, Between(NOON, NOON)) == "maybe"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("DateGreaterThan", "2030"),
        ("DateLessThan", "20300101"),
        ("DateLessThan", "2030-01"),
        ("NumericLessThan", "2030-01-01T00:00:00Z"),
        ("NumericLessThan", "2030"),
        ("StringLike", "2026-*"),
    ],
)
def test_what_aws_may_read_otherwise_is_not_compared_with_the_time(name: str, text: str) -> None:
    assert holds(name, text, Between(NOON, NOON)) == "maybe"
