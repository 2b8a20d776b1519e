"""Errors of AWS calls as sentences: what happened, and what to do about it.

Exceptions are distinguished by the names of their classes, so that this module does not import
botocore: everything that only shows an error can import it before anything heavy is loaded.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from iam.error_words import AGAIN, ANSWERS, EXCEPTIONS, THROTTLED
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
_PASSING = frozenset(
    {"ConcurrentModification", "EntityTemporarilyUnmodifiable"}
    | {code for code, words in ANSWERS.items() if words is THROTTLED}
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

_OF_A_URL = ("Invalid endpoint", "Invalid IPv6 URL", "Port ")
"""How a ValueError about an endpoint begins; it has no class of its own."""
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
    names = [kind.__name__ for kind in type(error).__mro__]
    if type(error) is ValueError and str(error).startswith(_OF_A_URL):
        names = ["EndpointProviderError"]
    for name in names:
        if name in EXCEPTIONS:
            sentence, advice = EXCEPTIONS[name]
            return AwsError(
                type(error).__name__.removesuffix("Error"),
                sentence.format(doing=doing, detail=detail),
                advice.format(profile=option),
                lost=not _ON_THE_WAY.isdisjoint(names),
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
    sentence, advice = ANSWERS.get(
        code,
        (
            "AWS returned {code} for {operation}: {detail}",
            AGAIN if status >= 500 else "Reload and look again.",
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
