"""The organization of the demo: a region guard rail, a list of models, and roles that are exempt.

It is created in moto's backend of the management account: a member account may not create it.
"""

from __future__ import annotations

import json
from typing import Any

from iam.account.organization import SCP
from iam.demo.content import ACCOUNT

MANAGEMENT_ACCOUNT = "999988887777"
_EXEMPT = ["arn:aws:iam::*:role/AdminBreakGlass", "arn:aws:iam::*:role/automation/*"]
_INVOKE = ["bedrock:InvokeModel*", "bedrock:CreateModelInvocationJob"]
_REGIONS = ["us-east-1", "us-west-2", "eu-central-1", "unspecified"]
"""`unspecified` is the region of a request through a global inference profile."""
_MODELS = [
    "arn:aws:bedrock:*::foundation-model/anthropic.*",
    "arn:aws:bedrock:*::foundation-model/amazon.*",
    "arn:aws:bedrock:*:*:inference-profile/*",
    "arn:aws:bedrock:*:*:application-inference-profile/*",
]
Json = dict[str, Any]


def _deny(action: str | list[str], condition: Json, **resource: Any) -> Json:
    return {"Effect": "Deny", "Action": action, "Condition": condition, **resource}


_UNLESS_EXEMPT: Json = {"ArnNotLike": {"aws:PrincipalArn": _EXEMPT}}
_POLICIES: dict[str, Json] = {
    "ApprovedRegions": _deny(
        [*_INVOKE, "bedrock-mantle:CreateInference"],
        {**_UNLESS_EXEMPT, "StringNotEquals": {"aws:RequestedRegion": _REGIONS}},
        Resource="*",
    ),
    "ApprovedModels": _deny(_INVOKE, _UNLESS_EXEMPT, NotResource=_MODELS),
}


def add_organization() -> None:
    """Create an organization whose member the account of the demo is."""
    from moto.organizations.models import organizations_backends

    backend = organizations_backends[MANAGEMENT_ACCOUNT]["aws"]
    backend.create_organization(region="us-east-1", FeatureSet="ALL")
    root = backend.list_roots()["Roots"][0]["Id"]
    unit = backend.create_organizational_unit(ParentId=root, Name="Workloads")
    unit_id = unit["OrganizationalUnit"]["Id"]
    backend.create_account(AccountName="acme-ml", Email="ml@example.com")
    account = backend.accounts[-1]
    # moto chooses the number of an account.
    organizations_backends.master_accounts[ACCOUNT] = (MANAGEMENT_ACCOUNT, "aws")
    account.id, account.parent_id = ACCOUNT, unit_id
    for (name, statement), target in zip(_POLICIES.items(), (root, unit_id), strict=True):
        created = backend.create_policy(
            Name=name,
            Description="",
            Type=SCP,
            Content=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )
        id = created["Policy"]["PolicySummary"]["Id"]
        backend.attach_policy(PolicyId=id, TargetId=target)
