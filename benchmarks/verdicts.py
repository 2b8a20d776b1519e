"""Time the evaluation of 10,000 principals, of three accounts of `benchmarks.company`.

`make benchmark` prints seconds of processor time on this machine. With `--profile`, the summaries
take twice as long, and a profile is printed as well. This is not a test.

On one core of a small cloud machine (2026-11):

                                              company   with_own_conditions   every_one_different
    reading, and summaries of everyone         0.38 s                0.77 s                0.50 s
    the same again                             0.09 s                0.15 s                0.11 s
    one principal after a change               0.1 ms                0.1 ms                0.1 ms
    the 116 members of a group after one         3 ms                  3 ms                  4 ms
    full results of everyone, after that        2.2 s                 2.9 s                 4.0 s

A summary takes 7 µs if everything is known: the time to list a principal's documents and to look up
the verdicts on their combination. A new combination (there are 2,300 and 5,300) takes 20 to 60 µs.
A document that concerns no section takes 5 µs to recognise, and each pattern with each type of
resource 10 to 100 µs. Full results name the statements that decide for each of 58 entries; 68,000
and 121,000 of these are different.
"""

from __future__ import annotations

import cProfile
import io
import pstats
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, TypeVar

from benchmarks.company import company, every_one_different, with_own_conditions
from iam.account.model import Account, Entity, Group
from iam.account.parse import parse_page
from iam.changes.plan import changed
from iam.runtime.gc_control import no_garbage
from iam.verdicts.evaluator import Evaluator
from tests.build import ID, LIMITED, limited, make_evaluator

_Result = TypeVar("_Result")


def timed(what: str, work: Callable[[], _Result]) -> _Result:
    """Run a function and print the processor time that it took, in seconds."""
    began = time.process_time()
    result = work()
    print(f"{time.process_time() - began:9.4f} s  {what}")
    return result


def summaries(evaluator: Evaluator, account: Account, entities: Iterable[Entity]) -> None:
    for entity in entities:
        evaluator.summary(account, entity)


def results(evaluator: Evaluator, account: Account, entities: Iterable[Entity]) -> None:
    for entity in entities:
        evaluator.result(account, entity)


def after_a_change(evaluator: Evaluator, account: Account, entity: Entity) -> None:
    """Time what is evaluated again after the policy was attached, and after it was detached."""
    for op in ("attach", "detach"):
        then = account.with_entities([changed(entity, op, LIMITED)])
        touched: Sequence[Entity] = [then.entity(entity.arn) or entity]
        if isinstance(entity, Group):
            touched = then.members_of(entity)
        what = f"{len(touched)} whom a change touches ({op})"
        timed(what, partial(summaries, evaluator, then, touched))


def measure(page: dict[str, Any], profile: cProfile.Profile | None) -> None:
    account = timed("parse", lambda: parse_page(Account(id=ID), page).with_policy(limited()))
    everyone = account.principals.values()
    evaluator = timed("make the evaluator", make_evaluator)
    if profile:
        profile.enable()
    timed("summaries of everyone", lambda: summaries(evaluator, account, everyone))
    if profile:
        profile.disable()
    timed("the same again", lambda: summaries(evaluator, account, everyone))
    after_a_change(evaluator, account, next(p for p in everyone if p.inline and p.attached))
    largest = max(account.groups.values(), key=lambda g: len(account.members_of(g)))
    after_a_change(evaluator, account, largest)
    timed("full results of everyone", lambda: results(evaluator, account, everyone))


def main() -> None:
    for of in (company, with_own_conditions, every_one_different):
        print(of.__name__)
        profile = cProfile.Profile() if "--profile" in sys.argv else None
        with no_garbage():  # as in the app and in `audit`
            measure(of(), profile)
        if profile:
            text = io.StringIO()
            pstats.Stats(profile, stream=text).sort_stats("tottime").print_stats(18)
            print(text.getvalue())


if __name__ == "__main__":
    main()
