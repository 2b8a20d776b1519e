"""The values of a condition, with their policy variables replaced where these are known.

Operators on texts and ARNs take variables, the others do not:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

from collections.abc import Iterable

from iam.policy.condition_operators import Operator
from iam.policy.variables import Known, is_open, replace_known

Texts = tuple[str, ...]


def divided(values: Texts, variables: bool) -> tuple[Texts, Texts]:
    """Divide the values of a condition into those without `${` and those with it.

    Args:
        values: The values.
        variables: Whether `${…}` is a policy variable (Version 2012-10-17); if not, it is text.
    """
    if not variables:
        return values, ()
    varying = tuple([text for text in values if "${" in text])
    return (tuple([t for t in values if "${" not in t]), varying) if varying else (values, ())


def replaced(operator: Operator, varying: Iterable[str], known: Known) -> Texts:
    """Replace the variables of values, as far as they are known.

    Nothing equals or is like a value with a variable that no request has, so that it is left out.
    Whether a negated operator then holds, or the statement is invalid, is not documented without
    contradiction: there, the value stays as it is.
    """
    if operator.comparison.holds_escaped is None:
        return tuple(varying)
    found: list[str] = []
    for text in varying:
        if (value := replace_known(text, known)) is not None:
            found.append(value)
        elif operator.negated:
            found.append(text)
    return tuple(found)


def comparable(operator: Operator, texts: Iterable[str]) -> tuple[str | None, ...]:
    """Select the values that can be compared; None for one that still depends on the request."""
    takes_variables = operator.comparison.holds_escaped is not None
    return tuple([text if takes_variables and not is_open(text) else None for text in texts])
