"""Sum up the verdicts on the routes from a region: by which ways which models can be invoked.

Of one principal for all models, or of many principals for one model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from iam.verdicts.route_verdicts import RouteResult
from iam.verdicts.route_words import why
from iam.verdicts.routes import Route
from iam.verdicts.verdict import Verdict

_MOST = 2
"""Reasons that are named; of more it is said that there are several."""
_NOTHING = "no policy allows it"
_BEST = (Verdict.GRANTED, Verdict.PARTIAL, Verdict.UNKNOWN, Verdict.DENIED, Verdict.NONE)
"""Those come first who can, then those of whom it is open."""
_DENIED = "denied by "
BLOCKED = (Verdict.DENIED, Verdict.NONE)
"""Neither can be used, and the reasons say which."""


def way_of(route: Route) -> str:
    """The column that a route belongs to: `region`, `eu.`, `global.`, `profiles`, `own`."""
    match route.way:
        case "geographic" | "global":
            return f"{route.invoked_by.partition('.')[0]}."
        case "application":
            return "profiles"
        case "own":
            return "own"
    return "region"


def ways_of(routes: Iterable[Route]) -> tuple[str, ...]:
    """The columns that there are routes for: the region, geographic profiles by name, and so on."""
    order = ("region", "geographic", "global", "application", "own")
    found = {(order.index(route.way), way_of(route)) for route in routes}
    return tuple(way for _, way in sorted(found))


def summary_of(
    results: Sequence[RouteResult], providers: Mapping[str, str], *, reasons: bool = True
) -> tuple[str, ...]:
    """Say of each way how many models it leads to, and what blocks the others.

    Args:
        results: Those of a principal, for all routes from a region.
        providers: The provider of each model, by its ID.
        reasons: Whether to say why, too.

    Returns:
        `all 20 by eu. profiles`, `none of 32 by global. profiles (denied by SCP DenyRegions at
        Root)` and the like. Only what is granted is counted as such: of the others it is said how
        many are partial or unknown.
    """
    by_way: dict[str, list[RouteResult]] = {}
    for result in results:
        by_way.setdefault(way_of(result.route), []).append(result)
    if len(by_way) > 1 and len({(r.verdict, _short(r)) for r in results}) == 1:
        # One sentence instead of the same one of each way.
        every = f"routes to models from {results[0].route.source}"
        return (_clause(results, every, providers, reasons),)
    ways = ways_of(result.route for result in results)
    return tuple(
        _clause(by_way[way], way_in_words(way, by_way[way][0].route.source), providers, reasons)
        for way in ways
    )


def best_of(results: Iterable[RouteResult]) -> RouteResult:
    """The route that is the most likely to be usable; of equal ones the first.

    Args:
        results: At least one.
    """
    return min(results, key=lambda result: _BEST.index(result.verdict))


def likelihood(verdict: Verdict) -> int:
    """The place of a verdict in a list in which those come first who can invoke a model."""
    return _BEST.index(Verdict.DENIED if verdict in BLOCKED else verdict)


def principals_by_way(results: Sequence[Sequence[RouteResult]]) -> tuple[str, ...]:
    """Say of each way to a model how many principals can invoke it so.

    Args:
        results: Those of each principal, for the same routes to one model from one region.

    Returns:
        `5 of 240 in us-east-1 itself`, `none of 240 by the global. profile, 3 partial` and the
        like.
    """
    routes = [result.route for result in results[0]] if results else []
    clauses = []
    for way in ways_of(routes):
        numbers = [number for number, route in enumerate(routes) if way_of(route) == way]
        counts = Counter(best_of(each[number] for number in numbers).verdict for each in results)
        can = f"{counts[Verdict.GRANTED]:,}" if counts[Verdict.GRANTED] else "none"
        words = [f"{can} of {len(results):,} {_to_one_model(way, routes[numbers[0]])}"]
        words += [
            f"{counts[verdict]:,} {verdict}"
            for verdict in (Verdict.PARTIAL, Verdict.UNKNOWN)
            if counts[verdict]
        ]
        clauses.append(", ".join(words))
    return tuple(clauses)


def _to_one_model(way: str, route: Route) -> str:
    return f"by the {way} profile" if way.endswith(".") else way_in_words(way, route.source)


def way_in_words(way: str, source: str) -> str:
    """How models are invoked by a column of routes: `in eu-central-1 itself`, `by eu. profiles`.

    Args:
        way: The column, as `way_of` names it.
        source: The region from which they are invoked.
    """
    match way:
        case "region":
            return f"in {source} itself"
        case "profiles":
            return "by application profiles"
        case "own":
            return "by models of the account"
    return f"by {way} profiles"


def _clause(
    results: Sequence[RouteResult], by: str, providers: Mapping[str, str], reasons: bool
) -> str:
    """What there is to say of some routes."""
    total = len(results)
    every_one = f"all {total}" if total > 1 else "the one"
    because = _because if reasons else _silent
    every: dict[Verdict | None, list[RouteResult]] = {}
    for result in results:
        every.setdefault(None if result.verdict in BLOCKED else result.verdict, []).append(result)
    granted = len(every.pop(Verdict.GRANTED, ()))
    if not granted and len(every) == 1:
        ((verdict, some),) = every.items()
        if verdict is None:
            return f"none of {total} {by}{because(some)}"
        return f"{every_one} {by} {verdict}{because(some)}"
    if granted == total:
        return f"{every_one} {by}"
    clause = f"{granted or 'none'} of {total} {by}"
    if not granted:
        clause += " granted"
    elif whole := _complete(results, providers):
        clause += f" ({whole})"
    parts = [
        f"{len(every[verdict])} {verdict or 'not'}{because(every[verdict])}"
        for verdict in (Verdict.PARTIAL, Verdict.UNKNOWN, None)
        if verdict in every
    ]
    return ", ".join([clause, *parts])


def _complete(results: Sequence[RouteResult], providers: Mapping[str, str]) -> str:
    return whole_providers(
        ((result.route, result.verdict is Verdict.GRANTED) for result in results), providers
    )


def whole_providers(routes: Iterable[tuple[Route, bool]], providers: Mapping[str, str]) -> str:
    """The providers to whose models all routes are open, if they account for all that are.

    Args:
        routes: Routes of one column, each with whether it is open.
        providers: The provider of each model, by its ID.

    Returns:
        `all of Amazon and Anthropic`; nothing if it takes more than two providers to say it.
    """
    verdicts: dict[str, list[bool]] = {}
    for route, is_open in routes:
        verdicts.setdefault(providers.get(route.model, ""), []).append(is_open)
    some = {provider: each for provider, each in verdicts.items() if any(each)}
    if len(some) > _MOST or "" in some or not all(map(all, some.values())):
        return ""
    return f"all of {' and '.join(some)}"


def _because(results: Sequence[RouteResult]) -> str:
    reasons = why_not_granted(results)
    return f" ({reasons})" if reasons else ""


def why_not_granted(results: Iterable[RouteResult]) -> str:
    """The reasons of some routes, the most frequent first: `denied by SCP DenyRegions at Root`."""
    counts: dict[str, int] = {}
    for result in results:
        for reason in _short(result):
            counts[reason] = counts.get(reason, 0) + 1
    first, *others = sorted(counts, key=lambda reason: -counts[reason]) or [""]
    if len(others) >= _MOST:
        return "for several reasons"
    if first.startswith(_DENIED):
        others = [other.removeprefix(_DENIED) for other in others]
    return " or ".join([first, *others])


def _silent(_: Sequence[RouteResult]) -> str:
    return ""


def _short(result: RouteResult) -> tuple[str, ...]:
    """Why a route is not granted, in a few words: `denied by SCP DenyRegions at Root`."""
    found: dict[str, None] = {}
    for call in result.deciding:
        if result.verdict in BLOCKED:
            denies = (via.origin for via in call.result.via if via.effect == "Deny")
            reasons = [f"{_DENIED}{origin}" for origin in denies] or [*call.result.reasons]
            found |= dict.fromkeys(reasons or [_NOTHING])
        else:
            found[why(call)] = None
    return tuple(found)
