"""Result types: the verdicts on a principal with their explanations, and summaries.

The module contains plain data only, so that widgets can import it during start-up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from iam.account.attachments import Attachment
from iam.account.effective_policies import PolicyKind
from iam.arn import Arn
from iam.verdicts.invocation import Invocation
from iam.verdicts.verdict import Verdict

TOO_COMPLEX = "its patterns or conditions are too complex to be compared"
"""The reason for an unknown verdict if all documents could be read and parsed."""


def in_group(policy: str, group: str | None) -> str:
    """Name a policy, and the group through which it applies to a principal, if there is one."""
    name = Arn.parse(policy).name
    return f"{name} by group {group}" if group else name


def limit_in_words(
    policy: str, kind: PolicyKind, group: str | None = None, level: str | None = None
) -> str:
    """Name a policy that limits access: `SCP DenyRegions at Workloads`."""
    name = f"{kind.upper() if kind in ('scp', 'rcp') else kind} {policy}"
    return f"{name} at {level}" if level else name


@dataclass(frozen=True, slots=True)
class DecidingStatement:
    """A statement that determines a verdict."""

    effect: Literal["Allow", "Deny"]
    policy: str
    """A managed policy's ARN or an inline policy's name."""
    kind: PolicyKind
    group: str | None
    """The group through which the policy applies to the user."""
    sid: str | None
    statement: int
    """The position in the document, from 0."""
    level: str | None = None
    """The level of the organization that the policy is attached to."""
    scope: tuple[str, ...] = ()
    """The resources of the statement, the conditions that requests may meet or not, and problems,
    in words."""
    decided: tuple[str, ...] = ()
    """The conditions that hold for all requests of the principal, in words."""
    models: str = ""
    """The models that the statement reaches, in a few words, if it allows invoking models."""
    understood: bool = True
    """Whether all of the statement was understood."""
    too_complex: bool = False
    """Whether it was not understood because its patterns or conditions are too complex."""

    @property
    def limits(self) -> bool:
        """Whether its policy limits access without granting any."""
        return self.kind not in ("managed", "inline")

    @property
    def limit_kind(self) -> str:
        """The kind of its policy, of one that limits access: `SCPs`, `RCPs`, `the boundary`."""
        return {"scp": "SCPs", "rcp": "RCPs"}.get(self.kind, f"the {self.kind}")

    @property
    def origin(self) -> str:
        """The policy, and the group or the level through which it applies to the principal."""
        if self.limits:
            # Names of organization policies may contain slashes.
            name = Arn.parse(self.policy).name if self.kind == "boundary" else self.policy
            return limit_in_words(name, self.kind, level=self.level)
        return in_group(self.policy, self.group)

    @property
    def in_words(self) -> str:
        """The policy, how it applies to the principal, and the scope of the statement.

        Why a limit applies at all is left to the details: guard rails name many who are exempt.
        """
        deny = "denied by " if self.effect == "Deny" else ""
        why = [f"({'; '.join(self.decided)})"] if self.decided and not self.limits else []
        return " ".join([f"{deny}{self.origin}", *self.scope, *why])


@dataclass(frozen=True, slots=True)
class EntryResult:
    """The verdict on one entry of a section's statement, such as `bedrock:Get*`."""

    action: str
    verdict: Verdict
    concrete: Mapping[str, Verdict]
    """By concrete action. An entry without wildcards has itself as its only key."""
    via: tuple[DecidingStatement, ...]
    reasons: tuple[str, ...] = ()
    """Other reasons in words: a boundary that limits access, a document that could not be read."""
    too_complex: bool = False
    """Whether all documents were understood, but their patterns together are too complex."""
    allowed: bool = False
    """Whether some of it is allowed for certain, although the verdict is unknown."""

    @property
    def means(self) -> tuple[str, ...]:
        """The statements and other reasons in words: `denied by Safe without MFA`."""
        return (*dict.fromkeys(via.in_words for via in self.via), *self.reasons)

    @property
    def withheld_by(self) -> tuple[str, ...]:
        """What keeps a part of the access away, in words: Denies, limits, unread documents."""
        denies = dict.fromkeys(via.in_words for via in self.via if via.effect == "Deny")
        return (*denies, *self.reasons)

    @property
    def granted(self) -> int:
        """The number of concrete actions that are granted."""
        return sum(v is Verdict.GRANTED for v in self.concrete.values())

    @property
    def total(self) -> int:
        """The number of concrete actions."""
        return len(self.concrete)


@dataclass(frozen=True, slots=True)
class SectionResult:
    """The verdict on one section, with its entries in the order of the statement."""

    sid: str
    title: str
    verdict: Verdict
    entries: tuple[EntryResult, ...]
    granted: int
    """The number of entries that are granted."""
    total: int
    """The number of entries."""

    def same_access(self, other: SectionResult) -> bool:
        """Return whether all verdicts are the same, regardless of their reasons."""
        return [e.concrete for e in self.entries] == [e.concrete for e in other.entries]


@dataclass(frozen=True, slots=True)
class PrincipalResult:
    """All verdicts on one principal."""

    verdict: Verdict
    sections: tuple[SectionResult, ...]
    attached: Attachment = field(default_factory=Attachment)
    invocation: Invocation | None = None
    """Whether it can invoke models; None if that was not asked."""
    other_policies: tuple[str, ...] | None = ()
    """The policies not specific to Bedrock that let it invoke models; None if not known."""

    @property
    def means(self) -> str:
        """The statements and other reasons in words, for the evaluation of a few actions."""
        every = (m for s in self.sections for e in s.entries for m in e.means)
        return "; ".join(dict.fromkeys(every))


@dataclass(frozen=True, slots=True)
class SectionSum:
    """The sum of the verdicts on one section."""

    verdict: Verdict
    granted: int
    """The number of entries that are granted."""
    total: int
    """The number of entries."""


@dataclass(frozen=True, slots=True)
class Summary:
    """The sums of the verdicts on one principal. Equal summaries are the same object."""

    verdict: Verdict
    sections: tuple[SectionSum, ...]
    attached: Attachment = field(default_factory=Attachment)
    invokes: Verdict = Verdict.NONE
    """The sum for the actions that invoke models, on all resources."""
    can_invoke: bool | None = False
    """Whether any of these is allowed, be it in part; None if that is not known."""
    other_policies: tuple[str, ...] | None = ()
    """The policies not specific to Bedrock that let it invoke models; None if not known."""
    uncertain: bool = False
    """Whether the verdict on some action is unknown, even if the sums are not."""
