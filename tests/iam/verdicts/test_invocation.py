"""The answer to whether a principal can invoke models: which ones, by what, or why not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from iam.policy.action_catalogue import catalogue
from iam.policy.document import parse_document
from iam.verdicts.evaluator import Evaluator
from iam.verdicts.invocation import Invocation
from iam.verdicts.verdict import Verdict
from tests.build import (
    ID,
    LIMITED,
    NOW,
    account,
    allow,
    deny,
    document,
    group,
    limited,
    policy,
    policy_arn,
    result,
    the,
    user,
)

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
        ("arn:aws:bedrock:*:*:inference-profile/us.meta.*", "no, profiles only"),
        ("arn:aws:bedrock:*:*:provisioned-model/*", "provisioned models"),
        ("arn:aws:bedrock:*::*", "foundation models"),
        (f"arn:aws:bedrock:*:{ID}:*", f"resources of account {ID}"),
        ([f"arn:aws:bedrock:*:{ID}:foundation-model/*", f"{MODEL}meta.*"], "Llama"),
        (["arn:aws-cn:bedrock:*::foundation-model/*", f"{MODEL}meta.*"], "Llama"),
        (["arn:aws:s3:::bucket/*", f"{MODEL}meta.*"], "Llama"),
        (["arn:aws:bedrock:*:*:guardrail/*", f"{MODEL}meta.*"], "Llama"),
        (
            ["arn:aws:bedrock:::foundation-model/meta.*", "arn:aws:bedrock:eu-west-1::*"],
            "Llama through global profiles and foundation models in eu-west-1",
        ),
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
    expected = "Mantle: all models; Bedrock: all models, partly denied by inline-0"
    assert words(some, attached=[LIMITED]) == expected


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


def test_the_action_that_reaches_further_comes_first() -> None:
    claude = allow("bedrock:InvokeModel", f"{MODEL}anthropic.*")
    streaming = allow("bedrock:InvokeModelWithResponseStream")
    assert words(claude, streaming) == "streaming: all models; InvokeModel: Claude; no Mantle"


def test_a_condition_of_one_statement_is_not_that_of_another() -> None:
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    statements = (
        allow("bedrock:InvokeModel*", f"{MODEL}anthropic.*"),
        allow("bedrock:InvokeModel*", f"{MODEL}meta.*", Condition=mfa),
    )
    assert words(*statements) == "Claude, or Llama with MFA, no Mantle"


def test_an_action_that_is_not_known_is_not_missing() -> None:
    odd = {"FooOp": {"a": "b"}}
    found = answer(
        user(
            "alice",
            allow("bedrock:InvokeModel"),
            allow("bedrock:InvokeModelWithResponseStream", Condition=odd),
        )
    )
    assert found.words == "all models, streaming unknown, no Mantle"
    assert found.can is True


def test_who_can_surely_do_one_of_the_actions_can_invoke() -> None:
    odd = deny("bedrock:InvokeModel", Condition={"FooOp": {"a": "b"}})
    found = answer(user("alice", odd, attached=[LIMITED]))
    assert (found.verdict, found.can) == (Verdict.UNKNOWN, True)
    assert found.words == "all models, InvokeModel unknown"


ODD = {"Condition": {"FooOp": {"a": "b"}}}
MFA = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        ([allow("*", **ODD), allow("*", **MFA)], "all models with MFA, perhaps more"),
        (
            [allow("*"), deny("bedrock*", "arn:aws:bedrock:*::foundation-model/meta.*", **ODD)],
            "Mantle: all models; Bedrock: all models, perhaps partly denied by inline-1",
        ),
    ],
)
def test_who_can_surely_do_it_in_part_can_invoke(statements: list[Any], words: str) -> None:
    found = answer(user("alice", *statements))
    assert (found.verdict, found.can) == (Verdict.UNKNOWN, True)
    assert found.words == words
    assert found.by


def test_what_may_be_denied_altogether_is_unknown() -> None:
    found = answer(user("alice", allow("*", **MFA), deny("*", **ODD)))
    assert (found.verdict, found.can, found.words) == (Verdict.UNKNOWN, None, "unknown")


@pytest.mark.parametrize("action", ["bedrock:InvokeModel", "s3:GetObject"])
def test_the_managed_policy_does_not_narrow_the_question(action: str) -> None:
    small = parse_document(document(allow(action, f"{MODEL}anthropic.*")))
    made = account(user("alice", allow("bedrock:InvokeModel*", f"{MODEL}meta.*")))
    evaluator = Evaluator(replace(limited(), document=small), catalogue(), "aws", now=NOW)
    found = evaluator.result(made, the(made)).invocation
    assert found is not None
    assert (found.verdict, found.words) == (Verdict.PARTIAL, "Llama, no Mantle")


def test_resources_that_an_action_does_not_act_on_are_no_models() -> None:
    found = answer(user("alice", allow("bedrock-mantle:CreateInference", f"{MODEL}*")))
    assert (found.verdict, found.words, found.can) == (Verdict.NONE, "no", False)


def test_a_policy_that_contributes_nothing_is_not_named() -> None:
    west = "arn:aws:bedrock:us-west-2::foundation-model/*"
    denied = (allow(["bedrock:InvokeModel", "s3:*"], west), deny("bedrock:InvokeModel", west))
    found = result(user("alice", *denied, attached=[LIMITED]))
    assert found.other_policies == ()
    assert found.invocation is not None
    assert found.invocation.by == ("AmazonBedrockLimitedAccess",)


def test_a_policy_that_the_boundary_cuts_away_is_not_named() -> None:
    east, west = (f"arn:aws:bedrock:us-{x}::foundation-model/*" for x in ("east-1", "west-2"))
    found = result(
        user("alice", allow(["bedrock:*", "s3:*"], west), attached=[LIMITED],
             boundary=policy_arn("East")),
        policy("East", allow("bedrock:*", east)),
    )  # fmt: skip
    assert found.other_policies == ()


def test_whether_a_policy_contributes_is_unknown_where_its_statement_is() -> None:
    odd = allow(["s3:*", *INVOKE], Condition={"FooOp": {"a": "b"}})
    assert result(user("alice", odd, attached=[LIMITED])).other_policies is None
