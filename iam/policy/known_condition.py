"""Decide a condition on a key of which something is known, for many principals."""

from __future__ import annotations

from datetime import datetime

from iam.policy.condition_operators import Operator
from iam.policy.document import Condition
from iam.policy.known_values import Holds, evaluate_known, next_change
from iam.policy.step_limit import (
    CONDITION_STEPS,
    PLAIN_VALUES_PER_STEP,
    VALUE_STEPS,
    VARIABLE_STEPS,
)
from iam.policy.value_comparisons import pattern_length
from iam.policy.variables import Known, replace_known
from iam.text import ascii_lower

_WITH_VARIABLES = ("String", "Arn")
"""The kinds of operators whose values may contain policy variables."""
_LATE = 20
"""How much longer it takes to compare a pattern that is known only with the principal."""


Decision = tuple[bool, datetime | None]
"""Whether a condition holds, and until when."""


class KnownCondition:
    """A condition on a key that may be known, prepared for many principals."""

    __slots__ = ("_constant", "_key", "_operator", "_varying", "patterns", "steps")

    def __init__(self, condition: Condition, operator: Operator, variables: bool) -> None:
        self._operator = operator
        self._key = ascii_lower(condition.key)
        varying = [text for text in condition.values if variables and "${" in text]
        self._varying = tuple(varying)
        self._constant = tuple([t for t in condition.values if not variables or "${" not in t])
        self.patterns = 0
        """The characters of patterns that are compared with each character of a value."""
        if operator.comparison.among is None:
            steps = VALUE_STEPS * len(self._constant)
        else:
            steps = len(self._constant) // PLAIN_VALUES_PER_STEP
            self.patterns = pattern_length(self._constant) + _LATE * sum(map(len, varying))
        self.steps = CONDITION_STEPS + steps + VARIABLE_STEPS * len(varying)

    def decide(self, known: Known) -> Decision | None:
        """Decide the condition; None if it depends on the request."""
        if (values := known(self._key)) is None:
            return None
        replaced = self._replaced(known) if self._varying else None
        holds = evaluate_known(self._operator, self._constant, values, replaced)
        if holds is Holds.MAYBE:
            return None
        until = next_change(self._operator, (*self._constant, *(replaced or ())), values)
        return holds is Holds.ALWAYS, until

    def _replaced(self, known: Known) -> tuple[str | None, ...]:
        """Replace the policy variables of the values; None for one that depends on the request.

        Nothing equals or is like a value with a variable that no request has. Whether a negated
        operator then holds, or the statement is invalid, is not documented without contradiction.
        """
        if not self._operator.comparison.name.startswith(_WITH_VARIABLES):
            return (None,) * len(self._varying)
        texts = [replace_known(text, known) for text in self._varying]
        if not self._operator.negated:
            texts = [text for text in texts if text is not None]
        return tuple([None if text is None or "${" in text else text for text in texts])
