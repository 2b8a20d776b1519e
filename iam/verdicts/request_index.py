"""The questions of a judge: the entries of its sections, each with the requests that it stands for.

What documents say of the requests, which `iam.verdicts.document_reader` finds for all at once, is
sorted by question here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from iam.policy.action_catalogue import Catalogue
from iam.verdicts.document_reader import Said
from iam.verdicts.rule import Requests, Rule, requests_of
from iam.verdicts.section import Entry, Section


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """An entry of a section, ready to be asked of any principal."""

    place: int
    """Among the questions of all sections, from 0."""
    entry: Entry
    requests: tuple[Requests, ...]
    first: int
    """The number of the first request; the others follow."""

    @property
    def numbers(self) -> range:
        """The numbers of the requests."""
        return range(self.first, self.first + len(self.requests))


SaidAbout = tuple[tuple[tuple[int, Rule], ...], ...]
"""What a document says of each of a question's requests: places of statements, and rules."""
Reading = tuple[SaidAbout | None, ...]
"""That for every question; None where it does not speak of any of the requests."""


def said_about(said: Sequence[Said], question: Question) -> SaidAbout | None:
    """Of what a document says, that about a question."""
    about = tuple(
        tuple([(one.statement, one.rule) for one in said if one.requests >> i & 1])
        for i in question.numbers
    )
    return about if any(about) else None


def questions_of(
    sections: Sequence[Section], catalogue: Catalogue, partition: str
) -> list[tuple[Question, ...]]:
    """Make the questions of each section, with their requests numbered on."""
    found: list[tuple[Question, ...]] = []
    place = first = 0
    for section in sections:
        questions: list[Question] = []
        for entry in section.entries:
            requests = tuple(
                requests_of(
                    name, catalogue.find(name), section.statement, section.variables, partition
                )
                for name in entry.concrete
            )
            questions.append(Question(place, entry, requests, first))
            place, first = place + 1, first + len(requests)
        found.append(tuple(questions))
    return found
