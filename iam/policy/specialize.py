"""Specialize a document for a principal: decide what is known of all of its requests.

Conditions that hold for each request are left out, and so are statements of which a condition never
holds. Policy variables with a known value are replaced. What depends on the request stays as it is.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from iam.policy.condition_operators import Operator, operator_of
from iam.policy.document import Condition, Document, Statement
from iam.policy.known_values import ABSENT, Holds, KnownValues, evaluate_known, next_change
from iam.policy.pattern import LITERALS, VARIABLE
from iam.text import ascii_lower

Known = Callable[[str], KnownValues | None]
"""Returns what is known of a condition key, given in lower case; None if nothing is."""

_KEY_AND_DEFAULT = re.compile(r"\s*([^\s,']+)\s*(?:,\s*'([^']*)'\s*)?")
_WITH_VARIABLES = ("String", "Arn")
"""The kinds of operators whose values may contain policy variables."""


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
            keys.update(key for text in texts if "${" in text for key, _ in _variables(text))
    return frozenset(keys)


def specialize(
    document: Document, known: Known, relevant: Collection[int], keep: Collection[str] = ()
) -> SpecializedDocument:
    """Decide what is known of all requests of a principal.

    Args:
        document: The document.
        known: What is known of a condition key.
        relevant: The indexes of the statements to specialize. The others are left as they are.
        keep: Resource patterns whose policy variables are not replaced.

    Returns:
        The document as it applies to the principal, and the conditions that were decided.
    """
    variables = document.version == "2012-10-17"
    statements: list[Statement] = []
    decided: dict[int, tuple[DecidedCondition, ...]] = {}
    for statement in document.statements:
        if statement.index not in relevant:
            statements.append(statement)
            continue
        specialized, found = _specialize(statement, known, variables, keep)
        if specialized is not None:
            statements.append(specialized)
        if found:
            decided[statement.index] = found
    if tuple(statements) == document.statements:
        return SpecializedDocument(document, {})
    kept = {statement.index: statement for statement in statements}
    differences = [
        (index, kept.get(index))
        for index in sorted(relevant)
        if kept.get(index) != document.statements[index]
    ]
    outcome = repr((differences, decided)).encode(errors="surrogatepass")
    digest = hashlib.blake2b(outcome, digest_size=16)
    fingerprint = f"{document.fingerprint} {digest.hexdigest()}"
    return SpecializedDocument(Document(document.version, tuple(statements), fingerprint), decided)


def _specialize(
    statement: Statement, known: Known, variables: bool, keep: Collection[str]
) -> tuple[Statement | None, tuple[DecidedCondition, ...]]:
    """Specialize a statement; None if it applies to no request of the principal."""
    outcomes = [_decide(condition, known, variables) for condition in statement.conditions]
    decided = tuple(outcome for outcome in outcomes if outcome is not None)
    if not all(outcome.holds for outcome in decided):
        return None, decided
    remaining = tuple(
        condition
        for condition, outcome in zip(statement.conditions, outcomes, strict=True)
        if outcome is None
    )
    specialized = _with_known_resources(statement, known, keep) if variables else statement
    if statement.resources and not specialized.resources:
        keys = {key: None for text in statement.resources for key, _ in _variables(text)}
        return None, (*decided, *(_needs(key) for key in keys if known(key) == (ABSENT,)))
    if len(remaining) < len(statement.conditions):
        specialized = replace(specialized, conditions=remaining)
    return specialized, decided


def _needs(key: str) -> DecidedCondition:
    """Say that a request needs a key that it never has."""
    return DecidedCondition(Condition("Null", key, ("false",)), holds=False, until=None)


def _decide(condition: Condition, known: Known, variables: bool) -> DecidedCondition | None:
    operator = operator_of(condition)
    values = known(ascii_lower(condition.key))
    if operator is None or values is None:
        return None
    expected = tuple(_expected(text, operator, known, variables) for text in condition.values)
    holds = evaluate_known(operator, expected, values)
    if holds is Holds.MAYBE:
        return None
    return DecidedCondition(
        condition, holds is Holds.ALWAYS, next_change(operator, expected, values)
    )


def _expected(text: str, operator: Operator, known: Known, variables: bool) -> str | None:
    """Replace the policy variables of a condition's value; None if one depends on the request."""
    if not variables or "${" not in text:
        return text
    if not operator.comparison.name.startswith(_WITH_VARIABLES):
        return None
    replaced = _replace_known(text, known)
    return None if replaced is None or "${" in replaced else replaced


def _with_known_resources(statement: Statement, known: Known, keep: Collection[str]) -> Statement:
    """Replace the policy variables in the resources of a statement.

    A pattern with a variable that no request has matches nothing. Whether AWS then ignores the
    NotResource that it stands in, or all of the statement, is not documented.
    """

    def replaced(text: str) -> str | None:
        return text if "${" not in text or text in keep else _replace_known(text, known)

    if statement.resources is not None and any("${" in text for text in statement.resources):
        texts = map(replaced, statement.resources)
        return replace(statement, resources=tuple(text for text in texts if text is not None))
    if statement.not_resources is not None and any("${" in t for t in statement.not_resources):
        texts = map(replaced, statement.not_resources)
        return replace(
            statement,
            not_resources=tuple(
                original if text is None else text
                for original, text in zip(statement.not_resources, texts, strict=True)
            ),
        )
    return statement


def _replace_known(text: str, known: Known) -> str | None:
    """Replace the policy variables that have one known value; None if one is always absent."""
    parts: list[str] = []
    position = 0
    for match in VARIABLE.finditer(text):
        parts.append(text[position : match.start()])
        position = match.end()
        value = _value(match.group(1), known)
        if value == ABSENT:
            return None
        parts.append(value[0] if value is not None else match.group())
    return "".join(parts) + text[position:]


def _value(variable: str, known: Known) -> tuple[str, ...] | None:
    """Return the only value of a policy variable, `ABSENT`, or None if it is not known."""
    if (parsed := _parsed(variable)) is None:
        return None
    key, default = parsed
    values = known(key)
    if values == (ABSENT,) and default is not None:
        values = ((default,),)
    if values is None or len(values) != 1 or not isinstance(values[0], tuple):
        return None
    value = values[0]
    # Other values would not have the same meaning as a part of a pattern.
    plain = len(value) <= 1 and not any(
        character in "*?${}" for text in value for character in text
    )
    return value if plain else None


def _variables(text: str) -> Iterator[tuple[str, str | None]]:
    """Yield the key of each policy variable, in lower case, and its default value."""
    for match in VARIABLE.finditer(text):
        if (variable := _parsed(match.group(1))) is not None:
            yield variable


def _parsed(variable: str) -> tuple[str, str | None] | None:
    if variable in LITERALS or not (match := _KEY_AND_DEFAULT.fullmatch(variable)):
        return None
    return ascii_lower(match.group(1)), match.group(2)
