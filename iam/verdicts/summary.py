"""Summaries of principals, for a table of all: the sums of their verdicts, without the reasons.

The same numbers as `iam.verdicts.evaluator.Judge.result` gives, at a fraction of its work:
documents that come to the same are one, and principals that hold such documents share what is
worked out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from iam.account.attachments import Attachment, attachment_of
from iam.account.effective_policies import EffectivePolicy, boundary_of, policies_of
from iam.account.model import Account, Entity, Group
from iam.verdicts.bulk import Tally, Verdicts
from iam.verdicts.document_effect import Profile, Profiles, Spoken
from iam.verdicts.document_reader import Reader
from iam.verdicts.hidden_grants import INVOKES, names_of_hidden
from iam.verdicts.request_index import Question
from iam.verdicts.result import SectionSum, Summary
from iam.verdicts.section import Section
from iam.verdicts.verdict import Verdict, sum_up


class _Entries(NamedTuple):
    """A section, with its requests as sets."""

    requests: int
    entries: tuple[int, ...]
    problem: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """What a summary has that does not depend on names."""

    verdict: Verdict
    sections: tuple[SectionSum, ...]
    invokes: Verdict | None
    uncertain: bool
    by: int
    """The requests whose Allows are those by which models can be invoked."""


class Summaries:
    """Summarises principals, and keeps what it has worked out."""

    def __init__(
        self,
        sections: Sequence[Section],
        questions: Sequence[Sequence[Question]],
        reader: Reader,
        arn: str,
        readable: bool,
    ) -> None:
        """Take what is asked.

        Args:
            sections: Of the managed policy.
            questions: Of each section, an entry each.
            reader: Of these requests.
            arn: The managed policy's.
            readable: Whether its document could be read.
        """
        self._arn = arn
        self._readable = readable
        self._reader = reader
        self._profiles = Profiles(reader)
        self._tally = Tally(reader.universes)
        self._sections = [
            _Entries(
                requests=sum(1 << i for q in of_section for i in q.numbers),
                entries=tuple(sum(1 << i for i in q.numbers) for q in of_section),
                problem=bool(section.statement.problem),
            )
            for section, of_section in zip(sections, questions, strict=True)
        ]
        self._every = (1 << reader.count) - 1
        self._problem = sum(s.requests for s in self._sections if s.problem)
        self._invoking = sum(
            1 << i for i in range(reader.count) if reader.requests[i].name in INVOKES
        )
        self._of_documents: dict[tuple[frozenset[Profile], object], _Sums] = {}
        self._of_verdicts: dict[tuple[int, ...], _Sums] = {}
        self._section_sums: dict[tuple[int, ...], SectionSum] = {}
        self._equal: dict[Summary, Summary] = {}
        self._equal_sums: dict[SectionSum, SectionSum] = {}
        self._same: dict[tuple[_Sums, Attachment, tuple[str, ...]], Summary] = {}

    def of(self, account: Account, entity: Entity) -> Summary:
        """Summarise one principal, or a group by its own policies alone."""
        sources = policies_of(account, entity)
        boundary = boundary_of(account, entity)
        of_boundary = () if boundary is None else (boundary.document,)
        said = self._profiles.of_all([*[s.document for s in sources], *of_boundary])
        limit = None if boundary is None else said.pop()
        sums = self._sums([one.profile for one in said if one.profile is not None], limit)
        hidden: tuple[str, ...] = ()
        if sums.by and not isinstance(entity, Group):
            hidden = _hidden(sources, said, sums.by)
        attached = attachment_of(account, entity, self._arn)
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

    def _sums(self, profiles: Sequence[Profile], boundary: Spoken | None) -> _Sums:
        limit = boundary and boundary.profile
        unread = boundary is not None and self._profiles.is_unread(boundary)
        key = (frozenset(profiles), (limit, unread) if boundary is not None else None)
        if (known := self._of_documents.get(key)) is None:
            verdicts = self._tally.of(list(key[0]), limit, boundary is not None, unread)
            by = self._allowing(verdicts)
            granted, partial, denied, none = (
                these & self._every & ~self._problem for these in self._with_real(verdicts)
            )
            content = (granted, partial, denied, none, by)
            if (known := self._of_verdicts.get(content)) is None:
                made = self._sum(Verdicts(granted, partial, denied, none), by)
                known = self._of_verdicts.setdefault(content, made)
            self._of_documents[key] = known
        return known

    def _with_real(self, verdicts: Verdicts) -> Verdicts:
        """The verdicts, where a request is not about what its action acts on, with what holds
        of that: see `iam.verdicts.explain.decide`."""
        granted, partial, denied, none = verdicts
        for i, of_real in self._reader.real.items():
            bit, real = 1 << i, 1 << of_real
            if bit & granted or not bit & (partial | denied | none):
                continue
            if not real & (denied | none):
                partial, denied, none = partial & ~bit, denied & ~bit, none & ~bit
                if real & (verdicts.granted | verdicts.partial):
                    partial |= bit
        return Verdicts(granted, partial, denied, none)

    def _allowing(self, verdicts: Verdicts) -> int:
        """The requests of the entries by which models can be invoked, by either number where
        they have two."""
        evaluated = self._with_real(verdicts)
        can = self._invoking & (evaluated.granted | evaluated.partial) & ~self._problem
        found = 0
        for section in self._sections:
            if section.requests & can:
                found |= sum(entry for entry in section.entries if entry & can)
        for i, of_real in self._reader.real.items():
            bit, real = 1 << i, 1 << of_real
            if not found & bit:
                continue
            if bit & verdicts.granted or not any(bit & these for these in verdicts):
                continue
            if real & (verdicts.granted | verdicts.partial):
                found |= real
            elif not any(real & these for these in verdicts):
                found = found & ~bit | real
        return found

    def _sum(self, verdicts: Verdicts, by: int) -> _Sums:
        sections = tuple(self._section(n, verdicts) for n in range(len(self._sections)))
        if not sections and not self._readable:
            verdict = Verdict.UNKNOWN
        elif any(section.problem for section in self._sections):
            verdict = sum_up(section.verdict for section in sections)
        else:
            verdict = _sum_of(self._every, verdicts)
        known = verdicts.granted | verdicts.partial | verdicts.denied | verdicts.none
        return _Sums(
            verdict=verdict,
            sections=sections,
            invokes=_sum_of(self._invoking, verdicts) if self._invoking else None,
            uncertain=bool(self._every & ~self._problem & ~known),
            by=by,
        )

    def _section(self, n: int, verdicts: Verdicts) -> SectionSum:
        requests, entries, problem = self._sections[n]
        key = (n, *(these & requests for these in verdicts))
        if (known := self._section_sums.get(key)) is None:
            made = SectionSum(
                verdict=Verdict.UNKNOWN if problem else _sum_of(requests, verdicts),
                granted=sum(bool(e) and not e & ~verdicts.granted for e in entries),
                total=len(entries),
            )
            known = self._section_sums[key] = self._equal_sums.setdefault(made, made)
        return known


_IN_ORDER = (Verdict.GRANTED, Verdict.PARTIAL, Verdict.DENIED, Verdict.NONE)


def _sum_of(requests: int, verdicts: Verdicts) -> Verdict:
    """The sum of the verdicts on some requests."""
    found = [v for v, these in zip(_IN_ORDER, verdicts, strict=True) if these & requests]
    for these in verdicts:
        requests &= ~these
    return sum_up([*found, Verdict.UNKNOWN] if requests else found)


def _hidden(sources: Sequence[EffectivePolicy], said: Sequence[Spoken], by: int) -> tuple[str, ...]:
    return names_of_hidden(
        [source for source, one in zip(sources, said, strict=True) if one.allows & by]
    )
