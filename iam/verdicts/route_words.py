"""Say in words what a route takes, and what keeps a principal from it."""

from __future__ import annotations

from collections.abc import Iterable

from iam.arn import Arn
from iam.verdicts.route_verdicts import Call, RouteResult
from iam.verdicts.verdict import Verdict

_NOTHING = "no policy allows it"


def place_of(call: Call) -> str:
    """What a call is about: `the profile`, `the model in us-east-2`, `the model in any region`."""
    arn = Arn.parse(call.request.resource)
    if arn.kind == "foundation-model":
        return f"the model in {arn.region or 'any region'}"
    return "the profile" if arn.kind.endswith("inference-profile") else arn.resource


def why(call: Call) -> str:
    """Why a call is not granted: `denied by SCP DenyRegions at Root`, `no policy allows it`."""
    result = call.result
    if result.verdict is Verdict.GRANTED:
        return ""
    if result.verdict is Verdict.PARTIAL:
        return "; ".join(result.means) or "depends on the request"
    return "; ".join(result.withheld_by) or _NOTHING


def reasons_of(result: RouteResult) -> tuple[str, ...]:
    """Why a route is not granted: calls with the same reason together.

    Returns:
        `the model in us-east-2 and us-west-2: denied by SCP DenyRegions at Root` and the like; none
        if the route is granted.
    """
    places: dict[str, list[str]] = {}
    for call in result.deciding:
        places.setdefault(why(call), []).append(place_of(call))
    return tuple(f"{_together(found)}: {reason}" for reason, found in places.items())


def allowed_by(result: RouteResult) -> tuple[str, ...]:
    """The policies that allow the calls of a route, each with its group."""
    found = (via for call in result.calls for via in call.result.via)
    return tuple(dict.fromkeys(v.origin for v in found if v.effect == "Allow" and not v.limits))


def _together(places: Iterable[str]) -> str:
    """Join places: `the model in us-east-2 and us-west-2`, `the profile and the model in any
    region`."""
    joined: dict[str, list[str]] = {}
    for place in places:
        what, has_region, region = place.partition(" in ")
        joined.setdefault(what, []).extend([region] if has_region else [])
    parts = [
        f"{what} in {_listed(regions)}" if regions else what for what, regions in joined.items()
    ]
    return " and ".join(parts)


def _listed(names: list[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
