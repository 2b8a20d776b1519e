"""AWS's policy simulator for moto: evaluates one concrete request after the other.

It shares nothing with `iam.verdicts` and `iam.policy`, so that comparing the two means something.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from iam.account.simulation import Decision
from iam.demo.moto_call import Call, page, refusal
from iam.demo.request_match import Context, Statement, statement_matches

if TYPE_CHECKING:
    from moto.iam.models import IAMBackend

_SCP = "SERVICE_CONTROL_POLICY"
_SEVERITY = ("explicitDeny", "implicitDeny", "allowed")


@dataclass
class Policy:
    """A policy that applies to the principal."""

    id: str
    type: str
    document: Mapping[str, Any]
    arn: str = ""
    inline_of: tuple[str, str, str] = ("", "", "")
    """The name of an inline policy, and the type and the name of what it is part of."""


@dataclass
class Applying:
    """All policies that apply to the principal."""

    own: list[Policy] = field(default_factory=list)
    boundary: list[Policy] | None = None
    """None if there is no boundary."""
    levels: list[list[Policy]] | None = None
    """The service control policies of each level; None if the account is in no organization."""


@dataclass
class Answer:
    decision: Decision
    matched: list[Policy]
    missing: list[str]
    organization: bool | None
    boundary: bool | None


def _simulate(backend: IAMBackend, params: Mapping[str, Any]) -> dict[str, Any]:
    applying = _applying(backend, params["PolicySourceArn"])
    _exclude(applying, params.get("PolicyExclusionList") or [])
    context: Context = {
        entry["ContextKeyName"].lower(): list(entry.get("ContextKeyValues") or [])
        for entry in params.get("ContextEntries") or []
    }
    resources = params.get("ResourceArns") or ["*"]
    results = []
    for action in params["ActionNames"]:
        if ":" not in action:
            raise refusal("InvalidInput", f"Invalid action: {action}")
        answers = {arn: decide(applying, action, arn, context) for arn in resources}
        results.append(_result(action, answers))
    return page(results, params, "EvaluationResults")


SIMULATOR_CALLS: dict[str, Call] = {"SimulatePrincipalPolicy": _simulate}


def decide(applying: Applying, action: str, resource: str, context: Context) -> Answer:
    """Decide about a request.

    Args:
        applying: The policies that apply to the principal.
        action: The action.
        resource: The ARN of the resource, or `*`.
        context: The condition keys that the request has.
    """
    missing: set[str] = set()

    def matching(policies: Iterable[Policy], effect: str) -> list[Policy]:
        return [
            policy
            for policy in policies
            for statement in _statements(policy.document)
            if statement["Effect"] == effect
            and statement_matches(
                statement, str(policy.document.get("Version")), action, resource, context, missing
            )
        ]

    denies, allows = matching(applying.own, "Deny"), matching(applying.own, "Allow")
    reported = sorted(missing)  # AWS reports only what identity-based policies ask for
    organization: bool | None = None
    limits: list[list[Policy]] = []
    if applying.levels is not None:
        limits += applying.levels
        organization = all(
            matching(level, "Allow") and not matching(level, "Deny") for level in applying.levels
        )
    boundary: bool | None = None
    if applying.boundary is not None:
        limits.append(applying.boundary)
        boundary = bool(matching(applying.boundary, "Allow")) and not matching(
            applying.boundary, "Deny"
        )
    if denies or any(matching(limit, "Deny") for limit in limits):
        return Answer("explicitDeny", denies, reported, organization, boundary)
    if allows and organization is not False and boundary is not False:
        return Answer("allowed", allows, reported, organization, boundary)
    return Answer("implicitDeny", [], reported, organization, boundary)


def _result(action: str, answers: Mapping[str, Answer]) -> dict[str, Any]:
    """One result for an action: the most restrictive, with those of each resource below it."""
    worst = min(answers.values(), key=lambda answer: _SEVERITY.index(answer.decision))
    said = [a.organization for a in answers.values() if a.organization is not None]
    result: dict[str, Any] = {
        "EvalActionName": action,
        "EvalResourceName": "*",
        "EvalDecision": worst.decision,
        "MatchedStatements": _matched(worst),
        "MissingContextValues": worst.missing,
    }
    if said:
        result["OrganizationsDecisionDetail"] = {"AllowedByOrganizations": all(said)}
    if worst.boundary is not None:
        result["PermissionsBoundaryDecisionDetail"] = {
            "AllowedByPermissionsBoundary": worst.boundary
        }
    if list(answers) != ["*"]:
        result["ResourceSpecificResults"] = [
            _of_resource(arn, answer) for arn, answer in answers.items()
        ]
    return result


def _of_resource(arn: str, answer: Answer) -> dict[str, Any]:
    result: dict[str, Any] = {
        "EvalResourceName": arn,
        "EvalResourceDecision": answer.decision,
        "MatchedStatements": _matched(answer),
        "MissingContextValues": answer.missing,
    }
    if answer.boundary is not None:
        result["PermissionsBoundaryDecisionDetail"] = {
            "AllowedByPermissionsBoundary": answer.boundary
        }
    return result


def _matched(answer: Answer) -> list[dict[str, Any]]:
    return [
        {"SourcePolicyId": policy.id, "SourcePolicyType": policy.type} for policy in answer.matched
    ]


def _applying(backend: IAMBackend, arn: str) -> Applying:
    """Find the policies that apply to a user or a role."""
    applying = Applying()
    for user in backend.users.values():
        if user.arn == arn:
            applying.own += _policies_of(backend, user, "user", user.name)
            for group in backend.groups.values():
                if user in group.users:
                    applying.own += _policies_of(backend, group, "group", group.name)
            applying.levels = _levels(backend.account_id)
            return applying
    for role in backend.roles.values():
        if role.arn == arn:
            applying.own += _policies_of(backend, role, "role", role.name)
            if boundary := role.permissions_boundary_arn:
                applying.boundary = [_managed(backend, boundary)]
            if not role.path.startswith("/aws-service-role/"):
                applying.levels = _levels(backend.account_id)
            return applying
    raise refusal("NoSuchEntity", f"The principal {arn} cannot be found.")


def _policies_of(backend: IAMBackend, entity: Any, type: str, name: str) -> list[Policy]:
    found = [
        Policy(
            f"{type}_{name}_{title}",
            type,
            _parsed(document),
            inline_of=(title, type, name),
        )
        for title, document in entity.policies.items()
    ]
    return [*found, *(_managed(backend, arn) for arn in entity.managed_policies)]


def _managed(backend: IAMBackend, arn: str) -> Policy:
    policy = backend.managed_policies[arn]
    document = next(v.document for v in policy.versions if v.is_default)
    of_aws = arn.split(":")[4] == "aws"
    type = "aws-managed" if of_aws else "user-managed"
    return Policy(policy.name, type, _parsed(document), arn=arn)


def _levels(account: str) -> list[list[Policy]] | None:
    """The service control policies of each level above an account, and of the account."""
    from moto.organizations.models import organizations_backends

    if (master := organizations_backends.master_accounts.get(account)) is None:
        return None
    id, partition = master
    if id == account:
        return None
    backend = organizations_backends[id][partition]
    member = next(each for each in backend.accounts if each.id == account)
    targets: list[Any] = [member]
    parent: str | None = member.parent_id
    while unit := next((each for each in backend.ou if each.id == parent), None):
        targets.append(unit)
        parent = getattr(unit, "parent_id", None)
    return [
        [
            Policy(str(policy.name), "scp", _parsed(policy.content))
            for policy in target.attached_policies
            if policy.type == _SCP
        ]
        for target in reversed(targets)
    ]


def _exclude(applying: Applying, excluded: Iterable[Mapping[str, Any]]) -> None:
    for identifier in excluded:
        if arn := identifier.get("PolicyArn"):
            applying.own = [policy for policy in applying.own if policy.arn != arn]
            if applying.boundary and any(policy.arn == arn for policy in applying.boundary):
                applying.boundary = None
        elif kind := identifier.get("PolicyType"):
            inline = kind == "inline"
            applying.own = [
                policy
                for policy in applying.own
                if policy.type != kind and not (inline and policy.inline_of[0])
            ]
            applying.boundary = None if kind == "permission-boundary" else applying.boundary
            applying.levels = None if kind == "scp" else applying.levels
        elif inline_one := identifier.get("InlinePolicyIdentifier"):
            fields = ("PolicyName", "AttachmentType", "AttachmentName")
            named = tuple(inline_one[name] for name in fields)
            applying.own = [policy for policy in applying.own if policy.inline_of != named]


def _parsed(document: Any) -> Mapping[str, Any]:
    if not isinstance(document, str):
        return dict(document)
    parsed = json.loads(document if document.lstrip().startswith("{") else unquote(document))
    return dict(parsed)


def _statements(document: Mapping[str, Any]) -> list[Statement]:
    statements = document.get("Statement") or []
    return [statements] if isinstance(statements, dict) else list(statements)
