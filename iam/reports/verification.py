"""What AWS's simulator answered about a sample of principals, for every format that tells it."""

from __future__ import annotations

from collections import Counter

from iam.account.simulation import Simulated
from iam.counts import counted
from iam.errors import AwsError
from iam.reports.route_objects import context_object
from iam.verdicts.simulation import (
    LEFT_OUT,
    Comparison,
    Outcome,
    Verification,
    by_outcome,
    counts_in_words,
)

DECISION_WORDS = {
    "allowed": "allowed",
    "explicitDeny": "explicit deny",
    "implicitDeny": "implicit deny",
}
DIFFERENCE = ("principal", "action", "resource", "here", "AWS", "context")
"""The titles of the columns of `differences`."""
_MOST_REASONS = 3
"""Reasons for missing answers that are named; the JSON has all of them."""
Json = dict[str, object]


def verification_object(verification: Verification) -> Json:
    """The value of `verified` in the JSON of an audit."""
    counts = by_outcome(verification.comparisons)
    error = verification.error
    return {
        "seed": verification.seed,
        "of": verification.of,
        **{outcome.value: counts[outcome] for outcome in Outcome},
        "error": None if error is None else {"code": error.code, "message": error.sentence},
        "principals": [
            {
                "arn": each.entity.arn,
                "context": context_object(each.always),
                "requests": [_request(comparison) for comparison in each.comparisons],
            }
            for each in verification.verified
        ],
    }


def _request(comparison: Comparison) -> Json:
    request, aws = comparison.request, comparison.aws
    said: Json = {"aws": None}
    if isinstance(aws, Simulated):
        said = {
            "aws": aws.decision,
            "statements": [{"policy": s.policy, "type": s.type} for s in aws.statements],
            "missing": list(aws.missing),
            "allowed_by_organization": aws.allowed_by_organization,
            "allowed_by_boundary": aws.allowed_by_boundary,
        }
    return {
        "action": request.action,
        "resource": request.resource,
        "context": context_object(request.context),
        "verdict": comparison.ours.verdict,
        "outcome": comparison.outcome,
        "why": comparison.why,
        **said,
    }


def verification_in_words(verification: Verification) -> list[str]:
    """How AWS's answers compare, in lines of text that may contain anything."""
    asked = len(verification.verified)
    counts = counts_in_words(verification.comparisons)
    who = f"{asked} of {counted(verification.of, 'principal')} (seed {verification.seed})"
    lines = [f"Verified with AWS's policy simulator: {who}, {counts}."]
    if (error := verification.error) is not None:
        lines.append(f"The others could not be asked about: {error}")
    reasons = Counter(c.why for c in verification.comparisons if c.outcome is Outcome.UNANSWERED)
    for why, count in reasons.most_common(_MOST_REASONS):
        lines.append(f"{count} without an answer: {why}")
    return lines


def differences(verification: Verification) -> list[tuple[str, ...]]:
    """The requests about which AWS disagrees, each with the cells of `DIFFERENCE`."""
    return [
        (
            each.entity.name,
            comparison.request.action,
            comparison.request.resource,
            comparison.ours.verdict.value,
            decision_in_words(comparison.aws),
            "; ".join(entry.in_words for entry in comparison.request.context),
        )
        for each in verification.verified
        for comparison in each.comparisons
        if comparison.outcome is Outcome.DIFFERS
    ]


def verification_lines(verification: Verification) -> list[str]:
    """A summary and a table of the differences, in lines of text that may contain anything."""
    lines = verification_in_words(verification)
    if rows := differences(verification):
        lines += ["", *_columns([DIFFERENCE, *rows])]
    return [*lines, LEFT_OUT]


def decision_in_words(aws: Simulated | AwsError) -> str:
    """What AWS decides, in a word or two; `no answer` where it does not."""
    return DECISION_WORDS[aws.decision] if isinstance(aws, Simulated) else "no answer"


def _columns(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
