"""Detect documents whose patterns are too many or too complex to be compared.

Whether a document is too complex depends on the document alone: its Resource patterns are compared
with all resource types of Bedrock, and the steps are counted. So the result is the same for all
principals and all actions, and verdicts do not depend on the order of evaluation.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from itertools import takewhile

from iam.policy.action_catalogue import Catalogue
from iam.policy.automaton import Tokens
from iam.policy.document import Document, Statement
from iam.policy.pattern import Patterns, has_variable, resource_patterns, type_tokens
from iam.policy.step_limit import (
    DOCUMENT_LIMIT,
    WILDCARD_STEPS,
    StepBudget,
    TooComplex,
)
from iam.text import ascii_lower
from iam.verdicts.resource_type import ResourceType
from iam.verdicts.resource_types import resource_type

MAX_ACTIONS = 500
"""Maximum number of Action patterns with a wildcard that may match an action of the catalogue. No
AWS managed policy has a fifth of this number."""
_BEDROCK_SERVICES = ("bedrock", "bedrock-mantle", "bedrock-websearch")
"""Services whose resource types are representative: they are numerous and similar to others."""


class Complexity:
    """Decides which documents are too complex."""

    def __init__(self, catalogue: Catalogue, partition: str) -> None:
        """Prepare the comparison.

        Args:
            catalogue: The concrete actions, with their resource types.
            partition: The partition of the account.
        """
        self._catalogue = catalogue
        self._partition = partition
        self._services = {action.service for action in catalogue.actions.values()}
        self._steps: dict[str, int] = {}
        self._steps_of_patterns: dict[tuple[tuple[str, ...], bool], int] = {}

    def has_too_many_actions(self, document: Document) -> bool:
        """Return whether a document has too many Action patterns to match with every action."""
        lists = [s.actions or s.not_actions or () for s in document.statements]
        if sum(map(len, lists)) <= MAX_ACTIONS:
            return False
        return sum(self._may_match(pattern) for listed in lists for pattern in listed) > MAX_ACTIONS

    def has_too_complex_resources(self, document: Document) -> bool:
        """Return whether the Resource patterns of a document are too complex to be compared."""
        return self.steps(document) > DOCUMENT_LIMIT

    def steps(self, document: Document) -> int:
        """Count the steps to compare the Resource patterns of a document with all resource types.

        Returns:
            The number of steps: an estimate if the patterns are simple, more than `DOCUMENT_LIMIT`
            if they are too complex.
        """
        if (steps := self._steps.get(document.fingerprint)) is None:
            steps = self._steps[document.fingerprint] = self._count_steps(document)
        return steps

    def _count_steps(self, document: Document) -> int:
        resources = [texts for s in document.statements if (texts := self._resources(s))]
        all_texts = [text for texts in resources for text in texts]
        if _are_simple(all_texts):
            return WILDCARD_STEPS * sum(map(_wildcards, all_texts))
        variables = document.version == "2012-10-17"
        steps = 0
        for texts in resources:
            steps += self._count_of_patterns(texts, variables)
            if steps > DOCUMENT_LIMIT:
                return DOCUMENT_LIMIT + 1
        return steps

    def _count_of_patterns(self, texts: tuple[str, ...], variables: bool) -> int:
        """Count the steps for the patterns of a statement, which many documents may have."""
        if (steps := self._steps_of_patterns.get((texts, variables))) is None:
            budget = StepBudget(DOCUMENT_LIMIT)
            try:
                self._compare(resource_patterns(texts, variables), budget)
                if variables and any(map(has_variable, texts)):
                    certain = tuple(text for text in texts if not has_variable(text))
                    self._compare(resource_patterns(certain, variables), budget)
                steps = DOCUMENT_LIMIT - int(budget.left)
            except TooComplex:
                steps = DOCUMENT_LIMIT + 1
            self._steps_of_patterns[texts, variables] = steps
        return steps

    def _compare(self, patterns: Patterns, budget: StepBudget) -> None:
        for prefix, types in self._types.items():
            budget.spend(len(patterns))
            tokens = tuple(prefix)
            for resources in types if any(_may_match_prefix(p, tokens) for p in patterns) else ():
                resources.extent(patterns, budget)

    def _resources(self, statement: Statement) -> tuple[str, ...]:
        """Return the Resource patterns of a statement that may match an action of the catalogue."""
        texts = statement.resources or statement.not_resources or ()
        listed = statement.actions
        if "*" in texts or (listed is not None and not any(map(self._names_known_service, listed))):
            return ()
        return texts

    def _names_known_service(self, action: str) -> bool:
        service = ascii_lower(action.partition(":")[0])
        return service in self._services or "*" in service or "?" in service

    def _may_match(self, action: str) -> bool:
        return ("*" in action or "?" in action) and self._names_known_service(action)

    @cached_property
    def _types(self) -> dict[str, list[ResourceType]]:
        """The resource types of Bedrock, by the ARN prefix that names the service."""
        types: dict[str, list[ResourceType]] = {}
        actions = [a for a in self._catalogue.actions.values() if a.service in _BEDROCK_SERVICES]
        formats = dict.fromkeys(format for action in actions for format in action.resources)
        for format in formats:
            tokens = type_tokens(format, self._partition)
            prefix = "".join(takewhile(lambda token: len(token) == 1, tokens))
            service = ":".join(prefix.split(":")[:3])
            types.setdefault(service, []).append(resource_type(tokens, ()))
        return types


def _are_simple(patterns: list[str]) -> bool:
    """Return whether patterns are so few and simple that their steps need not be counted."""
    return len(patterns) <= 4 and all(
        len(pattern) < 200 and _wildcards(pattern) <= 5 for pattern in patterns
    )


def _wildcards(pattern: str) -> int:
    return pattern.count("*") + pattern.count("?")


def too_complex_together(steps: Mapping[Document, int], limit: int) -> frozenset[Document]:
    """Select the documents of a principal that are not compared, since all exceed the limit.

    The result depends on these documents alone, not on the action in question.

    Args:
        steps: The number of steps of each document.
        limit: The maximum number of steps of all documents.

    Returns:
        The documents with the most steps. The others are within the limit together.
    """
    remaining = limit
    excluded: set[Document] = set()
    ordered = sorted(steps.items(), key=lambda item: (item[1], item[0].fingerprint))
    for document, count in ordered:
        if count > remaining:
            excluded.add(document)
        else:
            remaining -= count
    return frozenset(excluded)


def _may_match_prefix(pattern: Tokens, prefix: Tokens) -> bool:
    """Return whether a pattern may match strings with a prefix, judging by its literal start."""
    for token, char in zip(pattern, prefix, strict=False):
        if len(token) > 1:
            return True
        if token != char:
            return False
    return True
