"""The five verdicts, how several sum up to one, and the shape of an answer about a principal.

Only plain data, so that a widget can import it before anything heavy is loaded.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Verdict(StrEnum):
    """What a principal may do, as `docs/verdicts.md` defines it."""

    GRANTED = "granted"
    PARTIAL = "partial"
    DENIED = "denied"
    NONE = "none"
    UNKNOWN = "unknown"


def sum_up(verdicts: Iterable[Verdict]) -> Verdict:
    """Sum up the verdicts of concrete actions to that of their entry, section or principal.

    Args:
        verdicts: Of any number of concrete actions; of no action at all the sum is `none`.

    Returns:
        `granted` or `denied` if all are; `none` if all are denied or none; `unknown` if an unknown
        one could change the sum; else `partial`.
    """
    found = set(verdicts)
    if Verdict.UNKNOWN not in found:
        return _sum_of_known(found)
    known = found - {Verdict.UNKNOWN}
    possible = {_sum_of_known(known | {v}) for v in Verdict if v is not Verdict.UNKNOWN}
    return possible.pop() if len(possible) == 1 else Verdict.UNKNOWN


def _sum_of_known(found: set[Verdict]) -> Verdict:
    if len(found) == 1:
        return next(iter(found))
    return Verdict.NONE if found <= {Verdict.DENIED, Verdict.NONE} else Verdict.PARTIAL
