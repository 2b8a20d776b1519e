"""Decisions by a shorter way: they are what a walk over all kinds of requests comes to."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from iam.policy.document import Document, parse_document
from iam.verdicts.coverage import kinds_of, may_reach, whole_reach
from iam.verdicts.decide import settled
from iam.verdicts.evaluator import Evaluator
from iam.verdicts.explain import decide, of_all_kinds
from iam.verdicts.rule import ANYTHING, Requests, Rule
from tests.iam.verdicts.test_summary import evaluators, readable

parsed = readable.map(parse_document)
some = st.lists(parsed, max_size=3)


def rules(evaluator: Evaluator, held: list[Document], number: int) -> list[Rule]:
    return [
        said.rule
        for one in held
        for said in evaluator.reader.read(one)
        if said.requests >> number & 1
    ]


def asked(evaluator: Evaluator) -> list[tuple[int, Requests]]:
    """One request of each universe."""
    found = {one.universe: (i, one) for i, one in enumerate(evaluator.reader.requests)}
    return list(found.values())


@given(some, st.none() | some, evaluators, st.booleans(), st.integers(0, 9))
@settings(max_examples=150, deadline=None)
def test_what_is_decided_is_what_a_walk_comes_to(
    own: list[Document], limits: list[Document] | None, evaluator: Evaluator, unread: bool, odd: int
) -> None:
    for i, requests in asked(evaluator):
        mine = rules(evaluator, own, i) + [ANYTHING] * (odd == 0)
        boundary = None if limits is None or unread else rules(evaluator, limits, i)
        walked = of_all_kinds(requests.universe, mine, boundary, unread)
        assert settled(requests.universe, mine, boundary, unread) is walked.verdict
        if requests.universe.real is None:
            assert decide(requests.universe, mine, boundary, unread) == walked


@given(parsed, evaluators)
@settings(max_examples=100, deadline=None)
def test_how_far_one_rule_reaches_is_what_a_walk_says(held: Document, evaluator: Evaluator) -> None:
    for i, requests in asked(evaluator):
        for rule in rules(evaluator, [held], i):
            walked = {reach for (reach,) in kinds_of(requests.universe, [rule])}
            assert may_reach(requests.universe, rule) is any(walked)
            if (whole := whole_reach(requests.universe, rule)) is not None:
                assert walked == {whole}
