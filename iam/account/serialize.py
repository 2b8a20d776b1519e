"""An account as `aws iam get-account-authorization-details` prints it: what `parse_page` reads.

A statement that was not understood is written as one that nobody can understand, so that whoever
reads it meets an unknown again. So is a document that could not be read. Earlier versions of
policies are left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from iam.account.model import Account, Entity, Group, ManagedPolicy, Role, User
from iam.arn import Arn
from iam.policy.document import Document, Statement

Json = dict[str, Any]


def pieces_of(account: Account, head: Mapping[str, Any]) -> Iterator[str]:
    """Write an account as JSON, an item at a time.

    Args:
        account: It.
        head: What stands before its lists.

    Yields:
        The parts of one JSON object.
    """
    yield json.dumps(dict(head))[:-1]
    lists: dict[str, Iterator[Json]] = {
        "UserDetailList": (_entity(p) for p in account.principals.values() if p.type == "user"),
        "RoleDetailList": (_entity(p) for p in account.principals.values() if p.type == "role"),
        "GroupDetailList": (_entity(group) for group in account.groups.values()),
        "Policies": (_policy(policy) for policy in account.policies.values()),
    }
    for name, items in lists.items():
        yield f', "{name}": ['
        for place, item in enumerate(items):
            yield (", " if place else "") + json.dumps(item)
        yield "]"
    yield "}\n"


def _entity(entity: Entity) -> Json:
    kind = entity.type.title()
    made: Json = {
        f"{kind}Name": entity.name,
        "Arn": entity.arn,
        "Path": entity.path,
        "AttachedManagedPolicies": [
            {"PolicyName": Arn.parse(arn).name, "PolicyArn": arn} for arn in entity.attached
        ],
        f"{kind}PolicyList": [
            {"PolicyName": inline.name, "PolicyDocument": _document(inline.document)}
            for inline in entity.inline
        ],
        **_day("CreateDate", entity.created),
    }
    if isinstance(entity, Group):
        return made
    if isinstance(entity, User):
        made["GroupList"] = list(entity.groups)
    if isinstance(entity, Role):
        made["RoleLastUsed"] = _day("LastUsedDate", entity.last_used)
    if entity.boundary is not None:
        made["PermissionsBoundary"] = {"PermissionsBoundaryArn": entity.boundary}
    made["Tags"] = [{"Key": key, "Value": value} for key, value in entity.tags]
    return made


def _policy(policy: ManagedPolicy) -> Json:
    return {
        "PolicyName": policy.name,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": policy.version,
        "IsAttachable": policy.attachable,
        "PolicyVersionList": [
            {
                "VersionId": policy.version,
                "IsDefaultVersion": True,
                "Document": _document(policy.document),
            }
        ],
        **_day("UpdateDate", policy.updated),
    }


def _day(name: str, at: datetime | None) -> Json:
    return {} if at is None else {name: at.isoformat()}


def _document(document: object) -> Json | None:
    if not isinstance(document, Document):
        return None  # which is read as a document that is none
    return {
        "Version": document.version,
        "Statement": [_statement(statement) for statement in document.statements],
    }


def _statement(statement: Statement) -> Json:
    made: Json = {
        "Sid": statement.sid,
        "Effect": statement.effect,
        "Action": statement.actions,
        "NotAction": statement.not_actions,
        "Resource": statement.resources,
        "NotResource": statement.not_resources,
        "NotUnderstood": statement.problem,
    }
    conditions: dict[str, dict[str, tuple[str, ...]]] = {}
    for condition in statement.conditions:
        conditions.setdefault(condition.operator, {})[condition.key] = condition.values
    if conditions:
        made["Condition"] = conditions
    return {name: value for name, value in made.items() if value is not None}
