"""Verdicts on all requests at once: each is what a walk over all kinds of that request comes to."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from iam.account.model import Unread
from iam.policy.document import Document, parse_document
from iam.verdicts.bulk import BulkEvaluator, Effects
from iam.verdicts.coverage import kinds_of, may_reach, whole_reach
from iam.verdicts.document_effect import DocumentEffects, ReadDocument
from iam.verdicts.evaluator import Evaluator
from iam.verdicts.rule import Rule
from tests.iam.verdicts.oracle import walk
from tests.iam.verdicts.test_summary import evaluators, readable

parsed = readable.map(parse_document)
documents = st.lists(parsed | st.just(Unread("a policy", "AccessDenied", "denied")), max_size=2)
limits = st.lists(st.lists(parsed, max_size=1) | st.none(), max_size=2)


def effects_of(read: list[ReadDocument]) -> Effects:
    return frozenset([one.effect for one in read if one.effect is not None])


def rules_on(number: int, read: list[ReadDocument]) -> list[Rule]:
    return [match.rule for one in read for match in one.matches if match.requests >> number & 1]


def one_of_each_scope(evaluator: Evaluator) -> list[int]:
    index = evaluator.reader.index
    return list({one.scope: i for i, one in enumerate(index.requests)}.values())


@given(documents, limits, evaluators)
@settings(max_examples=150, deadline=None)
def test_every_verdict_is_what_a_walk_comes_to(
    own: list[Document | Unread], bounds: list[list[Document] | None], evaluator: Evaluator
) -> None:
    index = evaluator.reader.index
    effects, bulk = DocumentEffects(evaluator.reader), BulkEvaluator(index)
    read = effects.of(own)
    of_limits = [None if of is None else effects.of(of) for of in bounds]
    limit_effects = [
        frozenset([effects.unread_limit]) if of is None else effects_of(of) for of in of_limits
    ]
    evaluation = bulk.evaluate(effects_of(read), limit_effects)
    limited = 0
    for of in of_limits:
        if of is not None:
            limited |= bulk.limited(effects_of(read), effects_of(of))
    for number in one_of_each_scope(evaluator):
        scope = index.requests[number].scope
        walked = walk(
            scope,
            rules_on(number, read),
            [None if of is None else rules_on(number, of) for of in of_limits],
        )
        assert evaluation.verdicts.each(range(number, number + 1)) == [walked.verdict]
        assert bool(limited >> number & 1) is walked.limited
    assert not evaluation.too_complex


@given(parsed, evaluators)
@settings(max_examples=100, deadline=None)
def test_a_statement_reaches_the_requests_that_a_walk_says(
    held: Document, evaluator: Evaluator
) -> None:
    index = evaluator.reader.index
    effects = DocumentEffects(evaluator.reader)
    (read,) = effects.of([held])
    for number in one_of_each_scope(evaluator):
        scope = index.requests[number].scope
        for match in read.matches:
            if not match.requests >> number & 1:
                continue
            walked = {reach for (reach,) in kinds_of(scope, [match.rule])}
            assert bool(effects.reached(match, 1 << number)) is any(walked)
            assert may_reach(scope, match.rule) is any(walked)
            if (whole := whole_reach(scope, match.rule)) is not None:
                assert walked == {whole}
