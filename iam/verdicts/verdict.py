"""The five verdicts, and the sum of several verdicts.

The module imports nothing else of `iam`, so that widgets can import it during start-up.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Verdict(StrEnum):
    """What a principal may do, as defined in `docs/verdicts.md`."""

    GRANTED = "granted"
    PARTIAL = "partial"
    DENIED = "denied"
    NONE = "none"
    UNKNOWN = "unknown"


def sum_up(verdicts: Iterable[Verdict]) -> Verdict:
    """Sum up the verdicts on concrete actions to the verdict on an entry, section or principal.

    Args:
        verdicts: The verdicts on the concrete actions.

    Returns:
        `granted` or `denied` if all verdicts are. `none` if each is `denied` or `none`, or if there
        are no verdicts. `unknown` if an unknown verdict could change the sum. Otherwise `partial`.
    """
    distinct = set(verdicts)
    if Verdict.UNKNOWN not in distinct:
        return _sum_of_known(distinct)
    known = distinct - {Verdict.UNKNOWN}
    possible = {_sum_of_known(known | {v}) for v in Verdict if v is not Verdict.UNKNOWN}
    return possible.pop() if len(possible) == 1 else Verdict.UNKNOWN


def _sum_of_known(verdicts: set[Verdict]) -> Verdict:
    if len(verdicts) == 1:
        return next(iter(verdicts))
    return Verdict.NONE if verdicts <= {Verdict.DENIED, Verdict.NONE} else Verdict.PARTIAL


def count_in_words(verdict: Verdict, granted: int, total: int) -> str:
    """Write how many of some entries are granted, for people: `41/44`.

    It is `?/44` if the verdict is unknown and none is known to be granted: zero would say too much.
    """
    return f"?/{total}" if verdict is Verdict.UNKNOWN and not granted else f"{granted}/{total}"
