"""What AWS's message says of a refusal: which kind of policy refused, and how to learn more.

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied-authorization-id.html
https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, NamedTuple

from iam.errors import AwsError
from iam.text import ascii_lower

RefusingKind = Literal[
    "identity", "boundary", "scp", "rcp", "session", "resource", "endpoint", "trust"
]
_KINDS: dict[str, RefusingKind] = {
    "identity-based policy": "identity",
    "permissions boundary": "boundary",
    "permissions boundary policy": "boundary",
    "service control policy": "scp",
    "resource control policy": "rcp",
    "session policy": "session",
    "sessions policy": "session",  # as AWS writes it in an example
    "resource-based policy": "resource",
    "vpc endpoint policy": "endpoint",
    "role trust policy": "trust",
}
"""What AWS calls the kinds of policies."""
KIND_WORDS: dict[RefusingKind, str] = {
    "identity": "identity-based policy",
    "boundary": "permissions boundary",
    "scp": "service control policy",
    "rcp": "resource control policy",
    "session": "session policy",
    "resource": "resource-based policy",
    "endpoint": "VPC endpoint policy",
    "trust": "role trust policy",
}
_NAMES = "|".join(sorted(map(re.escape, _KINDS), key=len, reverse=True))
_EXPLICIT = re.compile(
    rf"with an explicit deny(?: in (?:an?|the) (?P<kind>{_NAMES})"
    rf"(?: transitively through (?:an?|the) (?P<through>{_NAMES}))?)?",
    re.IGNORECASE,
)
_IMPLICIT = re.compile(rf"because no (?P<kind>{_NAMES}) allows the \S+ action", re.IGNORECASE)
_POLICY = re.compile(r"\s*(?:,? with policy ARN)?:\s*(?P<arn>arn:[^\s,]+)")
_ENCODED = re.compile(
    r"encoded authorization failure message: ?(?P<id>[A-Za-z0-9_+/=-]+)", re.IGNORECASE
)
_AUTHORIZATION = re.compile(r"authorization id: ?(?P<id>[0-9a-z]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What an access denied message says."""

    explicit: bool | None = None
    """Whether a statement denies it; False if none allows it; None if the message does not say."""
    kind: RefusingKind | None = None
    """The kind of policy that refused."""
    policy: str | None = None
    """The ARN of the policy."""
    encoded: str | None = None
    """An encoded message with the details."""
    authorization_id: str | None = None
    """The ID by which AWS keeps the details."""

    @property
    def in_words(self) -> str:
        """Which kind of policy refused, and how; empty if the message does not say."""
        if self.kind is None:
            return "Refused by an explicit deny." if self.explicit else ""
        name = KIND_WORDS[self.kind]
        if not self.explicit:
            return f"Refused because no {name} allows it."
        article = "an" if name[0] in "aeiou" else "a"
        named = f": {self.policy}" if self.policy else ""
        return f"Refused by an explicit deny in {article} {name}{named}."

    @property
    def command(self) -> str:
        """The AWS CLI command that shows the details; empty if there is none."""
        if self.encoded:
            return f"aws sts decode-authorization-message --encoded-message {self.encoded}"
        if self.authorization_id:
            return (
                "aws iam-toolbox get-request-authorization-details "
                f"--authorization-id {self.authorization_id}"
            )
        return ""


class Explanation(NamedTuple):
    """What is known of a refusal, in words."""

    lines: tuple[str, ...] = ()
    """What AWS says of the policy that refused, and what our own evaluation finds."""
    command: str = ""
    """The AWS CLI command that shows the details; empty if there is none."""


UNEXPLAINED = Explanation()


def refusal_of(error: AwsError) -> Refusal | None:
    """Read what a refusal says.

    Args:
        error: Any error.

    Returns:
        What its message says; None if it is no refusal for lack of permission.
    """
    return parse_refusal(error.said or error.sentence) if error.denied else None


def parse_refusal(message: str) -> Refusal:
    """Read an access denied message; a wording that is not known says nothing.

    Args:
        message: AWS's message.
    """
    encoded, id = _ENCODED.search(message), _AUTHORIZATION.search(message)
    details = encoded["id"] if encoded else None, id["id"] if id else None
    if found := _EXPLICIT.search(message):
        # A VPC endpoint passes on what another policy denies.
        name = found["through"] or found["kind"]
        arn = _POLICY.match(message, found.end()) if name else None
        policy = arn["arn"].rstrip(".") if arn else None
        return Refusal(True, _kind(name), policy, *details)
    if found := _IMPLICIT.search(message):
        return Refusal(False, _kind(found["kind"]), None, *details)
    return Refusal(None, None, None, *details)


def _kind(name: str | None) -> RefusingKind | None:
    return _KINDS[ascii_lower(name)] if name else None
