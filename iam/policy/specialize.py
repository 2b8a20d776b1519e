"""Specialize a document for a principal: decide what is known of all of its requests.

Conditions that hold for each request are left out, and so are statements of which a condition never
holds. Policy variables with a known value are replaced, in resources and in conditions. What
depends on the request stays as it is.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from iam.policy.condition_operators import operator_of
from iam.policy.document import Condition, Document, Statement
from iam.policy.known_condition import Decision, KnownCondition
from iam.policy.known_values import ABSENT, KnownValue, KnownValues, StartingWith
from iam.policy.step_limit import PATTERN_PER_STEP, STATEMENT_STEPS, TEXT_PER_STEP, VARIABLE_STEPS
from iam.policy.variables import Known, replace_known, variable_keys
from iam.text import ascii_lower


class DecidedCondition(NamedTuple):
    """A condition that holds for each request of a principal, or for none."""

    condition: Condition
    holds: bool
    until: datetime | None
    """When that may change; None if time does not matter."""


class SpecializedDocument(NamedTuple):
    """A document as it applies to a principal."""

    document: Document
    """Statements keep the `index` that they have in the original."""
    decided: Mapping[int, tuple[DecidedCondition, ...]]
    """By the index of the statement."""
    undecided: frozenset[int] = frozenset()
    """The indexes of statements that are not understood, since deciding what is known of the
    document would take too many steps. Their conditions that may be known are left out."""


_Texts = tuple[str | None, ...]
"""Resource patterns with the values of their variables; None for one with a variable that no
request has."""


class _Outcome(NamedTuple):
    """What is decided for a principal."""

    conditions: tuple[Decision | Condition | None, ...]
    """For one that depends on the request what remains of it; None if that is all of it."""
    resources: tuple[_Texts, ...]
    absent: tuple[str, ...]
    """The keys of variables in resource patterns that no request has."""


def keys_of(document: Document, relevant: Collection[int]) -> frozenset[str]:
    """Collect the condition keys of statements, in conditions and policy variables.

    Args:
        document: The document.
        relevant: The indexes of the statements.

    Returns:
        The keys, in lower case.
    """
    keys: set[str] = set()
    for index in relevant:
        statement = document.statements[index]
        texts = [*(statement.resources or ()), *(statement.not_resources or ())]
        for condition in statement.conditions:
            keys.add(ascii_lower(condition.key))
            texts += condition.values
        if document.version == "2012-10-17":
            keys.update(key for text in texts if "${" in text for key in variable_keys(text))
    return frozenset(keys)


class _Dependent(NamedTuple):
    """A statement that depends on what is known."""

    conditions: Mapping[int, int]
    """The positions of its conditions that may be decided, with their positions in the outcome."""
    resources: int | None
    """The position of its resource patterns in the outcome, if they have variables."""


class Specializer:
    """Specializes a document for many principals. What can be prepared is prepared once."""

    def __init__(
        self,
        document: Document,
        relevant: Collection[int],
        keys: Sequence[str],
        keep: Collection[str] = (),
    ) -> None:
        """Prepare a document.

        Args:
            document: The document.
            relevant: The indexes of the statements to specialize. The others are left as they are.
            keys: The condition keys of these statements of which something may be known, in lower
                case.
            keep: Resource patterns, and values of conditions that depend on the request, whose
                policy variables are not replaced.
        """
        self.document = document
        self.keys = keys
        self._variables = document.version == "2012-10-17"
        self._keep = keep
        self._conditions: list[KnownCondition] = []
        self._resources: list[tuple[str, ...]] = []
        self._dependent: dict[int, _Dependent] = {}
        """By the index of the statement."""
        self._by_outcome: dict[_Outcome, SpecializedDocument] = {}
        self._prepare(relevant)
        with_variables = [text for texts in self._resources for text in texts if "${" in text]
        self._resource_keys = tuple(
            dict.fromkeys(
                key for text in with_variables for key in variable_keys(text) if key in self.keys
            )
        )
        self._steps = (
            STATEMENT_STEPS * len(self._dependent)
            + VARIABLE_STEPS * len(with_variables)
            + sum([condition.steps for condition in self._conditions])
        )
        self._patterns = sum([condition.patterns for condition in self._conditions])

    def _prepare(self, relevant: Collection[int]) -> None:
        """Find what may be decided. Equal conditions of several statements are decided once."""
        positions: dict[Condition, int] = {}
        for index in sorted(relevant):
            statement = self.document.statements[index]
            conditions: dict[int, int] = {}
            for n, condition in enumerate(statement.conditions):
                if not self._may_be_known(condition):
                    continue
                if (operator := operator_of(condition)) is None:
                    continue
                if condition not in positions:
                    positions[condition] = len(self._conditions)
                    key_is_known = self._knows_key_of(condition)
                    self._conditions.append(
                        KnownCondition(
                            condition, operator, self._variables, key_is_known, self._keep
                        )
                    )
                conditions[n] = positions[condition]
            texts = (
                statement.resources if statement.not_resources is None else statement.not_resources
            )
            resources = None
            if self._variables and texts and any("${" in text for text in texts):
                resources = len(self._resources)
                self._resources.append(texts)
            if conditions or resources is not None:
                self._dependent[index] = _Dependent(conditions, resources)

    def _knows_key_of(self, condition: Condition) -> bool:
        return ascii_lower(condition.key) in self.keys

    def _may_be_known(self, condition: Condition) -> bool:
        """Return whether something may be known of the key of a condition, or of its variables."""
        return self._knows_key_of(condition) or (
            self._variables
            and any(
                key in self.keys
                for text in condition.values
                if "${" in text
                for key in variable_keys(text)
            )
        )

    def steps(self, known: Iterable[KnownValues | None]) -> int:
        """Count the steps to specialize the document.

        Args:
            known: What is known of each of `keys`.
        """
        if not self._patterns:
            return self._steps
        longest = max([_length(value) for values in known for value in values or ()], default=0)
        return self._steps + self._patterns // PATTERN_PER_STEP * (1 + longest // TEXT_PER_STEP)

    def specialize(self, known: Known) -> SpecializedDocument:
        """Decide what is known of all requests of a principal.

        Args:
            known: What is known of a condition key.

        Returns:
            The document as it applies to the principal, and the conditions that were decided.
        """
        outcome = _Outcome(
            tuple([condition.decide(known) for condition in self._conditions]),
            tuple([self._replaced(texts, known) for texts in self._resources]),
            tuple([key for key in self._resource_keys if known(key) == (ABSENT,)]),
        )
        if (specialized := self._by_outcome.get(outcome)) is None:
            specialized = self._by_outcome[outcome] = self._specialized(outcome)
        return specialized

    @cached_property
    def undecided(self) -> SpecializedDocument:
        """The document if deciding what is known of it would take too many steps."""
        statements: list[Statement] = []
        undecided: set[int] = set()
        for statement in self.document.statements:
            if (dependent := self._dependent.get(statement.index)) is not None:
                others = [c for c in statement.conditions if not self._knows_key_of(c)]
                if len(others) < len(statement.conditions) or dependent.resources is not None:
                    undecided.add(statement.index)
                statement = replace(statement, conditions=tuple(others))
            statements.append(statement)
        document = self._document(statements, "undecided")
        return SpecializedDocument(document, {}, frozenset(undecided))

    def _replaced(self, texts: tuple[str, ...], known: Known) -> _Texts:
        return tuple(
            [
                text if "${" not in text or text in self._keep else replace_known(text, known)
                for text in texts
            ]
        )

    def _specialized(self, outcome: _Outcome) -> SpecializedDocument:
        statements: list[Statement] = []
        decided: dict[int, tuple[DecidedCondition, ...]] = {}
        for statement in self.document.statements:
            specialized: Statement | None = statement
            if (dependent := self._dependent.get(statement.index)) is not None:
                specialized, found = _specialize(statement, dependent, outcome)
                if found:
                    decided[statement.index] = found
            if specialized is not None:
                statements.append(specialized)
        if tuple(statements) == self.document.statements:
            return SpecializedDocument(self.document, {})
        return SpecializedDocument(self._document(statements, repr(outcome)), decided)

    def _document(self, statements: Sequence[Statement], outcome: str) -> Document:
        digest = hashlib.blake2b(outcome.encode(errors="surrogatepass"), digest_size=16).hexdigest()
        fingerprint = f"{self.document.fingerprint} {digest}"
        return Document(self.document.version, tuple(statements), fingerprint)


def _specialize(
    statement: Statement, dependent: _Dependent, outcome: _Outcome
) -> tuple[Statement | None, tuple[DecidedCondition, ...]]:
    """Specialize a statement; None if it applies to no request of the principal."""
    found = {n: outcome.conditions[at] for n, at in dependent.conditions.items()}
    decided = tuple(
        [
            DecidedCondition(statement.conditions[n], *decision)
            for n, decision in found.items()
            if isinstance(decision, tuple)
        ]
    )
    if not all(one.holds for one in decided):
        return None, decided
    if any(decision is not None for decision in found.values()):
        outcomes = [found.get(n) or condition for n, condition in enumerate(statement.conditions)]
        remaining = [one for one in outcomes if isinstance(one, Condition)]
        statement = replace(statement, conditions=tuple(remaining))
    if dependent.resources is not None:
        texts = outcome.resources[dependent.resources]
        if statement.not_resources is None:
            matching = tuple([text for text in texts if text is not None])
            if not matching:
                keys = {key for text in statement.resources or () for key in variable_keys(text)}
                return None, (*decided, *[_needs(key) for key in outcome.absent if key in keys])
            statement = replace(statement, resources=matching)
        else:
            # Whether AWS ignores a NotResource with a variable that no request has, or all of the
            # statement, is not documented.
            kept = zip(statement.not_resources, texts, strict=True)
            excluded = [original if text is None else text for original, text in kept]
            statement = replace(statement, not_resources=tuple(excluded))
    return statement, decided


def _needs(key: str) -> DecidedCondition:
    """Say that a request needs a key that it never has."""
    return DecidedCondition(Condition("Null", key, ("false",)), holds=False, until=None)


def _length(value: KnownValue) -> int:
    """Return the length of the longest text that may be compared."""
    if isinstance(value, StartingWith):
        return len(value.prefix)
    return max(map(len, value), default=0) if isinstance(value, tuple) else 0
