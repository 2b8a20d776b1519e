"""The lists of Bedrock that the embedded account answers, and nothing else of Bedrock."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.exceptions import ClientError

from iam.demo.bedrock import BEDROCK_PATHS, SONNET
from iam.demo.launcher import DemoServer


def client_in(demo: DemoServer, region: str) -> Any:
    return boto3.client(
        "bedrock",
        endpoint_url=demo.endpoint_url,
        region_name=region,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


@pytest.fixture
def frankfurt(demo: DemoServer) -> Iterator[Any]:
    client = client_in(demo, "eu-central-1")
    yield client
    client.close()


def status_of(url: str, method: str = "GET", service: str = "bedrock") -> int:
    scope = f"AK/20261123/us-east-1/{service}/aws4_request"
    signature = f"AWS4-HMAC-SHA256 Credential={scope}, Signature=0"
    request = urllib.request.Request(url, headers={"Authorization": signature}, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def test_the_application_profile_copies_one_of_aws(frankfurt: Any) -> None:
    def listed(type: str) -> list[Any]:
        answer = frankfurt.list_inference_profiles(typeEquals=type, maxResults=1000)
        return list(answer["inferenceProfileSummaries"])

    (own,) = listed("APPLICATION")
    copied = f"eu.{SONNET}"
    (source,) = (each for each in listed("SYSTEM_DEFINED") if each["inferenceProfileId"] == copied)
    assert own["models"] == source["models"]


def test_lists_are_paged(frankfurt: Any) -> None:
    first = frankfurt.list_inference_profiles(maxResults=10)
    second = frankfurt.list_inference_profiles(maxResults=10, nextToken=first["nextToken"])
    pages = [first["inferenceProfileSummaries"], second["inferenceProfileSummaries"]]
    assert [len(page) for page in pages] == [10, 10]
    assert pages[0][-1] != pages[1][0]


def test_a_region_without_models_refuses(demo: DemoServer) -> None:
    client = client_in(demo, "me-central-1")
    with pytest.raises(ClientError, match="UnrecognizedClientException"):
        client.list_foundation_models()
    client.close()


@pytest.mark.parametrize("path", BEDROCK_PATHS)
def test_only_who_knows_the_secret_reads_a_list(demo: DemoServer, path: str) -> None:
    origin = "http://" + urlsplit(demo.endpoint_url).netloc
    assert status_of(demo.endpoint_url + path) == HTTPStatus.OK
    refused = (origin + path, origin + "/x" + path, demo.endpoint_url[:-1] + path)
    assert {status_of(url) for url in refused} == {HTTPStatus.FORBIDDEN}


@pytest.mark.parametrize(
    ("path", "method", "service"),
    [
        ("/guardrails", "GET", "bedrock"), ("", "GET", "bedrock"), ("", "POST", "bedrock"),
        ("/foundation-models", "POST", "bedrock"), ("/foundation-models", "GET", "iam"),
        ("/foundation-models/x", "GET", "bedrock"), ("/moto-api/reset", "POST", "bedrock"),
        ("/inference-profiles", "POST", "bedrock"),
    ],
)  # fmt: skip
def test_nothing_else_of_bedrock_is_answered(
    demo: DemoServer, path: str, method: str, service: str
) -> None:
    assert status_of(demo.endpoint_url + path, method, service) == HTTPStatus.FORBIDDEN
