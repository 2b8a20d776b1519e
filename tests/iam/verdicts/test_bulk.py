"""Evaluating all requests at once, compared with the oracle."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from iam.account.unread import Unread
from iam.policy.document import Document, parse_document
from iam.verdicts.bulk import BulkEvaluator, Effects
from iam.verdicts.coverage import may_reach, request_kinds, uniform_reach
from iam.verdicts.evaluator import Evaluator
from iam.verdicts.read_documents import DocumentEffects, ReadDocument
from iam.verdicts.rule import Rule
from tests.examples import examples
from tests.iam.verdicts.oracle import evaluate_exhaustively
from tests.iam.verdicts.test_summary import evaluators, readable

parsed = readable.map(parse_document)
documents = st.lists(parsed | st.just(Unread("a policy", "AccessDenied", "denied")), max_size=2)
limits = st.lists(st.lists(parsed, max_size=1) | st.none(), max_size=2)


def effects_of(read: list[ReadDocument]) -> Effects:
    return frozenset([one.effect for one in read if one.effect is not None])


def rules_on(number: int, read: list[ReadDocument]) -> list[Rule]:
    return [match.rule for one in read for match in one.matches if match.requests >> number & 1]


def nothing_known(_: str) -> None:
    return None


def one_of_each_scope(evaluator: Evaluator) -> list[int]:
    index = evaluator.reader.index
    return list({one.scope: i for i, one in enumerate(index.requests)}.values())


@given(documents, limits, evaluators)
@examples(80)
def test_every_verdict_agrees_with_the_oracle(
    own: list[Document | Unread], limit_documents: list[list[Document] | None], evaluator: Evaluator
) -> None:
    index = evaluator.reader.index
    effects, bulk = DocumentEffects(evaluator.reader), BulkEvaluator(index)
    read = effects.read_all(own, nothing_known)
    limits_read = [
        None if of is None else effects.read_all(of, nothing_known) for of in limit_documents
    ]
    limit_effects = [
        frozenset([effects.unread_limit]) if of is None else effects_of(of) for of in limits_read
    ]
    evaluation = bulk.evaluate(effects_of(read), limit_effects)
    limited = 0
    for of in limits_read:
        if of is not None:
            limited |= bulk.limited(effects_of(read), effects_of(of))
    for number in one_of_each_scope(evaluator):
        scope = index.requests[number].scope
        expected = evaluate_exhaustively(
            scope,
            rules_on(number, read),
            [None if of is None else rules_on(number, of) for of in limits_read],
        )
        assert evaluation.verdicts.as_list(range(number, number + 1)) == [expected.verdict]
        assert bool(limited >> number & 1) is expected.limited
    assert not evaluation.too_complex


@given(parsed, evaluators)
@examples(40)
def test_reached_requests_agree_with_the_oracle(document: Document, evaluator: Evaluator) -> None:
    index = evaluator.reader.index
    effects = DocumentEffects(evaluator.reader)
    (read,) = effects.read_all([document], nothing_known)
    for number in one_of_each_scope(evaluator):
        scope = index.requests[number].scope
        for match in read.matches:
            if not match.requests >> number & 1:
                continue
            expected = {reach for (reach,) in request_kinds(scope, [match.rule])}
            assert bool(effects.builder.reached_requests(match, 1 << number)) is any(expected)
            assert may_reach(scope, match.rule) is any(expected)
            if (uniform := uniform_reach(scope, match.rule)) is not None:
                assert expected == {uniform}
