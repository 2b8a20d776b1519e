"""Summaries of principals, for a table of all: the sums of their verdicts, without the reasons."""

from __future__ import annotations

from dataclasses import dataclass

from iam.account.attachments import Attachment
from iam.verdicts.acted_on import deciding
from iam.verdicts.bulk import IN_ORDER, Verdicts
from iam.verdicts.hidden_grants import INVOKES
from iam.verdicts.request_index import RequestIndex
from iam.verdicts.result import SectionSum, Summary
from iam.verdicts.verdict import Verdict, sum_up


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """What a summary has that does not depend on names."""

    verdict: Verdict
    sections: tuple[SectionSum, ...]
    invokes: Verdict | None
    uncertain: bool
    invoking: int
    """The requests, by both numbers, whose Allows are those by which models can be invoked."""


class Summaries:
    """Sums up verdicts; equal sums are one object."""

    def __init__(self, index: RequestIndex, readable: bool) -> None:
        """Take the requests, and whether the managed policy's document could be read."""
        self._index = index
        self._readable = readable
        problems = (section.requests for section in index.sections if section.problem)
        self._understood = index.asked & ~sum(problems)
        self._any_problem = any(section.problem for section in index.sections)
        self._invoking = index.asked & sum(
            1 << i for i, one in enumerate(index.requests) if one.name in INVOKES
        )
        self._by_verdicts: dict[tuple[int, ...], Sums] = {}
        self._section_sums: dict[tuple[int, ...], SectionSum] = {}
        self._equal: dict[Summary, Summary] = {}
        self._equal_sums: dict[SectionSum, SectionSum] = {}
        self._same: dict[tuple[Sums, Attachment, tuple[str, ...]], Summary] = {}

    def summary(self, sums: Sums, attached: Attachment, hidden: tuple[str, ...]) -> Summary:
        """Make the summary on one principal.

        Args:
            sums: Of its verdicts.
            attached: How it has the managed policy.
            hidden: The policies by which it can invoke models unexpectedly.
        """
        key = (sums, attached, hidden)
        if (known := self._same.get(key)) is None:
            made = Summary(
                verdict=sums.verdict,
                sections=sums.sections,
                attached=attached,
                invokes=sums.invokes,
                hidden=hidden,
                uncertain=sums.uncertain,
            )
            known = self._same[key] = self._equal.setdefault(made, made)
        return known

    def sums(self, verdicts: Verdicts, on_asked: Verdicts) -> Sums:
        """Sum up the verdicts on all requests.

        Args:
            verdicts: By both numbers of the requests.
            on_asked: By their first numbers, for which the verdicts count.
        """
        on_asked = on_asked.on(self._understood)
        invoking = self._deciding(verdicts, on_asked)
        content = (*on_asked, invoking)
        if (known := self._by_verdicts.get(content)) is None:
            known = self._by_verdicts.setdefault(content, self._sum(on_asked, invoking))
        return known

    def _deciding(self, verdicts: Verdicts, on_asked: Verdicts) -> int:
        """The requests of the entries by which models can be invoked."""
        able = self._invoking & (on_asked.granted | on_asked.partial)
        found = 0
        for section in self._index.sections:
            if section.requests & able:
                found |= sum(e.requests for e in section.entries if e.requests & able)
        return deciding(self._index, verdicts, found)

    def _sum(self, verdicts: Verdicts, invoking: int) -> Sums:
        sections = tuple(self._section(n, verdicts) for n in range(len(self._index.sections)))
        if not sections and not self._readable:
            verdict = Verdict.UNKNOWN
        elif self._any_problem:
            verdict = sum_up(section.verdict for section in sections)
        else:
            verdict = _sum_of(self._index.asked, verdicts)
        return Sums(
            verdict=verdict,
            sections=sections,
            invokes=_sum_of(self._invoking, verdicts) if self._invoking else None,
            uncertain=bool(self._understood & ~verdicts.known),
            invoking=invoking,
        )

    def _section(self, n: int, verdicts: Verdicts) -> SectionSum:
        section = self._index.sections[n]
        key = (n, *verdicts.on(section.requests))
        if (known := self._section_sums.get(key)) is None:
            made = SectionSum(
                verdict=(
                    Verdict.UNKNOWN if section.problem else _sum_of(section.requests, verdicts)
                ),
                granted=sum(
                    bool(e.requests) and not e.requests & ~verdicts.granted for e in section.entries
                ),
                total=len(section.entries),
            )
            known = self._section_sums[key] = self._equal_sums.setdefault(made, made)
        return known


def _sum_of(requests: int, verdicts: Verdicts) -> Verdict:
    """The sum of the verdicts on some requests."""
    found = [v for v, these in zip(IN_ORDER, verdicts, strict=True) if these & requests]
    return sum_up([*found, Verdict.UNKNOWN] if requests & ~verdicts.known else found)
