"""AWS's answers held against ours: what agrees, what differs, and what can do neither."""

from __future__ import annotations

from dataclasses import replace

import pytest

from iam.account.organization import Level, Organization, OrganizationPolicy
from iam.account.simulation import ContextEntry, Decision, Request, Simulated
from iam.account.unread import Unread, document_of
from iam.errors import AwsError
from iam.policy.action_catalogue import catalogue
from iam.verdicts.sample_requests import Samples, sample_requests
from iam.verdicts.sample_resources import MODELS
from iam.verdicts.section import sections_of
from iam.verdicts.simulation import (
    Comparison,
    Outcome,
    compared,
    counts_in_words,
    organization_in_words,
)
from tests.build import (
    ID,
    NOW,
    Json,
    account,
    allow,
    deny,
    document,
    limited,
    policy,
    policy_arn,
    role,
    the,
    user,
)

CLAUDE = f"arn:aws:bedrock:us-east-1::foundation-model/{MODELS[0]}"
INVOKE = Request("bedrock:InvokeModel", CLAUDE)
FROM_OFFICE = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
NO_ORGANIZATION = {ID: Organization("none")}


def compare(
    answer: Simulated | AwsError,
    *items: Json,
    request: Request = INVOKE,
    organization: Organization = NO_ORGANIZATION[ID],
) -> Comparison:
    made = replace(account(*items), organizations={ID: organization})
    (comparison,) = compared(made, the(made), {request: answer}, catalogue(), NOW)
    return comparison


GOLDEN: tuple[tuple[str, Json, Decision, Outcome], ...] = (
    ("allowed by both", user("alice", allow("bedrock:*")), "allowed", Outcome.AGREES),
    ("granted here only", user("alice", allow("bedrock:*")), "implicitDeny", Outcome.DIFFERS),
    ("denied by AWS", user("alice", allow("bedrock:*")), "explicitDeny", Outcome.DIFFERS),
    ("allowed by neither", user("alice"), "implicitDeny", Outcome.AGREES),
    ("allowed by AWS only", user("alice"), "allowed", Outcome.DIFFERS),
    ("denied by both", user("alice", deny()), "explicitDeny", Outcome.AGREES),
    ("denied here only", user("alice", deny()), "allowed", Outcome.DIFFERS),
    (
        "on the very model",
        user("alice", allow("bedrock:*", "arn:aws:bedrock:*::foundation-model/anthropic.*")),
        "allowed",
        Outcome.AGREES,
    ),
    (
        "on another model",
        user("alice", allow("bedrock:*", "arn:aws:bedrock:*::foundation-model/meta.*")),
        "implicitDeny",
        Outcome.AGREES,
    ),
    (
        "under a condition that the request leaves open",
        user("alice", allow("bedrock:*", Condition=FROM_OFFICE)),
        "implicitDeny",
        Outcome.DEPENDS,
    ),
    (
        "a policy that could not be read",
        user("alice", attached=[policy_arn("gone")]),
        "allowed",
        Outcome.DEPENDS,
    ),
)


@pytest.mark.parametrize(
    ("item", "decision", "outcome"), [g[1:] for g in GOLDEN], ids=[g[0] for g in GOLDEN]
)
def test_outcomes(item: Json, decision: Decision, outcome: Outcome) -> None:
    comparison = compare(Simulated(decision), item)
    assert comparison.outcome is outcome
    assert bool(comparison.why) == (outcome is Outcome.DEPENDS)


def test_what_an_answer_depends_on_is_said() -> None:
    said = compare(
        Simulated("implicitDeny"), user("alice", allow("bedrock:*", Condition=FROM_OFFICE))
    )
    assert said.why == "depends on inline-0 if the source IP is in 10.0.0.0/8"


def test_a_call_that_failed_is_no_difference() -> None:
    said = compare(AwsError("Throttling", "AWS is throttling.", "Wait."), user("alice"))
    assert said.outcome is Outcome.UNANSWERED
    assert counts_in_words([said]) == "1 request: 0 differ, 1 has no answer"


def test_a_context_decides_a_condition_on_its_key() -> None:
    statement = allow("bedrock:*", Condition={"StringEquals": {"aws:RequestedRegion": "us-east-1"}})
    region = ContextEntry("aws:RequestedRegion", ("us-east-1",))
    request = Request("bedrock:InvokeModel", CLAUDE, (region,))
    said = compare(Simulated("allowed"), user("alice", statement), request=request)
    assert said.outcome is Outcome.AGREES


UNREAD = Organization("unread", unread=(Unread("the organization", "AccessDenied", "no"),))


def test_an_organization_that_could_not_be_read_may_be_why_aws_denies() -> None:
    answer = Simulated("implicitDeny", allowed_by_organization=False)
    said = compare(answer, user("alice", allow()), organization=UNREAD)
    assert said.outcome is Outcome.DEPENDS
    assert said.why == "depends on the organization, which could not be read"
    assert organization_in_words([said]) == (
        "AWS says that the organization does not allow the request asked about."
    )


def test_an_organization_that_allows_it_is_no_reason() -> None:
    answer = Simulated("implicitDeny", allowed_by_organization=True)
    said = compare(answer, user("alice", allow()), organization=UNREAD)
    assert said.outcome is Outcome.DIFFERS


def test_resource_control_policies_are_left_out_as_by_the_simulator() -> None:
    raw = document(deny("kms:*", Principal="*"))
    rcp = OrganizationPolicy("p-1", "NoKeys", document_of(raw, True))
    root = Level("r-1", "Root", "root", rcps=(rcp,))
    said = compare(
        Simulated("allowed"),
        user("alice", allow()),
        request=Request("kms:DescribeKey", f"arn:aws:kms:us-east-1:{ID}:key/k"),
        organization=Organization("applied", "o-1", levels=(root,)),
    )
    assert said.outcome is Outcome.AGREES


# What is asked


def samples(*items: Json, actions: tuple[str, ...] = ("bedrock:InvokeModel",)) -> Samples:
    made = replace(account(*items), organizations=NO_ORGANIZATION)
    return sample_requests(made, the(made), actions, "us-east-1", catalogue(), now=NOW)


def test_every_resource_type_of_an_action_is_asked_about_once() -> None:
    arns = [request.resource for request in samples(user("alice")).requests]
    action = catalogue().find("bedrock:InvokeModel")
    assert action is not None and len(arns) == len(action.resources)
    assert CLAUDE in arns
    assert not any("$" in arn or "*" in arn for arn in arns)


def test_an_action_without_resources_is_asked_about_as_such() -> None:
    asked = samples(user("alice"), actions=("aws-marketplace:Subscribe",))
    home = ContextEntry("aws:RequestedRegion", ("us-east-1",))
    assert asked.requests == (Request("aws-marketplace:Subscribe", "*", (home,)),)


def test_the_resources_that_deciding_statements_name_are_asked_about() -> None:
    only_nova = "arn:aws:bedrock:eu-*::foundation-model/amazon.*"
    arns = [r.resource for r in samples(user("alice", allow("bedrock:*", only_nova))).requests]
    assert "arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-lite-v1:0" in arns


def test_a_request_carries_its_region() -> None:
    by_arn = {r.resource: r.context for r in samples(user("alice")).requests}
    assert by_arn[CLAUDE] == (ContextEntry("aws:RequestedRegion", ("us-east-1",)),)
    everywhere = f"arn:aws:bedrock:::foundation-model/{MODELS[0]}"
    assert by_arn[everywhere] == (ContextEntry("aws:RequestedRegion", ("unspecified",)),)


def test_the_context_of_a_section_becomes_that_of_its_requests() -> None:
    read = limited().document
    assert not isinstance(read, Unread)
    (section,) = [
        s
        for s in sections_of(read, catalogue())
        if s.sid == "MarketplaceOperationsFromBedrockFor3pModels"
    ]
    made = account(user("alice"))
    asked = sample_requests(
        made,
        the(made),
        ["aws-marketplace:Subscribe"],
        "us-east-1",
        catalogue(),
        section=section,
        now=NOW,
    )
    (request,) = asked.requests
    assert ContextEntry("aws:CalledViaLast", ("bedrock.amazonaws.com",)) in request.context
    assert ContextEntry("aws:ViaAWSService", ("true",), "boolean") in request.context


def test_the_context_of_all_requests_has_what_policies_ask_for() -> None:
    tagged = allow(Condition={"StringEquals": {"aws:PrincipalTag/team": "ml"}})
    asked = samples(user("alice", tagged, tags={"team": "ml", "cost": "1"}))
    keys = [entry.key for entry in asked.always]
    assert keys == ["aws:PrincipalArn", "aws:PrincipalTag/team"]


def test_the_requests_of_a_role_are_those_of_a_session() -> None:
    old = deny(Condition={"DateLessThan": {"aws:TokenIssueTime": "2026-01-01T00:00:00Z"}})
    asked = samples(role("alice", allow(Condition={"StringLike": {"aws:userid": "A*"}}), old))
    assert [(entry.key, entry.values) for entry in asked.always[1:]] == [
        ("aws:userid", ("AROAALICE:example",)),
        ("aws:TokenIssueTime", ("2026-06-01T12:00:00Z",)),
    ]


def test_too_many_requests_are_cut_and_counted() -> None:
    every = tuple(action.id for action in catalogue().matching("bedrock:*"))
    asked = samples(user("alice"), actions=every)
    assert len(asked.requests) == 60 and asked.left_out > 0
    assert len({request.action for request in asked.requests}) == 60


def test_an_inline_boundary_is_part_of_ours() -> None:
    said = compare(
        Simulated("implicitDeny", allowed_by_boundary=False),
        user("alice", allow(), boundary=policy_arn("storage")),
        policy("storage", allow("s3:*")),
    )
    assert said.outcome is Outcome.AGREES
