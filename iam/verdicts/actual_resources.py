"""Requests whose section names none of the resources that their action acts on.

Such a request has two numbers in the `RequestIndex`: one for the resources that the section's
statement names, and one for the actual resources, those that the action acts on. Access to the
actual resources counts as partial access, although the statement does not name them.
"""

from __future__ import annotations

from iam.verdicts.bulk import Verdicts
from iam.verdicts.request_index import RequestIndex


def merge_actual(index: RequestIndex, verdicts: Verdicts) -> Verdicts:
    """Merge the verdicts on actual resources into those on the resources that sections name.

    Args:
        index: The requests.
        verdicts: The verdicts on all requests, by both numbers.

    Returns:
        The verdicts by first number only.
    """
    granted, partial, denied, none, allowed = verdicts
    for i, second in index.actual_numbers.items():
        bit, actual = 1 << i, 1 << second
        if bit & granted or not bit & verdicts.known or actual & (denied | none):
            continue
        partial, denied, none = partial & ~bit, denied & ~bit, none & ~bit
        if actual & (granted | verdicts.partial):
            partial |= bit
    merged = Verdicts(granted, partial, denied, none, allowed)
    return merged.restricted_to(index.first_requests)


def deciding_numbers(index: RequestIndex, verdicts: Verdicts, requests: int) -> int:
    """Find the numbers whose verdicts determine the merged verdicts on some requests.

    Args:
        index: The requests.
        verdicts: The verdicts on all requests, by both numbers.
        requests: The first numbers of the requests.

    Returns:
        A set of first and second numbers.
    """
    numbers = requests
    for i, second in index.actual_numbers.items():
        bit, actual = 1 << i, 1 << second
        if not bit & requests or bit & verdicts.granted or not bit & verdicts.known:
            continue
        if actual & (verdicts.granted | verdicts.partial):
            numbers |= actual
        elif not actual & verdicts.known:
            numbers = numbers & ~bit | actual
    return numbers


def ineffective_grants(index: RequestIndex, verdicts: Verdicts) -> int:
    """Find the granted requests whose action is allowed on none of the actual resources.

    Args:
        index: The requests.
        verdicts: The verdicts on all requests, by both numbers.

    Returns:
        The first numbers of these requests.
    """
    ineffective = 0
    for i, second in index.actual_numbers.items():
        if verdicts.granted >> i & 1 and (verdicts.none | verdicts.denied) >> second & 1:
            ineffective |= 1 << i
    return ineffective
