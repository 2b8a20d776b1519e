"""The verdicts on routes to models, for one principal or for thousands.

Every call of a route is a request for one action on one ARN with a known context, so that it is
evaluated as a section of its own: with documents, limits and conditions as everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from iam.account.model import Account, Entity
from iam.account.simulation import Request
from iam.policy.action_catalogue import Catalogue
from iam.policy.known_values import KnownValues
from iam.verdicts.bulk import Verdicts
from iam.verdicts.concrete_request import policy_of
from iam.verdicts.evaluator import Evaluator
from iam.verdicts.result import EntryResult, PrincipalResult
from iam.verdicts.routes import Route, calls_of
from iam.verdicts.verdict import Verdict

_BLOCKING = (Verdict.DENIED, Verdict.NONE)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a route, with the verdict on it and what decides it."""

    request: Request
    result: EntryResult


@dataclass(frozen=True, slots=True)
class RouteResult:
    """The verdict on a route, call by call."""

    route: Route
    verdict: Verdict
    calls: tuple[Call, ...]

    @property
    def deciding(self) -> tuple[Call, ...]:
        """The calls because of which the route has its verdict; none if it is granted."""
        if self.verdict is Verdict.GRANTED:
            return ()
        return tuple(call for call in self.calls if call.result.verdict is self.verdict)


def verdict_of_calls(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict on something that takes several calls, all of which must be allowed.

    Args:
        verdicts: Those on the calls.

    Returns:
        `denied` if an explicit Deny covers one of them, `none` if nothing allows one, `unknown` if
        one is unknown, `partial` if one depends on more than is known of it, else `granted`.
    """
    found = set(verdicts)
    for verdict in (*_BLOCKING, Verdict.UNKNOWN, Verdict.PARTIAL):
        if verdict in found:
            return verdict
    return Verdict.GRANTED


class RouteEvaluator:
    """Evaluates principals for some routes. Principals with equal documents share verdicts."""

    def __init__(
        self,
        routes: Sequence[Route],
        catalogue: Catalogue,
        partition: str,
        now: datetime | None = None,
        carried: Mapping[str, KnownValues] | None = None,
    ) -> None:
        """Prepare the calls of all routes.

        Args:
            routes: The routes.
            catalogue: The concrete actions.
            partition: The partition of the account.
            now: The time of the requests; by default the current time.
            carried: What the requests carry, as `Evaluator` takes it.
        """
        self.routes = tuple(routes)
        self._calls = calls = calls_of(routes)
        number = {call: 1 << n for n, call in enumerate(calls)}
        self._masks = [sum(number[call] for call in route.calls) for route in self.routes]
        policy = policy_of(calls)
        self._evaluator = Evaluator(policy, catalogue, partition, now=now, carried=carried)
        self._known: dict[Verdicts, tuple[Verdict, ...]] = {}
        self._explained: dict[int, tuple[object, tuple[RouteResult, ...]]] = {}
        """By the identity of the sections, which are kept so that it stays theirs."""

    def verdicts(self, account: Account, entity: Entity) -> tuple[Verdict, ...]:
        """Evaluate a principal.

        Args:
            account: The account, current or after a change.
            entity: A user, a role or a group of the account.

        Returns:
            The verdict on each route, in order.
        """
        verdicts = self._evaluator.verdicts(account, entity)
        if (known := self._known.get(verdicts)) is None:
            known = tuple(_verdict_of(mask, verdicts) for mask in self._masks)
            self._known[verdicts] = known
        return known

    def results(self, account: Account, entity: Entity) -> tuple[RouteResult, ...]:
        """Evaluate a principal, and explain all routes call by call.

        Principals with equal documents share their results.

        Args:
            account: The account, current or after a change.
            entity: A user, a role or a group of the account.
        """
        sections = self.whole(account, entity).sections
        if (known := self._explained.get(id(sections))) is None:
            results = [section.entries[0] for section in sections]
            known = sections, _results(self.routes, dict(zip(self._calls, results, strict=True)))
            self._explained[id(sections)] = known
        return known[1]

    def whole(self, account: Account, entity: Entity) -> PrincipalResult:
        """Evaluate a principal: its sections are the calls, and the rest is about the principal."""
        return self._evaluator.result(account, entity)


def _results(
    routes: Iterable[Route], by_call: Mapping[Request, EntryResult]
) -> tuple[RouteResult, ...]:
    return tuple(
        RouteResult(
            route,
            verdict_of_calls(by_call[call].verdict for call in route.calls),
            tuple(Call(call, by_call[call]) for call in route.calls),
        )
        for route in routes
    )


def _verdict_of(calls: int, verdicts: Verdicts) -> Verdict:
    """Return the verdict on a set of calls, all of which must be allowed."""
    if calls & verdicts.denied:
        return Verdict.DENIED
    if calls & verdicts.none:
        return Verdict.NONE
    if calls & ~verdicts.known:
        return Verdict.UNKNOWN
    return Verdict.PARTIAL if calls & verdicts.partial else Verdict.GRANTED
