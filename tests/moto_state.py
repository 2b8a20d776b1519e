"""Accounts at moto that are made once, by calls, and then copied: the calls take half a second."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

_made: dict[str, list[tuple[str, str, Any, dict[str, Any]]]] = {}
"""By name: of each account the ID and the partition, moto's backend, and what it held."""


def filled(name: str, fill: Callable[[], None]) -> None:
    """Fill moto, which is empty: by calls, or with what the same calls made for an earlier test.

    Args:
        name: Of what is made.
        fill: Makes it; moto's server is in this process.
    """
    from moto.iam.models import iam_backends

    if name not in _made:
        fill()
        _made[name] = [
            (account, partition, backend, copy.deepcopy(vars(backend), {id(backend): backend}))
            for account, partition, backend in iam_backends.iter_backends()
        ]
        return
    for account, partition, held_by, state in _made[name]:
        backend = iam_backends[account][partition]
        vars(backend).update(copy.deepcopy(state, {id(held_by): backend}))
