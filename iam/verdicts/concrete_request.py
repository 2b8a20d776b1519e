"""The verdicts on concrete requests, by the evaluation that judges sections.

A request is a section of its own, whose statement allows this action on this resource in this
context and nothing else: `granted` says that the request is allowed, `partial` that it depends on
something that the context does not hold.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from iam.account.model import Account, Entity, ManagedPolicy
from iam.account.simulation import ContextEntry, Request
from iam.policy.action_catalogue import Catalogue
from iam.policy.document import Condition, Document, Statement
from iam.verdicts.evaluator import Evaluator
from iam.verdicts.result import EntryResult

_OPERATORS = {
    "string": "StringEquals",
    "stringList": "ForAnyValue:StringEquals",
    "boolean": "Bool",
    "date": "DateEquals",
    "numeric": "NumericEquals",
}
_TRUE = ("true",)


def judged(
    account: Account,
    entity: Entity,
    requests: Sequence[Request],
    catalogue: Catalogue,
    now: datetime | None = None,
) -> tuple[EntryResult, ...]:
    """Evaluate requests of a principal.

    Args:
        account: The account, current or after a change.
        entity: A user or a role of the account.
        requests: The requests. What is known of all requests of the principal need not be part of
            their contexts.
        catalogue: The concrete actions.
        now: The time of the requests.

    Returns:
        A result per request, with the statements that decide.
    """
    if not requests:
        return ()
    policy = policy_of(requests)
    evaluator = Evaluator(policy, catalogue, account.partition, now=now)
    result = evaluator.result(account, entity)
    return tuple(section.entries[0] for section in result.sections)


def policy_of(requests: Sequence[Request]) -> ManagedPolicy:
    """Make a policy that allows requests: a section each, in order, of the request and no other."""
    statements = tuple(_statement(n, request) for n, request in enumerate(requests))
    digest = hashlib.blake2b(repr(statements).encode(errors="surrogatepass"), digest_size=20)
    document = Document("2012-10-17", statements, digest.hexdigest())
    return ManagedPolicy("requests", "", "", document=document)


def _statement(number: int, request: Request) -> Statement:
    return Statement(
        index=number,
        sid=f"request {number}",
        effect="Allow",
        actions=(request.action,),
        resources=(request.resource,),
        conditions=tuple(
            Condition(_OPERATORS[type], key, values) if values else Condition("Null", key, _TRUE)
            for key, values, type in request.context
        ),
    )


def without_resource_control(account: Account) -> Account:
    """An account without the resource control policies, which the simulator leaves out."""
    organizations = {
        id: replace(
            organization,
            levels=tuple(replace(level, rcps=()) for level in organization.levels),
        )
        for id, organization in account.organizations.items()
    }
    return replace(account, organizations=organizations)


def implied(entry: ContextEntry) -> tuple[ContextEntry, ...]:
    """Add what else a request carries that has this in its context.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html
    """
    if entry.key.lower() != "aws:calledvialast":
        return (entry,)
    return (
        entry,
        ContextEntry("aws:CalledViaFirst", entry.values),
        ContextEntry("aws:CalledVia", entry.values, "stringList"),
        ContextEntry("aws:ViaAWSService", ("true",), "boolean"),
    )
