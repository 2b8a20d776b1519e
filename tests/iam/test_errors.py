"""Errors in an operator's words."""

from __future__ import annotations

import botocore.exceptions as boto
import pytest
from botocore.exceptions import ClientError

from iam.errors import AwsError, explain

CODES = [
    "AccessDenied", "AccessDeniedException", "ExpiredToken", "ExpiredTokenException",
    "RequestExpired", "InvalidClientTokenId", "SignatureDoesNotMatch", "LimitExceeded",
    "NoSuchEntity", "UnmodifiableEntity", "PolicyNotAttachable", "InvalidInput", "ServiceFailure",
    "ConcurrentModification", "EntityTemporarilyUnmodifiable", "Throttling", "ThrottlingException",
    "RequestLimitExceeded", "SomethingNew",
]  # fmt: skip


def answered(code: str, message: str = "why", status: int = 400, retries: int = 0) -> AwsError:
    response = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {
            "RequestId": "r-1",
            "HTTPStatusCode": status,
            "RetryAttempts": retries,
        },
    }
    return explain(ClientError(response, "ListUsers"), "list users", "work")  # type: ignore[arg-type]


@pytest.mark.parametrize("code", CODES)
def test_each_code_has_one_sentence_and_an_advice(code: str) -> None:
    error = answered(code)
    assert error.code == code
    assert error.request_id == "r-1"
    for text in (error.sentence, error.advice):
        assert text
        assert "\n" not in text
        assert "{" not in text
    assert not error.lost


@pytest.mark.parametrize(
    ("error", "part"),
    [
        (boto.NoCredentialsError(), "no AWS credentials"),
        (boto.PartialCredentialsError(provider="env", cred_var="secret"), "incomplete"),
        (boto.ProfileNotFound(profile="x"), "(x) could not be found"),
        (boto.UnauthorizedSSOTokenError(), "`aws sso login --profile work`"),
        (boto.SSOTokenLoadError(error_msg="x"), "`aws sso login --profile work`"),
        (boto.TokenRetrievalError(provider="sso", error_msg="x"), "`aws sso login --profile work`"),
        (boto.EndpointConnectionError(endpoint_url="http://x", error="y"), "cannot be reached"),
        (boto.ConnectTimeoutError(endpoint_url="http://x"), "Timed out"),
        (boto.ReadTimeoutError(endpoint_url="http://x"), "Timed out"),
        (boto.ConnectionClosedError(endpoint_url="http://x"), "closed while trying to list users"),
        (boto.ProxyConnectionError(proxy_url="http://x"), "proxy"),
        (boto.SSLError(endpoint_url="http://x", error=ValueError("y")), "not trusted"),
        (boto.InvalidRegionError(region_name="a b"), "--region"),
        (ValueError("Invalid endpoint: x"), "--endpoint-url"),
        (ValueError("Expecting value: line 1"), "Failed to list users: Expecting value"),
        (boto.ConfigParseError(path="/x"), "configuration"),
        (boto.RefreshWithMFAUnsupportedError(), "MFA"),
        (KeyError("x"), "Failed to list users"),
    ],
)
def test_each_exception_of_botocore_is_put_in_words(error: Exception, part: str) -> None:
    made = explain(error, "list users", "work")
    assert part in str(made)
    assert "\n" not in str(made)
    assert "{" not in str(made)


@pytest.mark.parametrize(
    ("status", "retries", "lost"), [(403, 0, False), (400, 1, True), (500, 0, True)]
)
def test_an_answer_after_a_retry_or_a_failure_of_the_server_settles_nothing(
    status: int, retries: int, lost: bool
) -> None:
    assert answered("NoSuchEntity", status=status, retries=retries).lost is lost


def test_a_message_of_aws_cannot_reach_the_terminal_as_it_is() -> None:
    error = answered("Evil\x1b[2J", "first\nsecond \x1b]0;x\x07 \u202e" + "x" * 5000)
    assert str(error).isprintable()
    assert len(error.sentence) < 1000


def test_an_error_in_words_stays_as_it_is() -> None:
    error = AwsError("X", "It broke.", "Mend it.")
    assert explain(error, "list users") is error


def test_without_a_profile_the_advice_names_none() -> None:
    assert "`aws sso login`" in str(explain(boto.UnauthorizedSSOTokenError(), "x", "default"))


@pytest.mark.parametrize(
    "url",
    [
        "http://u:s3cret@host/",
        "http://host/?key=s3cret",
        "http://u:s3/c'r@et s3cret@host:1/?s3cret",
    ],
)
def test_no_error_shows_the_password_of_an_endpoint(url: str) -> None:
    for error in (
        boto.EndpointConnectionError(endpoint_url=url),
        boto.ConnectTimeoutError(endpoint_url=url),
        boto.SSLError(endpoint_url=url, error=ValueError("x")),
        boto.HTTPClientError(error=ValueError(f"Failed to parse: {url}")),
        ValueError(f"Invalid endpoint: {url}"),
        KeyError(url),
    ):
        made = explain(error, "list users")
        assert "s3" not in str(made)
        assert "host" in str(made) or "imed out" in str(made)
