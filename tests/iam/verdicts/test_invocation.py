"""The answer to whether a principal can invoke models: which ones, by what, or why not."""

from __future__ import annotations

from typing import Any

import pytest

from iam.verdicts.invocation import Invocation
from iam.verdicts.verdict import Verdict
from tests.build import LIMITED, allow, deny, group, policy, policy_arn, result, user

INVOKE = ["bedrock:InvokeModel*", "bedrock-mantle:CreateInference"]
MODEL = "arn:aws:bedrock:*::foundation-model/"


def answer(*items: dict[str, Any]) -> Invocation:
    found = result(*items).invocation
    assert found is not None
    return found


def words(*statements: dict[str, Any], **options: Any) -> str:
    return answer(user("alice", *statements, **options)).words


def test_all_models() -> None:
    found = answer(user("alice", attached=[LIMITED]))
    assert (found.verdict, found.words, found.by) == (
        Verdict.GRANTED,
        "all models",
        ("AmazonBedrockLimitedAccess",),
    )


def test_nothing_allows_it() -> None:
    found = answer(user("alice", allow("s3:*")))
    assert (found.verdict, found.words, found.by) == (Verdict.NONE, "no", ())


def test_a_policy_is_named_with_its_group() -> None:
    found = answer(user("alice", groups=["ml"]), group("ml", attached=[LIMITED]))
    assert found.by == ("AmazonBedrockLimitedAccess by group ml",)


def test_the_policy_that_denies_it_is_named() -> None:
    found = answer(user("alice", deny("bedrock*:*"), attached=[LIMITED]))
    assert (found.verdict, found.words) == (Verdict.DENIED, "denied by inline-0")


def test_the_boundary_that_withholds_it_is_named() -> None:
    boundary = policy_arn("Storage")
    found = answer(
        user("alice", attached=[LIMITED], boundary=boundary), policy("Storage", allow("s3:*"))
    )
    assert (found.verdict, found.words) == (Verdict.NONE, "withheld by boundary Storage")


def test_an_unread_policy_makes_it_unknown() -> None:
    found = answer(user("alice", attached=[policy_arn("Missing")]))
    assert (found.verdict, found.words) == (Verdict.UNKNOWN, "unknown")
    assert any("Missing" in reason for reason in found.withheld_by)


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        (f"{MODEL}anthropic.*", "Claude"),
        (f"{MODEL}anthropic.claude-*", "Claude"),
        (f"{MODEL}anthropic.claude-3-*", "anthropic.claude-3-*"),
        (f"{MODEL}amazon.nova-lite-v1:0", "amazon.nova-lite-v1:0"),
        (f"{MODEL}*", "foundation models"),
        ("arn:aws:bedrock:us-east-1:*:*", "all models in us-east-1"),
        ("arn:aws:bedrock:us-east-1::foundation-model/meta.*", "Llama in us-east-1"),
        ("arn:aws:bedrock:::foundation-model/meta.*", "Llama through global profiles"),
        ([f"{MODEL}meta.*", f"{MODEL}anthropic.*"], "Llama and Claude"),
        ([f"{MODEL}{x}.*" for x in ("meta", "cohere", "qwen", "ai21")], "Llama, Cohere and 2 more"),
        ([f"{MODEL}meta.*", "arn:aws:bedrock:*:*:inference-profile/*"], "Llama"),
        ("arn:aws:bedrock:*:*:inference-profile/us.meta.*", "inference profiles of Llama"),
        ("arn:aws:bedrock:*:*:provisioned-model/*", "provisioned models"),
        (
            [f"arn:aws:bedrock:{r}::foundation-model/meta.*" for r in ("us-east-1", "eu-west-1")],
            "Llama in us-east-1 and eu-west-1",
        ),
    ],
)
def test_models_are_named(resources: str | list[str], expected: str) -> None:
    assert words(allow("bedrock:InvokeModel*", resources)).removesuffix(", no Mantle") == expected


def test_excluded_models_are_named() -> None:
    statement = allow("bedrock:InvokeModel*", NotResource=f"{MODEL}meta.*")
    statement.pop("Resource", None)
    assert words(statement) == "all models but Llama, no Mantle"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, "with MFA"),
        ({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}, "in eu-west-1"),
        ({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, "from 203.0.113.0/24"),
        ({"StringEquals": {"bedrock:GuardrailIdentifier": "arn:x"}}, "with a guardrail"),
        ({"StringNotEquals": {"aws:RequestedRegion": "a"}}, "if the region is not a"),
        (
            {"StringEqualsIfExists": {"aws:SourceVpce": "vpce-1"}},
            "if the VPC endpoint is vpce-1, or is absent",
        ),
    ],
)
def test_conditions_on_the_request_are_named(condition: dict[str, Any], expected: str) -> None:
    assert words(allow(INVOKE, Condition=condition)) == f"all models {expected}"


def test_a_condition_that_holds_for_the_principal_is_not_named() -> None:
    condition = {"StringEquals": {"aws:PrincipalTag/team": "ml"}}
    statement = allow(INVOKE, f"{MODEL}meta.*", Condition=condition)
    assert words(statement, tags={"team": "ml"}).startswith("Llama,")


def test_what_takes_a_part_away_is_named() -> None:
    some = deny(INVOKE, f"{MODEL}meta.*")
    assert words(some, attached=[LIMITED]).startswith("all models, partly denied by inline-0")


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        (["bedrock:InvokeModel"], "all models, InvokeModel only"),
        (["bedrock:InvokeModel*"], "all models, no Mantle"),
        (["bedrock-mantle:*"], "all models, Mantle only"),
        (["bedrock:InvokeModel", "bedrock-mantle:*"], "all models, no streaming"),
    ],
)
def test_actions_that_are_missing_are_named(actions: list[str], expected: str) -> None:
    assert words(allow(actions)) == expected
