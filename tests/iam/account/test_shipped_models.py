"""The list of models that comes with the app, and the order in which models are listed."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

from iam.account.model_order import newest_first
from iam.account.region_models import FoundationModel, InferenceProfile
from iam.account.shipped_models import shipped_models, shipped_regions
from scripts.make_models import dump, name_of, on_demand, provider_of

ACCOUNT = "123456789012"
SONNET = "anthropic.claude-sonnet-4-5-20250929-v1:0"


def profile(id: str, region: str) -> InferenceProfile:
    (found,) = (p for p in shipped_models(region, "aws", ACCOUNT).profiles if p.id == id)
    return found


def arn(region: str) -> str:
    return f"arn:aws:bedrock:{region}::foundation-model/{SONNET}"


def test_the_file_is_as_the_script_writes_it() -> None:
    text = files("iam").joinpath("data/models.json").read_text(encoding="utf-8")
    content = json.loads(text)
    assert dump(content) + "\n" == text
    for id, model in content["models"].items():
        assert (model["provider"], model["name"]) == (provider_of(id), name_of(id))


def test_a_model_that_is_invoked_by_profiles_only() -> None:
    models = {model.id: model for model in shipped_models("eu-central-1", "aws", ACCOUNT).models}
    assert models[SONNET] == FoundationModel(
        SONNET, "Claude Sonnet 4.5", "Anthropic", on_demand=False, legacy=True
    )
    assert models["amazon.titan-embed-text-v2:0"].on_demand


def test_a_geographic_profile_is_routed_to_its_destinations() -> None:
    # https://docs.aws.amazon.com/bedrock/latest/userguide/geographic-cross-region-inference.html
    us = profile(f"us.{SONNET}", "us-east-1")
    assert us.kind == "geographic"
    assert us.arn == f"arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile/us.{SONNET}"
    assert us.models == tuple(map(arn, ("us-east-1", "us-east-2", "us-west-2")))
    # The destinations depend on the region from which it is used.
    assert profile(f"us.{SONNET}", "ca-central-1").models == (arn("ca-central-1"), *us.models)


def test_a_global_profile_is_routed_to_no_named_region() -> None:
    worldwide = profile(f"global.{SONNET}", "eu-west-1")
    assert worldwide.kind == "global"
    assert worldwide.models == (arn("eu-west-1"), arn(""))


def test_only_some_profiles_of_openai_leave_their_source_out() -> None:
    """AWS lists it for all others, also where it only forwards the request."""
    without = {
        profile.id
        for region in shipped_regions()
        for profile in shipped_models(region, "aws", ACCOUNT).profiles
        if not any(f":{region}:" in model for model in profile.models)
    }
    assert without == {"us.openai.gpt-5.4", "us.openai.gpt-5.5"}


@pytest.mark.parametrize(
    ("region", "partition"),
    [("eu-central-1", "aws-us-gov"), ("us-gov-west-1", "aws-us-gov"), ("mars-1", "aws")],
)
def test_a_region_that_is_not_listed_has_unknown_models(region: str, partition: str) -> None:
    found = shipped_models(region, partition, ACCOUNT)
    assert (found.models, found.profiles) == ((), ())
    assert [unread.what for unread in found.unread] == [f"the models of {region}"]


def test_the_source_has_a_date() -> None:
    assert "of 20" in shipped_models("us-east-1", "aws", ACCOUNT).source
    assert "us-east-1" in shipped_regions()
    assert shipped_regions("aws-cn") == ()


def test_models_are_listed_by_provider_the_newest_first() -> None:
    ids = [
        "anthropic.claude-opus-5-5", "anthropic.claude-sonnet-5-5", "anthropic.claude-opus-5",
        "anthropic.claude-sonnet-4-6", SONNET, "anthropic.claude-sonnet-4-20250514-v1:0",
        "anthropic.claude-3-7-sonnet-20250219-v1:0", "anthropic.claude-3-5-sonnet-20241022-v2:0",
        "anthropic.claude-3-5-sonnet-20240620-v1:0", "meta.llama4-scout-17b-instruct-v1:0",
        "meta.llama3-3-70b-instruct-v1:0", "meta.llama3-70b-instruct-v1:0",
        "meta.llama3-8b-instruct-v1:0", "mistral.mistral-large-3-675b-instruct",
        "mistral.mistral-large-2407-v1:0", "mistral.mistral-large-2402-v1:0",
        "moonshotai.kimi-k3", "moonshotai.kimi-k2.5",
    ]  # fmt: skip
    models = [FoundationModel(id, name_of(id), provider_of(id), True) for id in sorted(ids)]
    assert [model.id for model in newest_first(models)] == ids


def test_ids_that_are_no_ids_are_sorted_too() -> None:
    odd = ["", "٣.٣-٣", "x." + "9" * 10_000, "x.v" + "9" * 10_000, "x.a-v9:99999999999999999"]
    assert len(newest_first(FoundationModel(id, id, "", True) for id in odd)) == len(odd)


def test_what_only_mantle_serves_on_demand_is_not_invoked_without_a_profile() -> None:
    assert not on_demand(["GLOBAL", "ON_DEMAND", "US"], mantle=True)
    assert on_demand(["EU", "GLOBAL", "ON_DEMAND"], mantle=False)
    assert on_demand(["ON_DEMAND"], mantle=True)
