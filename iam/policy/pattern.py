"""IAM wildcards: how patterns and ARN formats are read, and which actions a pattern matches.

A pattern is matched against the whole string: `*` is any run of characters, colons and slashes
too, and `?` exactly one. In a document of Version 2012-10-17 `${aws:username}` is a policy
variable and `${*}`, `${?}`, `${$}` are plain characters.

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
from iam.policy.glob import matches, normal, wild
from iam.text import ascii_lower

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_OF_CUSTOM_MODELS = re.compile(r":(custom-model|model-customization-job)/\$")
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")

Patterns = tuple[Tokens, ...]
"""A union: matches what one of them matches."""

_REGIONS = {"aws-cn": "cn-", "aws-us-gov": "us-gov-"}
"""What the regions of a partition begin with, so that `us-gov-*` is all of them there.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html"""


def has_variable(pattern: str) -> bool:
    """Whether a pattern of a 2012-10-17 document holds a policy variable."""
    return any(m.group(1) not in ("*", "?", "$") for m in _VARIABLE.finditer(pattern))


def resource_tokens(pattern: str, variables: bool = True) -> Tokens:
    """Read a Resource pattern.

    Args:
        pattern: As written in the document.
        variables: Whether `${…}` counts (Version 2012-10-17). A variable becomes a `*` here: what
            it stands for is not known, so the caller must treat such a match as possible, not
            certain.

    Returns:
        Its normal form, so that patterns that say the same are one.
    """
    if not variables or "${" not in pattern:
        return wild(pattern)
    tokens: list[Token] = []
    position = 0
    for match in _VARIABLE.finditer(pattern):
        tokens += wild(pattern[position : match.start()])
        tokens.append(match.group(1) if match.group(1) in ("*", "?", "$") else STAR)
        position = match.end()
    return normal((*tokens, *wild(pattern[position:])))


@lru_cache(maxsize=50_000)
def resource_patterns(texts: tuple[str, ...], variables: bool) -> Patterns:
    """Read the Resource patterns of a statement: see `resource_tokens`."""
    return tuple([resource_tokens(text, variables) for text in texts])


def type_tokens(arn_format: str, partition: str) -> Tokens:
    """Read a resource type's ARN format: `arn:${Partition}:kms:${Region}:${Account}:key/${KeyId}`.

    An account is twelve digits, or `aws`. Regions, versions, and IDs that more follows hold
    neither a colon nor a slash; a name at the end may be a path. Only a `${ResourceId}` at the end
    may hold colons, as model IDs do, with a short part after each (`…-v1:0:200k`), and after that
    a custom model has a slash and an ID. No placeholder holds a `$`.
    """
    tokens: list[Token] = []
    position = 0
    for match in _PLACEHOLDER.finditer(arn_format):
        tokens += arn_format[position : match.start()]
        name = match.group(1)
        if name == "Partition":
            tokens += partition
        elif name == "Region":
            # As us-east-1: the name of a service is no region.
            tokens += (*_REGIONS.get(partition, ""), WORD, "-", DIGIT)
        elif name == "Account":
            tokens.append(OWNER)
        elif match.end() < len(arn_format) or tokens[-1] == ":":
            tokens.append(WORD)
        elif _OF_CUSTOM_MODELS.search(arn_format):
            tokens.append(MODEL)
        else:
            tokens.append(ID if name == "ResourceId" else PATH)
        position = match.end()
    return (*tokens, *arn_format[position:])


def matches_action(pattern: str, action: str) -> bool:
    """Whether an Action pattern such as `bedrock:Get*` matches a concrete action."""
    return matches(action_tokens(pattern), ascii_lower(action))


def matches_any_action(patterns: tuple[str, ...], action: str) -> bool:
    """Whether one of these Action patterns matches a concrete action."""
    return any(matches_action(pattern, action) for pattern in that_may_match(patterns, action))


def that_may_match(patterns: tuple[str, ...], action: str) -> tuple[str, ...]:
    """Of these Action patterns those that can have anything in common with an action.

    Args:
        patterns: Of a statement.
        action: A concrete action, or a pattern itself.
    """
    service = ascii_lower(action.partition(":")[0])
    if "*" in service or "?" in service:
        return patterns
    services = _by_service(patterns)
    return (*services.get(service, ()), *services.get("*", ()))


@lru_cache(maxsize=4_096)
def _by_service(patterns: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Patterns by the service they name, or `*` for any: large policies name hundreds of others."""
    found: dict[str, list[str]] = {}
    for pattern in patterns:
        service = ascii_lower(pattern.partition(":")[0])
        found.setdefault("*" if "*" in service or "?" in service else service, []).append(pattern)
    return {service: tuple(those) for service, those in found.items()}


@lru_cache(maxsize=16_384)
def action_tokens(pattern: str) -> Tokens:
    """An Action pattern as tokens, without regard to case."""
    return wild(ascii_lower(pattern))
