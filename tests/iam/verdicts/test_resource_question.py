"""Questions about one resource, and how they are completed."""

from __future__ import annotations

import pytest

from iam.policy.action_catalogue import Action, catalogue
from iam.verdicts.resource_question import ResourceQuestion, suggestions

SONNET = "anthropic.claude-sonnet-4-5-20250929-v1:0"
MODEL = f"foundation-model/{SONNET}"
ARN = f"arn:aws:bedrock:eu-central-1::{MODEL}"
ID = "123456789012"


@pytest.mark.parametrize(
    ("written", "arn"),
    [
        ("bedrock:InvokeModel", ""),
        (f"bedrock:InvokeModel on {SONNET} in eu-central-1", ARN),
        (f"bedrock:InvokeModel on {SONNET}", f"arn:aws:bedrock:*::{MODEL}"),
        (f"bedrock:InvokeModel on {ARN}", ARN),
        (
            f"bedrock:InvokeModel on eu.{SONNET} in eu-west-1",
            f"arn:aws:bedrock:eu-west-1:{ID}:inference-profile/eu.{SONNET}",
        ),
        (
            f"bedrock:InvokeModel on us-gov.{SONNET}",
            f"arn:aws:bedrock:*:{ID}:inference-profile/us-gov.{SONNET}",
        ),
        ("bedrock:InvokeModel on *", "*"),
    ],
)
def test_a_question_names_an_arn(written: str, arn: str) -> None:
    asked = ResourceQuestion.parse(written)
    assert asked.action == "bedrock:InvokeModel"
    assert asked.arn("aws", ID) == arn


def the(action: str) -> Action:
    found = catalogue().find(action)
    assert found is not None
    return found


def test_models_are_suggested_by_a_word_the_newest_of_a_provider_first() -> None:
    found = suggestions(the("bedrock:InvokeModel"), "sonnet", "aws")
    models = [each.removeprefix("bedrock:InvokeModel on ") for each in found]
    assert f"bedrock:InvokeModel on {SONNET}" in found
    assert models.index("anthropic.claude-sonnet-5") < models.index(SONNET)


def test_regions_are_suggested_behind_the_model() -> None:
    found = suggestions(the("bedrock:InvokeModel"), f"{SONNET} in eu-c", "aws")
    assert found == [f"bedrock:InvokeModel on {SONNET} in eu-central-{n}" for n in (1, 2)]
    every = suggestions(the("bedrock:InvokeModel"), f"{SONNET} in", "aws")
    assert f"bedrock:InvokeModel on {SONNET} in us-east-1" in every


def test_nothing_is_suggested_that_the_action_does_not_act_on() -> None:
    assert suggestions(the("kms:DescribeKey"), "claude", "aws") == []
    assert suggestions(the("bedrock:InvokeModel"), "arn:aws:s3:::x", "aws") == []
