"""The shapes of an answer about a principal: every verdict with what it comes from, and the sums.

Only plain data, so that a widget can import it without anything heavy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from iam.account.attachments import Attachment
from iam.arn import Arn
from iam.verdicts.verdict import Verdict

TOO_COMPLEX = "its resource patterns are too complex to be compared"
"""Why a verdict is unknown, or a statement was not understood, though all could be read."""


@dataclass(frozen=True, slots=True)
class DecidingStatement:
    """A statement that a verdict comes from."""

    effect: Literal["Allow", "Deny"]
    policy: str
    """A managed policy's ARN or an inline policy's name."""
    kind: Literal["managed", "inline", "boundary"]
    group: str | None
    """The group by which it reaches the user."""
    sid: str | None
    statement: int
    """Its place in the document, from 0."""
    scope: tuple[str, ...] = ()
    """What narrows it (resources, conditions, a problem), in words for the details."""
    understood: bool = True
    """Whether all of the statement was understood."""
    too_complex: bool = False
    """It was not, for its patterns are too complex to be compared."""

    @property
    def origin(self) -> str:
        """The policy, and the group by which it reaches the principal."""
        policy = Arn.parse(self.policy).name
        return f"{policy} by group {self.group}" if self.group else policy

    @property
    def in_words(self) -> str:
        """The policy, how it reaches the principal, and what narrows it."""
        boundary = "boundary " if self.kind == "boundary" else ""
        deny = "denied by " if self.effect == "Deny" else ""
        return " ".join([f"{deny}{boundary}{self.origin}", *self.scope])


@dataclass(frozen=True, slots=True)
class EntryResult:
    """The verdict on one entry of a section's statement, such as `bedrock:Get*`."""

    action: str
    verdict: Verdict
    concrete: Mapping[str, Verdict]
    """By concrete action; a plain action has itself as its only key."""
    via: tuple[DecidingStatement, ...]
    reasons: tuple[str, ...] = ()
    """What else decided, in words: a limiting boundary, a document that could not be read."""
    too_complex: bool = False
    """All documents were understood, and together their patterns are too complex to be compared."""

    @property
    def means(self) -> tuple[str, ...]:
        """What decides, in words: `PowerUserAccess by group ops`, `denied by Safe without MFA`."""
        return (*dict.fromkeys(via.in_words for via in self.via), *self.reasons)

    @property
    def granted(self) -> int:
        return sum(v is Verdict.GRANTED for v in self.concrete.values())

    @property
    def total(self) -> int:
        return len(self.concrete)


@dataclass(frozen=True, slots=True)
class SectionResult:
    """The verdict on one section, with its entries in the statement's order."""

    sid: str
    title: str
    verdict: Verdict
    entries: tuple[EntryResult, ...]
    granted: int
    """How many entries are granted, of `total`."""
    total: int

    def same_access(self, other: SectionResult) -> bool:
        """Whether all verdicts are the same, by whatever means."""
        return [e.concrete for e in self.entries] == [e.concrete for e in other.entries]


@dataclass(frozen=True, slots=True)
class PrincipalResult:
    """All verdicts on one principal."""

    verdict: Verdict
    sections: tuple[SectionResult, ...]
    attached: Attachment = field(default_factory=Attachment)
    hidden: tuple[str, ...] = ()
    """The policies by which it can invoke models, where none of them is obviously related to
    Bedrock."""

    @property
    def means(self) -> str:
        """What decides, in words, where a single action is asked about."""
        return "; ".join(m for s in self.sections for e in s.entries for m in e.means)


@dataclass(frozen=True, slots=True)
class SectionSum:
    """What the verdicts on one section come to."""

    verdict: Verdict
    granted: int
    """How many entries are granted, of `total`."""
    total: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What the verdicts on one principal come to, for a table; equal ones are one object."""

    verdict: Verdict
    sections: tuple[SectionSum, ...]
    attached: Attachment = field(default_factory=Attachment)
    invokes: Verdict | None = None
    """Whether it can invoke models; None where the policy's sections have no such action."""
    hidden: tuple[str, ...] = ()
    """The policies by which it can, where none of them is obviously related to Bedrock."""
    uncertain: bool = False
    """Whether the verdict on some action is unknown, be it that no sum shows it."""
