"""Write an account as `aws iam get-account-authorization-details` prints it, for `parse_page`.

A statement that was not understood is written so that it is not understood when it is read back;
so is a document that could not be read. Their verdicts stay unknown. Earlier versions of policies
are left out. Of a role's trust policy, only what `Role.session_tags` says is known: its place is
taken by the shortest one that says the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from iam.account.last_use import BEDROCK_USE, use_object
from iam.account.model import Account, Entity, Group, ManagedPolicy, Role, User
from iam.arn import Arn
from iam.policy.document import Document, Statement

Json = dict[str, Any]
_TAGS_NONE: Json = {"Version": "2012-10-17", "Statement": []}
_TAGS_SESSIONS: Json = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:TagSession"}],
}


def pieces_of(account: Account, head: Mapping[str, Any]) -> Iterator[str]:
    """Write an account as JSON, an item at a time.

    Args:
        account: The account.
        head: Keys that come before its lists.

    Yields:
        The parts of one JSON object.
    """
    yield json.dumps(dict(head))[:-1] + (", " if head else "")
    lists: dict[str, Iterator[Json]] = {
        "UserDetailList": (_entity(p) for p in account.principals.values() if p.type == "user"),
        "RoleDetailList": (_entity(p) for p in account.principals.values() if p.type == "role"),
        "GroupDetailList": (_entity(group) for group in account.groups.values()),
        "Policies": (_policy(policy) for policy in account.policies.values()),
    }
    if not account.groups_listed and not account.groups:
        del lists["GroupDetailList"]
    for number, (name, items) in enumerate(lists.items()):
        yield (", " if number else "") + f'"{name}": ['
        for index, item in enumerate(items):
            yield (", " if index else "") + json.dumps(item)
        yield "]"
    yield "}\n"


def _entity(entity: Entity) -> Json:
    kind = entity.type.title()
    item: Json = {
        f"{kind}Name": entity.name,
        "Arn": entity.arn,
        "Path": entity.path,
        "AttachedManagedPolicies": [
            {"PolicyName": Arn.parse(arn).name, "PolicyArn": arn} for arn in entity.attached
        ],
        f"{kind}PolicyList": [
            {"PolicyName": inline.name, "PolicyDocument": document_as_json(inline.document)}
            for inline in entity.inline
        ],
        **_day("CreateDate", entity.created),
    }
    if isinstance(entity, Group):
        return item
    if entity.id is not None:
        item[f"{kind}Id"] = entity.id
    if isinstance(entity, User):
        item["GroupList"] = list(entity.groups)
    if isinstance(entity, Role):
        item["AssumeRolePolicyDocument"] = _TAGS_SESSIONS if entity.session_tags else _TAGS_NONE
        if entity.use_read:
            item["RoleLastUsed"] = _day("LastUsedDate", entity.last_used)
    if entity.bedrock_use is not None:
        item[BEDROCK_USE] = use_object(entity.bedrock_use)
    if entity.boundary is not None:
        item["PermissionsBoundary"] = {"PermissionsBoundaryArn": entity.boundary}
    if entity.tags is not None:
        item["Tags"] = [{"Key": key, "Value": value} for key, value in entity.tags]
    return item


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
                "Document": document_as_json(policy.document),
            }
        ],
        **_day("UpdateDate", policy.updated),
    }


def _day(name: str, at: datetime | None) -> Json:
    return {} if at is None else {name: at.isoformat()}


def document_as_json(document: object) -> Json | None:
    if not isinstance(document, Document):
        return None  # which does not parse as a document
    return {
        "Version": document.version,
        "Statement": [_statement(statement) for statement in document.statements],
    }


def _statement(statement: Statement) -> Json:
    item: Json = {
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
        item["Condition"] = conditions
    return {name: value for name, value in item.items() if value is not None}
