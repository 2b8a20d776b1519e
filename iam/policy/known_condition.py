"""Decide a condition, or replace its policy variables, for many principals."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from iam.policy.condition_operators import Operator
from iam.policy.condition_values import comparable, divided, replaced
from iam.policy.document import Condition
from iam.policy.known_values import Holds, KnownValues, evaluate_known, next_change
from iam.policy.step_limit import (
    CONDITION_STEPS,
    PLAIN_VALUES_PER_STEP,
    VALUE_STEPS,
    VARIABLE_STEPS,
)
from iam.policy.value_comparisons import pattern_length
from iam.policy.variables import Known, is_open
from iam.text import ascii_lower

_LATE = 20
"""How much longer it takes to compare a pattern that is known only with the principal."""


Decision = tuple[bool, datetime | None]
"""Whether a condition holds, and until when."""


class KnownCondition:
    """A condition of which something may be known, prepared for many principals.

    Its key may be known, or policy variables in its values, or both.
    """

    __slots__ = (
        "_condition",
        "_constant",
        "_keep",
        "_key",
        "_operator",
        "_varying",
        "patterns",
        "steps",
    )

    def __init__(
        self,
        condition: Condition,
        operator: Operator,
        variables: bool,
        key_is_known: bool,
        keep: Collection[str],
    ) -> None:
        """Prepare a condition.

        Args:
            condition: The condition.
            operator: Its operator.
            variables: Whether `${…}` is a policy variable in it.
            key_is_known: Whether something may be known of its key.
            keep: Values that stay as they are unless the condition is decided.
        """
        self._condition = condition
        self._operator = operator
        self._key = ascii_lower(condition.key)
        self._constant, self._varying = divided(condition.values, variables)
        self._keep = keep
        self.patterns = 0
        """The characters of patterns that are compared with each character of a value."""
        steps = 0
        if not key_is_known:
            pass  # nothing is compared
        elif operator.comparison.among is None:
            steps = VALUE_STEPS * len(self._constant)
        else:
            steps = len(self._constant) // PLAIN_VALUES_PER_STEP
            varying = _LATE * sum(map(len, self._varying))
            self.patterns = pattern_length(self._constant) + varying
        self.steps = CONDITION_STEPS + steps + VARIABLE_STEPS * len(self._varying)

    def decide(self, known: Known) -> Decision | Condition | None:
        """Decide the condition.

        Returns:
            The decision. If the condition depends on the request, the condition that remains, or
            None if it is as it was.
        """
        operator, values = self._operator, known(self._key)
        texts = replaced(operator, self._varying, known)
        if values is None:
            if not self._constant and not texts and self._varying and _must_match(operator):
                return False, None
            return self._remaining(texts, known, None)
        compared = comparable(operator, texts) if self._varying else None
        holds = evaluate_known(operator, self._constant, values, compared)
        if holds is Holds.MAYBE:
            return self._remaining(texts, known, values)
        until = next_change(operator, (*self._constant, *(compared or ())), values)
        return holds is Holds.ALWAYS, until

    def _remaining(
        self, texts: tuple[str, ...], known: Known, values: KnownValues | None
    ) -> Condition | None:
        """Return the condition with what is known of its variables, and of its key if some are not.

        None if nothing is.
        """
        if kept := [text for text in self._varying if text in self._keep]:
            others = [text for text in self._varying if text not in self._keep]
            texts = (*kept, *replaced(self._operator, others, known))
        if not any(map(is_open, texts)) or self._operator.comparison.holds_escaped is None:
            values = None
        if values is None and texts == self._varying:
            return None
        return replace(self._condition, values=(*self._constant, *texts), known=values)


def _must_match(operator: Operator) -> bool:
    """Return whether an operator holds only if its key is present and one of its values matches."""
    return (
        operator.comparison.holds_escaped is not None
        and not operator.negated
        and not operator.if_exists
        and operator.quantifier != "forallvalues"
    )
