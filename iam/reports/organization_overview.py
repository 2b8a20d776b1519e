"""Describe what an organization takes away, level by level, in lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from iam.account.organization import Level, Organization, OrganizationPolicy
from iam.account.unread import DOCUMENT, Unread, unread_in_words
from iam.policy.document import Statement
from iam.policy.resource_control import AFFECTED
from iam.policy.statement_text import scope_in_words
from iam.verdicts.evaluator import Evaluator
from iam.verdicts.request_index import numbers

_STATUS = {
    "applied": "Each level has to allow a request, and none may deny it.",
    "exempt": "This is the management account. Service control policies do not limit it.",
    "none": "The account is in no organization.",
    "unread": "Not everything could be read. Nothing is assumed of what is missing.",
    "unasked": "Nothing is known about an organization.",
}


def organization_lines(
    organization: Organization, evaluator: Evaluator, partition: str
) -> list[str]:
    """Describe an organization.

    Args:
        organization: What is above the account.
        evaluator: The evaluator of the managed policy, whose actions matter.
        partition: The partition of the account.

    Returns:
        A paragraph for each level, the root first, and one for what could not be read.
    """
    lines = [f"Organization {organization.id}"] if organization.id else []
    lines.append(_STATUS[organization.status])
    for level in organization.levels:
        lines += ["", *_level_lines(level, evaluator, partition)]
    if organization.unread:
        lines += ["", "Not read"]
        lines += [f"  {line}" for line in unread_in_words(organization.unread)]
    return lines


def left_out(organization: Organization) -> str:
    """Say what verdicts leave out: `Not evaluated: session policies, resource-based policies.`"""
    rest = "session policies, resource-based policies"
    match organization.status:
        case "applied" | "none":
            return f"Not evaluated: {rest}."
        case "exempt":
            return f"No organization policy limits the management account. Not evaluated: {rest}."
        case "unread":
            return f"Not evaluated: organization policies that could not be read, {rest}."
    return f"Not evaluated: service and resource control policies, {rest}."


def _level_lines(level: Level, evaluator: Evaluator, partition: str) -> Iterator[str]:
    kind = {"root": "", "ou": "unit ", "account": "account "}[level.kind]
    yield f"{kind}{level.name} ({level.id})"
    if not level.scps and not level.rcps and not level.unread:
        yield "  no policies"
    either = [policy for policy in level.scps if policy in level.rcps]  # of unknown type
    for policy in level.scps:
        kind = "SCP or RCP" if policy in either else "SCP"
        yield from _policy_lines(policy, kind, evaluator, partition)
    for policy in level.rcps:
        if policy not in either:
            yield from _policy_lines(policy, "RCP", evaluator, partition)


def _policy_lines(
    policy: OrganizationPolicy, kind: str, evaluator: Evaluator, partition: str
) -> Iterator[str]:
    """Describe a policy; why one could not be read is said once, at the end of everything."""
    document = policy.document
    if isinstance(document, Unread):
        listed = document.what == DOCUMENT
        yield (
            f"  {kind} {policy.name} could not be read"
            if listed
            else f"  {kind}s could not be read"
        )
        return
    yield f"  {kind} {policy.name}"
    reader, affected = evaluator.reader, ""
    in_question = reader.index.all_requests
    controls_resources = kind == "RCP"
    if controls_resources:
        in_question, affected = reader.resource_controlled, AFFECTED
    lines = [
        _statement_in_words(statement, in_question, affected, evaluator, partition)
        for statement in document.statements
        if not controls_resources or statement.effect != "Allow"  # these need no Allow
    ]
    yield from [f"    {line}" for line in lines if line] or ["    takes nothing away"]


def _statement_in_words(
    statement: Statement, in_question: int, affected: str, evaluator: Evaluator, partition: str
) -> str:
    requests = evaluator.reader.requests_matching(statement) & in_question
    if not requests:
        return ""
    index = evaluator.reader.index
    names = {index.requests[i].name for i in numbers(requests)}
    every = {request.name for request in index.requests}
    count = "all actions" if names == every else f"{len(names)} of {len(every)} actions"
    if len(names) == 1:
        (count,) = names
    services = {name.partition(":")[0] for name in names}
    service = services.pop() if len(services) == 1 else ""
    scope = scope_in_words(statement, service, partition)
    effect = statement.effect or "Not understood:"
    return " ".join(filter(None, [effect, count, affected, *scope]))
