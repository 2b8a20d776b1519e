"""Whether endpoints are AWS's own."""

from __future__ import annotations

import botocore.session
import pytest

from iam.aws.endpoint import AWS_SUFFIXES, foreign_host


def test_the_domains_of_aws_are_those_that_botocore_knows() -> None:
    loader = botocore.session.get_session().get_component("data_loader")
    known = loader.load_data("partitions")["partitions"]
    names = ("dnsSuffix", "dualStackDnsSuffix")
    assert set(AWS_SUFFIXES) == {part["outputs"][name] for part in known for name in names}


@pytest.mark.parametrize(
    ("region", "fips", "dual"),
    [
        ("us-east-1", False, False),
        ("eu-central-1", True, False),
        ("us-west-2", False, True),
        ("us-gov-west-1", False, False),
        ("us-gov-west-1", True, False),
        ("cn-north-1", False, False),
        ("us-iso-east-1", False, False),
        ("eusc-de-east-1", False, False),
    ],
)
def test_what_botocore_resolves_by_itself_is_aws_s_own(region: str, fips: bool, dual: bool) -> None:
    session = botocore.session.get_session()
    session.set_config_variable("use_fips_endpoint", fips)
    session.set_config_variable("use_dualstack_endpoint", dual)
    urls = []
    for service in ("iam", "sts"):
        if not (service == "iam" and fips and dual):
            client = session.create_client(
                service, region, aws_access_key_id="x", aws_secret_access_key="x"
            )
            urls.append(client.meta.endpoint_url)
    assert foreign_host(urls) == "", urls


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://localhost:4566", "localhost:4566"),
        ("https://user:s3cret@proxy.corp/iam?key=s3cret", "proxy.corp"),
        ("https://iam.amazonaws.com.evil.example", "iam.amazonaws.com.evil.example"),
        ("https://iam.amazonaws.com@evil.example", "evil.example"),
        ("https://evil.example/iam.amazonaws.com", "evil.example"),
        ("https://iamazonaws.com", "iamazonaws.com"),
        (
            "https://x1.execute-api.us-east-1.amazonaws.com",
            "x1.execute-api.us-east-1.amazonaws.com",
        ),
        ("https://vpce-1.sts.us-east-1.vpce.amazonaws.com", ""),
        ("http://[::1]:99", "[::1]:99"),
        ("http://[broken", "[broken"),
        ("", "?"),
    ],
)
def test_a_host_that_is_not_aws_s_is_named(url: str, host: str) -> None:
    assert foreign_host([url, "https://sts.amazonaws.com"]) == host
    assert foreign_host(["https://iam.amazonaws.com", url]) == host
