"""Build accounts in two lines: `account(user("alice", allow("bedrock:*")))`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from iam.account.model import Account, ManagedPolicy, Principal
from iam.account.parse import parse_page
from iam.account.unread import Unread, document_of
from iam.policy.action_catalogue import catalogue
from iam.policy.bundled import bundled_policy
from iam.policy.document import Document, Statement
from iam.verdicts.evaluator import Evaluator
from iam.verdicts.result import PrincipalResult
from iam.verdicts.verdict import Verdict

ID = "123456789012"
LIMITED = "arn:aws:iam::aws:policy/AmazonBedrockLimitedAccess"
Json = dict[str, Any]


def statement(effect: str, action: str | list[str], resource: Any = "*", **more: Any) -> Json:
    """A statement; `NotAction=…` or `NotResource=…` in `more` replaces the plain element."""
    raw: Json = {"Effect": effect, "Action": action, "Resource": resource, **more}
    if "NotAction" in more:
        del raw["Action"]
    if "NotResource" in more:
        del raw["Resource"]
    return raw


def allow(action: str | list[str] = "*", resource: Any = "*", **more: Any) -> Json:
    return statement("Allow", action, resource, **more)


def deny(action: str | list[str] = "*", resource: Any = "*", **more: Any) -> Json:
    return statement("Deny", action, resource, **more)


def document(*statements: Json, version: str = "2012-10-17") -> Json:
    return {"Version": version, "Statement": list(statements)}


def trusting(actions: str | list[str]) -> Json:
    """A trust policy that allows these actions."""
    principal = {"Service": "lambda.amazonaws.com"}
    return document({"Effect": "Allow", "Principal": principal, "Action": actions})


TRUST = trusting("sts:AssumeRole")
"""A trust policy under which sessions have no tags of their own."""


def inline(documents: Sequence[Any]) -> list[Json]:
    """Statements become documents; whatever else is given stands as a document of its own."""
    return [
        {
            "PolicyName": f"inline-{i}",
            "PolicyDocument": document(d) if isinstance(d, dict) and "Effect" in d else d,
        }
        for i, d in enumerate(documents)
    ]


def _attached(arns: list[str]) -> list[Json]:
    return [{"PolicyName": arn.rsplit("/", 1)[-1], "PolicyArn": arn} for arn in arns]


def _tags(tags: dict[str, str] | None) -> list[Json]:
    return [{"Key": key, "Value": value} for key, value in (tags or {}).items()]


def principal_id(prefix: str, name: str) -> str:
    """The `UserId` (`AIDA…`) or `RoleId` (`AROA…`) of the user or role with this name, readable."""
    return f"{prefix}{name.upper()}"


def _boundary(arn: str | None) -> Json:
    return {"PermissionsBoundary": {"PermissionsBoundaryArn": arn}} if arn else {}


def user(
    name: str,
    *documents: Any,
    attached: list[str] | None = None,
    groups: list[str] | None = None,
    boundary: str | None = None,
    path: str = "/",
    tags: dict[str, str] | None = None,
) -> Json:
    """A user as GetAccountAuthorizationDetails describes it."""
    return {
        "UserName": name,
        "UserId": principal_id("AIDA", name),
        "Path": path,
        "Arn": f"arn:aws:iam::{ID}:user{path}{name}",
        "UserPolicyList": inline(documents),
        "AttachedManagedPolicies": _attached(attached or []),
        "GroupList": groups or [],
        "Tags": _tags(tags),
        **_boundary(boundary),
    }


def role(
    name: str,
    *documents: Any,
    attached: list[str] | None = None,
    boundary: str | None = None,
    path: str = "/",
    tags: dict[str, str] | None = None,
    trust: Any = TRUST,
) -> Json:
    """A role as GetAccountAuthorizationDetails describes it."""
    return {
        "RoleName": name,
        "RoleId": principal_id("AROA", name),
        "Path": path,
        "Arn": f"arn:aws:iam::{ID}:role{path}{name}",
        "AssumeRolePolicyDocument": trust,
        "RoleLastUsed": {},
        "RolePolicyList": inline(documents),
        "AttachedManagedPolicies": _attached(attached or []),
        "Tags": _tags(tags),
        **_boundary(boundary),
    }


def group(name: str, *documents: Any, attached: list[str] | None = None) -> Json:
    """A group as GetAccountAuthorizationDetails describes it."""
    return {
        "GroupName": name,
        "Path": "/",
        "Arn": f"arn:aws:iam::{ID}:group/{name}",
        "GroupPolicyList": inline(documents),
        "AttachedManagedPolicies": _attached(attached or []),
    }


def policy(name: str, *statements: Json, arn: str | None = None, raw: Any = None) -> Json:
    """A managed policy as GetAccountAuthorizationDetails describes it."""
    return {
        "PolicyName": name,
        "Arn": arn or policy_arn(name),
        "Path": "/",
        "DefaultVersionId": "v2",
        "IsAttachable": True,
        "PolicyVersionList": [
            {"VersionId": "v1", "IsDefaultVersion": False, "Document": document(deny())},
            {
                "VersionId": "v2",
                "IsDefaultVersion": True,
                "Document": document(*statements) if raw is None else raw,
            },
        ],
    }


def policy_arn(name: str) -> str:
    return f"arn:aws:iam::{ID}:policy/{name}"


def details(*items: Json) -> Json:
    """What GetAccountAuthorizationDetails answers for these users, roles, groups and policies."""
    lists: Json = {
        "UserDetailList": [],
        "RoleDetailList": [],
        "GroupDetailList": [],
        "Policies": [],
    }
    for item in items:
        for key, name in (
            ("UserDetailList", "UserName"),
            ("RoleDetailList", "RoleName"),
            ("GroupDetailList", "GroupName"),
            ("Policies", "PolicyName"),
        ):
            if name in item:
                lists[key].append(item)
    return lists


def account(*items: Json, partition: str = "aws") -> Account:
    """An account with the managed policy's document in it."""
    made = parse_page(Account(id=ID, partition=partition), details(*items))
    return made.with_policy(limited())


def limited() -> ManagedPolicy:
    """AmazonBedrockLimitedAccess v9, as shipped."""
    policy = bundled_policy(LIMITED)
    assert policy is not None
    document = document_of(policy.document)
    return ManagedPolicy(policy.name, policy.arn, policy.version, document=document)


def statements_of(document: Document | Unread) -> tuple[Statement, ...]:
    """The statements of a document that could be read."""
    assert isinstance(document, Document)
    return document.statements


NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
"""The time of all requests in tests of verdicts."""


def make_evaluator(partition: str = "aws") -> Evaluator:
    return Evaluator(limited(), catalogue(), partition, now=NOW)


def the(made: Account, name: str = "alice") -> Principal:
    """The principal of this name."""
    return next(p for p in made.principals.values() if p.name == name)


def result(*items: Json, of: str = "alice") -> PrincipalResult:
    """Judge a principal of an account of these items."""
    made = account(*items)
    return make_evaluator().result(made, the(made, of))


def verdict(action: str, *items: Json, of: str = "alice", sid: str | None = None) -> Verdict:
    """The verdict on one entry or concrete action, in the first section that has it."""
    for section in result(*items, of=of).sections:
        if sid not in (None, section.sid):
            continue
        for entry in section.entries:
            if entry.action == action:
                return entry.verdict
            if action in entry.concrete:
                return entry.concrete[action]
    raise LookupError(action)
