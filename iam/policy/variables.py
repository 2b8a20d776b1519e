"""Policy variables in the texts of a document, and their values where these are known.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from iam.policy.known_values import ABSENT, KnownValues
from iam.policy.pattern import LITERAL, LITERALS, VARIABLE
from iam.text import ascii_lower

Known = Callable[[str], KnownValues | None]
"""Returns what is known of a condition key, given in lower case; None if nothing is."""

_KEY_AND_DEFAULT = re.compile(r"\s*([^\s,']+)\s*(?:,\s*'([^']*)'\s*)?")
_ESCAPED = str.maketrans({char: f"${{{char}}}" for char in LITERALS})


def variable_keys(text: str) -> Iterator[str]:
    """Yield the key of each policy variable, in lower case."""
    for match in VARIABLE.finditer(text):
        if (variable := _parsed(match.group(1))) is not None:
            yield variable[0]


def replace_known(text: str, known: Known) -> str | None:
    """Replace the policy variables that have one known value; None if one is always absent.

    A wildcard in a value is a plain character, and is written as one: `${*}`.
    """
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


def is_open(text: str) -> bool:
    """Return whether a text has a variable that has not been replaced.

    So has one that is not understood. `${*}`, `${?}` and `${$}` are plain characters.
    """
    return "${" in text and "${" in LITERAL.sub("", text)


def _value(variable: str, known: Known) -> tuple[str, ...] | None:
    """Return what to write for a policy variable, `ABSENT`, or None if its value is not known."""
    if (parsed := _parsed(variable)) is None:
        return None
    key, default = parsed
    values = known(key)
    if values == (ABSENT,) and default is not None:
        # Whether a wildcard in a default is a plain character is not documented.
        return (default,) if _is_plain(default) else None
    if values is None or len(values) != 1 or not isinstance(values[0], tuple):
        return None
    if values == (ABSENT,):
        return ABSENT
    # Whether an empty value counts as one is not documented, nor which of several is taken. Braces
    # might make another variable of what stands around them.
    if len(values[0]) > 1 or not (value := values[0][0]) or "{" in value or "}" in value:
        return None
    return (value.translate(_ESCAPED),)


def _is_plain(text: str) -> bool:
    return not any(character in "*?${}" for character in text)


def _parsed(variable: str) -> tuple[str, str | None] | None:
    if variable in LITERALS or not (match := _KEY_AND_DEFAULT.fullmatch(variable)):
        return None
    return ascii_lower(match.group(1)), match.group(2)
