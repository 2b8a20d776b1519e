"""The routes to models from a region, judged for one principal or for many, in threads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from iam.arn import Arn
from iam.runtime.threads import import_for, in_thread

if TYPE_CHECKING:
    from iam.account.model import Account, Entity
    from iam.account.region_models import RegionModels
    from iam.verdicts.route_verdicts import RouteResult
    from iam.verdicts.routes import Route
    from tui.session.session import Session


class GoneError(LookupError):
    """The principal is no longer in the account, which has been read again."""


@dataclass(frozen=True, slots=True)
class JudgedRoutes:
    """The routes from a region, with the verdicts on them for one principal."""

    results: tuple[RouteResult, ...]
    summary: tuple[str, ...]
    """By which ways which models can be invoked, and what blocks the others, a clause each."""
    counts: tuple[str, ...]
    """The same without reasons."""


class PrincipalModels:
    """Answers about the models that one principal can invoke."""

    def __init__(self, session: Session, entity: Entity) -> None:
        """Prepare it, without a call.

        Args:
            session: The session.
            entity: A user, a role or a group.
        """
        self.session = session
        self.arn = entity.arn
        self.name = entity.name
        self.is_group = entity.type == "group"

    async def models(self, region: str) -> RegionModels:
        """List what can be invoked from a region, with the account of the principal in ARNs."""
        return await self.session.models.of_region(region, Arn.parse(self.arn).account)

    async def routes(self, models: RegionModels, action: str) -> tuple[Route, ...]:
        """List the routes to all of these models."""
        return await routes_to(self.session, models, action)

    async def judge(self, models: RegionModels, routes: Sequence[Route]) -> JudgedRoutes:
        """Judge routes, once the organization has been read, which limits the account.

        Raises:
            GoneError: The account has been read again, and the principal is gone.
        """
        await self.session.organization_pending.wait()
        account, _, _ = self.session.read
        entity = account.entity(self.arn)
        if entity is None:
            raise GoneError(f"{self.name} is no longer in the account.")
        return await in_thread(partial(_judge, account, entity, models, routes))


async def routes_to(session: Session, models: RegionModels, action: str) -> tuple[Route, ...]:
    """List the routes to models from a region."""
    account, _, _ = session.read
    await in_thread(import_for, "verdicts.routes")
    from iam.verdicts.routes import routes_of

    return await in_thread(routes_of, models, account.partition, action)


def _judge(
    account: Account, entity: Entity, models: RegionModels, routes: Sequence[Route]
) -> JudgedRoutes:
    from iam.policy.action_catalogue import catalogue
    from iam.verdicts.route_summary import summary_of
    from iam.verdicts.route_verdicts import RouteEvaluator

    results = RouteEvaluator(routes, catalogue(), account.partition).results(account, entity)
    providers = models.providers
    counts = summary_of(results, providers, reasons=False)
    return JudgedRoutes(results, summary_of(results, providers), counts)
