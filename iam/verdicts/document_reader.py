"""Match the statements of a document with all requests at once.

Most documents of an account match no request. That is determined by their Action patterns, each of
which is matched once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from iam.policy.condition import depends_on_service
from iam.policy.document import Document, Statement
from iam.policy.glob import glob_of
from iam.policy.pattern import action_tokens
from iam.policy.resource_control import affects
from iam.text import ascii_lower
from iam.verdicts.complexity import Complexity
from iam.verdicts.request_index import RequestIndex, numbers
from iam.verdicts.rule import Rule, rule_of, too_complex_rule, unmatched_rule


class StatementMatch(NamedTuple):
    """The rule of one statement for some requests."""

    statement: int
    """The position in the document, from 0."""
    rule: Rule
    requests: int


class DocumentReader:
    """Matches documents with the requests of an index."""

    def __init__(self, index: RequestIndex, complexity: Complexity) -> None:
        """Index the requests by service, name and section.

        Args:
            index: The requests.
            complexity: Decides which documents are too complex to be compared.
        """
        self.index = index
        self._complexity = complexity
        self._names = [ascii_lower(request.name) for request in index.requests]
        """The names of the requests in lower case."""
        self._by_service: dict[str, int] = {}
        self._by_name: dict[str, int] = {}
        self._wildcards: tuple[int, ...] = ()
        """The numbers of requests whose name is a wildcard. They are matched one by one."""
        self._by_condition_keys: dict[object, int] = {}
        """Requests by section, service and condition keys, on which conditions may depend."""
        self._by_section: dict[object, int] = {}
        for i, request in enumerate(index.requests):
            bit = 1 << i
            if "*" in request.name or "?" in request.name:
                self._wildcards += (i,)
                continue
            name = self._names[i]
            service = name.partition(":")[0]
            self._by_service[service] = self._by_service.get(service, 0) | bit
            self._by_name[name] = self._by_name.get(name, 0) | bit
            section = (id(request.statement), request.variables)
            self._by_section[section] = self._by_section.get(section, 0) | bit
            key = (section, request.action and (request.action.service, request.action.conditions))
            self._by_condition_keys[key] = self._by_condition_keys.get(key, 0) | bit
        self._concrete = sum(self._by_service.values())
        """All other requests."""
        self._by_pattern: dict[str, int] = {}
        self.resource_controlled = sum(
            1 << i
            for i, request in enumerate(index.requests)
            if affects(request.name, request.action)
        )
        """The requests that resource control policies affect, for some resources."""

    def read(
        self, document: Document, compared: bool = True, undecided: Collection[int] = ()
    ) -> tuple[StatementMatch, ...]:
        """Match the statements of a document with the requests.

        Args:
            document: The document.
            compared: Whether its Resource patterns may be compared with resources.
            undecided: The indexes of statements whose conditions are too many or too complex.

        Returns:
            The matches in the order of statements. Statements that match no request are left out.
            Statements that are too complex count as not understood: they may allow or deny.
        """
        if self._complexity.has_too_many_actions(document):
            requests = self.index.all_requests
            return tuple(
                StatementMatch(s.index, unmatched_rule(s), requests) for s in document.statements
            )
        matches = tuple(
            match
            for statement in document.statements
            for match in self._matches_of(statement, document)
        )
        compared = compared and not (
            any(match.rule.possible for match in matches)
            and self._complexity.has_too_complex_resources(document)
        )
        if compared and not undecided:
            return matches
        return tuple(
            match._replace(rule=too_complex_rule(match.rule))
            if match.statement in undecided or (match.rule.possible and not compared)
            else match
            for match in matches
        )

    def steps(self, document: Document) -> int:
        """Count the steps to compare a document: see `Complexity.steps`."""
        return self._complexity.steps(document)

    def _matches_of(self, statement: Statement, document: Document) -> Iterator[StatementMatch]:
        """Match one statement: sections for which it has the same rule share a match."""
        variables = document.version == "2012-10-17"
        found: dict[Rule, int] = {}
        if requests := self._concrete and self.requests_matching(statement):
            for group in self._groups(statement):
                if same_rule := requests & group:
                    request = self.index.requests[(same_rule & -same_rule).bit_length() - 1]
                    if (rule := rule_of(statement, request, variables)) is not None:
                        found[rule] = found.get(rule, 0) | same_rule
        for i in self._wildcards:
            if (rule := rule_of(statement, self.index.requests[i], variables)) is not None:
                found[rule] = found.get(rule, 0) | 1 << i
        for rule, of_rule in found.items():
            yield StatementMatch(statement.index, rule, of_rule)

    def requests_matching(self, statement: Statement) -> int:
        """Return the requests whose action a statement matches, except those of wildcards."""
        listed = statement.actions if statement.not_actions is None else statement.not_actions
        if listed is None:
            return self._concrete  # the actions were not understood: see `Statement.problem`
        matching, by_pattern = 0, self._by_pattern
        for pattern in listed:
            if (requests := by_pattern.get(pattern)) is None:
                requests = by_pattern[pattern] = self._match_requests(pattern)
            matching |= requests
        return matching if statement.not_actions is None else self._concrete & ~matching

    def _match_requests(self, pattern: str) -> int:
        service, *_ = ascii_lower(pattern).split(":", 1)
        if "*" in service or "?" in service:
            of_service = self._concrete
        elif not (of_service := self._by_service.get(service, 0)):
            return 0
        if "*" not in pattern and "?" not in pattern:
            return self._by_name.get(ascii_lower(pattern), 0)
        matches = glob_of(action_tokens(pattern)).matches
        return sum(1 << i for i in numbers(of_service) if matches(self._names[i]))

    def _groups(self, statement: Statement) -> Iterable[int]:
        """Group the requests so that a statement has the same rule for all requests of a group.

        Only the requests whose action the statement matches are relevant.
        """
        texts = statement.resources if statement.not_resources is None else statement.not_resources
        if statement.conditions:
            keys = [condition.key for condition in statement.conditions]
            return (
                self._by_condition_keys if any(map(depends_on_service, keys)) else self._by_section
            ).values()
        if texts is None or (statement.not_resources is None and "*" in texts):
            return (self._concrete,)
        return self._by_section.values()
