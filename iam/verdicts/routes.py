"""The routes to models: what AWS authorizes when a model is invoked from a region.

Invoking a model is one call that AWS authorizes, or several: through an inference profile, one on
the profile, and one on the model in every region to which the profile may send the request.

https://docs.aws.amazon.com/bedrock/latest/userguide/geographic-cross-region-inference.html
https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html
https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from iam.account.region_models import InferenceProfile, RegionModels
from iam.account.simulation import ContextEntry, Request
from iam.arn import Arn
from iam.verdicts.invocation import INVOKES
from iam.verdicts.section import NO_REGION

Way = Literal["region", "geographic", "global", "application", "own"]
"""In the region itself, through a profile of one of three kinds, or by the ARN of something that
the account has."""
INVOKE = INVOKES[0]
STREAMING = INVOKES[1]
REGION_KEY = "aws:RequestedRegion"
PROFILE_KEY = "bedrock:InferenceProfileArn"
ROUTER_KEY = "bedrock:PromptRouterArn"


@dataclass(frozen=True, slots=True)
class Route:
    """A way to invoke a model from a region."""

    model: str
    """The ID of the foundation model; of something of one's own without a known model its name."""
    source: str
    """The region from which it is invoked."""
    way: Way
    invoked_by: str
    """What a caller passes as the model: the ID of the model or of the profile, or an ARN."""
    calls: tuple[Request, ...]
    """What AWS authorizes. It is all needed."""

    @property
    def label(self) -> str:
        """The way in a few words: `in eu-central-1`, `eu. profile`, `profile ml-team`."""
        match self.way:
            case "region":
                return f"in {self.source}"
            case "geographic" | "global":
                return f"{self.invoked_by.partition('.')[0]}. profile"
            case "application":
                return f"profile {Arn.parse(self.invoked_by).name}"
        return f"{Arn.parse(self.invoked_by).resource}"


def routes_of(models: RegionModels, partition: str, action: str = INVOKE) -> tuple[Route, ...]:
    """List the routes to all models that can be invoked from a region.

    Args:
        models: What can be invoked from there.
        partition: The partition of the account.
        action: The action by which they are invoked: `INVOKE`, or `STREAMING` for answers in parts.

    Returns:
        The routes, model by model in the order of the list; of a model, first the one in the region
        itself, then geographic, global and application profiles. What the account itself has comes
        last, unless its model is known.
    """
    by_model: dict[str, list[Route]] = {model.id: [] for model in models.models}
    source = models.region
    for model in models.models:
        if model.on_demand:
            arn = f"arn:{partition}:bedrock:{source}::foundation-model/{model.id}"
            calls = (_call(action, arn, source),)
            by_model[model.id].append(Route(model.id, source, "region", model.id, calls))
    order = ("geographic", "global", "application")
    for profile in sorted(models.profiles, key=lambda each: order.index(each.kind)):
        for id in dict.fromkeys(model_of(arn) for arn in profile.models):
            route = _by_profile(profile, id, source, partition, action)
            by_model.setdefault(id, []).append(route)
    for own in models.own:
        id = own.model or own.name
        calls = (_call(action, own.arn, source),)
        by_model.setdefault(id, []).append(Route(id, source, "own", own.arn, calls))
    return tuple(route for routes in by_model.values() for route in routes)


def model_of(arn: str) -> str:
    """The ID of the model in the ARN of a foundation model."""
    return Arn.parse(arn).resource.partition("/")[2] or arn


def _by_profile(
    profile: InferenceProfile, model: str, source: str, partition: str, action: str
) -> Route:
    """The route through a profile: the profile, and the model wherever it may be invoked.

    The source region counts even if it is no destination: AWS's guide asks for the model there too.
    The key with the ARN of the profile is in the requests for the model, not in that for the
    profile.
    """
    here = f"arn:{partition}:bedrock:{source}::foundation-model/{model}"
    there = [arn for arn in profile.models if model_of(arn) == model]
    if profile.kind == "global":
        there = [f"arn:{partition}:bedrock:::foundation-model/{model}"]  # whatever else is listed
    arns = dict.fromkeys([profile.arn, here, *sorted(there, key=_without_region_last)])
    calls = tuple(
        _call(action, arn, _requested(arn), "" if arn == profile.arn else profile.arn)
        for arn in arns
    )
    invoked_by = profile.arn if profile.kind == "application" else profile.id
    return Route(model, source, profile.kind, invoked_by, calls)


def _without_region_last(arn: str) -> tuple[bool, str]:
    return not Arn.parse(arn).region, arn


def _requested(arn: str) -> str:
    """The region of a resource, as `aws:RequestedRegion` has it."""
    return Arn.parse(arn).region or NO_REGION


def _call(action: str, arn: str, region: str, profile: str = "") -> Request:
    """A call with what is known of its context: a key without values is not in the request."""
    through = (profile,) if profile else ()
    context = (
        ContextEntry(REGION_KEY, (region,)),
        ContextEntry(PROFILE_KEY, through),
        ContextEntry(ROUTER_KEY, ()),
    )
    return Request(action, arn, context)


def calls_of(routes: Iterable[Route]) -> tuple[Request, ...]:
    """All calls of some routes, each once."""
    return tuple(dict.fromkeys(chain.from_iterable(route.calls for route in routes)))
