"""Concrete requests, and what AWS's policy simulator answers about them.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Decision = Literal["allowed", "explicitDeny", "implicitDeny"]
"""What AWS decides about a request."""
ContextType = Literal["string", "stringList", "boolean", "date", "numeric"]
EVERYTHING = "*"
"""The resource of requests that have none."""


class ContextEntry(NamedTuple):
    """A condition key with the values that it has in a request; without any, it is absent."""

    key: str
    values: tuple[str, ...]
    type: ContextType = "string"

    @property
    def in_words(self) -> str:
        """The key and its values: `aws:RequestedRegion us-east-1`."""
        return f"{self.key} {', '.join(self.values) or 'absent'}"


class Request(NamedTuple):
    """One action on one resource, in a context."""

    action: str
    resource: str
    """An ARN without wildcards; `*` for an action without resource types."""
    context: tuple[ContextEntry, ...] = ()
    """What is in this request and not in every other request of the principal."""


@dataclass(frozen=True, slots=True)
class MatchedStatement:
    """A statement that decides, as AWS names it."""

    policy: str
    """The `SourcePolicyId`."""
    type: str = ""
    """The `SourcePolicyType`."""
    line: int | None = None
    """Where it begins in the document."""

    @property
    def in_words(self) -> str:
        """The policy, its type, and where the statement begins."""
        notes = [self.type] if self.type else []
        notes += [f"line {self.line}"] if self.line is not None else []
        return f"{self.policy} ({', '.join(notes)})" if notes else self.policy


@dataclass(frozen=True, slots=True)
class Simulated:
    """What AWS answers about a request."""

    decision: Decision
    statements: tuple[MatchedStatement, ...] = ()
    """Of identity-based policies: AWS names no statements of others."""
    missing: tuple[str, ...] = ()
    """Condition keys that policies ask for and that the request was not given."""
    allowed_by_organization: bool | None = None
    """Whether the organization's policies allow it; None if AWS does not say."""
    allowed_by_boundary: bool | None = None
    """Whether the permissions boundary allows it; None if AWS does not say."""
