"""Describe the scope of a statement in words: `only foundation-model/anthropic.* in us-east-1`.

An ARN is described in words only if the words express all of it. Any other pattern (a wildcard in
an unusual field, a policy variable, another service or partition, not an ARN) is shown as written.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

from __future__ import annotations

import json
import re

from iam.arn import Arn
from iam.policy.condition_text import condition_in_words
from iam.policy.document import Statement

_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d")
_REGION_PREFIX = re.compile(r"[a-z]{2,4}(-[a-z]+)*(-\d?)?\*")
"""With a wildcard at the end only. Elsewhere, it could extend into the fields that follow."""
_ACCOUNT = re.compile(r"\d{12}")
_RESOURCE = re.compile(r"[\w.:/+=@*?-]+", re.ASCII)
_WITHOUT_ACCOUNT = ("foundation-model/",)
"""Resources with an empty account field. Other resources always have an account."""
_PLAIN = re.compile(r"[^\s,\"\\]+")


def scope_in_words(statement: Statement, service: str, partition: str) -> tuple[str, ...]:
    """Describe the resources and conditions of a statement.

    Args:
        statement: A statement of a policy document.
        service: The service of the action in question. ARNs of other services are shown as written.
        partition: The partition of the account.

    Returns:
        A phrase for the resources and one for each condition, to follow "Allow" or "Deny" and the
        name of the policy. Empty if the statement applies to all resources unconditionally.
    """
    phrases: list[str] = []
    if statement.not_resources:
        phrases.append(f"except {_all(statement.not_resources, service, partition)}")
    elif statement.resources is not None and "*" not in statement.resources:
        lead = "on" if statement.effect == "Deny" else "only"
        phrases.append(f"{lead} {_all(statement.resources, service, partition)}")
    alone = len(statement.conditions) == 1
    clauses = [condition_in_words(c, statement.effect, alone) for c in statement.conditions]
    phrases += [f"and {words}" if i else words for i, words in enumerate(clauses)]
    if statement.problem:
        phrases.append(f"not understood: {statement.problem}")
    return tuple(phrases)


def _all(patterns: tuple[str, ...], service: str, partition: str) -> str:
    words = dict.fromkeys(resource_in_words(p, service, partition) for p in patterns)
    return ", ".join(words) or "no resource"


def resource_in_words(pattern: str, service: str, partition: str) -> str:
    """Describe a Resource pattern in words: `guardrail/* in us-east-1 of account 123456789012`.

    Args:
        pattern: The pattern as written in the document.
        service: The service that the words leave out.
        partition: The partition of the account.

    Returns:
        The words, or the pattern as written if words would not express all of it.
    """
    arn = Arn.parse(pattern)
    if arn.partition in (partition, "*") and arn.service == service:
        words = [
            _resource(arn.resource),
            _region(arn.region, arn.resource),
            _account(arn.account, arn.resource),
        ]
        if None not in words:
            phrase = " ".join(word for word in words if word)
            if phrase != _ALL_RESOURCES:
                return phrase
    return pattern if _PLAIN.fullmatch(pattern) else json.dumps(pattern, ensure_ascii=False)


_ALL_RESOURCES = "resources"


def _resource(field: str) -> str | None:
    if field == "*":
        return _ALL_RESOURCES
    return field if _RESOURCE.fullmatch(field) and field[0] != ":" else None


def _region(field: str, resource: str) -> str | None:
    if field == "*":
        return ""
    if not field and resource.startswith("foundation-model/"):
        return "without a region"  # as global inference profiles invoke it
    matched = _REGION.fullmatch(field) or _REGION_PREFIX.fullmatch(field)
    return f"in {field}" if matched else None


def _account(field: str, resource: str) -> str | None:
    if field == "*" or (not field and resource.startswith(_WITHOUT_ACCOUNT)):
        return ""
    return f"of account {field}" if _ACCOUNT.fullmatch(field) else None
