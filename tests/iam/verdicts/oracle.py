"""The verdict by a walk over every kind of request: slow, simple, and what all shorter ways must
come to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from iam.verdicts.coverage import kinds_of
from iam.verdicts.request import RequestScope
from iam.verdicts.rule import Reach, Rule
from iam.verdicts.verdict import Verdict, sum_up


class Walked(NamedTuple):
    """What a walk comes to."""

    verdict: Verdict
    reaching: frozenset[int]
    """The rules that reach any request, by their place: own ones first, then those of limits."""
    limited: bool
    """Whether a limit that could be read takes something away by not allowing it."""


def walk(
    scope: RequestScope, own: Sequence[Rule], limits: Sequence[Sequence[Rule] | None] = ()
) -> Walked:
    """Decide on every kind of request that there is.

    Args:
        scope: The resources of the requests.
        own: What the principal's own and its groups' documents say of them.
        limits: What each limit says; None for one that could not be read.

    Returns:
        The verdict; `unknown` where it is not the same in the best and in the worst case.
    """
    read = [limit for limit in limits if limit is not None]
    levels = [list(own), *map(list, read)]
    rules = [rule for level in levels for rule in level]
    reaching: set[int] = set()
    limited = False
    verdicts: dict[bool, set[Verdict]] = {True: set(), False: set()}
    for reaches in kinds_of(scope, rules):
        reaching.update(i for i, reach in enumerate(reaches) if reach)
        for best_case, found in verdicts.items():
            following = iter(zip(rules, reaches, strict=True))
            allows: list[Reach] = []
            deny = Reach.NO
            for level in levels:
                allow = Reach.NO
                for rule, reach in [next(following) for _ in level]:
                    effect = rule.effect_in(best_case)
                    allow = max(allow, reach) if effect == "Allow" else allow
                    deny = max(deny, reach) if effect == "Deny" else deny
                allows.append(allow)
            limited = limited or any(limit < allows[0] for limit in allows[1:])
            if len(read) < len(limits) and not best_case:
                allows.append(Reach.NO)
            found.add(_verdict(min(allows), deny))
    best, worst = (sum_up(found) for found in verdicts.values())
    return Walked(best if best is worst else Verdict.UNKNOWN, frozenset(reaching), limited)


def _verdict(allow: Reach, deny: Reach) -> Verdict:
    if deny is Reach.YES:
        return Verdict.DENIED
    if allow is Reach.NO:
        return Verdict.NONE
    return Verdict.GRANTED if (allow, deny) == (Reach.YES, Reach.NO) else Verdict.PARTIAL
