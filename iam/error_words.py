"""The sentences and the advice for errors of AWS calls, by error code and by exception.

`{doing}`, `{operation}`, `{detail}` and `{profile}` are filled in by `iam.errors`.
"""

from __future__ import annotations

AGAIN = "Wait a moment and try again."
_RENEW = "Renew the credentials (for SSO: run `aws sso login{profile}`) and try again."
THROTTLED = ("AWS is throttling requests and refused to {doing}.", AGAIN)
_EXPIRED = ("The credentials have expired.", _RENEW)
_DENIED = ("AWS denied {operation}: {detail}", "Ask for this permission, or use another profile.")

ANSWERS: dict[str, tuple[str, str]] = {
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
    "UnrecognizedClientException": (
        "AWS does not recognize these credentials in this region: {detail}",
        "Check that the region is enabled for the account.",
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
    "ServiceFailure": ("AWS failed to {doing}: {detail}", AGAIN),
    "InternalFailure": ("AWS failed to {doing}: {detail}", AGAIN),
    "ServiceUnavailable": ("AWS is not available: {detail}", AGAIN),
    "ConcurrentModification": (
        "Another change of the same entity is in progress: {detail}",
        AGAIN,
    ),
    "EntityTemporarilyUnmodifiable": ("It cannot be changed at the moment: {detail}", AGAIN),
    "Throttling": THROTTLED,
    "ThrottlingException": THROTTLED,
    "ThrottledException": THROTTLED,
    "RequestThrottled": THROTTLED,
    "RequestThrottledException": THROTTLED,
    "RequestLimitExceeded": THROTTLED,
    "TooManyRequestsException": THROTTLED,
    "SlowDown": THROTTLED,
}
"""Sentence and advice by AWS's error code."""

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

EXCEPTIONS: dict[str, tuple[str, str]] = {
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
        "Check the profile, or log in again.",
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
    "ParamValidationError": (
        "The request is not valid: {detail}",
        "Check the names and the policy's ARN.",
    ),
}
"""Sentence and advice by the name of an exception's class or of a base class; the most derived one
counts."""
