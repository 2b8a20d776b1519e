"""The audit of the routes to some models: who can invoke them from where, and what blocks others.

It is an audit of one question, as that of a single action is: a section whose entries are routes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import NamedTuple

from iam.account.attachments import attachment_of
from iam.account.model import Account, ManagedPolicy, Principal, in_order
from iam.account.region_models import RegionModels
from iam.arn import Arn
from iam.policy.action_catalogue import Catalogue
from iam.policy.glob import matches, pattern_tokens
from iam.reports.audit import Audit, SourceName, Watch
from iam.reports.not_read import unread_of
from iam.verdicts.result import EntryResult, PrincipalResult, SectionResult
from iam.verdicts.route_verdicts import RouteEvaluator, RouteResult
from iam.verdicts.route_words import allowed_by, reasons_of
from iam.verdicts.routes import Route, routes_of
from iam.verdicts.verdict import Verdict, sum_up


class NoSuchModel(LookupError):
    """No model of the lists is meant. The message is a sentence."""


class RouteQuestion(NamedTuple):
    """What is asked about models."""

    model: str
    """An ID, that of a profile, or a pattern with `*` and `?`."""
    action: str
    """The action that invokes them."""
    source: str | None
    """The only region from which they are invoked; None for every region that has them."""

    @property
    def in_words(self) -> str:
        """`bedrock:InvokeModel on anthropic.claude-… from eu-central-1`."""
        return f"{self.action} on {self.model}" + (f" from {self.source}" if self.source else "")


_MOST = 2
"""How many routes are named before the rest is counted."""


class RouteReport(NamedTuple):
    """The routes that an audit is about, and what each principal may do with them."""

    question: RouteQuestion
    lists: tuple[RegionModels, ...]
    """What can be invoked from each of the regions."""
    routes: tuple[Route, ...]
    """The same ones for every account, but for the account in the ARNs."""
    by_arn: Mapping[str, tuple[RouteResult, ...]]
    """The result for each route, by the ARN of the principal."""

    @property
    def titles(self) -> list[str]:
        """A short name for each route, which no other one has."""
        return titles_of(self.routes)


def reasons_in_words(entries: Sequence[EntryResult], most: int | None = None) -> str:
    """Say of the routes of a principal why it has them or not; those with equal reasons at once.

    Args:
        entries: The routes, as entries of a section.
        most: How many reasons are said before the rest is counted; None for all.
    """
    titles: dict[str, list[str]] = {}
    for entry in entries:
        titles.setdefault("; ".join(entry.means), []).append(entry.action)
    if len(titles) == 1 and len(entries) > 1:
        return f"every route: {next(iter(titles))}"
    said = [f"{_listed(named)}: {reasons}" for reasons, named in titles.items()]
    if most is not None and len(said) > most + 1:
        said = [*said[:most], f"and {len(said) - most} more reasons"]
    return "; ".join(said)


def _listed(titles: Sequence[str]) -> str:
    shown = titles if len(titles) <= _MOST + 1 else titles[:_MOST]
    rest = len(titles) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest else "")


def titles_of(routes: Sequence[Route]) -> list[str]:
    """Name routes by the way, and by model and region where there is more than one."""
    models, sources = {r.model for r in routes}, {r.source for r in routes}
    titles: list[str] = []
    for route in routes:
        words = [route.model] if len(models) > 1 else []
        words.append(route.label)
        if len(sources) > 1 and route.way != "region":
            words.append(f"from {route.source}")
        titles.append(" ".join(words))
    return titles


def chosen_routes(question: RouteQuestion, partition: str, models: RegionModels) -> list[Route]:
    """The routes from one region that a question is about.

    The ID of a model means all routes to it; that of a profile, or an ARN, only that one.
    """
    meant = partial(matches, pattern_tokens(question.model.lower()))
    every = routes_of(models, partition, question.action)
    by_model = [route for route in every if meant(route.model.lower())]
    if by_model:
        return by_model
    return [
        route
        for route in every
        if meant(route.invoked_by.lower()) or meant(Arn.parse(route.invoked_by).name.lower())
    ]


def take_route_audit(
    account: Account,
    managed: ManagedPolicy,
    question: RouteQuestion,
    lists: Mapping[str, Sequence[RegionModels]],
    catalogue: Catalogue,
    *,
    now: datetime,
    source: SourceName,
    caller: str | None,
    watch: Watch = iter,
    only: Collection[str] | None = None,
) -> Audit:
    """Evaluate principals of an account for the routes to some models.

    Args:
        account: The account, as far as it could be read.
        managed: The managed policy, of which the audit says how it is attached.
        question: The models, and from where.
        lists: What can be invoked from each region, by the ID of the account.
        catalogue: The concrete actions.
        now: The time of the audit, in UTC.
        source: Where the account's data comes from.
        caller: The ARN of the operator's identity; None without AWS.
        watch: Follows the progress.
        only: The ARNs of the principals; None for all.

    Raises:
        NoSuchModel: Nothing in the lists is meant.
    """
    evaluators: dict[str, RouteEvaluator] = {}
    for id, of_account in lists.items():
        routes = [
            r for each in of_account for r in chosen_routes(question, account.partition, each)
        ]
        if not routes:
            raise NoSuchModel(_no_such_model(question, of_account))
        evaluators[id] = RouteEvaluator(routes, catalogue, account.partition, now)
    asked = (p for arn, p in account.principals.items() if only is None or arn in only)
    principals = sorted(asked, key=in_order)
    by_arn: dict[str, tuple[RouteResult, ...]] = {}
    whole: dict[str, PrincipalResult] = {}
    for principal in watch(principals):
        evaluator = evaluators[Arn.parse(principal.arn).account]
        by_arn[principal.arn] = evaluator.results(account, principal)
        whole[principal.arn] = evaluator.whole(account, principal)
    first = next(iter(lists))
    report = RouteReport(question, tuple(lists[first]), evaluators[first].routes, by_arn)
    results = _as_principal_results(account, managed, report, principals, whole)
    return Audit(
        generated_at=now,
        source=source,
        account=account,
        caller=caller,
        managed=managed,
        sections=(),
        results=results,
        unread=unread_of(account, managed, results),
        only=question.in_words,
        routes=report,
    )


def _as_principal_results(
    account: Account,
    managed: ManagedPolicy,
    report: RouteReport,
    principals: Iterable[Principal],
    whole: Mapping[str, PrincipalResult],
) -> tuple[tuple[Principal, PrincipalResult], ...]:
    """Make a section whose entries are the routes; principals with equal results share it.

    The rest of each result is that of the whole evaluation: a filter may ask who can invoke models.
    """
    shared: dict[int, tuple[SectionResult, ...]] = {}
    titles = report.titles
    found: list[tuple[Principal, PrincipalResult]] = []
    for principal in principals:
        results = report.by_arn[principal.arn]
        if (sections := shared.get(id(results))) is None:
            sections = shared[id(results)] = (_section(report.question.in_words, titles, results),)
        attached = attachment_of(account, principal, managed.arn)
        of_routes = replace(
            whole[principal.arn],
            verdict=sections[0].verdict,
            sections=sections,
            attached=attached,
        )
        found.append((principal, of_routes))
    return tuple(found)


def _section(name: str, titles: list[str], results: tuple[RouteResult, ...]) -> SectionResult:
    entries = tuple(_entry(title, each) for title, each in zip(titles, results, strict=True))
    return SectionResult(
        sid=name,
        title=name,
        verdict=sum_up(each.verdict for each in results),
        entries=entries,
        granted=sum(each.verdict is Verdict.GRANTED for each in results),
        total=len(entries),
    )


def _entry(title: str, result: RouteResult) -> EntryResult:
    """A route as the entry of a section; its calls stand for the concrete actions."""
    calls = {f"{c.request.action} on {c.request.resource}": c.result.verdict for c in result.calls}
    reasons = reasons_of(result) or (f"by {', '.join(allowed_by(result))}",)
    unclear = (via for call in result.calls for via in call.result.via if not via.understood)
    return EntryResult(
        action=title,
        verdict=result.verdict,
        concrete=calls,
        via=tuple(dict.fromkeys(unclear)),
        reasons=reasons,
        too_complex=any(call.result.too_complex for call in result.calls),
    )


def _no_such_model(question: RouteQuestion, lists: Sequence[RegionModels]) -> str:
    """Say that nothing is meant, and name what was perhaps meant."""
    where = f"from {lists[0].region}" if len(lists) == 1 else "from any region"
    word = question.model.lower().replace("*", "").replace("?", "")
    similar = dict.fromkeys(
        model.id
        for each in lists
        for model in each.models
        if word and (word in model.id.lower() or word in model.name.lower())
    )
    names = list(similar)[:3]
    hint = f" Did you mean {' or '.join(names)}?" if names else ""
    gaps = dict.fromkeys(u.message for each in lists for u in each.unread if not each.models)
    sentences = (f" {gap[0].upper()}{gap[1:].rstrip('.')}." for gap in gaps if gap)
    why = "" if hint else "".join(sentences)
    return f"No model {question.model!r} is known that can be invoked {where}.{hint}{why}"
