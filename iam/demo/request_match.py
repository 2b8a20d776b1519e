"""Whether a statement applies to one concrete request, for the simulator of the demo.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any

Context = Mapping[str, list[str]]
"""The values of condition keys, by the keys in lower case."""
Statement = Mapping[str, Any]

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_LITERALS = {"*": "*", "?": "?", "$": "$"}
"""What `${*}`, `${?}` and `${$}` stand for."""


def statement_matches(
    statement: Statement,
    version: str,
    action: str,
    resource: str,
    context: Context,
    missing: set[str],
) -> bool:
    """Whether a statement applies to a request.

    Args:
        statement: The statement.
        version: That of its document; policy variables are replaced in 2012-10-17 only.
        action: The action.
        resource: The ARN of the resource, or `*`.
        context: The condition keys that the request has.
        missing: Receives the keys that the statement asks for and the request does not have.
    """
    if not _covers(
        statement, "Action", lambda pattern: _glob(pattern, ignore_case=True)(action) is not None
    ):
        return False
    variables = version == "2012-10-17"

    def names(pattern: str) -> bool:
        text = _replaced(pattern, context, missing) if variables else re.escape(pattern)
        if text is None:
            return False
        return _glob_of_regex(_wild(text))(resource) is not None

    if not _covers(statement, "Resource", names):
        return False
    results = [
        _condition_holds(operator, key, _listed(values), context, missing, variables)
        for operator, block in (statement.get("Condition") or {}).items()
        for key, values in block.items()
    ]
    return all(results)


def _covers(statement: Statement, element: str, matches: Callable[[str], bool]) -> bool:
    if f"Not{element}" in statement:
        return not any(matches(pattern) for pattern in _listed(statement[f"Not{element}"]))
    return any(matches(pattern) for pattern in _listed(statement.get(element, ())))


def _listed(value: Any) -> list[str]:
    values = value if isinstance(value, list | tuple) else [value]
    return [str(each).lower() if isinstance(each, bool) else str(each) for each in values]


def _replaced(pattern: str, context: Context, missing: set[str]) -> str | None:
    """Replace policy variables, and escape the rest for a regular expression.

    Returns:
        The text; None if the request does not have the key of a variable.
    """
    parts: list[str] = []
    end = 0
    for found in _VARIABLE.finditer(pattern):
        parts.append(re.escape(pattern[end : found.start()]))
        end = found.end()
        key, _, default = found[1].partition(",")
        if key in _LITERALS:
            parts.append(f"(?:{re.escape(_LITERALS[key])})".replace("\\*", "[*]"))
            continue
        values = context.get(key.strip().lower())
        if values is None and not default:
            missing.add(key.strip())
            return None
        value = values[0] if values else default.strip().strip("'")
        # A value is no pattern.
        parts.append(re.escape(value).replace("\\*", "[*]").replace("\\?", "[?]"))
    parts.append(re.escape(pattern[end:]))
    return "".join(parts)


def _wild(escaped: str) -> str:
    return escaped.replace("\\*", ".*").replace("\\?", ".")


def _glob(pattern: str, *, ignore_case: bool = False) -> Callable[[str], object]:
    return _glob_of_regex(_wild(re.escape(pattern)), ignore_case)


@lru_cache(4096)
def _glob_of_regex(pattern: str, ignore_case: bool = False) -> Callable[[str], object]:
    flags = re.DOTALL | (re.IGNORECASE if ignore_case else 0)
    return re.compile(pattern, flags).fullmatch


def _condition_holds(
    operator: str,
    key: str,
    expected: list[str],
    context: Context,
    missing: set[str],
    variables: bool,
) -> bool:
    quantifier, _, name = operator.lower().rpartition(":")
    if_exists = name.endswith("ifexists")
    name = name.removesuffix("ifexists")
    values = context.get(key.lower())
    if values is None and name != "null":
        missing.add(key)
    if name == "null":
        return (values is None) == (expected[0] == "true")
    negated = "not" in name
    if values is None:
        if quantifier == "foranyvalue":
            return if_exists
        return if_exists or negated or quantifier == "forallvalues"
    compare = _comparison(name, expected, context, missing, variables)
    results = [compare(value) != negated for value in values]
    if quantifier == "foranyvalue":
        return any(results)
    return all(results)


def _comparison(
    name: str, expected: list[str], context: Context, missing: set[str], variables: bool
) -> Callable[[str], bool]:
    """Whether a value is one of the expected ones, before any negation."""
    plain = name.replace("not", "")
    if plain.startswith(("string", "arn")):
        wild = plain == "stringlike" or plain.startswith("arn")
        ignore_case = "ignorecase" in plain
        patterns = [
            _replaced(text, context, missing) if variables else re.escape(text) for text in expected
        ]
        matchers = [
            _glob_of_regex(_wild(p) if wild else p, ignore_case) for p in patterns if p is not None
        ]
        return lambda value: any(matches(value) is not None for matches in matchers)
    if plain.startswith("numeric"):
        return _ordering(plain.removeprefix("numeric"), expected, float)
    if plain.startswith("date"):
        return _ordering(plain.removeprefix("date"), expected, _time)
    if plain == "bool":
        return lambda value: value.lower() in [text.lower() for text in expected]
    if plain == "ipaddress":
        networks = [ip_network(text, strict=False) for text in expected]
        return lambda value: any(ip_address(value) in network for network in networks)
    if plain == "binaryequals":
        return lambda value: value in expected
    raise ValueError(f"unknown condition operator {name}")


def _ordering(
    name: str, expected: Iterable[str], read: Callable[[str], float]
) -> Callable[[str], bool]:
    tests: dict[str, Callable[[float, float], bool]] = {
        "equals": lambda a, b: a == b,
        "lessthan": lambda a, b: a < b,
        "lessthanequals": lambda a, b: a <= b,
        "greaterthan": lambda a, b: a > b,
        "greaterthanequals": lambda a, b: a >= b,
    }
    test = tests[name]
    limits = [read(text) for text in expected]
    return lambda value: any(test(read(value), limit) for limit in limits)


def _time(text: str) -> float:
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
