"""Find the statements that decide requests, in the order in which an explanation names them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from iam.account.unread import Unread
from iam.policy.document import Statement
from iam.verdicts.effect_builder import EffectBuilder
from iam.verdicts.evidence import Evidence
from iam.verdicts.request_index import RequestIndex


class Decision(NamedTuple):
    """A deciding statement, and whether all of it was understood."""

    evidence: Evidence
    statement: Statement
    understood: bool
    too_complex: bool


class Considered(NamedTuple):
    """A policy whose statements may have decided some requests."""

    evidence: Evidence
    allows: int
    """The requests that its Allow statements may have decided."""
    denies: int
    """The requests that its other statements may have decided."""


def decisions(
    index: RequestIndex, effects: EffectBuilder, considered: Sequence[Considered]
) -> list[Decision]:
    """Find the statements that reach a deciding request, ordered by the first such request.

    Args:
        index: The requests.
        effects: Knows how far the statements reach.
        considered: The policies whose statements may decide.
    """
    first_numbers = {other: i for i, other in index.actual_numbers.items()}
    found: dict[tuple[int, int], tuple[int, Decision]] = {}
    for n, (evidence, allows, denies) in enumerate(considered):
        document = evidence.policy.document
        if isinstance(document, Unread):
            continue
        for match in evidence.read.matches:
            deciding = allows if match.rule.effect == "Allow" else denies
            if not (reached := effects.reached_requests(match, deciding)):
                continue
            number, rule = match.statement, match.rule
            first = (reached & -reached).bit_length() - 1
            first = first_numbers.get(first, first)
            decision = Decision(
                evidence, document.statements[number], rule.understood, rule.too_complex
            )
            if (previous := found.get((n, number))) is not None:
                first = min(first, previous[0])
                decision = decision._replace(
                    understood=decision.understood and previous[1].understood,
                    too_complex=decision.too_complex or previous[1].too_complex,
                )
            found[n, number] = first, decision
    ordered = sorted(found.items(), key=lambda item: (item[1][0], item[0]))
    return [decision for _, (_, decision) in ordered]
