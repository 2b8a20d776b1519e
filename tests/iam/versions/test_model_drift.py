"""What a version of a policy opens and closes by itself, from us-east-1."""

from __future__ import annotations

from typing import Any

import pytest

from iam.account.unread import document_of
from iam.policy.action_catalogue import catalogue
from iam.policy.document import Document
from iam.versions.model_drift import model_drift
from tests.build import account, allow, deny, document, limited
from tests.iam.verdicts.routes_from import OFFERED, ROUTES

GLOBAL = {"Condition": {"StringEquals": {"aws:RequestedRegion": "unspecified"}}}
MFA = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}
ALL = [allow("bedrock:*")]


def drift(older: list[Any], newer: list[Any]) -> list[str]:
    documents = [document_of(document(*statements)) for statements in (older, newer)]
    one, other = (each for each in documents if isinstance(each, Document))
    lines = model_drift(one, other, limited(), ROUTES, OFFERED.providers, account(), catalogue())
    return [f"{line.sign} {line.text}" for line in lines]


def test_a_deny_that_is_lifted_opens_a_way_and_back_closes_it() -> None:
    without = [*ALL, deny("bedrock:*", **GLOBAL)]
    assert drift(without, ALL) == ["+ the one by global. profiles"]
    assert drift(ALL, without) == ["- the one by global. profiles"]


def test_a_new_condition_makes_routes_partial() -> None:
    (line,) = drift(ALL, [allow("bedrock:*", **MFA)])
    assert line == "~ all 5 routes become partial: AmazonBedrockLimitedAccess with MFA"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("aws:PrincipalArn", "arn:aws:iam::*:role/ml-*"),
        ("aws:PrincipalTag/team", "ml"),
        ("aws:PrincipalType", "AssumedRole"),
        ("aws:PrincipalType", "User"),
        ("aws:username", "ml-*"),
    ],
)
def test_what_is_for_some_principals_only_is_partial(key: str, value: str) -> None:
    some = {"Condition": {"StringLike": {key: value}}}
    for older, newer in (
        ([], [allow("bedrock:*", **some)]),
        (ALL, [allow("bedrock:*", **some)]),
        (ALL, [*ALL, deny("bedrock:*", **some)]),
    ):
        (line,) = drift(older, newer)
        assert line.startswith("~ all 5 routes become partial: ")


def test_other_changes_open_nothing() -> None:
    assert drift(ALL, [*ALL, allow("s3:*")]) == ["  no route opens or closes"]
    assert drift([allow("s3:*")], [allow("sqs:*")]) == []
