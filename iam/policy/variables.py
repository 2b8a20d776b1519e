"""Policy variables in the texts of a document, and their values where these are known.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from iam.policy.known_values import ABSENT, KnownValues
from iam.policy.pattern import LITERALS, VARIABLE
from iam.text import ascii_lower

Known = Callable[[str], KnownValues | None]
"""Returns what is known of a condition key, given in lower case; None if nothing is."""

_KEY_AND_DEFAULT = re.compile(r"\s*([^\s,']+)\s*(?:,\s*'([^']*)'\s*)?")


def variable_keys(text: str) -> Iterator[str]:
    """Yield the key of each policy variable, in lower case."""
    for match in VARIABLE.finditer(text):
        if (variable := _parsed(match.group(1))) is not None:
            yield variable[0]


def replace_known(text: str, known: Known) -> str | None:
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


def _parsed(variable: str) -> tuple[str, str | None] | None:
    if variable in LITERALS or not (match := _KEY_AND_DEFAULT.fullmatch(variable)):
        return None
    return ascii_lower(match.group(1)), match.group(2)
