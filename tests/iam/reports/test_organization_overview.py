"""What an organization takes away, level by level, in lines of text."""

from __future__ import annotations

from typing import Any

from iam.account.organization import RCP, SCP, Level, Organization, OrganizationPolicy
from iam.account.organization_file import organization_policy, unlisted_policy
from iam.account.unread import DOCUMENT, Unread
from iam.reports.organization_overview import organization_lines
from tests.build import ID, allow, deny, document, make_evaluator


def policy(name: str, *statements: dict[str, Any], kind: str = SCP) -> OrganizationPolicy:
    return organization_policy(f"p-{name}", name, kind, document(*statements))


def lines(*levels: Level) -> list[str]:
    unread = tuple(unread for level in levels for unread in level.unread)
    organization = Organization(
        "unread" if unread else "applied", "o-1", "999999999999", levels, unread
    )
    return organization_lines(organization, make_evaluator(), "aws")


def test_each_statement_says_how_much_it_is_about() -> None:
    root = Level("r-1", "Root", "root", (policy("Full", allow()), policy("NoS3", deny("s3:*"))))
    models = policy("Models", deny("bedrock:InvokeModel", "arn:aws:bedrock:*::foundation-model/a*"))
    assert lines(root, Level(ID, "ml", "account", (models,))) == [
        "Organization o-1",
        "Each level has to allow a request, and none may deny it.",
        "",
        "Root (r-1)",
        "  SCP Full",
        "    Allow all actions",
        "  SCP NoS3",
        "    takes nothing away",
        "",
        f"account ml ({ID})",
        "  SCP Models",
        "    Deny bedrock:InvokeModel on foundation-model/a*",
    ]


def test_a_resource_control_policy_is_about_customer_managed_keys() -> None:
    keys = policy("Keys", {**deny("*"), "Principal": "*"}, kind=RCP)
    said = lines(Level("r-1", "Root", "root", (), (keys,)))
    assert said[-2:] == ["  RCP Keys", "    Deny kms:DescribeKey for customer managed keys"]


def test_what_has_the_same_reason_is_listed() -> None:
    scp, rcp = (
        unlisted_policy(kind, Unread(f"the {kind}s", "AccessDenied", "AWS denied it."))
        for kind in ("SCP", "RCP")
    )
    assert lines(Level("r-1", "Root", "root", (scp,), (rcp,)))[3:] == [
        "Root (r-1)",
        "  SCPs could not be read",
        "  RCPs could not be read",
        "",
        "Not read",
        "  the SCPs,",
        "  the RCPs: AWS denied it. (AccessDenied)",
    ]


def test_a_policy_of_unknown_type_is_named_once() -> None:
    missing = OrganizationPolicy("p-1", "p-1", Unread(DOCUMENT, "Missing", "it is not there"))
    assert lines(Level("r-1", "Root", "root", (missing,), (missing,)))[3:] == [
        "Root (r-1)",
        "  SCP or RCP p-1 could not be read",
        "",
        "Not read",
        "  policy p-1 at Root: it is not there (Missing)",
    ]
