"""The requests of a section: a concrete action on the resources of a scope.

The requests of a section are those that its statement would allow.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from iam.arn import Arn
from iam.policy.action_catalogue import Action
from iam.policy.automaton import is_wildcard
from iam.policy.document import Statement
from iam.policy.match_kinds import match_kinds
from iam.policy.pattern import (
    Patterns,
    is_of_type,
    resource_patterns,
    resource_tokens,
    type_tokens,
)
from iam.policy.step_limit import TooComplex
from iam.verdicts.resource_types import resource_type


@dataclass(frozen=True, slots=True, eq=False)
class RequestScope:
    """The set of resources of some requests.

    Scopes are compared by identity. `_interned_scope` returns the same object for equal values, so
    that actions with the same resources share their verdicts.
    """

    resources: tuple[Patterns, ...]
    """The resources match all of these unions of patterns."""
    except_for: Patterns
    """The resources match none of these patterns."""
    actual_resources: tuple[Patterns, ...] | None = None
    """The resources that the action acts on, if the section's statement names none of them."""
    from_section: bool = True
    """Whether the section's statement names these resources. False for actual resources."""


_interned_scope = lru_cache(maxsize=10_000)(RequestScope)


@lru_cache(maxsize=10_000)
def actual_scope(scope: RequestScope) -> RequestScope:
    """Return the scope of the resources that the action acts on, for a scope with none of them."""
    assert scope.actual_resources is not None
    return RequestScope(scope.actual_resources, except_for=(), from_section=False)


@dataclass(frozen=True, slots=True, eq=False)
class ActionRequests:
    """The requests that a section's statement would allow, for one concrete action."""

    name: str
    """The concrete action, or a wildcard that matches no action of the catalogue."""
    action: Action | None
    scope: RequestScope
    statement: Statement
    """The section's statement."""
    variables: bool
    """Whether `${…}` in the statement is a policy variable."""


def requests_of(
    name: str, action: Action | None, statement: Statement, variables: bool, partition: str
) -> ActionRequests:
    """Determine the requests that a section's statement would allow for an action.

    Args:
        name: The concrete action.
        action: Its entry in the catalogue.
        statement: The section's statement.
        variables: Whether `${…}` in the statement is a policy variable.
        partition: The partition of the account.

    Returns:
        The requests. Their scope consists of the resources that the action acts on and the
        statement names. If there are none (`arn:*:kms:*:::*` matches no key, and NotResource may
        exclude all), it consists of the resources that the statement names.
    """
    written = resource_patterns(statement.resources or (), variables)
    excluded = resource_patterns(statement.not_resources or (), variables)
    # Requests for an action without resource types have the literal resource "*".
    formats = action.resources if action else ()
    types: Patterns = _types(formats, partition) or (("*",),)
    anything: Patterns = (resource_tokens("*"),)
    if anything[0] in written:
        written = ()  # all resources match, so that scopes of all resources are the same object
    named_only = () if excluded else _literals(written)
    if action is not None and named_only and (known := _of_types(named_only, types)):
        scope = _interned_scope((known,), ())
    elif action is None:
        scope = _interned_scope((written or anything,), excluded)
    elif _is_nonempty((types, written or anything), excluded):
        scope = _interned_scope((types, written) if written else (types,), excluded)
    else:
        # `arn:*:kms:*:::*` also matches strings that start like the ARN of another service.
        of_service: Patterns = (resource_tokens(f"arn:{partition}:{action.service}:*"),)
        named: tuple[Patterns, ...] = (of_service, written or anything)
        if not _is_nonempty(named, excluded):
            named = (written or anything,)
        scope = _interned_scope(named, excluded, actual_resources=(types,))
    return ActionRequests(name, action, scope, statement, variables)


def acts_on(action: Action, resource: str) -> bool:
    """Return whether an action acts on a resource, or on one that a pattern matches.

    Args:
        action: The action.
        resource: An ARN, or a pattern. Its partition counts as that of the account.
    """
    partition = Arn.parse(resource).partition
    named = partition if partition and "*" not in partition else "aws"
    types = _types(action.resources, named) or (("*",),)
    return _is_nonempty((types, (resource_tokens(resource),)), ())


@lru_cache(maxsize=1_024)
def _types(formats: tuple[str, ...], partition: str) -> Patterns:
    return tuple(type_tokens(format, partition) for format in formats)


def _literals(patterns: Patterns) -> Patterns:
    """The patterns, if each of them names a single resource; else none."""
    return () if any(map(is_wildcard, chain.from_iterable(patterns))) else patterns


def _of_types(resources: Patterns, types: Patterns) -> Patterns:
    """The resources, named one by one, that are of one of some types."""
    return tuple(tokens for tokens in resources if is_of_type("".join(tokens), types))


def _is_nonempty(resources: tuple[Patterns, ...], excluded: Patterns) -> bool:
    """Return whether there are such resources; True if finding out takes too many steps."""
    first, *others = resources
    try:
        if not excluded:
            return any(resource_type(tokens, tuple(others)).sample is not None for tokens in first)
        return (False,) in match_kinds(resources, (excluded,))
    except TooComplex:
        return True
