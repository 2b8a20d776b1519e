"""Describe the scope of a statement in words: `only foundation-model/anthropic.* in us-east-1`.

An ARN is described in words only if the words express all of it. Any other pattern (a wildcard in
an unusual field, a policy variable, another service or partition, not an ARN) is shown as written.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC

from iam.arn import Arn
from iam.policy.action_catalogue import Action
from iam.policy.condition_text import condition_in_words
from iam.policy.document import Condition, Statement
from iam.policy.specialize import DecidedCondition
from iam.text import ascii_lower

_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d")
_REGION_PREFIX = re.compile(r"[a-z]{2,4}(-[a-z]+)*(-\d?)?\*")
"""With a wildcard at the end only. Elsewhere, it could extend into the fields that follow."""
_ACCOUNT = re.compile(r"\d{12}")
_RESOURCE = re.compile(r"[\w.:/+=@*?-]+", re.ASCII)
_WITHOUT_ACCOUNT = ("foundation-model/",)
"""Resources with an empty account field. Other resources always have an account."""
_PLAIN = re.compile(r"[^\s,\"\\]+")


def scope_in_words(
    statement: Statement,
    service: str,
    partition: str,
    decided: Iterable[DecidedCondition] = (),
    action: Action | None = None,
) -> tuple[str, ...]:
    """Describe the resources of a statement, and the conditions that requests may meet or not.

    Args:
        statement: A statement of a policy document.
        service: The service of the action in question. ARNs of other services are shown as written.
        partition: The partition of the account.
        decided: The conditions that are the same for all requests of the principal; those that hold
            are left to `decided_in_words`.
        action: The action in question, if it is a single one.

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
    outcomes = {outcome.condition: outcome for outcome in decided}
    open_conditions = [
        condition
        for condition in statement.conditions
        if condition not in outcomes or not outcomes[condition].holds
    ]
    for i, condition in enumerate(open_conditions):
        outcome = _not_carried(condition, action)
        if condition in outcomes:
            outcome = outcome_in_words(outcomes[condition])
        alone = len(open_conditions) == 1 and not outcome
        words = condition_in_words(condition, statement.effect, alone)
        phrases.append(f"{'and ' if i else ''}{words}{outcome}")
    if statement.problem:
        phrases.append(f"not understood: {statement.problem}")
    return tuple(phrases)


def decided_in_words(statement: Statement, decided: Iterable[DecidedCondition]) -> tuple[str, ...]:
    """Describe the conditions of a statement that hold for all requests of the principal.

    Args:
        statement: A statement of a policy document.
        decided: The conditions that are the same for all requests of the principal.

    Returns:
        A phrase for each: `the caller's tag team is ml: holds`.
    """
    return tuple(
        condition_in_words(outcome.condition, statement.effect, alone=False).removeprefix("if ")
        + outcome_in_words(outcome)
        for outcome in decided
        if outcome.holds
    )


def outcome_in_words(decided: DecidedCondition) -> str:
    """Describe whether a condition holds, to follow the condition: `: holds`."""
    until = f" until {decided.until.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if decided.until else ""
    return f": {'holds' if decided.holds else 'does not hold'}{until}"


def _not_carried(condition: Condition, action: Action | None) -> str:
    """Say that an action does not carry a condition key of its service, if that is so."""
    key = ascii_lower(condition.key).partition("/")[0]
    if action is None or key.partition(":")[0] != action.service:
        return ""
    listed = {ascii_lower(name).partition("/")[0] for name in action.conditions}
    return "" if key in listed else f", which {action.id} does not carry"


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
