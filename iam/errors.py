"""Errors of AWS calls as sentences: what happened, and what to do about it.

Exceptions are distinguished by the names of their classes, so that this module does not import
botocore: everything that only shows an error can import it before anything heavy is loaded.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from iam.text import safe, without_secrets


class AwsError(Exception):
    """A call that failed."""

    def __init__(
        self,
        code: str,
        sentence: str,
        advice: str,
        request_id: str | None = None,
        *,
        lost: bool = False,
        said: str = "",
    ) -> None:
        """Create an error.

        Args:
            code: AWS's error code, or one of ours, named after botocore's exception.
            sentence: What happened, on one line.
            advice: What to do.
            request_id: AWS's, where it answered.
            lost: AWS may have acted nevertheless: there was no response, or an inconclusive one.
            said: AWS's message, which the sentence may quote in part.
        """
        super().__init__(f"{sentence} {advice}")
        self.code = code
        self.sentence = sentence
        self.advice = advice
        self.request_id = request_id
        self.lost = lost
        self.said = said

    def __reduce__(self) -> tuple[Any, ...]:
        make = partial(AwsError, lost=self.lost, said=self.said)
        return make, (self.code, self.sentence, self.advice, self.request_id)

    @property
    def denied(self) -> bool:
        """AWS refused for lack of permission; a different call may be allowed."""
        return self.code in ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")

    @property
    def passing(self) -> bool:
        """The error is temporary: the same request may succeed a little later."""
        return self.code in _PASSING

    @property
    def stopped(self) -> bool:
        """The call was not sent: the operator stopped it, or the session ended."""
        return self.code == "Stopped"

    @property
    def of_all(self) -> bool:
        """Every other call would fail in the same way until the operator does something."""
        return self.code in _OF_ALL


_MOST_SHOWN = 600
_MOST_SAID = 10_000
"""Characters of a message: of those that are shown, and of those that are kept. An encoded
authorization message has some thousand."""
_AGAIN = "Wait a moment and try again."
_RENEW = "Renew the credentials (for SSO: run `aws sso login{profile}`) and try again."
_THROTTLED = ("AWS is throttling requests and refused to {doing}.", _AGAIN)
_EXPIRED = ("The credentials have expired.", _RENEW)
_DENIED = ("AWS denied {operation}: {detail}", "Ask for this permission, or use another profile.")

_ANSWERS: dict[str, tuple[str, str]] = {
    "AccessDenied": _DENIED,
    "AccessDeniedException": _DENIED,
    "UnauthorizedOperation": _DENIED,
    "ExpiredToken": _EXPIRED,
    "ExpiredTokenException": _EXPIRED,
    "RequestExpired": (
        "AWS rejected the request as too old.",
        "Check this machine's clock, or renew the credentials.",
    ),
    "InvalidClientTokenId": (
        "AWS does not recognize these credentials.",
        "Check the profile, the access key and the session token; the key may have been deleted.",
    ),
    "SignatureDoesNotMatch": (
        "AWS rejected the signature of the request.",
        "Check the secret access key and this machine's clock.",
    ),
    "LimitExceeded": (
        "A quota of the account is exceeded: {detail}",
        "Detach a policy that is no longer needed, or request a higher quota.",
    ),
    "NoSuchEntity": ("It does not exist, or was deleted: {detail}", "Reload and look again."),
    "UnmodifiableEntity": (
        "Only AWS can change this: {detail}",
        "Change it through the service that owns it, for AWSReservedSSO roles IAM Identity Center.",
    ),
    "PolicyNotAttachable": (
        "This policy cannot be attached: {detail}",
        "It is reserved for a service-linked role; choose another policy.",
    ),
    "InvalidInput": (
        "AWS rejected the request: {detail}",
        "Check the names and the policy's ARN.",
    ),
    "ValidationError": (
        "AWS rejected the request: {detail}",
        "Check the names and the policy's ARN.",
    ),
    "ServiceFailure": ("AWS failed to {doing}: {detail}", _AGAIN),
    "InternalFailure": ("AWS failed to {doing}: {detail}", _AGAIN),
    "ServiceUnavailable": ("AWS is not available: {detail}", _AGAIN),
    "ConcurrentModification": (
        "Another change of the same entity is in progress: {detail}",
        _AGAIN,
    ),
    "EntityTemporarilyUnmodifiable": ("It cannot be changed at the moment: {detail}", _AGAIN),
    "Throttling": _THROTTLED,
    "ThrottlingException": _THROTTLED,
    "ThrottledException": _THROTTLED,
    "RequestThrottled": _THROTTLED,
    "RequestThrottledException": _THROTTLED,
    "RequestLimitExceeded": _THROTTLED,
    "TooManyRequestsException": _THROTTLED,
    "SlowDown": _THROTTLED,
}
"""Sentence and advice by AWS's error code."""

_PASSING = frozenset(
    {"ConcurrentModification", "EntityTemporarilyUnmodifiable"}
    | {code for code, words in _ANSWERS.items() if words is _THROTTLED}
)
_OF_ALL = frozenset(
    {
        "ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidClientTokenId",
        "SignatureDoesNotMatch", "NoCredentials", "CredentialRetrieval", "MfaRequired",
        "RefreshWithMFAUnsupported", "SSO", "SSOTokenLoad", "UnauthorizedSSOToken", "NoAuthToken",
        "TokenRetrieval", "Login", "LoginTokenLoad", "LoginRefreshRequired",
        "LoginAuthorizationCode", "EndpointConnection", "ConnectTimeout", "ProxyConnection",
        "WrongAccount",
    }
)  # fmt: skip

_NETWORK = "Check the network, the proxy, the region and the endpoint URL."
_TIMEOUT = ("Timed out while trying to {doing}: {detail}", _NETWORK)
_SSO = (
    "The SSO session of this profile is missing or has expired.",
    "Run `aws sso login{profile}`.",
)
_LOGIN = (
    "The login session of this profile is missing or has expired.",
    "Run `aws login{profile}`.",
)
_REGION = (
    "The region or the endpoint is not valid: {detail}",
    "Check --region and --endpoint-url.",
)

_EXCEPTIONS: dict[str, tuple[str, str]] = {
    "NoCredentialsError": (
        "There are no AWS credentials.",
        "Choose a profile with --profile, or run `aws configure` or `aws sso login`.",
    ),
    "PartialCredentialsError": (
        "The AWS credentials are incomplete: {detail}",
        "Complete the profile or the environment variables.",
    ),
    "CredentialRetrievalError": (
        "The credentials could not be fetched: {detail}",
        "Run the profile's credential_process or login by itself to see the error.",
    ),
    "MetadataRetrievalError": (
        "The credentials could not be fetched: {detail}",
        "Choose a profile with --profile.",
    ),
    "ProfileNotFound": ("{detail}.", "`aws configure list-profiles` lists the profiles."),
    "ConfigParseError": ("The AWS configuration cannot be read: {detail}", "Fix the file."),
    "ConfigNotFound": ("The AWS configuration is missing: {detail}", "Check AWS_CONFIG_FILE."),
    "InvalidConfigError": ("The AWS configuration is not valid: {detail}", "Fix the profile."),
    "InvalidRetryConfigurationError": (
        "The AWS configuration is not valid: {detail}",
        "Fix the profile or the environment variable.",
    ),
    "RefreshWithMFAUnsupportedError": (
        "The session of this profile has ended, and renewing it needs an MFA code.",
        "Run `aws sts get-caller-identity{profile}`, which asks for the code, and start again.",
    ),
    "SSOError": _SSO,
    "TokenRetrievalError": _SSO,
    "NoAuthTokenError": _SSO,
    "LoginError": _LOGIN,
    "MissingDependencyException": (
        "This kind of login needs a package that is not installed: {detail}",
        "Install botocore[crt], or use another profile.",
    ),
    "ConnectTimeoutError": _TIMEOUT,
    "ReadTimeoutError": _TIMEOUT,
    "TimeoutError": ("Timed out while trying to {doing}: the response is incomplete.", _NETWORK),
    "EndpointConnectionError": ("AWS cannot be reached: {detail}", _NETWORK),
    "ProxyConnectionError": ("The proxy cannot be reached: {detail}", "Check HTTPS_PROXY."),
    "SSLError": (
        "The connection to AWS is not trusted: {detail}",
        "Check the endpoint URL, and AWS_CA_BUNDLE if a proxy inspects the traffic.",
    ),
    "ConnectionClosedError": ("The connection was closed while trying to {doing}.", _NETWORK),
    "HTTPClientError": ("The connection failed while trying to {doing}: {detail}", _NETWORK),
    "ResponseParserError": (
        "The response is not from AWS: it cannot be parsed.",
        "Check the endpoint URL and the proxy.",
    ),
    "NoRegionError": ("No region is configured.", "Set one with --region."),
    "InvalidRegionError": _REGION,
    "UnknownRegionError": _REGION,
    "EndpointResolutionError": _REGION,
    "EndpointProviderError": _REGION,
    "BaseEndpointResolverError": _REGION,
    "ValueError": _REGION,
    "ParamValidationError": (
        "The request is not valid: {detail}",
        "Check the names and the policy's ARN.",
    ),
}
"""Sentence and advice by the name of an exception's class or of a base class; the most derived one
counts."""

_ON_THE_WAY = frozenset(
    {"HTTPClientError", "ConnectionError", "ResponseParserError", "TimeoutError"}
)
"""With these a request may have arrived, if only an earlier attempt than the last."""


def explain(error: BaseException, doing: str, profile: str | None = None) -> AwsError:
    """Turn an exception of boto3 into an error with a sentence and advice.

    Args:
        error: What was raised.
        doing: What was attempted, as it follows "failed to": `list users`.
        profile: The profile in use, for commands in the advice.

    Returns:
        The error to show; an `AwsError` is returned as it is.
    """
    if isinstance(error, AwsError):
        return error
    option = f" --profile {safe(profile)}" if profile and profile != "default" else ""
    response = getattr(error, "response", None)
    if isinstance(response, dict) and hasattr(error, "operation_name"):
        return _answer(response, str(error.operation_name), doing, option)
    detail = _one_line(str(error))
    for kind in type(error).__mro__:
        if kind.__name__ in _EXCEPTIONS:
            name = kind.__name__
            sentence, advice = _EXCEPTIONS[name]
            return AwsError(
                type(error).__name__.removesuffix("Error"),
                sentence.format(doing=doing, detail=detail),
                advice.format(profile=option),
                lost=any(k.__name__ in _ON_THE_WAY for k in type(error).__mro__),
            )
    return AwsError(
        type(error).__name__,
        f"Failed to {doing}: {detail or type(error).__name__}",
        "Try again. If the error persists, report it with this message.",
        lost=True,
    )


def _answer(response: dict[str, Any], operation: str, doing: str, option: str) -> AwsError:
    """Explain an error response of AWS."""
    details = response.get("Error") or {}
    meta = response.get("ResponseMetadata") or {}
    code = safe(str(details.get("Code") or "Unknown"))
    status = meta.get("HTTPStatusCode", 0)
    said = _one_line(str(details.get("Message") or code), _MOST_SAID)
    sentence, advice = _ANSWERS.get(
        code,
        (
            "AWS returned {code} for {operation}: {detail}",
            _AGAIN if status >= 500 else "Reload and look again.",
        ),
    )
    return AwsError(
        code,
        sentence.format(
            code=code,
            doing=doing,
            operation=operation,
            detail=said[:_MOST_SHOWN],
        ),
        advice.format(profile=option),
        safe(str(meta["RequestId"])) if meta.get("RequestId") else None,
        # After a retry the error is that of the last attempt only: an earlier one, whose response
        # was lost, may have succeeded.
        lost=status >= 500 or bool(meta.get("RetryAttempts")),
        said=said,
    )


def _one_line(text: str, most: int = _MOST_SHOWN) -> str:
    return safe(without_secrets(" ".join(text.split())))[:most]
