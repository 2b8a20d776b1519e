"""Requests that are about no resource that their action acts on.

They have two numbers: one for the resources that the section's statement names, and one for those
that the action acts on. Access to the latter is some access, whatever the statement names.
"""

from __future__ import annotations

from iam.verdicts.bulk import Verdicts
from iam.verdicts.request_index import RequestIndex


def judged(index: RequestIndex, verdicts: Verdicts) -> Verdicts:
    """The verdicts on requests by their first numbers, from those by both."""
    granted, partial, denied, none = verdicts
    for i, second in index.acted_on.items():
        bit, other = 1 << i, 1 << second
        if bit & granted or not bit & verdicts.known or other & (denied | none):
            continue
        partial, denied, none = partial & ~bit, denied & ~bit, none & ~bit
        if other & (granted | verdicts.partial):
            partial |= bit
    return Verdicts(granted, partial, denied, none).on(index.asked)


def deciding(index: RequestIndex, verdicts: Verdicts, requests: int) -> int:
    """The numbers, of both, by which some requests are judged."""
    found = requests
    for i, second in index.acted_on.items():
        bit, other = 1 << i, 1 << second
        if not bit & requests or bit & verdicts.granted or not bit & verdicts.known:
            continue
        if other & (verdicts.granted | verdicts.partial):
            found |= other
        elif not other & verdicts.known:
            found = found & ~bit | other
    return found


def idle(index: RequestIndex, verdicts: Verdicts) -> int:
    """The requests that are granted on none of the resources that their action acts on."""
    found = 0
    for i, second in index.acted_on.items():
        if verdicts.granted >> i & 1 and (verdicts.none | verdicts.denied) >> second & 1:
            found |= 1 << i
    return found
