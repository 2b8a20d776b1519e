"""The models of each region that come with the app, used where AWS cannot be asked.

The data file, `iam/data/models.json`, is written by `scripts/make_models.py`. AWS offers new models
every week, so show the date of the list. For each source region it has the destinations that
`bedrock:GetInferenceProfile` told there:
https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from iam.account.model_order import newest_first
from iam.account.region_models import GLOBAL, FoundationModel, InferenceProfile, RegionModels
from iam.account.unread import Unread

NOT_LISTED = "NotListed"
"""The code of the error where the list has no such region."""


@cache
def shipped_regions(partition: str = "aws") -> tuple[str, ...]:
    """Return the regions from which models can be invoked, sorted; none in other partitions."""
    content = _content()
    if partition != content["partition"]:
        return ()
    return tuple(sorted({region for model in content["models"].values() for region in _of(model)}))


def shipped_source() -> str:
    """Say where the list is from, and of which day it is."""
    content = _content()
    return f"the list that comes with the app ({content['source']} of {content['updated']})"


def shipped_day() -> str:
    """The day of the list: `2026-11-20`."""
    day: str = _content()["updated"]
    return day


@cache
def shipped_models(region: str, partition: str, account_id: str) -> RegionModels:
    """Return what can be invoked from a region as of the day of the list.

    Args:
        region: The region that requests are sent to.
        partition: Its partition.
        account_id: The account that sends them; it is in the ARNs of profiles.
    """
    if region not in shipped_regions(partition):
        what = Unread(
            f"the models of {region}", NOT_LISTED, f"{shipped_source()} does not have this region"
        )
        return RegionModels(region, shipped_source(), live=False, unread=(what,))
    here = {id: model for id, model in _content()["models"].items() if region in _of(model)}
    models = newest_first(
        FoundationModel(
            id, model["name"], model["provider"], region in model["on_demand"], model["legacy"]
        )
        for id, model in here.items()
    )
    prefix = f"arn:{partition}:bedrock:{region}:{account_id}:inference-profile"
    profiles = (
        InferenceProfile(
            f"{geography}.{model.id}",
            f"{geography.capitalize() if geography == GLOBAL else geography.upper()} {model.name}",
            f"{prefix}/{geography}.{model.id}",
            "global" if geography == GLOBAL else "geographic",
            # A global profile names its regions by none at all:
            # https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html
            tuple(f"arn:{partition}:bedrock:{to}::foundation-model/{model.id}" for to in regions),
        )
        for model in models
        for geography, regions in _destinations(here[model.id], region)
    )
    return RegionModels(region, shipped_source(), False, models, tuple(profiles))


def _destinations(model: dict[str, Any], region: str) -> Iterator[tuple[str, list[str]]]:
    """The geographies of the profiles of a model in a region, each with its destinations."""
    for geography, by_region in model["profiles"].items():
        if region in by_region:
            yield geography, by_region[region]
    if region in model["global"]:
        yield GLOBAL, [region, ""]


def _of(model: dict[str, Any]) -> set[str]:
    """The regions in which a model is."""
    return {*model["on_demand"], *model["global"]}.union(*model["profiles"].values())


@cache
def _content() -> dict[str, Any]:
    text = files("iam").joinpath("data/models.json").read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text)
    return content
