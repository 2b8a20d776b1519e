"""Documents read against all requests at once say what each statement says of each request."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings

from iam.policy.document import parse_document
from iam.verdicts.document_reader import DocumentReader
from iam.verdicts.evaluator import Evaluator
from iam.verdicts.rule import rule_of
from tests.build import allow, document, make_evaluator
from tests.iam.verdicts.test_summary import evaluators, readable


@given(readable, evaluators)
@settings(max_examples=150, deadline=None)
def test_a_document_says_of_each_request_what_its_statements_say(
    raw: Any, evaluator: Evaluator
) -> None:
    read = parse_document(raw)
    reader = evaluator.reader
    matches = reader.read(read)
    for i, requests in enumerate(reader.index.requests):
        of_one = [(m.statement, m.rule) for m in matches if m.requests >> i & 1]
        rules = [
            (statement.index, rule_of(statement, requests, read.version == "2012-10-17"))
            for statement in read.statements
        ]
        assert of_one == [(index, rule) for index, rule in rules if rule is not None]


def test_a_document_that_names_no_action_of_these_says_nothing() -> None:
    reader: DocumentReader = make_evaluator().reader
    assert reader.read(parse_document(document(allow(["s3:*", "sqs:SendMessage", "b:*"])))) == ()


def test_requests_on_none_of_what_an_action_acts_on_have_a_second_number() -> None:
    index = make_evaluator().reader.index
    ((first, second),) = index.acted_on.items()
    assert [index.requests[n].name for n in (first, second)] == ["kms:DescribeKey"] * 2
    assert index.requests[first].scope.acted_on == index.requests[second].scope.resources
