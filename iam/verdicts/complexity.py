"""Which documents have so many or such intricate patterns that they are not compared.

It depends on a document alone, not on what is asked or on who holds it: each of its Resource
patterns is held against every type of resource that Bedrock has, and the steps are counted.
So all verdicts on all who hold it agree, in whatever order they are made.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from itertools import takewhile

from iam.policy.action_catalogue import Catalogue
from iam.policy.automaton import Tokens
from iam.policy.document import Document, Statement
from iam.policy.pattern import Patterns, has_variable, resource_patterns, type_tokens
from iam.policy.step_limit import A_DOCUMENT, A_PRINCIPAL, A_WILDCARD, Meter, TooComplex
from iam.text import ascii_lower
from iam.verdicts.resource_type import ResourceType, resource_type

MOST_ACTIONS = 500
"""The most Action patterns with a wildcard, of those that may match an action of the catalogue. No
policy of AWS's has a fifth of it."""
_OF_BEDROCK = ("bedrock", "bedrock-mantle", "bedrock-websearch")
"""Services whose types of resources stand for all: they are many, and alike."""


class Complexity:
    """Tells which documents are too complex."""

    def __init__(self, catalogue: Catalogue, partition: str) -> None:
        """Take what documents may be about."""
        self._catalogue = catalogue
        self._partition = partition
        self._services = {action.service for action in catalogue.actions.values()}
        self._known: dict[str, int] = {}

    def in_actions(self, document: Document) -> bool:
        """Whether it has too many Action patterns to be matched with every action."""
        lists = [s.actions or s.not_actions or () for s in document.statements]
        if sum(map(len, lists)) <= MOST_ACTIONS:
            return False
        return sum(self._may_match(one) for listed in lists for one in listed) > MOST_ACTIONS

    def in_resources(self, document: Document) -> bool:
        """Whether its Resource patterns are too intricate to be compared with all resources."""
        return self.steps(document) > A_DOCUMENT

    def steps(self, document: Document) -> int:
        """How many steps it takes to compare its Resource patterns with all resources.

        More than `A_DOCUMENT` where they are too intricate; an estimate where they are simple.
        """
        if (known := self._known.get(document.fingerprint)) is None:
            known = self._known[document.fingerprint] = self._counted(document)
        return known

    def _counted(self, document: Document) -> int:
        resources = [texts for s in document.statements if (texts := self._resources(s))]
        every = [text for texts in resources for text in texts]
        if _are_simple(every):
            return A_WILDCARD * sum(map(_wildcards, every))
        meter = Meter(A_DOCUMENT)
        variables = document.version == "2012-10-17"
        try:
            for texts in resources:
                patterns = resource_patterns(texts, variables)
                self._compare(patterns, meter)
                if variables and any(map(has_variable, texts)):
                    certain = tuple(text for text in texts if not has_variable(text))
                    self._compare(resource_patterns(certain, variables), meter)
        except TooComplex:
            return A_DOCUMENT + 1
        return A_DOCUMENT - int(meter.left)

    def _compare(self, patterns: Patterns, meter: Meter) -> None:
        for lead, types in self._types.items():
            meter.take(len(patterns))
            led = tuple(lead)
            for one in types if any(_may_begin(p, led) for p in patterns) else ():
                one.span(patterns, meter)

    def _resources(self, statement: Statement) -> tuple[str, ...]:
        """What has to be compared of a statement, if it may speak of an action of the catalogue."""
        texts = statement.resources or statement.not_resources or ()
        listed = statement.actions
        if "*" in texts or (listed is not None and not any(map(self._speaks, listed))):
            return ()
        return texts

    def _speaks(self, action: str) -> bool:
        service = ascii_lower(action.partition(":")[0])
        return service in self._services or "*" in service or "?" in service

    def _may_match(self, action: str) -> bool:
        return ("*" in action or "?" in action) and self._speaks(action)

    @cached_property
    def _types(self) -> dict[str, list[ResourceType]]:
        """Bedrock's types of resources, by what their ARNs begin with."""
        found: dict[str, list[ResourceType]] = {}
        of_bedrock = [a for a in self._catalogue.actions.values() if a.service in _OF_BEDROCK]
        formats = dict.fromkeys(format for action in of_bedrock for format in action.resources)
        for format in formats:
            tokens = type_tokens(format, self._partition)
            lead = "".join(takewhile(lambda token: len(token) == 1, tokens))
            service = ":".join(lead.split(":")[:3])
            found.setdefault(service, []).append(resource_type(tokens, ()))
        return found


def _are_simple(patterns: list[str]) -> bool:
    """Whether patterns need no measuring, as most documents do not: few, with few wildcards."""
    return len(patterns) <= 4 and all(
        len(pattern) < 200 and _wildcards(pattern) <= 5 for pattern in patterns
    )


def _wildcards(pattern: str) -> int:
    return pattern.count("*") + pattern.count("?")


def too_complex_together(steps: Mapping[Document, int]) -> frozenset[Document]:
    """Which documents of a principal are not compared, since all of them would take too long.

    It depends on these documents alone, not on what is asked of them.

    Args:
        steps: How many each takes by itself.

    Returns:
        Those that take most: the others fit into `A_PRINCIPAL`.
    """
    left = A_PRINCIPAL
    cut: set[Document] = set()
    in_order = sorted(steps.items(), key=lambda item: (item[1], item[0].fingerprint))
    for document, count in in_order:
        if count > left:
            cut.add(document)
        else:
            left -= count
    return frozenset(cut)


def _may_begin(pattern: Tokens, lead: Tokens) -> bool:
    """Whether a pattern matches anything that begins so, as far as its own beginning tells."""
    for one, other in zip(pattern, lead, strict=False):
        if len(one) > 1:
            return True
        if one != other:
            return False
    return True
