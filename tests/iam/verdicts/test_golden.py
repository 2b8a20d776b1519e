"""Golden cases for the rules of AWS's policy evaluation, from `golden/*.json`.

A case describes the principal alice: a role, or a user if the case has `groups` or says so.
`statements` are one inline policy of hers, `documents` are further ones. `managed` contains the
managed policies of the account by name. All of them are attached to her, unless `attached` lists
some. A null policy is attached but missing. `is` contains the expected verdicts. `by` is the
explanation of the first of them, or of its wildcard entry. `page` is the page of AWS's
documentation with the rule.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from iam.account.organization import Level, Organization, OrganizationPolicy, Status
from iam.account.unread import Unread, document_of
from iam.verdicts.result import EntryResult, PrincipalResult
from iam.verdicts.verdict import Verdict
from tests.build import (
    ID,
    account,
    document,
    group,
    make_evaluator,
    policy,
    policy_arn,
    role,
    the,
    trusting,
    user,
)
from tests.iam.verdicts.summary_check import agreed

FILES = sorted((Path(__file__).parent / "golden").glob("*.json"))
Json = dict[str, Any]


class Case(BaseModel):
    """One entry of a file. Unknown keys are rejected."""

    model_config = ConfigDict(extra="forbid")

    name: str
    page: str = Field(pattern=r"^https://docs\.aws\.amazon\.com/[\w./#-]+$")
    version: str = "2012-10-17"
    statements: list[Json] = []
    documents: list[Any] = []
    managed: dict[str, Any] = {}
    """By name: a document, or its `versions` and the ID of the `default` one."""
    attached: list[str] | None = None
    groups: dict[str, list[Json | str]] = {}
    """By name: statements, or the names of managed policies."""
    boundary: list[Json] | str | None = None
    """The statements of the boundary, or the ARN of a policy that is missing."""
    partition: str = "aws"
    principal: Literal["user", "role"] = "role"
    tags: dict[str, str] | None = {}
    """Null if they could not be read."""
    trusted_to: str | list[str] = "sts:AssumeRole"
    """The actions that the trust policy of a role allows."""
    path: str = "/"
    """The path of alice."""
    organization: list[dict[str, Any]] | None = None
    """The levels of the organization, the root first: the statements of each policy by name. A null
    policy could not be read; under `rcp`, there are resource control policies."""
    status: Status = "applied"
    """The status of the organization."""
    verdicts: dict[str, Verdict] = Field(alias="is", min_length=1)
    by: list[str] | None = None


CASES = [
    Case.model_validate(case) for file in FILES for case in json.loads(file.read_text("utf-8"))
]


def evaluate(case: Case) -> PrincipalResult:
    """Evaluate alice in a case."""
    items = [_managed(name, raw) for name, raw in case.managed.items() if raw is not None]
    for name, contents in case.groups.items():
        statements = [document(s) for s in contents if isinstance(s, dict)]
        attached = [policy_arn(s) for s in contents if isinstance(s, str)]
        items.append(group(name, *statements, attached=attached))
    boundary = case.boundary
    if isinstance(boundary, list):
        items.append(policy("Boundary", *boundary))
        boundary = policy_arn("Boundary")
    own = [document(*case.statements, version=case.version)] if case.statements else []
    attachments: Json = {
        "attached": [
            policy_arn(n) for n in (case.managed if case.attached is None else case.attached)
        ],
        "boundary": boundary,
        "path": case.path,
    }
    documents = (*own, *case.documents)
    if case.groups or case.principal == "user":
        alice = user("alice", *documents, groups=list(case.groups), tags=case.tags, **attachments)
    else:
        alice = role(
            "alice", *documents, tags=case.tags, trust=trusting(case.trusted_to), **attachments
        )
    if case.tags is None:
        del alice["Tags"]
    items.append(alice)
    made = account(*items, partition=case.partition)
    if case.organization is not None:
        organization = _organization(case.organization, case.status)
        made = replace(made, organizations={ID: organization})
    return agreed(make_evaluator(case.partition), made, the(made))


def _organization(levels: list[dict[str, Any]], status: Status) -> Organization:
    names = ["Root", *(f"ou-{n}" for n in range(1, len(levels) - 1)), "alice's account"]
    names = names[: len(levels)]

    def policies(raw: dict[str, Any]) -> tuple[OrganizationPolicy, ...]:
        return tuple(
            OrganizationPolicy(
                f"p-{name}",
                name,
                Unread(name, "AccessDenied", "denied")
                if statements is None
                else document_of(document(*statements)),
            )
            for name, statements in raw.items()
            if name != "rcp"
        )

    return Organization(
        status,
        "o-example",
        "999999999999",
        tuple(
            Level(
                ("r-1", f"ou-{n}", "123456789012")[min(n, 1) + (n == len(levels) - 1)],
                name,
                "root" if n == 0 else "account" if n == len(levels) - 1 else "ou",
                policies(raw),
                policies(raw.get("rcp", {})),
            )
            for n, (name, raw) in enumerate(zip(names, levels, strict=True))
        ),
    )


def _managed(name: str, raw: Any) -> Json:
    if not isinstance(raw, dict) or "versions" not in raw:
        return policy(name, raw=raw)
    versions = [
        {"VersionId": id, "IsDefaultVersion": id == raw["default"], "Document": made}
        for id, made in raw["versions"].items()
    ]
    return {**policy(name), "DefaultVersionId": raw["default"], "PolicyVersionList": versions}


def entry_of(result: PrincipalResult, action: str) -> EntryResult:
    """Find the first entry that contains an action."""
    return next(
        entry
        for section in result.sections
        for entry in section.entries
        if action == entry.action or action in entry.concrete
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_golden_case(case: Case) -> None:
    result = evaluate(case)
    verdicts: dict[str, Verdict] = {}
    for action in case.verdicts:
        entry = entry_of(result, action)
        verdicts[action] = entry.concrete.get(action, entry.verdict)
    assert verdicts == case.verdicts
    if case.by is not None:
        assert list(entry_of(result, next(iter(case.verdicts))).means) == case.by


def test_case_names_are_unique() -> None:
    names = [case.name for case in CASES]
    assert sorted(set(names)) == sorted(names)
