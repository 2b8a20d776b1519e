"""AWS's answers about concrete requests beside our own verdicts, and whether they differ.

A comparison never changes a verdict. Verdicts of `partial` and `unknown` depend on something that
the request does not hold, and can neither agree with AWS nor differ from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from iam.account.model import Account, Entity
from iam.account.simulation import ContextEntry, Request, Simulated
from iam.counts import counted
from iam.errors import AwsError
from iam.policy.action_catalogue import Catalogue
from iam.verdicts.concrete_request import judged, without_resource_control
from iam.verdicts.result import EntryResult
from iam.verdicts.verdict import Verdict

LEFT_OUT = (
    "Neither side counts resource control policies, session policies and resource-based policies "
    "here. AWS takes a condition key that it was not given as absent."
)


class Outcome(StrEnum):
    """How AWS's answer and our verdict compare."""

    AGREES = "agrees"
    DIFFERS = "differs"
    DEPENDS = "depends"
    """Our verdict depends on something that the request does not hold."""
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True)
class Comparison:
    """AWS's answer about a request, and ours."""

    request: Request
    ours: EntryResult
    aws: Simulated | AwsError
    outcome: Outcome
    why: str = ""
    """What it depends on, or why there is no answer."""


@dataclass(frozen=True, slots=True)
class Verified:
    """A principal, and the comparisons of the requests that AWS was asked about."""

    entity: Entity
    always: tuple[ContextEntry, ...]
    """The context of all of these requests."""
    comparisons: tuple[Comparison, ...]
    left_out: int = 0
    """How many more requests there would have been."""


@dataclass(frozen=True, slots=True)
class Verification:
    """A sample of the principals of an audit, compared with AWS's answers."""

    seed: int
    """Chooses the principals: the same ones for the same seed and account."""
    of: int
    """The principals among which they were chosen."""
    verified: tuple[Verified, ...]
    error: AwsError | None = None
    """Why AWS could not be asked about the others."""

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """Those of all principals."""
        return tuple(each for one in self.verified for each in one.comparisons)

    @property
    def complete(self) -> bool:
        """Whether AWS answered everything."""
        return self.error is None and not by_outcome(self.comparisons)[Outcome.UNANSWERED]


def compared(
    account: Account,
    entity: Entity,
    answers: Mapping[Request, Simulated | AwsError],
    catalogue: Catalogue,
    now: datetime | None = None,
) -> tuple[Comparison, ...]:
    """Hold AWS's answers against our own verdicts.

    Args:
        account: The account, current or, if AWS was asked so, after a change.
        entity: A user or a role of the account.
        answers: What AWS answered.
        catalogue: The concrete actions.
        now: The time of the requests.
    """
    limited = without_resource_control(account)
    unread = account.organization_of(entity).status in ("unread", "unasked")
    requests = list(answers)
    ours = judged(limited, entity, requests, catalogue, now)
    return tuple(
        Comparison(request, result, answers[request], *_outcome(result, answers[request], unread))
        for request, result in zip(requests, ours, strict=True)
    )


def _outcome(
    ours: EntryResult, aws: Simulated | AwsError, organization_unread: bool
) -> tuple[Outcome, str]:
    if isinstance(aws, AwsError):
        return Outcome.UNANSWERED, str(aws)
    if ours.verdict is Verdict.UNKNOWN:
        return Outcome.DEPENDS, f"depends on what could not be read: {_listed(ours.reasons)}"
    if ours.verdict is Verdict.PARTIAL:
        return Outcome.DEPENDS, f"depends on {_listed(_narrowing(ours))}"
    allowed = aws.decision == "allowed"
    if (ours.verdict is Verdict.GRANTED) == allowed:
        return Outcome.AGREES, ""
    if organization_unread and aws.allowed_by_organization is False:
        return Outcome.DEPENDS, "depends on the organization, which could not be read"
    if organization_unread and aws.allowed_by_organization is None and not aws.statements:
        return Outcome.DEPENDS, "depends on the organization, of which AWS says nothing here"
    return Outcome.DIFFERS, ""


def _narrowing(ours: EntryResult) -> Sequence[str]:
    """The statements whose conditions the request leaves open, and other reasons."""
    return [*(via.in_words for via in ours.via if via.scope), *ours.reasons] or list(ours.means)


def _listed(words: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(words)) or "the context of the request"


def by_outcome(comparisons: Iterable[Comparison]) -> Counter[Outcome]:
    """How many comparisons have each outcome."""
    return Counter(each.outcome for each in comparisons)


def counts_in_words(comparisons: Sequence[Comparison]) -> str:
    """Say how many requests were asked about, and how the answers compare."""
    counts = by_outcome(comparisons)
    words = {
        Outcome.DIFFERS: ("differs", "differ"),
        Outcome.AGREES: ("agrees", "agree"),
        Outcome.DEPENDS: ("depends on more than was asked", "depend on more than was asked"),
        Outcome.UNANSWERED: ("has no answer", "have no answer"),
    }
    # What differs is said even if nothing does.
    parts = [
        f"{counts[outcome]} {one if counts[outcome] == 1 else many}"
        for outcome, (one, many) in words.items()
        if counts[outcome] or outcome is Outcome.DIFFERS
    ]
    total = len(comparisons)
    return f"{counted(total, 'request')}: {', '.join(parts)}"


def organization_in_words(comparisons: Sequence[Comparison]) -> str:
    """What AWS says of the organization for what was asked, and only for that; may be empty."""
    said = [
        each.aws.allowed_by_organization
        for each in comparisons
        if isinstance(each.aws, Simulated) and each.aws.allowed_by_organization is not None
    ]
    if not said:
        return ""
    if len(said) == 1:
        verb = "allows" if all(said) else "does not allow"
        return f"AWS says that the organization {verb} the request asked about."
    count = f"all {len(said)}" if all(said) else f"{sum(said)} of the {len(said)}"
    return f"AWS says that the organization allows {count} requests asked about."
