"""Number the requests of all sections of a policy.

A set of requests is an `int` with a bit per number, so that documents are combined for thousands of
requests at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from iam.policy.action_catalogue import Action, Catalogue
from iam.verdicts.request import ActionRequests, RequestScope, actual_scope, requests_of
from iam.verdicts.section import Entry, Section, invoking_section


@dataclass(frozen=True, slots=True, eq=False)
class EntryRequests:
    """The requests of one entry of a section."""

    entry: Entry
    numbers: range
    requests: int
    """The same numbers as a set."""
    with_actual: int
    """The same set, including the second numbers."""


@dataclass(frozen=True, slots=True, eq=False)
class SectionRequests:
    """The requests of a section's entries."""

    section: Section
    entries: tuple[EntryRequests, ...]
    requests: int

    @property
    def problem(self) -> str | None:
        """Why the section's statement was not understood; None if it was."""
        return self.section.statement.problem


class RequestIndex:
    """Numbers the requests of all sections, in order.

    Requests on resources that their action does not act on have a second number, after all first
    numbers. It stands for the actual resources: see `iam.verdicts.actual_resources`.
    """

    def __init__(self, sections: Sequence[Section], catalogue: Catalogue, partition: str) -> None:
        """Number the requests.

        Args:
            sections: The sections of the managed policy.
            catalogue: The concrete actions.
            partition: The partition of the account.
        """
        requests: list[ActionRequests] = []
        ranges: list[range] = []
        invoking, on_models = invoking_section(), invoking_section()
        for section in (*sections, invoking, on_models):
            for entry in section.entries:
                ranges.append(range(len(requests), len(requests) + len(entry.concrete)))
                for name in entry.concrete:
                    action = catalogue.find(name)
                    if section is on_models and action is not None:
                        action = without_ways(action)
                    requests.append(
                        requests_of(name, action, section.statement, section.variables, partition)
                    )
        self.first_requests = (1 << len(requests)) - 1
        """All first numbers."""
        mismatched = [
            i for i, request in enumerate(requests) if request.scope.actual_resources is not None
        ]
        self.actual_numbers = {i: len(requests) + n for n, i in enumerate(mismatched)}
        """The second numbers, by first number."""
        self.requests: tuple[ActionRequests, ...] = (
            *requests,
            *(replace(requests[i], scope=actual_scope(requests[i].scope)) for i in mismatched),
        )
        entry_ranges = iter(ranges)
        self.sections: tuple[SectionRequests, ...] = tuple(
            self._section(section, [next(entry_ranges) for _ in section.entries])
            for section in sections
        )
        self.invoking, self.on_models = (
            self._section(section, [next(entry_ranges) for _ in section.entries])
            for section in (invoking, on_models)
        )
        """The requests that invoke models: all of them, not only those of the sections; and among
        them those on models. The others are on ways to models, and alone invoke nothing."""
        self.of_invoking = self.invoking.requests | self.on_models.requests
        self.section_requests = self.first_requests & ~self.of_invoking
        """The first numbers of the sections."""
        self.all_requests = (1 << len(self.requests)) - 1
        """All numbers."""
        self.scopes: dict[RequestScope, int] = {}
        """The requests of each scope."""
        for i, request in enumerate(self.requests):
            self.scopes[request.scope] = self.scopes.get(request.scope, 0) | 1 << i

    def _section(self, section: Section, ranges: Sequence[range]) -> SectionRequests:
        entries = tuple(
            self._entry(entry, entry_range)
            for entry, entry_range in zip(section.entries, ranges, strict=True)
        )
        return SectionRequests(section, entries, sum(e.requests for e in entries))

    def _entry(self, entry: Entry, of_entry: range) -> EntryRequests:
        requests = sum(1 << i for i in of_entry)
        second = sum(1 << self.actual_numbers[i] for i in of_entry if i in self.actual_numbers)
        return EntryRequests(entry, of_entry, requests, requests | second)


_WAYS = (":inference-profile/", ":application-inference-profile/", "prompt-router/")


@cache
def without_ways(action: Action) -> Action:
    """Leave out of the resources of an action that invokes models those that only lead to models.

    Whoever invokes a model through a profile or a router must be allowed to invoke the model, too:
    https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html
    """
    models = (f for f in action.resources if not any(way in f for way in _WAYS))
    return replace(action, resources=tuple(models))


def numbers(requests: int) -> Iterator[int]:
    """Yield the numbers of a set of requests in ascending order."""
    while requests:
        lowest = requests & -requests
        requests ^= lowest
        yield lowest.bit_length() - 1
