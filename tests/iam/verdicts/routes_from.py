"""What can be invoked from us-east-1 in tests of routes, and alice's verdicts on the routes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from iam.account.model import Account
from iam.account.organization import Level, Organization, OrganizationPolicy
from iam.account.region_models import FoundationModel, InferenceProfile, OwnModel, RegionModels
from iam.account.unread import document_of
from iam.policy.action_catalogue import catalogue
from iam.verdicts.route_verdicts import RouteEvaluator, RouteResult
from iam.verdicts.routes import Route, routes_of
from iam.verdicts.verdict import Verdict
from tests.build import ID, allow, document

SONNET = "anthropic.claude-sonnet-4-5-20250929-v1:0"
HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"
SOURCE = "us-east-1"
DESTINATIONS = ("us-east-1", "us-east-2", "us-west-2")
BEDROCK = f"arn:aws:bedrock:{SOURCE}:{ID}"


def model_arn(region: str, model: str = SONNET) -> str:
    return f"arn:aws:bedrock:{region}::foundation-model/{model}"


def profile_arn(id: str) -> str:
    return f"{BEDROCK}:inference-profile/{id}"


US, GLOBAL = profile_arn(f"us.{SONNET}"), profile_arn(f"global.{SONNET}")
TEAM = f"{BEDROCK}:application-inference-profile/team12345678"
PROVISIONED = f"{BEDROCK}:provisioned-model/abcdefghijkl"
IN_US = tuple(map(model_arn, DESTINATIONS))
ANYWHERE = (model_arn(SOURCE), model_arn(""))
OFFERED = RegionModels(
    SOURCE,
    "a test",
    live=True,
    models=(
        FoundationModel(SONNET, "Claude Sonnet 4.5", "Anthropic", on_demand=False),
        FoundationModel(HAIKU, "Claude 3 Haiku", "Anthropic", on_demand=True),
    ),
    profiles=(
        InferenceProfile("team12345678", "team", TEAM, "application", IN_US),
        InferenceProfile(f"global.{SONNET}", "Global Sonnet", GLOBAL, "global", ANYWHERE),
        InferenceProfile(f"us.{SONNET}", "US Sonnet", US, "geographic", IN_US),
    ),
    own=(OwnModel("reserved", PROVISIONED, "provisioned-model", HAIKU),),
)
ROUTES = routes_of(OFFERED, "aws")
NAMES = ("us", "global", "team", "region", "reserved")
"""What tests call them, in order."""


def routes(*names: str) -> list[Route]:
    """Routes by the names that tests have for them."""
    return [ROUTES[NAMES.index(name)] for name in names]


def evaluator(chosen: tuple[Route, ...] = ROUTES) -> RouteEvaluator:
    return RouteEvaluator(chosen, catalogue(), "aws")


def verdicts_on_routes(account: Account, entity: Any) -> Mapping[str, Verdict]:
    """The verdict on each route, by the names that tests have for them."""
    return dict(zip(NAMES, evaluator().verdicts(account, entity), strict=True))


def explained(account: Account, entity: Any, name: str) -> RouteResult:
    return evaluator().results(account, entity)[NAMES.index(name)]


def under(made: Account, **scps: list[dict[str, Any]]) -> Account:
    """The account below a root with FullAWSAccess and further service control policies, by name."""
    full = [allow("*")]
    policies = tuple(
        OrganizationPolicy(f"p-{name}", name, document_of(document(*statements)))
        for name, statements in {"FullAWSAccess": full, **scps}.items()
    )
    levels = (Level("r-1", "Root", "root", policies), Level(ID, "alice's", "account", policies[:1]))
    organization = Organization("applied", "o-example", "999999999999", levels)
    return replace(made, organizations={ID: organization})
