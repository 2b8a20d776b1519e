"""botocore's descriptions of services."""

from __future__ import annotations

import boto3
import botocore.session
import pytest
from botocore.session import Session

from iam.aws.service_data import use_lean_service_data

SERVICES = ("iam", "sts", "bedrock", "sso", "sso-oidc", "signin")
PARTITIONS = {"aws": "eu-west-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}


@pytest.fixture
def lean() -> Session:
    core = session()
    use_lean_service_data(core)
    return core


def session() -> Session:
    core = botocore.session.Session()
    core.set_credentials("a", "b")
    boto3.Session(botocore_session=core)
    return core


def url(core: Session, service: str, region: str) -> str:
    client = core.create_client(service, region_name=region)
    try:
        return str(client.meta.endpoint_url)
    finally:
        client.close()


def test_the_endpoints_of_other_services_are_not_kept(lean: Session) -> None:
    partitions = lean.get_component("data_loader").load_data("endpoints")["partitions"]
    assert {"aws", "aws-cn", "aws-us-gov"} <= {each["partition"] for each in partitions}
    kept = {service for each in partitions for service in each["services"]}
    assert {"iam", "sts"} <= kept <= {"iam", "sts", "organizations", "portal.sso", "oidc", "signin"}


@pytest.mark.parametrize("partition", PARTITIONS)
def test_the_services_that_are_called_have_the_endpoints_that_botocore_gives(
    lean: Session, partition: str
) -> None:
    region = PARTITIONS[partition]
    usual = session()
    known = [service for service in SERVICES if service in usual.get_available_services()]
    assert {"iam", "sts"} <= set(known)
    for service in known:
        assert url(lean, service, region) == url(usual, service, region)
