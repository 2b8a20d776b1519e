"""What a document says of all requests at once, statement by statement.

Most documents of an account say nothing of any request: that is seen by their actions, each of
which is looked at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from iam.policy.condition import may_be_absent
from iam.policy.document import Document, Statement
from iam.policy.glob import glob_of
from iam.policy.pattern import action_tokens
from iam.text import ascii_lower
from iam.verdicts.complexity import Complexity
from iam.verdicts.request_index import RequestIndex, numbers
from iam.verdicts.rule import Rule, rule_of, too_complex, unmatched


class StatementMatch(NamedTuple):
    """What one statement says of some requests."""

    statement: int
    """Its place in the document, from 0."""
    rule: Rule
    requests: int


class DocumentReader:
    """Reads documents against the requests of an index."""

    def __init__(self, index: RequestIndex, complexity: Complexity) -> None:
        """Take the requests, and what tells which documents are too complex to be compared."""
        self.index = index
        self._complexity = complexity
        self._names = [ascii_lower(one.name) for one in index.requests]
        """Their names, folded once: each pattern is held against many of them."""
        self._services: dict[str, int] = {}
        self._named: dict[str, int] = {}
        self._patterns: tuple[int, ...] = ()
        self._alike: dict[object, int] = {}
        self._same_section: dict[object, int] = {}
        for i, one in enumerate(index.requests):
            bit = 1 << i
            if "*" in one.name or "?" in one.name:
                self._patterns += (i,)
                continue
            name = self._names[i]
            service = name.partition(":")[0]
            self._services[service] = self._services.get(service, 0) | bit
            self._named[name] = self._named.get(name, 0) | bit
            section = (id(one.statement), one.variables)
            self._same_section[section] = self._same_section.get(section, 0) | bit
            alike = (section, one.action and (one.action.service, one.action.conditions))
            self._alike[alike] = self._alike.get(alike, 0) | bit
        self._concrete = sum(self._services.values())
        self._matched: dict[str, int] = {}

    def read(self, document: Document, compared: bool = True) -> tuple[StatementMatch, ...]:
        """Find what a document says.

        Args:
            document: The document.
            compared: Whether its patterns may be compared with resources.

        Returns:
            Statement by statement; nothing of those that say nothing of any of the requests. What
            is too complex to be compared is not understood: it may do either.
        """
        if self._complexity.in_actions(document):
            every = self.index.every
            return tuple(StatementMatch(s.index, unmatched(s), every) for s in document.statements)
        found = tuple(
            match for statement in document.statements for match in self._of(statement, document)
        )
        if any(match.rule.possible for match in found) and (
            not compared or self._complexity.in_resources(document)
        ):
            return tuple(
                match._replace(rule=too_complex(match.rule)) if match.rule.possible else match
                for match in found
            )
        return found

    def steps(self, document: Document) -> int:
        """How many steps it takes to compare a document: see `Complexity.steps`."""
        return self._complexity.steps(document)

    def _of(self, statement: Statement, document: Document) -> Iterator[StatementMatch]:
        variables = document.version == "2012-10-17"
        if asked := self._concrete and self._acted_on(statement):
            for group in self._groups(statement):
                # The rule is the same for all of these.
                if some := asked & group:
                    one = self.index.requests[(some & -some).bit_length() - 1]
                    if (rule := rule_of(statement, one, variables)) is not None:
                        yield StatementMatch(statement.index, rule, some)
        for i in self._patterns:
            if (rule := rule_of(statement, self.index.requests[i], variables)) is not None:
                yield StatementMatch(statement.index, rule, 1 << i)

    def _acted_on(self, statement: Statement) -> int:
        """The requests whose action a statement matches."""
        listed = statement.actions if statement.not_actions is None else statement.not_actions
        if listed is None:
            return self._concrete  # its actions were not understood; `problem` says so
        found, known = 0, self._matched
        for pattern in listed:
            if (matched := known.get(pattern)) is None:
                matched = known[pattern] = self._matching(pattern)
            found |= matched
        return found if statement.not_actions is None else self._concrete & ~found

    def _matching(self, pattern: str) -> int:
        service, *_ = ascii_lower(pattern).split(":", 1)
        if "*" in service or "?" in service:
            of_service = self._concrete
        elif not (of_service := self._services.get(service, 0)):
            return 0
        if "*" not in pattern and "?" not in pattern:
            return self._named.get(ascii_lower(pattern), 0)
        matches = glob_of(action_tokens(pattern)).matches
        return sum(1 << i for i in numbers(of_service) if matches(self._names[i]))

    def _groups(self, statement: Statement) -> Iterable[int]:
        """The requests in groups for which a statement that matches their action says the same."""
        texts = statement.resources if statement.not_resources is None else statement.not_resources
        if statement.conditions:
            keys = [condition.key for condition in statement.conditions]
            return (self._alike if any(map(may_be_absent, keys)) else self._same_section).values()
        if texts is None or (statement.not_resources is None and "*" in texts):
            return (self._concrete,)
        return self._same_section.values()
