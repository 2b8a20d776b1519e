"""The effect of a document: which requests it allows and denies, and how far.

The statements of one effect reach a request *fully* (on all resources of its scope), *possibly*
(under a condition, or through a policy variable) or *partly* (on some of the resources, which are
then compared with those of other documents).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from iam.verdicts.rule import Rule, possible_rule

RequestRules = tuple[int, frozenset[Rule]]
"""Requests, and the rules that reach only some of their resources."""


class CaseEffect(NamedTuple):
    """The effect of a document in the best or the worst case.

    In the best case, statements that were not understood allow as much as they can. In the worst
    case, they deny as much as they can.
    """

    allow: int = 0
    """The requests that Allow statements reach fully."""
    may_allow: int = 0
    """The requests that Allow statements reach possibly."""
    allow_partly: int = 0
    """The requests that Allow statements reach partly."""
    allow_rules: tuple[RequestRules, ...] = ()
    """The requests of `allow_partly`, grouped by their rules. The groups are disjoint."""
    deny: int = 0
    may_deny: int = 0
    deny_partly: int = 0
    deny_rules: tuple[RequestRules, ...] = ()


NOTHING = CaseEffect()


@dataclass(frozen=True, slots=True, eq=False)
class DocumentEffect:
    """The effect of a document. Equal effects are the same object."""

    best_case: CaseEffect
    worst_case: CaseEffect
    """The same object as `best_case` if all statements were understood."""


def restricted(effect: CaseEffect, requests: int) -> CaseEffect:
    """Return an effect on some requests only."""
    return CaseEffect(
        allow=effect.allow & requests,
        may_allow=effect.may_allow & requests,
        allow_partly=effect.allow_partly & requests,
        allow_rules=_rules_on(requests, effect.allow_rules),
        deny=effect.deny & requests,
        may_deny=effect.may_deny & requests,
        deny_partly=effect.deny_partly & requests,
        deny_rules=_rules_on(requests, effect.deny_rules),
    )


def _rules_on(requests: int, rules: Iterable[RequestRules]) -> tuple[RequestRules, ...]:
    return tuple((some, of_some) for group, of_some in rules if (some := group & requests))


def with_denies_of(
    effect: CaseEffect, requests: int, allows: CaseEffect, possibly: bool
) -> CaseEffect:
    """Combine the Denies of one effect on some requests with the Allows of another."""
    deny, may_deny = effect.deny & requests, effect.may_deny & requests
    rules = _rules_on(requests, effect.deny_rules)
    if possibly:
        deny, may_deny = 0, deny | may_deny
        rules = tuple((some, frozenset(map(possible_rule, of_some))) for some, of_some in rules)
    return allows._replace(
        deny=deny, may_deny=may_deny, deny_partly=effect.deny_partly & requests, deny_rules=rules
    )
