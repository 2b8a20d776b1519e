"""Time the routes to models: 10,000 principals x one model, and one principal x all models.

Run it with `python -m benchmarks.routes`; it prints seconds of processor time. It is not a test.

On one core of a small cloud machine (2026-11), with the list that comes with the app:

                                              company   with_own_conditions   every_one_different
    everyone x three routes to one model       0.43 s                0.80 s                0.61 s
    one principal x all routes from Frankfurt   60 ms                 25 ms                 30 ms
    one principal x all routes from Virginia    75 ms                 45 ms                 50 ms

The second and third include making the evaluator of 97 and 186 routes; the first principal of all
finds no pattern compared yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from benchmarks.company import company, every_one_different, with_own_conditions
from benchmarks.verdicts import timed
from iam.account.model import Account, Entity
from iam.account.parse import parse_page
from iam.account.shipped_models import shipped_models
from iam.policy.action_catalogue import catalogue
from iam.runtime.gc_control import no_garbage
from iam.verdicts.route_verdicts import RouteEvaluator
from iam.verdicts.routes import Route, routes_of
from tests.build import ID, limited

FRANKFURT, VIRGINIA = "eu-central-1", "us-east-1"
MODEL = "anthropic.claude-sonnet-4-5-20250929-v1:0"


def routes_from(region: str) -> tuple[Route, ...]:
    return routes_of(shipped_models(region, "aws", ID), "aws")


def verdicts(routes: Sequence[Route], account: Account, entities: Iterable[Entity]) -> None:
    evaluator = RouteEvaluator(routes, catalogue(), "aws")
    for entity in entities:
        evaluator.verdicts(account, entity)


def main() -> None:
    three = [r for r in (*routes_from(FRANKFURT), *routes_from(VIRGINIA)) if r.model == MODEL][:3]
    for of in (company, with_own_conditions, every_one_different):
        print(of.__name__)
        account = parse_page(Account(id=ID), of()).with_policy(limited())
        everyone = tuple(account.principals.values())
        busiest = max(everyone, key=lambda each: len(each.inline) + len(each.attached))
        with no_garbage():  # as in the app and in `audit`
            timed("everyone x 3 routes", partial(verdicts, three, account, everyone))
            for region in (FRANKFURT, VIRGINIA):
                routes = routes_from(region)
                what = f"{busiest.name} x {len(routes)} routes from {region}"
                timed(what, partial(verdicts, routes, account, [busiest]))


if __name__ == "__main__":
    main()
