"""A slow and simple evaluator: the oracle for `iam.verdicts.bulk` and `iam.verdicts.decide`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from iam.verdicts.coverage import request_kinds
from iam.verdicts.request import RequestScope
from iam.verdicts.rule import Reach, Rule
from iam.verdicts.verdict import Verdict, sum_up


class OracleResult(NamedTuple):
    """The result of the oracle."""

    verdict: Verdict
    reaching: frozenset[int]
    """The indexes of the rules that reach any request: own rules first, then those of limits."""
    limited: bool
    """Whether a limit that could be read allows less than the principal's own documents."""


def evaluate_exhaustively(
    scope: RequestScope, own: Sequence[Rule], limits: Sequence[Sequence[Rule] | None] = ()
) -> OracleResult:
    """Evaluate every kind of request.

    Args:
        scope: The resources of the requests.
        own: The rules of the principal's own documents and those of its groups.
        limits: The rules of each limit; None for a limit that could not be read.

    Returns:
        The verdict, which is `unknown` if it differs between the best and the worst case.
    """
    read = [limit for limit in limits if limit is not None]
    levels = [list(own), *map(list, read)]
    rules = [rule for level in levels for rule in level]
    reaching: set[int] = set()
    limited = False
    verdicts: dict[bool, set[Verdict]] = {True: set(), False: set()}
    for reaches in request_kinds(scope, rules):
        reaching.update(i for i, reach in enumerate(reaches) if reach)
        for best_case, found in verdicts.items():
            remaining = iter(zip(rules, reaches, strict=True))
            allows: list[Reach] = []
            deny = Reach.NO
            for level in levels:
                allow = Reach.NO
                for rule, reach in [next(remaining) for _ in level]:
                    effect = rule.effect_in(best_case)
                    allow = max(allow, reach) if effect == "Allow" else allow
                    deny = max(deny, reach) if effect == "Deny" else deny
                allows.append(allow)
            limited = limited or any(limit < allows[0] for limit in allows[1:])
            if len(read) < len(limits) and not best_case:
                allows.append(Reach.NO)
            found.add(_verdict(min(allows), deny))
    best, worst = (sum_up(found) for found in verdicts.values())
    return OracleResult(best if best is worst else Verdict.UNKNOWN, frozenset(reaching), limited)


def _verdict(allow: Reach, deny: Reach) -> Verdict:
    if deny is Reach.YES:
        return Verdict.DENIED
    if allow is Reach.NO:
        return Verdict.NONE
    return Verdict.GRANTED if (allow, deny) == (Reach.YES, Reach.NO) else Verdict.PARTIAL
