"""The process that reads and judges an account for the app, and tells it what comes.

Started by `tui/session/reader_process.py`. It takes no part in the terminal: what it has to say,
errors among it, goes through the pipe that was its standard output.
"""

from __future__ import annotations

import ast
import asyncio
import os
import pickle
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from iam.errors import AwsError
from iam.runtime import gc_control
from iam.runtime.threads import import_for, in_thread, leave_nothing
from tui.diagnostics.crash_report import kept_for_a_report
from tui.options import Launch
from tui.session.account_reader import Survey
from tui.session.evaluation import evaluate_all, evaluator_for, unread_in
from tui.session.reader_process import Done, Expected, Failed, Loaded, Page, Sums, SurveyError

if TYPE_CHECKING:
    from iam.account.model import Account, Entity
    from iam.verdicts.result import PrincipalResult, Summary

_T = TypeVar("_T")
_AT_ONCE = 50
"""Principals, or policies, in one message: unpickling it holds up the other process for a
millisecond."""
_SUMS = 250
"""Verdicts in one message: most of it has been told before."""
_NICE = 5
"""The operator's keys come first, where there are fewer processors than work."""


def main() -> None:
    """Survey the account that the first line of standard input names."""
    launch = Launch(**ast.literal_eval(sys.stdin.buffer.readline().decode()))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    gc_control.keep_everything()
    with suppress(OSError):  # where that is not allowed
        os.nice(_NICE)
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with suppress(BrokenPipeError):
        asyncio.run(_survey(launch, _Teller(pipe)))
        pipe.flush()
    leave_nothing()
    os._exit(0)  # nobody waits for all of it to be taken down


class _Teller:
    """Tells the app; what has been told once is only named afterwards."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe
        self._pickler = pickle.Pickler(pipe, pickle.HIGHEST_PROTOCOL)

    def __call__(self, said: object) -> None:
        self._pickler.dump(said)
        self._pipe.flush()


async def _survey(launch: Launch, tell: _Teller) -> None:
    try:
        survey = Survey(launch)
        opened = await survey.open()
        if survey.aws is not None:
            keys = replace(survey.aws.keys, account=opened.account_id)
            opened = opened._replace(keys=keys)
        tell(opened)
        # While the first pages are on their way.
        importing = asyncio.create_task(
            in_thread(import_for, "verdicts.evaluator", "verdicts.hidden_grants", "reports.audit")
        )
        account, managed = await survey.load(partial(_tell_page, survey, tell))
        # Ahead of the account as a whole, which then has little to say.
        rest = replace(account, principals={}, groups={}, policies={}, unread=())
        for policies in _some(tuple(account.policies.items())):
            tell(Page(replace(rest, policies=dict(policies))))
        tell(Loaded(account, managed))
        await importing
        evaluator = evaluator_for(managed.policy, account.partition)
        everybody: list[tuple[Entity, Summary | PrincipalResult]] = []
        async for evaluated in evaluate_all(evaluator, account):
            everybody += evaluated
            for some in _some(evaluated, _SUMS):
                tell(Sums(some))
        tell(Done(await unread_in(account, evaluator, everybody)))
    except BrokenPipeError:
        raise  # nobody is there to be told
    except Exception as error:
        from iam.account.snapshot import SnapshotError

        words = isinstance(error, AwsError | SnapshotError)
        tell(Failed(error if words else SurveyError(kept_for_a_report())))


def _tell_page(survey: Survey, tell: _Teller, page: Account) -> None:
    tell(Expected(survey.expected))
    empty = replace(page, principals={}, groups={}, policies={}, unread=())
    for entities in _some(page.entities):
        tell(Page(empty.with_entities(entities)))


def _some(items: Sequence[_T], at_once: int = _AT_ONCE) -> Iterator[Sequence[_T]]:
    for start in range(0, len(items), at_once):
        yield items[start : start + at_once]


def _end_with_parent() -> None:
    """Leave as soon as the app's end of the pipe closes, by whatever death."""
    sys.stdin.buffer.read()
    leave_nothing()
    os._exit(0)
