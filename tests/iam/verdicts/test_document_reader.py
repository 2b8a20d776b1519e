"""Matching documents with all requests at once."""

from __future__ import annotations

from typing import Any

from hypothesis import given

from iam.account.simulation import Request
from iam.policy.action_catalogue import catalogue
from iam.policy.document import parse_document
from iam.verdicts.concrete_request import policy_of
from iam.verdicts.document_reader import DocumentReader
from iam.verdicts.evaluator import Evaluator
from iam.verdicts.rule import rule_of
from tests.build import allow, document, make_evaluator
from tests.examples import examples
from tests.iam.verdicts.test_summary import evaluators, readable


@given(readable, evaluators)
@examples(80)
def test_matches_agree_with_the_rules_of_each_statement(raw: Any, evaluator: Evaluator) -> None:
    read = parse_document(raw)
    reader = evaluator.reader
    matches = reader.read(read)
    for i, requests in enumerate(reader.index.requests):
        of_request = [(m.statement, m.rule) for m in matches if m.requests >> i & 1]
        rules = [
            (statement.index, rule_of(statement, requests, read.version == "2012-10-17"))
            for statement in read.statements
        ]
        assert of_request == [(index, rule) for index, rule in rules if rule is not None]


def test_a_document_for_other_actions_has_no_matches() -> None:
    reader: DocumentReader = make_evaluator().reader
    assert reader.read(parse_document(document(allow(["s3:*", "sqs:SendMessage", "b:*"])))) == ()


def test_mismatched_requests_have_a_second_number() -> None:
    index = make_evaluator().reader.index
    ((first, second),) = index.actual_numbers.items()
    assert [index.requests[n].name for n in (first, second)] == ["kms:DescribeKey"] * 2
    assert index.requests[first].scope.actual_resources == index.requests[second].scope.resources


def test_sections_for_which_a_statement_has_one_rule_share_its_match() -> None:
    requests = [
        Request("bedrock:InvokeModel", f"arn:aws:bedrock:us-east-1::foundation-model/m-{n}")
        for n in range(50)
    ]
    reader = Evaluator(policy_of(requests), catalogue(), "aws").reader
    here = {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}
    statement = allow("bedrock:*", "arn:aws:bedrock:*:*:*", Condition=here)
    (match,) = reader.read(parse_document(document(statement)))
    of_sections = (1 << len(requests)) - 1
    assert match.requests & of_sections == of_sections
