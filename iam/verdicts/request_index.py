"""All requests that the sections of a policy ask about, numbered.

A set of requests is an `int` with a bit for each number, so that what most documents say of
thousands of requests is combined in a few steps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from iam.policy.action_catalogue import Catalogue
from iam.verdicts.request import ActionRequests, RequestScope, requests_of, scope_acted_on
from iam.verdicts.section import Entry, Section


@dataclass(frozen=True, slots=True, eq=False)
class EntryRequests:
    """The requests that an entry of a section stands for."""

    entry: Entry
    numbers: range
    requests: int
    """The same numbers as a set."""
    both: int
    """The same with their second numbers."""


@dataclass(frozen=True, slots=True, eq=False)
class SectionRequests:
    """The requests of a section's entries."""

    section: Section
    entries: tuple[EntryRequests, ...]
    requests: int

    @property
    def problem(self) -> str | None:
        """What was not understood of the section's statement."""
        return self.section.statement.problem


class RequestIndex:
    """Numbers the requests of all sections, in order.

    Requests about resources that their action does not act on have a second number, behind all
    others, for the resources that the action does act on.
    """

    def __init__(self, sections: Sequence[Section], catalogue: Catalogue, partition: str) -> None:
        """Number the requests.

        Args:
            sections: Of the managed policy.
            catalogue: The concrete actions.
            partition: The account's.
        """
        asked: list[ActionRequests] = []
        ranges: list[range] = []
        for section in sections:
            for entry in section.entries:
                ranges.append(range(len(asked), len(asked) + len(entry.concrete)))
                asked += [
                    requests_of(
                        name, catalogue.find(name), section.statement, section.variables, partition
                    )
                    for name in entry.concrete
                ]
        self.asked = (1 << len(asked)) - 1
        """All requests by their first number."""
        elsewhere = [i for i, one in enumerate(asked) if one.scope.acted_on is not None]
        self.acted_on = {i: len(asked) + n for n, i in enumerate(elsewhere)}
        """The second number of those that have one."""
        self.requests: tuple[ActionRequests, ...] = (
            *asked,
            *(replace(asked[i], scope=scope_acted_on(asked[i].scope)) for i in elsewhere),
        )
        of_entries = iter(ranges)
        self.sections: tuple[SectionRequests, ...] = tuple(
            self._section(section, [next(of_entries) for _ in section.entries])
            for section in sections
        )
        self.every = (1 << len(self.requests)) - 1
        """All requests by both numbers."""
        self.scopes: dict[RequestScope, int] = {}
        """Which requests are about the same resources."""
        for i, one in enumerate(self.requests):
            self.scopes[one.scope] = self.scopes.get(one.scope, 0) | 1 << i

    def _section(self, section: Section, ranges: Sequence[range]) -> SectionRequests:
        entries: list[EntryRequests] = []
        for entry, of_entry in zip(section.entries, ranges, strict=True):
            requests = sum(1 << i for i in of_entry)
            second = sum(1 << self.acted_on[i] for i in of_entry if i in self.acted_on)
            entries.append(EntryRequests(entry, of_entry, requests, requests | second))
        return SectionRequests(section, tuple(entries), sum(e.requests for e in entries))


def numbers(requests: int) -> Iterator[int]:
    """The numbers of a set of requests, in order."""
    while requests:
        lowest = requests & -requests
        requests ^= lowest
        yield lowest.bit_length() - 1
