"""Organizations are read back from a file as they were written, gaps and their reasons included."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from iam.account.organization import RCP, SCP, UNASKED, Level, Organization, OrganizationPolicy
from iam.account.organization_file import (
    OrganizationFile,
    is_organization,
    organization_policy,
    unlisted_policy,
)
from iam.account.organization_object import organization_object
from iam.account.unread import DOCUMENT, Unread
from iam.policy.document import Document
from tests.build import ID, allow, deny, document

DENIED = Unread(DOCUMENT, "AccessDeniedException", "AWS denied DescribePolicy.")
STATEMENTS = (
    allow(),
    deny("bedrock:*", Condition={"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1"]}}),
    allow(NotAction=["iam:*", "s3:*"], Sid="x\u202e"),
    deny("kms:*", NotResource="arn:aws:kms:*:*:key/1"),
    {"Effect": "Perhaps", "Action": "*", "Resource": "*"},
)
texts = st.text(min_size=1, max_size=5)
contents = st.lists(st.sampled_from(STATEMENTS), max_size=3).map(lambda all: document(*all))


def policies(kind: str) -> st.SearchStrategy[OrganizationPolicy]:
    """Policies of a type, with an ID that says what is in them: one ID is one policy."""

    def policy(drawn: tuple[Any, bool]) -> OrganizationPolicy:
        body, managed = drawn
        return organization_policy(f"p-{kind} {json.dumps(drawn)}", "Name", kind, body, managed)

    read = st.tuples(contents, st.booleans()).map(policy)
    denied = st.integers(0, 2).map(
        lambda n: OrganizationPolicy(f"p-{kind[:1]}{n}", f"No. {n}", DENIED)
    )
    not_listed = st.just(unlisted_policy(kind, Unread(f"the {kind} policies", "AccessDenied", "x")))
    return st.one_of(read, denied, not_listed)


def lists(kind: str) -> st.SearchStrategy[tuple[OrganizationPolicy, ...]]:
    return st.lists(policies(kind), max_size=3, unique_by=lambda policy: policy.id).map(tuple)


@st.composite
def organizations(draw: st.DrawFn) -> Organization:
    """Organizations whose account is up to four units below the root, or below a gap."""
    units = [(f"ou-{n}", "ou") for n in range(draw(st.integers(0, 4)))]
    root = [("r-1", "root")] if draw(st.booleans()) else []
    levels = tuple(
        Level(id, draw(texts), kind, draw(lists(SCP)), draw(lists(RCP)))  # type: ignore[arg-type]
        for id, kind in (*root, *units, (ID, "account"))
    )
    gaps = () if root else (Unread(f"the levels above {levels[0].name}", "AccessDenied", "why"),)
    unread = (*gaps, *(item for level in levels for item in level.unread))
    return Organization(
        "unread" if unread else "applied", draw(texts), "999999999999", levels, unread
    )


def read_back(organization: Organization) -> Organization:
    body = json.loads(json.dumps(organization_object(organization, ID)))
    assert is_organization(body)
    return OrganizationFile(body, "the file").above(ID)


def content(policy: OrganizationPolicy) -> Any:
    """What a policy says; of statements that are not understood, that they are not."""
    if not isinstance(policy.document, Document):
        return None
    return policy.document.version, [
        statement if statement.problem is None else statement.index
        for statement in policy.document.statements
    ]


def facts(organization: Organization) -> Any:
    levels = [
        (
            level.id,
            level.name,
            level.kind,
            *(
                [(policy.id, policy.name, policy.aws_managed, content(policy)) for policy in each]
                for each in (level.scps, level.rcps)
            ),
        )
        for level in organization.levels
    ]
    return (
        organization.status,
        organization.id,
        organization.management_account,
        levels,
        organization.unread,
    )


@given(organizations())
@example(Organization("none"))
@example(Organization("exempt", "o-1", ID))
@example(Organization("unread", unread=(Unread("the organization", "ExpiredToken", "why"),)))
def test_an_organization_is_read_back_as_it_was_written(organization: Organization) -> None:
    assert facts(read_back(organization)) == facts(organization)


def test_a_policy_of_unknown_type_is_still_of_unknown_type() -> None:
    missing = OrganizationPolicy("p-1", "p-1", Unread(DOCUMENT, "Missing", "why"))
    level = Level("r-1", "Root", "root", (missing,), (missing,))
    account = Level(ID, "a", "account")
    made = Organization("unread", "o-1", "999999999999", (level, account), level.unread)
    assert facts(read_back(made)) == facts(made)


def test_what_was_not_read_is_missing_for_other_readers_too() -> None:
    denied = unlisted_policy(SCP, Unread("the service control policies at a", "AccessDenied", "x"))
    level = Level(ID, "a", "account", (denied,))
    made = Organization("unread", "o-1", "999999999999", (level,), level.unread)
    body = organization_object(made, ID)
    assert body is not None
    del body["NotRead"]
    found = OrganizationFile(body, "the file").above(ID)
    assert found.status == "unread"
    assert [unread.what for unread in found.unread] == [
        "the levels of the organization above a", "policy (not listed) at a",
    ]  # fmt: skip


def test_an_organization_that_was_not_asked_for_is_not_written() -> None:
    assert organization_object(UNASKED, ID) is None
