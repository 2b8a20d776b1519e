"""Concrete requests to ask AWS about, for some actions of a principal.

For each resource type of an action there is one, and a few more on resources that the deciding
statements of the principal name. Nothing is hidden: each has its ARN and its context.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from itertools import zip_longest
from typing import NamedTuple

from iam.account.effective_policies import EffectivePolicy, limits_of, policies_of
from iam.account.model import Account, Entity, Role, User
from iam.account.request_context import RequestContext
from iam.account.simulation import EVERYTHING, ContextEntry, ContextType, Request
from iam.arn import Arn
from iam.policy.action_catalogue import Action, Catalogue
from iam.policy.condition_operators import operator_of
from iam.policy.document import Condition, Document, Statement
from iam.policy.specialize import keys_of
from iam.text import ascii_lower
from iam.verdicts.concrete_request import implied, judged
from iam.verdicts.result import DecidingStatement
from iam.verdicts.routes import Route
from iam.verdicts.sample_resources import EXAMPLE, arns_of_statements, arns_of_types
from iam.verdicts.section import Section

MOST = 60
"""Requests that one question asks about; IAM throttles the simulator early."""
_REGIONAL = frozenset({"bedrock", "bedrock-mantle", "bedrock-websearch", "ec2", "kms"})
"""Services whose requests are made in a region."""
_HOMES = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""The region of the endpoint of other services, such as IAM, by partition.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requestedregion
"""
_REQUESTED_REGION = "aws:RequestedRegion"
_NO_REGION = "unspecified"
"""The requested region of a call through a global inference profile.

https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html
"""
_ALWAYS: dict[str, ContextType] = {
    "aws:PrincipalArn": "string",
    "aws:PrincipalAccount": "string",
    "aws:PrincipalType": "string",
    "aws:PrincipalIsAWSService": "boolean",
    "aws:PrincipalOrgID": "string",
    "aws:PrincipalOrgPaths": "stringList",
    "aws:userid": "string",
    "aws:username": "string",
}
"""What the account may know of all requests of a principal."""
_TAG = "aws:PrincipalTag/"
_TYPES: dict[str, ContextType] = {"string": "string", "arn": "string", "bool": "boolean"}
"""The types of context entries, by how the name of an operator begins."""


class Samples(NamedTuple):
    """What to ask about a principal."""

    requests: tuple[Request, ...]
    always: tuple[ContextEntry, ...]
    """The context of all of its requests."""
    left_out: int
    """How many more requests there would have been."""


def sample_requests(
    account: Account,
    entity: Entity,
    actions: Iterable[str],
    region: str,
    catalogue: Catalogue,
    section: Section | None = None,
    now: datetime | None = None,
) -> Samples:
    """Make the requests to ask about.

    Args:
        account: The account.
        entity: A user or a role of the account.
        actions: Concrete actions.
        region: The client's region.
        catalogue: The concrete actions.
        section: The section of the actions, whose condition becomes the context.
        now: The time of the requests.
    """
    found = [action for id in actions if (action := catalogue.find(id)) is not None]
    given = _given(section)
    known = _Policies(account, entity)
    home = _HOMES.get(account.partition, region)
    everything = [Request(action.id, EVERYTHING, given) for action in found]
    results = judged(account, entity, everything, catalogue, now)
    lists = []
    for action, result in zip(found, results, strict=True):
        arns = list(arns_of_types(action, account, entity, region))
        statements = known.statements(result.via)
        arns += arns_of_statements(statements, arns, action, account, entity, region)
        lists.append(
            [
                Request(action.id, arn, (_requested_region(action, arn, region, home), *given))
                for arn in arns
            ]
        )
    # First each action once: if there are too many, none is left out altogether.
    requests = [r for some in zip_longest(*lists) for r in some if r is not None]
    return Samples(tuple(requests[:MOST]), known.always(now), max(0, len(requests) - MOST))


def samples_of_route(
    account: Account, entity: Entity, route: Route, now: datetime | None = None
) -> Samples:
    """Make the requests of a route: its calls, as they are judged here.

    Args:
        account: The account.
        entity: A user or a role of the account.
        route: The route.
        now: The time of the requests.
    """
    return Samples(route.calls, _Policies(account, entity).always(now), 0)


def _given(section: Section | None) -> tuple[ContextEntry, ...]:
    """The context in which the section's own condition holds, as far as one can be made."""
    if section is None:
        return ()
    entries: dict[str, ContextEntry] = {}
    for condition in section.statement.conditions:
        if (entry := _entry_of(condition)) is not None:
            for each in implied(entry):
                entries.setdefault(ascii_lower(each.key), each)
    return tuple(entries.values())


def _entry_of(condition: Condition) -> ContextEntry | None:
    operator = operator_of(condition)
    if operator is None or operator.negated:
        return None
    kind = next(
        (t for p, t in _TYPES.items() if operator.comparison.name.lower().startswith(p)), ""
    )
    plain = [v for v in condition.values if v and not re.search(r"[*?]|\$\{", v)]
    if not kind or not plain:
        return None
    type: ContextType = "stringList" if operator.quantifier and kind == "string" else kind  # type: ignore[assignment]
    return ContextEntry(condition.key, (plain[0],), type)


def _requested_region(action: Action, arn: str, region: str, home: str) -> ContextEntry:
    parts = Arn.parse(arn)
    value = parts.region or region
    if action.service not in _REGIONAL:
        value = home
    elif parts.kind == "foundation-model" and not parts.region:
        value = _NO_REGION
    return ContextEntry(_REQUESTED_REGION, (value,))


class _Policies:
    """The policies that apply to a principal: their statements, and the keys they ask for."""

    def __init__(self, account: Account, entity: Entity) -> None:
        self._account = account
        self._entity = entity
        limits = limits_of(account, entity)
        self._all: list[EffectivePolicy] = [
            *policies_of(account, entity),
            *(policy for limit in limits for policy in limit.policies),
        ]

    def statements(self, via: Iterable[DecidingStatement]) -> Iterator[Statement]:
        """The statements that decide."""
        documents = {policy[1:]: policy.document for policy in self._all}
        for each in via:
            document = documents.get((each.policy, each.kind, each.group, each.level))
            if isinstance(document, Document):
                yield document.statements[each.statement]

    def always(self, now: datetime | None) -> tuple[ContextEntry, ...]:
        """The context of all requests of the principal.

        It has the keys that the policies ask for. Where some could not be read, it has all keys of
        which the account knows the value.
        """
        asked = {
            key
            for policy in self._all
            if isinstance(policy.document, Document)
            for key in keys_of(policy.document, range(len(policy.document.statements)))
        }
        organization = self._account.organization_of(self._entity)
        unread = organization.status in ("unread", "unasked") or any(
            not isinstance(policy.document, Document) for policy in self._all
        )
        context = RequestContext(self._account, self._entity, now or datetime.now(UTC))
        tags = getattr(self._entity, "tags", None) or ()
        keys = {**_ALWAYS, **{f"{_TAG}{name}": "string" for name, _ in tags}}
        entries: list[ContextEntry] = []
        for key, type in keys.items():
            if key == "aws:userid" and not isinstance(self._entity, User):
                continue
            known = context.known(ascii_lower(key))
            if known is None or len(known) != 1 or not isinstance(known[0], tuple) or not known[0]:
                continue
            if unread or ascii_lower(key) in asked or key == "aws:PrincipalArn":
                entries.append(ContextEntry(key, known[0], type))  # type: ignore[arg-type]
        if isinstance(self._entity, Role):
            entries += self._of_session(self._entity, asked, now)
        if unread or "aws:securetransport" in asked:
            entries.append(ContextEntry("aws:SecureTransport", ("true",), "boolean"))
        if now is not None and "aws:currenttime" in asked:
            entries.append(ContextEntry("aws:CurrentTime", (_written(now),), "date"))
        if now is not None and "aws:epochtime" in asked:
            entries.append(ContextEntry("aws:EpochTime", (str(int(now.timestamp())),), "numeric"))
        return tuple(entries)

    def _of_session(
        self, role: Role, asked: Collection[str], now: datetime | None
    ) -> list[ContextEntry]:
        """What every session of a role has: an ID with some name, and a time of its beginning."""
        entries = []
        if role.id is not None and "aws:userid" in asked:
            entries.append(ContextEntry("aws:userid", (f"{role.id}:{EXAMPLE}",)))
        if now is not None and "aws:tokenissuetime" in asked:
            entries.append(ContextEntry("aws:TokenIssueTime", (_written(now),), "date"))
        return entries


def _written(moment: datetime) -> str:
    """A time as AWS writes it."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
