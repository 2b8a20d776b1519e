"""Summaries of principals, for a table: the sums of their verdicts without explanations."""

from __future__ import annotations

from dataclasses import dataclass

from iam.account.attachments import Attachment
from iam.verdicts.bulk import VERDICT_ORDER, Verdicts, any_allowed
from iam.verdicts.request_index import RequestIndex
from iam.verdicts.result import SectionSum, Summary
from iam.verdicts.verdict import Verdict, sum_up


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """The part of a summary that depends only on verdicts."""

    verdict: Verdict
    sections: tuple[SectionSum, ...]
    invokes: Verdict
    can_invoke: bool | None
    uncertain: bool


class Summaries:
    """Sums up verdicts. Equal summaries are the same object."""

    def __init__(self, index: RequestIndex, readable: bool) -> None:
        """Prepare the sums of an index.

        Args:
            index: The requests.
            readable: Whether the document of the managed policy could be read.
        """
        self._index = index
        self._readable = readable
        problems = (section.requests for section in index.sections if section.problem)
        self._understood = index.section_requests & ~sum(problems)
        self._any_problem = any(section.problem for section in index.sections)
        self._by_verdicts: dict[Verdicts, Sums] = {}
        self._section_sums: dict[tuple[int, ...], SectionSum] = {}
        self._interned: dict[Summary, Summary] = {}
        self._interned_sums: dict[SectionSum, SectionSum] = {}
        self._by_content: dict[tuple[Sums, Attachment, tuple[str, ...] | None], Summary] = {}

    def summary(self, sums: Sums, attached: Attachment, others: tuple[str, ...] | None) -> Summary:
        """Build the summary of a principal.

        Args:
            sums: The sums of its verdicts.
            attached: How the managed policy is attached to it.
            others: The other policies: see `Summary.other_policies`.
        """
        key = (sums, attached, others)
        if (summary := self._by_content.get(key)) is None:
            new = Summary(
                verdict=sums.verdict,
                sections=sums.sections,
                attached=attached,
                invokes=sums.invokes,
                can_invoke=sums.can_invoke,
                other_policies=others,
                uncertain=sums.uncertain,
            )
            summary = self._by_content[key] = self._interned.setdefault(new, new)
        return summary

    def sums(self, merged: Verdicts) -> Sums:
        """Sum up the verdicts on all requests.

        Args:
            merged: The verdicts by first number: see `merge_actual`.
        """
        merged = merged.restricted_to(self._understood | self._index.of_invoking)
        if (sums := self._by_verdicts.get(merged)) is None:
            sums = self._by_verdicts.setdefault(merged, self._sum(merged))
        return sums

    def _sum(self, verdicts: Verdicts) -> Sums:
        can = any_allowed(self._index.on_models.requests, verdicts)
        sections = tuple(self._section(n, verdicts) for n in range(len(self._index.sections)))
        if not sections and not self._readable:
            verdict = Verdict.UNKNOWN
        elif self._any_problem:
            verdict = sum_up(section.verdict for section in sections)
        else:
            verdict = _sum_of(self._index.section_requests, verdicts)
        return Sums(
            verdict=verdict,
            sections=sections,
            invokes=self._invokes(can, verdicts),
            can_invoke=can,
            uncertain=bool(self._understood & ~verdicts.known),
        )

    def _invokes(self, can: bool | None, verdicts: Verdicts) -> Verdict:
        if can is None:
            return Verdict.UNKNOWN
        requests = self._index.invoking if can else self._index.on_models
        return _sum_of(requests.requests, verdicts)

    def _section(self, n: int, verdicts: Verdicts) -> SectionSum:
        section = self._index.sections[n]
        key = (n, *verdicts.restricted_to(section.requests))
        if (section_sum := self._section_sums.get(key)) is None:
            new = SectionSum(
                verdict=(
                    Verdict.UNKNOWN if section.problem else _sum_of(section.requests, verdicts)
                ),
                granted=sum(
                    bool(e.requests) and not e.requests & ~verdicts.granted for e in section.entries
                ),
                total=len(section.entries),
            )
            section_sum = self._section_sums[key] = self._interned_sums.setdefault(new, new)
        return section_sum


def _sum_of(requests: int, verdicts: Verdicts) -> Verdict:
    """Sum up the verdicts on some requests."""
    known = [v for v, group in zip(VERDICT_ORDER, verdicts[:4], strict=True) if group & requests]
    return sum_up([*known, Verdict.UNKNOWN] if requests & ~verdicts.known else known)
