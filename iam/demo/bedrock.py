"""Bedrock's lists of models and profiles, which moto lacks, and what the demo's account has.

The models and the profiles of AWS are those that come with the app. What belongs to an account is
kept in moto's backend of the account and the region.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_Operations_Amazon_Bedrock.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from iam.account.region_models import FoundationModel, InferenceProfile
from iam.account.shipped_models import shipped_models, shipped_regions
from iam.demo.content import ACCOUNT

Item = dict[str, Any]
_Call = Callable[[str, str, Mapping[str, Any]], list[Item]]
"""Lists items for an account, a region and the parameters of a request."""
BEDROCK_PATHS = {
    "/foundation-models": "ListFoundationModels",
    "/inference-profiles": "ListInferenceProfiles",
    "/provisioned-model-throughputs": "ListProvisionedModelThroughputs",
    "/imported-models": "ListImportedModels",
    "/model-customization/custom-model-deployments": "ListCustomModelDeployments",
}
"""The paths of the calls; each is a GET."""
SONNET = "anthropic.claude-sonnet-4-5-20250929-v1:0"
_LIKE = "eu-central-1"
"""The region of the application inference profile."""
_MADE = datetime(2026, 9, 1, tzinfo=UTC)
_PAGE_SIZE = 100
_NOT_PAGED = "ListFoundationModels"


def add_bedrock_calls() -> None:
    """Make every moto server of this process answer the calls."""
    from botocore import xform_name
    from moto.bedrock.responses import BedrockResponse

    for action, (key, call) in _CALLS.items():
        setattr(BedrockResponse, xform_name(action), _method(action, key, call))


def add_models() -> None:
    """Give the account of the demo a profile, a Provisioned Throughput and an imported model."""
    profiles = shipped_models(_LIKE, "aws", ACCOUNT).profiles
    copied = next(profile for profile in profiles if profile.id == f"eu.{SONNET}")
    hold_own(ACCOUNT, _LIKE, "ListInferenceProfiles", {
        **_profile_item(copied),
        "inferenceProfileName": "acme-chatbot",
        "inferenceProfileId": "k7d2m9x4q1ab",
        "inferenceProfileArn": _arn(_LIKE, "application-inference-profile/k7d2m9x4q1ab"),
        "type": "APPLICATION",
    })  # fmt: skip
    nova = "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0"
    hold_own(ACCOUNT, "us-east-1", "ListProvisionedModelThroughputs", {
        "provisionedModelName": "acme-peak-hours",
        "provisionedModelArn": _arn("us-east-1", "provisioned-model/p3w8z5c6n2ef"),
        **dict.fromkeys(("modelArn", "desiredModelArn", "foundationModelArn"), nova),
        "modelUnits": 1, "desiredModelUnits": 1, "status": "InService",
        "creationTime": _MADE, "lastModifiedTime": _MADE,
    })  # fmt: skip
    hold_own(ACCOUNT, "us-east-1", "ListImportedModels", {
        "modelArn": _arn("us-east-1", "imported-model/h4t6v1y8r3gk"),
        "modelName": "acme-support-llama",
        "creationTime": _MADE, "instructSupported": True, "modelArchitecture": "llama",
    })  # fmt: skip


def hold_own(account: str, region: str, action: str, item: Item) -> None:
    """Add something that belongs to an account, for the call that lists it."""
    _held(account, region, action).append(item)


def _arn(region: str, resource: str) -> str:
    return f"arn:aws:bedrock:{region}:{ACCOUNT}:{resource}"


def _held(account: str, region: str, action: str) -> list[Item]:
    """What belongs to an account; it goes when moto's account is reset."""
    from moto.bedrock.models import bedrock_backends

    state = vars(bedrock_backends[account][region]).setdefault("bedrock_tui_own", {})
    held: list[Item] = state.setdefault(action, [])
    return held


def _method(action: str, key: str, call: _Call) -> Callable[[Any], Any]:
    from moto.core.exceptions import JsonRESTError
    from moto.core.responses import ActionResult

    def answer(response: Any) -> Any:
        if response.region not in shipped_regions():
            # As of a region that is not enabled.
            refusal = JsonRESTError("UnrecognizedClientException", "The token is invalid.")
            refusal.code = 403
            raise refusal
        response.parse_parameters(response.normalized_request)
        params = response.params
        items = call(response.current_account, response.region, params)
        if action == _NOT_PAGED:
            return ActionResult({key: items})
        start, size = int(params.get("nextToken") or 0), params.get("maxResults") or _PAGE_SIZE
        page: Item = {key: items[start : start + size]}
        if start + size < len(items):
            page["nextToken"] = str(start + size)
        return ActionResult(page)

    return answer


def _foundation_models(account: str, region: str, _: Mapping[str, Any]) -> list[Item]:
    listed = shipped_models(region, "aws", account)
    with_profile = {arn for profile in listed.profiles for arn in profile.models}
    return [_model_item(model, region, with_profile) for model in listed.models]


def _model_item(model: FoundationModel, region: str, with_profile: set[str]) -> Item:
    arn = f"arn:aws:bedrock:{region}::foundation-model/{model.id}"
    types = {"ON_DEMAND": model.on_demand, "INFERENCE_PROFILE": arn in with_profile}
    return {
        "modelArn": arn,
        "modelId": model.id,
        "modelName": model.name,
        "providerName": model.provider,
        "inferenceTypesSupported": [type for type, supported in types.items() if supported],
        "modelLifecycle": {"status": "LEGACY" if model.legacy else "ACTIVE"},
    }


def _inference_profiles(account: str, region: str, params: Mapping[str, Any]) -> list[Item]:
    items = [_profile_item(each) for each in shipped_models(region, "aws", account).profiles]
    items += _held(account, region, "ListInferenceProfiles")
    wanted = params.get("typeEquals")
    return [item for item in items if wanted in (None, item["type"])]


def _profile_item(profile: InferenceProfile) -> Item:
    return {
        "inferenceProfileName": profile.name,
        "createdAt": _MADE,
        "updatedAt": _MADE,
        "inferenceProfileArn": profile.arn,
        "models": [{"modelArn": arn} for arn in profile.models],
        "inferenceProfileId": profile.id,
        "status": "ACTIVE",
        "type": "SYSTEM_DEFINED",
    }


def _own(action: str) -> _Call:
    return lambda account, region, _: _held(account, region, action)


_CALLS: dict[str, tuple[str, _Call]] = {
    "ListFoundationModels": ("modelSummaries", _foundation_models),
    "ListInferenceProfiles": ("inferenceProfileSummaries", _inference_profiles),
    "ListProvisionedModelThroughputs": (
        "provisionedModelSummaries",
        _own("ListProvisionedModelThroughputs"),
    ),
    "ListImportedModels": ("modelSummaries", _own("ListImportedModels")),
    "ListCustomModelDeployments": (
        "modelDeploymentSummaries",
        _own("ListCustomModelDeployments"),
    ),
}
"""Where the items are in the answer of a call, and what finds them."""
