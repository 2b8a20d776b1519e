"""Parse Action and Resource patterns and ARN formats, and match actions.

A pattern is matched against the whole string: `*` matches any run of characters, including colons
and slashes, and `?` exactly one character. In a document of Version 2012-10-17, `${aws:username}`
is a policy variable and `${*}`, `${?}` and `${$}` are literal characters.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import re
from functools import lru_cache

from iam.policy.automaton import (
    DIGIT,
    ID,
    MODEL,
    OWNER,
    PATH,
    STAR,
    WORD,
    Token,
    Tokens,
)
from iam.policy.glob import matches, normalised, pattern_tokens
from iam.text import ascii_lower

VARIABLE = re.compile(r"\$\{([^{}]*)\}")
"""A policy variable, or one of the literal characters."""
LITERALS = ("*", "?", "$")
"""What `${…}` does not make a variable."""
LITERAL = re.compile(r"\$\{([*?$])\}")
"""One of the literal characters."""
_CUSTOM_MODEL = re.compile(r":(custom-model|model-customization-job)/\$")
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")

Patterns = tuple[Tokens, ...]
"""A union of patterns: matches the strings that at least one of them matches."""

_REGIONS = {"aws-cn": "cn-", "aws-us-gov": "us-gov-"}
"""The common prefix of a partition's regions, so that `us-gov-*` covers all regions of aws-us-gov.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html"""


def has_variable(pattern: str) -> bool:
    """Return whether a pattern of a 2012-10-17 document contains a policy variable."""
    return any(m.group(1) not in LITERALS for m in VARIABLE.finditer(pattern))


def resource_tokens(pattern: str, variables: bool = True) -> Tokens:
    """Parse a Resource pattern.

    Args:
        pattern: The pattern as written in the document.
        variables: Whether `${…}` is a policy variable (Version 2012-10-17). A variable becomes a
            `*`. Its value is unknown, so the caller must treat a match as possible, not certain.

    Returns:
        The pattern in normal form, so that equivalent patterns are equal.
    """
    if not variables or "${" not in pattern:
        return pattern_tokens(pattern)
    tokens: list[Token] = []
    position = 0
    for match in VARIABLE.finditer(pattern):
        tokens += pattern_tokens(pattern[position : match.start()])
        tokens.append(match.group(1) if match.group(1) in LITERALS else STAR)
        position = match.end()
    return normalised((*tokens, *pattern_tokens(pattern[position:])))


@lru_cache(maxsize=50_000)
def resource_patterns(texts: tuple[str, ...], variables: bool) -> Patterns:
    """Parse the Resource patterns of a statement: see `resource_tokens`."""
    return tuple([resource_tokens(text, variables) for text in texts])


def type_tokens(arn_format: str, partition: str) -> Tokens:
    """Parse the ARN format of a resource type: `arn:${Partition}:kms:${Region}:${Account}:key/…`.

    - An account is twelve digits, or `aws`.
    - Regions, versions and IDs before the end contain no colon and no slash.
    - A name at the end may be a path.
    - A `${ResourceId}` at the end may contain colons, each followed by a short suffix, as in model
      IDs (`…-v1:0:200k`). For a custom model, a slash and an ID follow.
    - No placeholder contains a `$`.

    Args:
        arn_format: The format, from the service authorization reference.
        partition: The partition of the account, which replaces `${Partition}`.

    Returns:
        A pattern that matches the ARNs of the type.
    """
    tokens: list[Token] = []
    position = 0
    for match in _PLACEHOLDER.finditer(arn_format):
        tokens += arn_format[position : match.start()]
        name = match.group(1)
        if name == "Partition":
            tokens += partition
        elif name == "Region":
            # The form of us-east-1, so that the name of a service does not match.
            tokens += (*_REGIONS.get(partition, ""), WORD, "-", DIGIT)
        elif name == "Account":
            tokens.append(OWNER)
        elif match.end() < len(arn_format) or tokens[-1] == ":":
            tokens.append(WORD)
        elif _CUSTOM_MODEL.search(arn_format):
            tokens.append(MODEL)
        else:
            tokens.append(ID if name == "ResourceId" else PATH)
        position = match.end()
    return (*tokens, *arn_format[position:])


def is_of_type(text: str, types: Patterns) -> bool:
    """Return whether a text is the ARN of a resource of one of some types.

    Args:
        text: The text, without wildcards.
        types: The types, as `type_tokens` makes them.
    """
    return _expression_of(types).fullmatch(text) is not None


_EXPRESSIONS = {
    STAR: ".*",
    WORD: "[^:/$]+",
    DIGIT: "[0-9]",
    OWNER: "(?:aws|[0-9]{12})",
    PATH: "[^:$]+",
    ID: "[^:$]+(?::[^:/$]{1,6})*",
    MODEL: "[^:$]+(?::[^:/$]{1,6})*(?::[0-9][^:/$]{0,3}/[^:/$]+)?",
}
"""What a placeholder matches, as its automaton does (`iam.policy.automaton`)."""


@lru_cache(maxsize=1_024)
def _expression_of(types: Patterns) -> re.Pattern[str]:
    expressions = (
        "".join([_EXPRESSIONS.get(token) or re.escape(token) for token in tokens])
        for tokens in types
    )
    return re.compile("|".join(expressions), re.DOTALL)


def matches_action(pattern: str, action: str) -> bool:
    """Return whether an Action pattern such as `bedrock:Get*` matches a concrete action."""
    return matches(action_tokens(pattern), ascii_lower(action))


def matches_any_action(patterns: tuple[str, ...], action: str) -> bool:
    """Return whether one of these Action patterns matches a concrete action."""
    return any(
        matches_action(pattern, action) for pattern in patterns_for_service(patterns, action)
    )


def patterns_for_service(patterns: tuple[str, ...], action: str) -> tuple[str, ...]:
    """Select the Action patterns that can match an action of the same service.

    Args:
        patterns: The Action patterns of a statement.
        action: A concrete action or an Action pattern.

    Returns:
        The patterns that name the action's service or have a wildcard in the service prefix. All
        patterns if the action itself has a wildcard there.
    """
    service = ascii_lower(action.partition(":")[0])
    if "*" in service or "?" in service:
        return patterns
    services = _by_service(patterns)
    return (*services.get(service, ()), *services.get("*", ()))


@lru_cache(maxsize=4_096)
def _by_service(patterns: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Group patterns by service prefix, or `*` for a prefix with a wildcard.

    Large policies name hundreds of other services, whose patterns need not be matched.
    """
    by_service: dict[str, list[str]] = {}
    for pattern in patterns:
        service = ascii_lower(pattern.partition(":")[0])
        by_service.setdefault("*" if "*" in service or "?" in service else service, []).append(
            pattern
        )
    return {service: tuple(listed) for service, listed in by_service.items()}


@lru_cache(maxsize=16_384)
def action_tokens(pattern: str) -> Tokens:
    """Parse an Action pattern. Actions are case-insensitive, so it is folded to lower case."""
    return pattern_tokens(ascii_lower(pattern))
