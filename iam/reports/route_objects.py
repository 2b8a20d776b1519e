"""The routes of an audit as JSON objects: a contract (docs/formats.md)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from iam.account.simulation import ContextEntry
from iam.reports.route_audit import RouteReport
from iam.verdicts.result import DecidingStatement
from iam.verdicts.route_verdicts import Call, RouteResult
from iam.verdicts.route_words import reasons_of


def question_object(report: RouteReport) -> dict[str, Any]:
    """What was asked, and where the lists of models come from."""
    question = report.question
    return {
        "model": question.model,
        "action": question.action,
        "from": question.source,
        "lists": [
            {"region": each.region, "source": each.source, "live": each.live}
            for each in report.lists
        ],
    }


def route_object(result: RouteResult, *, with_calls: bool) -> dict[str, Any]:
    """A route, maybe with the calls that it takes, and what keeps the principal from it."""
    route = result.route
    calls = {"calls": [_call(call) for call in result.calls]} if with_calls else {}
    return {
        "model": route.model,
        "from": route.source,
        "way": route.way,
        "invoked_by": route.invoked_by,
        "verdict": result.verdict,
        **calls,
        "blocked_by": list(reasons_of(result)),
    }


def _call(call: Call) -> dict[str, Any]:
    request = call.request
    return {
        "action": request.action,
        "resource": request.resource,
        "context": context_object(request.context),
        "verdict": call.result.verdict,
        "via": [via_object(via) for via in call.result.via],
        "reasons": list(call.result.reasons),
    }


def context_object(entries: Iterable[ContextEntry]) -> dict[str, list[str]]:
    """The condition keys of a request with their values; an absent one has none."""
    return {entry.key: list(entry.values) for entry in entries}


def via_object(via: DecidingStatement) -> dict[str, Any]:
    """A deciding statement."""
    return {name: getattr(via, name) for name in VIA}


VIA = ("effect", "policy", "kind", "level", "group", "sid", "statement")
"""What JSON says of a deciding statement."""
