"""Sums of verdicts."""

from __future__ import annotations

from itertools import product

import pytest

from iam.verdicts.verdict import Verdict, sum_up

G, P, D, N, U = Verdict


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ([], N),
        ([G, G], G),
        ([D, D], D),
        ([N, N], N),
        ([D, N], N),
        ([G, N], P),
        ([G, D], P),
        ([P, P], P),
        ([U], U),
        ([G, U], U),
        ([D, U], U),
        ([N, U], U),
        ([P, U], P),
        ([G, N, U], P),
    ],
)
def test_sum_of_verdicts(parts: list[Verdict], whole: Verdict) -> None:
    assert sum_up(parts) is whole


def test_the_sum_is_unknown_only_if_an_unknown_verdict_could_change_it() -> None:
    known = [G, P, D, N]
    for parts in product(known, repeat=2):
        possible = {sum_up([*parts, v]) for v in known}
        expected = possible.pop() if len(possible) == 1 else U
        assert sum_up([*parts, U]) is expected
