"""The models of a region: read from moto, with every call refused in turn."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from iam.account.region_models import OwnModel
from iam.account.shipped_models import shipped_models
from iam.aws import paging
from iam.aws.client import Aws
from iam.aws.load_models import load_models
from iam.demo.bedrock import BEDROCK_PATHS, SONNET, add_models, hold_own
from iam.verdicts.routes import routes_of
from tests.build import ID
from tests.fake_iam import FakeIam, Params, Reply, Rule, json_error
from tests.iam.conftest import Connect

FRANKFURT, VIRGINIA = "eu-central-1", "us-east-1"
MODELS, PROFILES = "ListFoundationModels", "ListInferenceProfiles"
OWN = {
    "ListProvisionedModelThroughputs": f"the Provisioned Throughputs of {VIRGINIA}",
    "ListImportedModels": f"the imported models of {VIRGINIA}",
    "ListCustomModelDeployments": f"the deployments of custom models of {VIRGINIA}",
}
ARN = f"arn:aws:bedrock:{VIRGINIA}::foundation-model/{SONNET}"
PROFILE = {
    "inferenceProfileId": f"us.{SONNET}",
    "inferenceProfileName": "US Claude Sonnet 4.5",
    "inferenceProfileArn": f"arn:aws:bedrock:{VIRGINIA}:{ID}:inference-profile/us.{SONNET}",
    "models": [{"modelArn": ARN}],
    "status": "ACTIVE",
    "type": "SYSTEM_DEFINED",
}
MODEL = {
    "modelId": SONNET,
    "modelName": "Claude Sonnet 4.5",
    "providerName": "Anthropic",
    "inferenceTypesSupported": ["INFERENCE_PROFILE"],
}


def answer(fake: FakeIam, action: str, content: Any, **matches: str) -> None:
    def reply(_: Params) -> Reply:
        return 200, json.dumps(content)

    fake.add(Rule(action, reply=reply, matches=matches))


async def test_all_lists_of_a_region(aws: Aws, fake: FakeIam) -> None:
    add_models()
    found = await load_models(aws, FRANKFURT, ID)
    shipped = shipped_models(FRANKFURT, "aws", ID)
    assert (found.live, found.source, found.unread) == (True, "AWS, asked now", ())
    assert found.models == shipped.models
    *system, application = found.profiles
    assert tuple(system) == shipped.profiles
    copied = next(profile for profile in system if profile.id == f"eu.{SONNET}")
    assert (application.kind, application.models) == ("application", copied.models)
    calls = dict.fromkeys(BEDROCK_PATHS.values(), 1) | {PROFILES: 2}
    assert Counter(fake.actions) == calls
    assert {params["Region"] for params in fake.seen} == {FRANKFURT}


async def test_what_the_account_has_of_its_own(aws: Aws) -> None:
    add_models()
    arn = f"arn:aws:bedrock:{VIRGINIA}:{ID}"
    for state in ("Active", "Creating"):
        hold_own(
            ID, VIRGINIA, "ListCustomModelDeployments",
            {"customModelDeploymentArn": f"{arn}:custom-model-deployment/{state.lower()}",
             "customModelDeploymentName": "tuned", "status": state},
        )  # fmt: skip
    assert (await load_models(aws, VIRGINIA, ID)).own == (
        OwnModel("acme-peak-hours", f"{arn}:provisioned-model/p3w8z5c6n2ef", "provisioned-model",
                 "amazon.nova-lite-v1:0"),
        OwnModel("acme-support-llama", f"{arn}:imported-model/h4t6v1y8r3gk", "imported-model"),
        OwnModel("tuned", f"{arn}:custom-model-deployment/active", "custom-model-deployment"),
    )  # fmt: skip


async def test_pages_are_read_to_the_end(
    aws: Aws, fake: FakeIam, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("iam.aws.load_models._PAGE_SIZE", 20)
    found = await load_models(aws, FRANKFURT, ID)
    assert found.profiles == shipped_models(FRANKFURT, "aws", ID).profiles
    assert fake.actions.count(PROFILES) == len(found.profiles) // 20 + 1 + 1


@pytest.mark.parametrize(
    ("call", "matches", "what"),
    [
        (MODELS, {}, f"the foundation models of {FRANKFURT}"),
        (PROFILES, {"type": "SYSTEM_DEFINED"}, f"the inference profiles of {FRANKFURT}"),
    ],
)
async def test_without_models_or_profiles_the_shipped_list_takes_their_place(
    aws: Aws, fake: FakeIam, call: str, matches: Params, what: str
) -> None:
    add_models()

    def denied(_: Params) -> Reply:
        return json_error("AccessDeniedException", 403)

    fake.add(Rule(call, reply=denied, matches=matches))
    found = await load_models(aws, FRANKFURT, ID)
    shipped = shipped_models(FRANKFURT, "aws", ID)
    assert (found.live, found.source, found.models) == (False, shipped.source, shipped.models)
    *system, application = found.profiles
    assert tuple(system) == shipped.profiles
    assert application.kind == "application"
    (unread,) = found.unread
    assert (unread.what, unread.error) == (what, "AccessDeniedException")
    assert unread.message.startswith(f"AWS denied {call}")


@pytest.mark.parametrize("call", OWN)
async def test_without_a_list_of_its_own_the_others_are_live(
    aws: Aws, fake: FakeIam, call: str
) -> None:
    fake.refuse(call, "AccessDeniedException")
    found = await load_models(aws, VIRGINIA, ID)
    assert found.live
    assert [unread.what for unread in found.unread] == [OWN[call]]


async def test_a_region_without_a_part_of_bedrock_has_none_of_it(aws: Aws, fake: FakeIam) -> None:
    for call in OWN:
        fake.refuse(call, "UnknownOperationException", 404)
    found = await load_models(aws, VIRGINIA, ID)
    assert (found.own, found.unread) == ((), ())


async def test_a_region_that_is_not_enabled_is_told_once(aws: Aws, fake: FakeIam) -> None:
    fake.refuse("*", "UnrecognizedClientException")
    found = await load_models(aws, FRANKFURT, ID)
    assert found.models == shipped_models(FRANKFURT, "aws", ID).models
    (unread,) = found.unread
    assert unread.what == f"AWS's list of the models of {FRANKFURT}"
    assert "region is enabled" in unread.message


async def test_a_region_that_cannot_be_reached(
    connect_to: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK", "http://127.0.0.1:1")
    found = await load_models(connect_to(None), "us-gov-west-1", ID)
    assert (found.live, found.models) == (False, ())
    assert [unread.error for unread in found.unread] == ["EndpointConnection", "NotListed"]


async def test_a_region_that_is_no_name_of_one(aws: Aws) -> None:
    found = await load_models(aws, "no region/", ID)
    assert [unread.error for unread in found.unread] == ["InvalidRegion", "NotListed"]


async def test_throttling_passes_or_is_noted(aws: Aws, fake: FakeIam) -> None:
    fake.refuse(MODELS, "ThrottlingException", 429, times=1)
    assert (await load_models(aws, FRANKFURT, ID)).live
    fake.refuse(MODELS, "ThrottlingException", 429)
    found = await load_models(aws, FRANKFURT, ID)
    assert (found.live, found.unread[0].error) == (False, "ThrottlingException")


@pytest.mark.parametrize("read_timeout", [0.3])
async def test_a_call_that_hangs_is_given_up(connect_to: Connect, fake: FakeIam) -> None:
    aws = connect_to(fake.url)
    fake.hang(PROFILES)
    found = await load_models(aws, FRANKFURT, ID)
    assert (found.live, found.unread[0].error) == (False, "ReadTimeout")


@pytest.mark.parametrize("text", ["<html>Log in</html>", "{}", "[]", '{"modelSummaries": "no"}'])
async def test_what_is_not_from_aws_is_no_list(aws: Aws, fake: FakeIam, text: str) -> None:
    fake.add(Rule(MODELS, reply=lambda _: (200, text)))
    found = await load_models(aws, FRANKFURT, ID)
    assert not found.live
    assert [unread.what for unread in found.unread] == [f"the foundation models of {FRANKFURT}"]


async def test_a_list_that_never_ends_is_given_up(
    aws: Aws, fake: FakeIam, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "MOST_PAGES", 3)

    def endless(params: Params) -> Reply:
        token = params.get("nextToken", "") + "x"
        return 200, json.dumps({"inferenceProfileSummaries": [PROFILE], "nextToken": token})

    fake.add(Rule(PROFILES, reply=endless))
    found = await load_models(aws, VIRGINIA, ID)
    assert (found.live, found.unread[0].error) == (False, "Incomplete")
    assert fake.actions.count(PROFILES) == 6


@pytest.mark.parametrize(
    "odd",
    [
        {"modelId": None}, {"modelId": ""}, {"modelId": "a b"}, {"modelId": "*"},
        {"modelId": 5}, {"modelId": "x" * 5000}, {"inferenceTypesSupported": None},
    ],
)  # fmt: skip
async def test_a_malformed_model_costs_only_itself(
    aws: Aws, fake: FakeIam, odd: dict[str, Any]
) -> None:
    answer(fake, MODELS, {"modelSummaries": [{**MODEL, **odd}, MODEL, None]})
    found = await load_models(aws, VIRGINIA, ID)
    assert (found.live, [model.id for model in found.models]) == (True, [SONNET])
    assert {unread.error for unread in found.unread} == {"Malformed"}
    assert len(found.unread) == 2


@pytest.mark.parametrize(
    "odd",
    [
        {"models": []}, {"models": None}, {"models": [{}]}, {"models": [{"modelArn": ARN}, None]},
        {"models": [{"modelArn": f"{ARN}*"}]}, {"inferenceProfileArn": "arn"},
        {"models": [{"modelArn": f"arn:aws:bedrock:{VIRGINIA}:{ID}:guardrail/x"}]},
        {"inferenceProfileId": "\x1b[2J"}, {"inferenceProfileArn": ARN},
        {"models": [{"modelArn": f"arn:aws:bedrock:{VIRGINIA}::foundation-model/"}]},
    ],
)  # fmt: skip
async def test_a_malformed_profile_costs_only_itself(
    aws: Aws, fake: FakeIam, odd: dict[str, Any]
) -> None:
    listed = {"inferenceProfileSummaries": [{**PROFILE, **odd}, PROFILE]}
    answer(fake, PROFILES, listed, type="SYSTEM_DEFINED")
    found = await load_models(aws, VIRGINIA, ID)
    assert [profile.id for profile in found.profiles] == [PROFILE["inferenceProfileId"]]
    (unread,) = found.unread
    assert unread.error == "Malformed"
    assert "\x1b" not in unread.what


async def test_what_is_listed_twice_is_one_thing(aws: Aws, fake: FakeIam) -> None:
    answer(fake, MODELS, {"modelSummaries": [MODEL, MODEL]})
    twice = {"inferenceProfileSummaries": [PROFILE, {**PROFILE, "inferenceProfileName": "again"}]}
    answer(fake, PROFILES, twice, type="SYSTEM_DEFINED")
    found = await load_models(aws, VIRGINIA, ID)
    assert [route.invoked_by for route in routes_of(found, "aws")] == [f"us.{SONNET}"]
    assert len(found.models) == 1


async def test_a_profile_of_another_state_or_type_is_left_out(aws: Aws, fake: FakeIam) -> None:
    other = [{**PROFILE, "status": "INACTIVE"}, {**PROFILE, "type": "APPLICATION"}]
    listed = {"inferenceProfileSummaries": other}
    answer(fake, PROFILES, listed, type="SYSTEM_DEFINED")
    found = await load_models(aws, VIRGINIA, ID)
    assert (found.live, found.profiles, found.unread) == (True, (), ())


async def test_names_are_data_of_any_kind(aws: Aws, fake: FakeIam) -> None:
    hostile = "[red]\x1b]0;x\x07=1+1<script>"
    odd = [{**MODEL, "modelName": hostile}, {**MODEL, "modelName": " ", "modelId": "x.y"}]
    answer(fake, MODELS, {"modelSummaries": odd})
    found = await load_models(aws, VIRGINIA, ID)
    assert {model.name for model in found.models} == {hostile, "x.y"}


async def test_a_botocore_without_a_call_leaves_the_list_unread(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(type(aws.bedrock(VIRGINIA)), "list_custom_model_deployments")
    found = await load_models(aws, VIRGINIA, ID)
    assert found.live
    (unread,) = found.unread
    assert "Upgrade boto3" in unread.message


async def test_an_api_key_in_the_environment_does_not_sign(
    connect_to: Connect, fake: FakeIam, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "bedrock-api-key-of-somebody")
    assert (await load_models(connect_to(fake.url), VIRGINIA, ID)).live
    assert {*fake.keys} == {"demo"}


async def test_what_is_read_ends_where_the_credentials_change_account(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aws.credentials, "_ask", lambda _: "999999999999")
    monkeypatch.setattr(aws.credentials, "_key", None)
    found = await load_models(aws, VIRGINIA, ID)
    assert (found.live, [unread.error for unread in found.unread]) == (False, ["WrongAccount"])


async def test_a_read_only_session_may_read_it(connect_to: Connect, fake: FakeIam) -> None:
    aws = connect_to(fake.url, read_only=True)
    assert (await load_models(aws, VIRGINIA, ID)).live
    assert fake.writes == []


async def test_each_region_has_one_client(aws: Aws) -> None:
    assert aws.bedrock(FRANKFURT) is aws.bedrock(FRANKFURT)
    assert aws.bedrock(VIRGINIA).meta.region_name == VIRGINIA
