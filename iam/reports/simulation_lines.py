"""AWS's answers about one principal beside our verdicts, as lines to read, copy or save.

What differs comes first. Requests with the same answer share it; each is named with its resource.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from iam.account.simulation import ContextEntry, Simulated
from iam.reports.verification import decision_in_words
from iam.verdicts.simulation import (
    LEFT_OUT,
    Comparison,
    Outcome,
    Verified,
    counts_in_words,
    organization_in_words,
)

Tone = Literal["", "heading", "differs", "dim"]
_HEADINGS: dict[Outcome, str] = {
    Outcome.DIFFERS: "Differs: AWS decides otherwise",
    Outcome.UNANSWERED: "No answer",
    Outcome.DEPENDS: "Depends on more than was asked: neither agrees nor differs",
    Outcome.AGREES: "Agrees",
}
_MOST_NAMED = 3
"""Statements of ours that are named; the details list all of them."""


class Line(NamedTuple):
    """A line of text that may contain anything, and how it is to look."""

    text: str
    tone: Tone = ""


def simulation_lines(verified: Verified) -> list[Line]:
    """All that is known about the requests of a principal."""
    comparisons = verified.comparisons
    if not comparisons:
        return [Line("There is nothing to ask about: AWS's reference has none of these actions.")]
    differs = any(each.outcome is Outcome.DIFFERS for each in comparisons)
    lines = [Line(f"{counts_in_words(comparisons)}.", "differs" if differs else "heading")]
    if verified.left_out:
        lines.append(Line(f"{verified.left_out} more requests were not asked about."))
    if said := organization_in_words(comparisons):
        lines.append(Line(said))
    for outcome, heading in _HEADINGS.items():
        of_outcome = [each for each in comparisons if each.outcome is outcome]
        if of_outcome:
            tone: Tone = "differs" if outcome is Outcome.DIFFERS else "heading"
            lines += [Line(""), Line(heading, tone)]
            # What AWS does not allow is what was asked for, mostly.
            for group in sorted(_grouped(of_outcome), key=_is_allowed):
                lines += _of_group(group)
    lines.append(Line(""))
    if verified.always:
        lines.append(Line(f"Context of all requests: {_context(verified.always)}.", "dim"))
    return [*lines, Line(f"{LEFT_OUT} Verdicts stay as they are.", "dim")]


def preview_lines(verified: Sequence[Verified], of: int) -> list[Line]:
    """What AWS says that principals could do without a policy, and whether a preview says the same.

    Args:
        verified: The principals that were asked about.
        of: How many the preview is about.
    """
    lines = [Line("AWS was asked as if the policy were detached; nothing has been changed.", "dim")]
    if len(verified) < of:
        lines.append(Line(f"Asked about {len(verified)} of {of} principals.", "dim"))
    for each in verified:
        lines += [Line(""), Line(each.entity.name, "heading"), *simulation_lines(each)]
    return lines


def _grouped(comparisons: Iterable[Comparison]) -> list[list[Comparison]]:
    """Put together what has the same answer and the same reasons."""
    groups: dict[object, list[Comparison]] = {}
    for each in comparisons:
        aws = each.aws if isinstance(each.aws, Simulated) else str(each.aws)
        key = aws, each.ours.verdict, each.ours.means, each.why, each.request.context
        groups.setdefault(key, []).append(each)
    return list(groups.values())


def _is_allowed(group: Sequence[Comparison]) -> bool:
    aws = group[0].aws
    return isinstance(aws, Simulated) and aws.decision == "allowed"


def _of_group(group: Sequence[Comparison]) -> list[Line]:
    first = group[0]
    aws, ours = first.aws, first.ours
    tone: Tone = "differs" if first.outcome is Outcome.DIFFERS else ""
    lines = [Line(f"  AWS: {decision_in_words(aws)}; here: {ours.verdict}", tone)]
    notes = [first.why] if first.why else []
    if not first.why and ours.means:
        named = list(ours.means[:_MOST_NAMED])
        more = len(ours.means) - len(named)
        named += [f"{more} more"] if more else []
        notes.append(f"here: {'; '.join(named)}")
    if isinstance(aws, Simulated):
        notes += _notes(aws)
    if first.request.context:
        notes.append(f"with {_context(first.request.context)}")
    lines += [Line(f"    {note}", "dim") for note in notes]
    for actions, resources in _by_actions(group).items():
        lines.append(Line(f"    {', '.join(actions)}"))
        lines += [Line(f"      {resource}") for resource in resources]
    return lines


def _notes(aws: Simulated) -> list[str]:
    """What AWS says of its decision."""
    notes = []
    if aws.statements:
        notes.append(f"AWS: {'; '.join(each.in_words for each in aws.statements)}")
    for allowed, who in (
        (aws.allowed_by_organization, "organization"),
        (aws.allowed_by_boundary, "permissions boundary"),
    ):
        if allowed is not None:
            verb = "allows" if allowed else "does not allow"
            notes.append(f"AWS: the {who} {verb} it")
    if aws.missing:
        notes.append(f"not given: {', '.join(aws.missing)}")
    return notes


def _by_actions(group: Iterable[Comparison]) -> dict[tuple[str, ...], list[str]]:
    """The resources, by the actions that were asked about on each of them."""
    actions: dict[str, list[str]] = {}
    for each in group:
        actions.setdefault(each.request.resource, []).append(each.request.action)
    by_actions: dict[tuple[str, ...], list[str]] = {}
    for resource, names in actions.items():
        by_actions.setdefault(tuple(sorted(names)), []).append(resource)
    return by_actions


def _context(entries: Iterable[ContextEntry]) -> str:
    return "; ".join(entry.in_words for entry in entries)
