"""The requests that a section asks about: one concrete action, on the resources of a scope.

The requests of a section's statement are all that it would allow.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from iam.policy.action_catalogue import Action
from iam.policy.document import Statement
from iam.policy.match_kinds import kinds
from iam.policy.pattern import Patterns, resource_patterns, resource_tokens, type_tokens
from iam.policy.step_limit import TooComplex
from iam.verdicts.resource_type import resource_type


@dataclass(frozen=True, slots=True, eq=False)
class RequestScope:
    """The resources that some requests are about. `_same_scope` makes one object of equal ones, so
    that actions with the same resources share their verdicts."""

    resources: tuple[Patterns, ...]
    """They match every one of these unions …"""
    except_for: Patterns
    """… and none of these."""
    acted_on: tuple[Patterns, ...] | None = None
    """The resources that the action acts on, where the section's statement reaches none of them."""
    asked: bool = True
    """The section's statement reaches these resources; not so in a scope of `acted_on`."""


_same_scope = lru_cache(maxsize=10_000)(RequestScope)


@lru_cache(maxsize=10_000)
def scope_acted_on(scope: RequestScope) -> RequestScope:
    """The resources that the action acts on, for a scope that has none of them."""
    assert scope.acted_on is not None
    return RequestScope(scope.acted_on, except_for=(), asked=False)


@dataclass(frozen=True, slots=True, eq=False)
class ActionRequests:
    """The requests that a section's statement would allow, for one concrete action."""

    name: str
    """The concrete action, or a wildcard that the catalogue has no actions for."""
    action: Action | None
    scope: RequestScope
    statement: Statement
    """The section's own."""
    variables: bool
    """Whether `${…}` in it are policy variables."""


def requests_of(
    name: str, action: Action | None, statement: Statement, variables: bool, partition: str
) -> ActionRequests:
    """Make the requests that a section's statement would allow.

    Args:
        name: The concrete action.
        action: Its entry in the catalogue.
        statement: The section's own, with the resources and conditions that it reaches.
        variables: Whether `${…}` in its resources are policy variables.
        partition: The account's.

    Returns:
        The requests. Where the statement reaches none of the resources that the action acts on (as
        with `arn:*:kms:*:::*`, which reaches no key, or where NotResource excludes all of them),
        the scope is what the statement says.
    """
    written = resource_patterns(statement.resources or (), variables)
    excluded = resource_patterns(statement.not_resources or (), variables)
    # An action without resource types is asked for the resource "*", literally.
    formats = action.resources if action else ()
    types: Patterns = tuple(type_tokens(f, partition) for f in formats) or (("*",),)
    anything: Patterns = (resource_tokens("*"),)
    if anything[0] in written:
        written = ()  # all resources match, so that scopes of all resources are the same object
    if action is None:
        scope = _same_scope((written or anything,), excluded)
    elif _any_of((types, written or anything), excluded):
        scope = _same_scope((types, written) if written else (types,), excluded)
    else:
        # `arn:*:kms:*:::*` also matches strings that begin as another service's ARN does.
        of_service: Patterns = (resource_tokens(f"arn:{partition}:{action.service}:*"),)
        asked: tuple[Patterns, ...] = (of_service, written or anything)
        if not _any_of(asked, excluded):
            asked = (written or anything,)
        scope = _same_scope(asked, excluded, acted_on=(types,))
    return ActionRequests(name, action, scope, statement, variables)


def _any_of(resources: tuple[Patterns, ...], excluded: Patterns) -> bool:
    """Whether there are such resources; assumed where that takes too many steps to find out."""
    first, *others = resources
    try:
        if not excluded:
            return any(resource_type(tokens, tuple(others)).sample is not None for tokens in first)
        return (False,) in kinds(resources, (excluded,))
    except TooComplex:
        return True
