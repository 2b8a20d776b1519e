"""Last accessed details of the embedded server: jobs that behave as IAM's do."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from iam.demo.last_used import record_use
from tests.build import ID, allow, document

USED = datetime(2026, 5, 1, tzinfo=UTC)
ARN = f"arn:aws:iam::{ID}:policy/bedrock"


@pytest.fixture
def iam(moto_url: str, iam: Any) -> Any:
    """A policy that alice and, by a group, bob have; carol has another one."""
    from moto.iam.models import iam_backends

    statements = document(allow("bedrock:*"), allow(["s3:*", "bedrock-mantle:Get*"]))
    iam.create_policy(PolicyName="bedrock", PolicyDocument=json.dumps(statements))
    iam.create_group(GroupName="team")
    for name in ("alice", "bob", "carol"):
        iam.create_user(UserName=name)
    iam.attach_user_policy(UserName="alice", PolicyArn=ARN)
    iam.attach_group_policy(GroupName="team", PolicyArn=ARN)
    iam.add_user_to_group(GroupName="team", UserName="bob")
    every = json.dumps(document(allow("*")))
    iam.put_user_policy(UserName="carol", PolicyName="all", PolicyDocument=every)
    for name in ("alice", "carol"):
        arn = f"arn:aws:iam::{ID}:user/{name}"
        record_use(iam_backends[ID]["aws"], arn, USED, "bedrock", "eu-west-1")
    return iam


def completed(iam: Any, arn: str) -> str:
    """The ID of a job that is complete."""
    job: str = iam.generate_service_last_accessed_details(Arn=arn)["JobId"]
    while iam.get_service_last_accessed_details(JobId=job)["JobStatus"] == "IN_PROGRESS":
        pass
    return job


def test_a_job_is_in_progress_for_a_moment(iam: Any) -> None:
    job = iam.generate_service_last_accessed_details(Arn=ARN)["JobId"]
    said = [iam.get_service_last_accessed_details(JobId=job)["JobStatus"] for _ in range(2)]
    assert said == ["IN_PROGRESS", "COMPLETED"]


def test_the_report_of_a_policy_lists_its_services_and_who_used_them_last(iam: Any) -> None:
    said = iam.get_service_last_accessed_details(JobId=completed(iam, ARN))
    bedrock, mantle = said["ServicesLastAccessed"]
    assert bedrock["LastAuthenticatedRegion"] == "eu-west-1"
    assert bedrock["LastAuthenticatedEntity"].endswith("user/alice")
    assert mantle["ServiceNamespace"] == "bedrock-mantle"
    assert "LastAuthenticated" not in mantle


def test_only_those_who_hold_the_policy_are_listed_in_pages(iam: Any) -> None:
    job = {"JobId": completed(iam, ARN), "ServiceNamespace": "bedrock", "MaxItems": 1}
    first = iam.get_service_last_accessed_details_with_entities(**job)
    then = iam.get_service_last_accessed_details_with_entities(**job, Marker=first["Marker"])
    (alice,), (bob,) = first["EntityDetailsList"], then["EntityDetailsList"]
    assert (alice["EntityInfo"]["Name"], alice["LastAuthenticated"]) == ("alice", USED)
    assert bob["EntityInfo"]["Name"] == "bob"
    assert "LastAuthenticated" not in bob
    assert not then["IsTruncated"]


def test_the_report_of_a_user_lists_all_services_that_its_policies_allow(iam: Any) -> None:
    said = iam.get_service_last_accessed_details(
        JobId=completed(iam, f"arn:aws:iam::{ID}:user/carol")
    )
    assert len(said["ServicesLastAccessed"]) == 3


def test_a_job_fails_if_what_it_is_about_is_deleted(iam: Any) -> None:
    iam.create_policy(PolicyName="short", PolicyDocument=json.dumps(document(allow("bedrock:*"))))
    arn = ARN.replace("bedrock", "short")
    job = iam.generate_service_last_accessed_details(Arn=arn)["JobId"]
    iam.delete_policy(PolicyArn=arn)
    said = [iam.get_service_last_accessed_details(JobId=job) for _ in range(2)][1]
    assert (said["JobStatus"], said["Error"]["Code"]) == ("FAILED", "NoSuchEntity")


def test_nothing_is_reported_on_what_is_not_there(iam: Any) -> None:
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.generate_service_last_accessed_details(Arn=f"{ARN}-gone")
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.get_service_last_accessed_details(JobId="0" * 36)
