"""What narrows a statement, in words: `only foundation-model/anthropic.* in us-east-1`.

An ARN is put in words only where they say all of it. Whatever else a pattern may be (a wildcard in
an odd field, a policy variable, another service or partition, no ARN at all) is shown as written:
a reader who knows ARNs loses nothing, and nobody is misled.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

from __future__ import annotations

import json
import re

from iam.arn import Arn
from iam.policy.condition_text import clause
from iam.policy.document import Statement

_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d")
_START_OF_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)*(-\d?)?\*")
"""A wildcard at the end only: elsewhere it could run on into the fields that follow."""
_ACCOUNT = re.compile(r"\d{12}")
_RESOURCE = re.compile(r"[\w.:/+=@*?-]+", re.ASCII)
_OF_NO_ACCOUNT = ("foundation-model/",)
"""The resources of which the account field is empty; of others it would match none."""
_PLAIN = re.compile(r"[^\s,\"\\]+")


def in_words(statement: Statement, service: str, partition: str) -> tuple[str, ...]:
    """Say what narrows a statement.

    Args:
        statement: Of a policy document.
        service: The one whose actions are asked about; ARNs of others are shown as written.
        partition: The account's.

    Returns:
        A phrase for its resources and one for each of its conditions, to follow "Allow" or "Deny"
        and the name of the policy; empty where nothing narrows it.
    """
    found: list[str] = []
    if statement.not_resources:
        found.append(f"except {_all(statement.not_resources, service, partition)}")
    elif statement.resources is not None and "*" not in statement.resources:
        lead = "on" if statement.effect == "Deny" else "only"
        found.append(f"{lead} {_all(statement.resources, service, partition)}")
    alone = len(statement.conditions) == 1
    clauses = [clause(c, statement.effect, alone) for c in statement.conditions]
    found += [f"and {words}" if i else words for i, words in enumerate(clauses)]
    if statement.problem:
        found.append(f"not understood: {statement.problem}")
    return tuple(found)


def _all(patterns: tuple[str, ...], service: str, partition: str) -> str:
    words = dict.fromkeys(resource_in_words(p, service, partition) for p in patterns)
    return ", ".join(words) or "no resource"


def resource_in_words(pattern: str, service: str, partition: str) -> str:
    """Say a Resource pattern: `guardrail/* in us-east-1 of account 123456789012`.

    Args:
        pattern: As written in the document.
        service: The one whose resources are meant when none is named.
        partition: The account's.

    Returns:
        The words, or the pattern as written where they would lose something.
    """
    arn = Arn.parse(pattern)
    if arn.partition in (partition, "*") and arn.service == service:
        words = [
            _resource(arn.resource),
            _region(arn.region),
            _account(arn.account, arn.resource),
        ]
        if None not in words:
            told = " ".join(word for word in words if word)
            if told != _ANY:
                return told
    return pattern if _PLAIN.fullmatch(pattern) else json.dumps(pattern, ensure_ascii=False)


_ANY = "resources"


def _resource(field: str) -> str | None:
    if field == "*":
        return _ANY
    return field if _RESOURCE.fullmatch(field) and field[0] != ":" else None


def _region(field: str) -> str | None:
    if field == "*":
        return ""
    known = _REGION.fullmatch(field) or _START_OF_REGION.fullmatch(field)
    return f"in {field}" if known else None


def _account(field: str, resource: str) -> str | None:
    if field == "*" or (not field and resource.startswith(_OF_NO_ACCOUNT)):
        return ""
    return f"of account {field}" if _ACCOUNT.fullmatch(field) else None
