"""The simulator of the embedded server: it evaluates concrete requests as AWS's does."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.build import ID, allow, deny, document

TRUST = '{"Version": "2012-10-17", "Statement": []}'
ALICE = f"arn:aws:iam::{ID}:user/alice"
MODEL = "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0"
GUARDRAIL = f"arn:aws:bedrock:us-east-1:{ID}:guardrail/g1"


def simulate(iam: Any, *resources: str, principal: str = ALICE, **more: Any) -> dict[str, Any]:
    """The result for one action."""
    answer = iam.simulate_principal_policy(
        PolicySourceArn=principal,
        ActionNames=["bedrock:InvokeModel"],
        ResourceArns=list(resources or [MODEL]),
        **more,
    )
    (result,) = answer["EvaluationResults"]
    return dict(result)


def by_resource(result: dict[str, Any]) -> dict[str, str]:
    return {
        each["EvalResourceName"]: each["EvalResourceDecision"]
        for each in result["ResourceSpecificResults"]
    }


@pytest.fixture
def iam(moto_url: str, iam: Any) -> Any:
    iam.create_user(UserName="alice")
    return iam


def put(iam: Any, *statements: Any) -> None:
    text = json.dumps(document(*statements))
    iam.put_user_policy(UserName="alice", PolicyName="own", PolicyDocument=text)


def test_the_result_of_an_action_is_the_most_restrictive_of_its_resources(iam: Any) -> None:
    put(iam, allow("bedrock:*", MODEL))
    result = simulate(iam, MODEL, GUARDRAIL)
    assert result["EvalDecision"] == "implicitDeny"
    assert by_resource(result) == {MODEL: "allowed", GUARDRAIL: "implicitDeny"}


def test_an_explicit_deny_wins_and_is_the_only_statement_named(iam: Any) -> None:
    put(iam, allow(), deny("bedrock:Invoke*", NotResource=GUARDRAIL))
    result = simulate(iam, MODEL, GUARDRAIL)
    assert by_resource(result) == {MODEL: "explicitDeny", GUARDRAIL: "allowed"}
    assert result["MatchedStatements"] == [
        {"SourcePolicyId": "user_alice_own", "SourcePolicyType": "user"}
    ]


def test_a_key_that_was_not_given_is_absent_and_named(iam: Any) -> None:
    put(iam, allow(Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}))
    result = simulate(iam)
    assert result["EvalDecision"] == "implicitDeny"
    assert result["MissingContextValues"] == ["aws:SourceIp"]
    given = {
        "ContextKeyName": "aws:sourceip",
        "ContextKeyValues": ["10.1.2.3"],
        "ContextKeyType": "ip",
    }
    assert simulate(iam, ContextEntries=[given])["EvalDecision"] == "allowed"


def test_policies_of_groups_count_and_can_be_excluded(iam: Any) -> None:
    made = iam.create_policy(PolicyName="team", PolicyDocument=json.dumps(document(allow())))
    arn = made["Policy"]["Arn"]
    iam.create_group(GroupName="team")
    iam.attach_group_policy(GroupName="team", PolicyArn=arn)
    iam.add_user_to_group(GroupName="team", UserName="alice")
    assert simulate(iam)["EvalDecision"] == "allowed"
    excluded = simulate(iam, PolicyExclusionList=[{"PolicyArn": arn}])
    assert excluded["EvalDecision"] == "implicitDeny"


def test_a_boundary_must_allow_as_well(iam: Any) -> None:
    made = iam.create_policy(PolicyName="b", PolicyDocument=json.dumps(document(allow("s3:*"))))
    iam.create_role(
        RoleName="worker",
        AssumeRolePolicyDocument=TRUST,
        PermissionsBoundary=made["Policy"]["Arn"],
    )
    iam.put_role_policy(
        RoleName="worker", PolicyName="own", PolicyDocument=json.dumps(document(allow()))
    )
    result = simulate(iam, principal=f"arn:aws:iam::{ID}:role/worker")
    assert result["EvalDecision"] == "implicitDeny"
    detail = result["PermissionsBoundaryDecisionDetail"]
    assert detail == {"AllowedByPermissionsBoundary": False}


def test_a_principal_that_does_not_exist_is_an_error(iam: Any) -> None:
    with pytest.raises(ClientError) as raised:
        simulate(iam, principal=f"arn:aws:iam::{ID}:user/nobody")
    assert raised.value.response["Error"]["Code"] == "NoSuchEntity"


def test_the_organization_of_the_demo_limits_regions_and_models(demo_iam: Any) -> None:
    grace = f"arn:aws:iam::{ID}:user/grace.kim"

    def allowed(model: str, region: str) -> bool:
        context = {
            "ContextKeyName": "aws:RequestedRegion",
            "ContextKeyValues": [region],
            "ContextKeyType": "string",
        }
        arn = f"arn:aws:bedrock:{region}::foundation-model/{model}"
        result = simulate(demo_iam, arn, principal=grace, ContextEntries=[context])
        said: bool = result["OrganizationsDecisionDetail"]["AllowedByOrganizations"]
        assert (result["EvalDecision"] == "allowed") == said
        return said

    assert allowed("amazon.nova-lite-v1:0", "us-east-1")
    assert not allowed("amazon.nova-lite-v1:0", "ap-south-1")
    assert not allowed("meta.llama3-3-70b-instruct-v1:0", "us-east-1")
