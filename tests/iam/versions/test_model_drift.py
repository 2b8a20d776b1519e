"""What one version of a policy opens to somebody who has nothing else, and another does not."""

from __future__ import annotations

from typing import Any

import pytest

from iam.account.unread import document_of
from iam.policy.action_catalogue import catalogue
from iam.policy.document import Document
from iam.versions.model_drift import model_drift
from tests.build import account, allow, deny, document, limited, user
from tests.iam.verdicts.routes_from import DESTINATIONS, ROUTES, model_arn

PROFILES = allow("bedrock:InvokeModel", "arn:aws:bedrock:*:*:*inference-profile/*")
MODELS = allow("bedrock:InvokeModel", "arn:aws:bedrock:*::foundation-model/*")
ONE_REGION = allow("bedrock:InvokeModel", model_arn(DESTINATIONS[0]))


def drift(older: list[Any], newer: list[Any]) -> list[str]:
    """The lines about two versions, for an account whose limits do not matter."""
    one, other = (document_of(document(*statements)) for statements in (older, newer))
    assert isinstance(one, Document) and isinstance(other, Document)
    made = account(user("alice", deny("*")))
    found = model_drift(one, other, limited(), ROUTES, made, catalogue())
    return [f"{line.sign} {line.text}" for line in found]


@pytest.mark.parametrize(
    ("older", "newer", "said"),
    [
        ([MODELS], [MODELS, PROFILES], "+ the one by us. profiles, the one by global. profiles"),
        ([MODELS, PROFILES], [MODELS], "- the one by us. profiles, the one by global. profiles"),
        # A profile needs the model in all of its regions: the other version has them.
        ([PROFILES, ONE_REGION], [PROFILES, MODELS], "+ the one in us-east-1 itself"),
        ([MODELS, PROFILES], [PROFILES, MODELS], "  no route opens or closes"),
    ],
)
def test_what_opens_and_closes_is_said(older: list[Any], newer: list[Any], said: str) -> None:
    first, *_ = drift(older, newer)
    assert first.startswith(said)


def test_nothing_is_said_of_a_policy_that_is_not_about_models() -> None:
    assert drift([allow("s3:*")], [allow("s3:*"), allow("bedrock:List*")]) == []
