"""Ask AWS's policy simulator about concrete requests of a principal.

IAM throttles this call early, so that few are sent at the same time, and requests on the same
resources share one.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from iam.account.simulation import (
    EVERYTHING,
    ContextEntry,
    MatchedStatement,
    Request,
    Simulated,
)
from iam.aws.answers import required
from iam.aws.client import Aws
from iam.aws.concurrency import together
from iam.aws.paging import pages
from iam.errors import AwsError
from iam.text import safe

AT_ONCE = 2
"""Calls that are sent at the same time."""
TIME = 120.0
"""Seconds for all calls of one question; a call takes a tenth of a second."""
MOST_PAGES = 20
"""Of one call; an answer has at most a few hundred results, 100 on a page."""
_DECISIONS = ("allowed", "explicitDeny", "implicitDeny")
_OPERATION = "SimulatePrincipalPolicy"
_EXCLUSIONS = "PolicyExclusionList"

Answers = dict[Request, Simulated | AwsError]


class _Call(NamedTuple):
    """Actions and resources that are asked about together: each action on each resource."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    context: tuple[ContextEntry, ...]


def can_exclude(aws: Aws) -> bool:
    """Whether botocore knows how to leave policies out of a simulation."""
    shape = aws.iam.meta.service_model.operation_model(_OPERATION).input_shape
    return shape is not None and _EXCLUSIONS in shape.members


async def simulate(
    aws: Aws,
    principal: str,
    requests: Iterable[Request],
    *,
    always: Sequence[ContextEntry] = (),
    one_by_one: bool = False,
    without: str | None = None,
    on_answers: Callable[[Answers], None] | None = None,
    seconds: float = TIME,
) -> Answers:
    """Ask about requests.

    Args:
        aws: The connection.
        principal: The ARN of a user or a role.
        requests: What to ask about.
        always: The context of every request of the principal.
        one_by_one: Whether to ask about each resource by itself. Only then does AWS say of it
            whether the organization allows it.
        without: The ARN of a managed policy to leave out: see `can_exclude`.
        on_answers: Called with the answers of each call.
        seconds: How long to wait for all answers.

    Returns:
        What AWS answers about each request, or why it does not answer.

    Raises:
        AwsError: Every other call would fail in the same way.
    """
    answers: Answers = {}
    asked = list(requests)
    waiting = iter(_grouped(asked, one_by_one))

    async def worker() -> None:
        for call in waiting:
            try:
                found = await _ask(aws, principal, call, always, without)
            except AwsError as error:
                if error.denied or error.of_all:  # so it would be for the others
                    raise
                found = dict.fromkeys(_requests_of(call), error)
            answers.update(found)
            if on_answers is not None:
                on_answers(found)

    try:
        async with asyncio.timeout(seconds):
            await together(worker() for _ in range(AT_ONCE))
    except TimeoutError:
        late = AwsError(
            "Timeout", f"AWS did not answer within {seconds:.0f} seconds.", "Try again."
        )
        answers = {**dict.fromkeys(asked, late), **answers}
    return {request: answers[request] for request in asked}


def _grouped(requests: Iterable[Request], one_by_one: bool) -> list[_Call]:
    """Put requests together that can be asked about in one call."""
    actions: dict[tuple[tuple[ContextEntry, ...], str], dict[str, None]] = {}
    for action, resource, context in requests:
        actions.setdefault((context, resource), {})[action] = None
    groups: dict[tuple[object, ...], list[str]] = {}
    for (context, resource), asked in actions.items():
        alone = resource if one_by_one or resource == EVERYTHING else ""
        groups.setdefault((context, tuple(sorted(asked)), alone), []).append(resource)
    return [
        _Call(asked, tuple(resources), context)  # type: ignore[arg-type]
        for (context, asked, _), resources in groups.items()
    ]


def _requests_of(call: _Call) -> list[Request]:
    return [Request(a, r, call.context) for r in call.resources for a in call.actions]


async def _ask(
    aws: Aws,
    principal: str,
    call: _Call,
    always: Sequence[ContextEntry],
    without: str | None,
) -> Answers:
    parameters: dict[str, Any] = {
        "PolicySourceArn": principal,
        "ActionNames": list(call.actions),
        "ResourceArns": list(call.resources),
        "ContextEntries": [
            {
                "ContextKeyName": entry.key,
                "ContextKeyValues": list(entry.values),
                "ContextKeyType": entry.type,
            }
            for entry in (*always, *call.context)
            if entry.values
        ],
    }
    if without is not None:
        parameters[_EXCLUSIONS] = [{"PolicyArn": without}]
    answers: Answers = {}
    count = 0
    async for page in pages(aws, "simulate_principal_policy", **parameters):
        count += 1
        if count > MOST_PAGES:
            sentence = f"AWS sent {MOST_PAGES} pages without an end when asked to simulate."
            raise AwsError("Incomplete", sentence, "Try again.")
        for result in required(page, "EvaluationResults"):
            answers.update(_read(result, call))
    return {r: answers.get(r) or _unanswered(r) for r in _requests_of(call)}


def _unanswered(request: Request) -> AwsError:
    sentence = f"AWS did not answer about {safe(request.action)} on {safe(request.resource)}."
    return AwsError("Incomplete", sentence, "Try again.")


def _read(result: Mapping[str, Any], call: _Call) -> Answers:
    """Read a result: of one action, on each of the resources."""
    action = required(result, "EvalActionName")
    asked = next((a for a in call.actions if a.lower() == str(action).lower()), None)
    if asked is None:
        return {}
    # What is said of the action as a whole is said of a resource only where there is no other.
    single = len(call.resources) == 1
    of_all = Simulated(
        _decision(required(result, "EvalDecision")),
        _statements(result),
        tuple(result.get("MissingContextValues") or ()),
        _detail(result, "Organizations", "AllowedByOrganizations") if single else None,
        _detail(result, "PermissionsBoundary", "AllowedByPermissionsBoundary"),
    )
    found: Answers = {}
    for each in result.get("ResourceSpecificResults") or ():
        resource = required(each, "EvalResourceName")
        boundary = _detail(each, "PermissionsBoundary", "AllowedByPermissionsBoundary")
        found[Request(asked, resource, call.context)] = Simulated(
            _decision(required(each, "EvalResourceDecision")),
            _statements(each),
            tuple(each.get("MissingContextValues") or ()),
            of_all.allowed_by_organization,
            of_all.allowed_by_boundary if single and boundary is None else boundary,
        )
    if not found and (single or result.get("EvalResourceName") in call.resources):
        resource = call.resources[0] if single else result["EvalResourceName"]
        found[Request(asked, resource, call.context)] = of_all
    return found


def _decision(said: str) -> Any:
    if said not in _DECISIONS:
        raise AwsError(
            "Malformed",
            f"AWS answered with a decision that is not known: {safe(said)}.",
            "Upgrade bedrock-tui.",
        )
    return said


def _statements(result: Mapping[str, Any]) -> tuple[MatchedStatement, ...]:
    found = (
        MatchedStatement(
            str(each.get("SourcePolicyId") or "?"),
            str(each.get("SourcePolicyType") or ""),
            (each.get("StartPosition") or {}).get("Line"),
        )
        for each in result.get("MatchedStatements") or ()
    )
    return tuple(dict.fromkeys(found))


def _detail(result: Mapping[str, Any], kind: str, name: str) -> bool | None:
    said = (result.get(f"{kind}DecisionDetail") or {}).get(name)
    return said if isinstance(said, bool) else None
