"""The process that reads and evaluates an account for the app.

Started by `tui/session/reader_process.py`. It never uses the terminal: messages and errors go
through the pipe that was its standard output.
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
from tui.diagnostics.crash_report import write_crash_report
from tui.options import Launch
from tui.session.account_reader import AccountReader
from tui.session.evaluation import evaluate_all, evaluator_for, unread_in
from tui.session.reader_process import (
    Done,
    Evaluations,
    Expected,
    Failed,
    Loaded,
    Page,
    ReaderError,
)

if TYPE_CHECKING:
    from iam.account.model import Account, Entity
    from iam.verdicts.result import PrincipalResult, Summary

_T = TypeVar("_T")
_AT_ONCE = 50
"""Principals, or policies, in one message: unpickling it blocks the other process for a
millisecond."""
_VERDICTS_AT_ONCE = 250
"""Verdicts in one message: most of its objects have been sent before."""
_NICE = 5
"""Lower priority than the operator's keys, where there are too few processors."""


def main() -> None:
    """Read the account that the first line of standard input names."""
    launch = Launch(**ast.literal_eval(sys.stdin.buffer.readline().decode()))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    gc_control.keep_everything()
    with suppress(OSError):  # where that is not allowed
        os.nice(_NICE)
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with suppress(BrokenPipeError):
        asyncio.run(_read(launch, _Sender(pipe)))
        pipe.flush()
    leave_nothing()
    os._exit(0)  # without the time that Python needs to shut down


class _Sender:
    """Sends messages to the app; an object that was sent before is only referred to."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe
        self._pickler = pickle.Pickler(pipe, pickle.HIGHEST_PROTOCOL)

    def __call__(self, message: object) -> None:
        self._pickler.dump(message)
        self._pipe.flush()


async def _read(launch: Launch, send: _Sender) -> None:
    try:
        reader = AccountReader(launch)
        opened = await reader.open()
        if reader.aws is not None:
            keys = replace(reader.aws.access_key, account=opened.account_id)
            opened = opened._replace(keys=keys)
        send(opened)
        # While the first pages are being fetched.
        importing = asyncio.create_task(
            in_thread(import_for, "verdicts.evaluator", "verdicts.other_policies", "reports.audit")
        )
        account, managed = await reader.load(partial(_send_page, reader, send))
        # Before the account as a whole, which then is a short message.
        rest = replace(account, principals={}, groups={}, policies={}, unread=())
        for policies in _some(tuple(account.policies.items())):
            send(Page(replace(rest, policies=dict(policies))))
        send(Loaded(account, managed))
        await importing
        evaluator = evaluator_for(managed.policy, account.partition)
        everybody: list[tuple[Entity, Summary | PrincipalResult]] = []
        async for evaluated in evaluate_all(evaluator, account):
            everybody += evaluated
            for some in _some(evaluated, _VERDICTS_AT_ONCE):
                send(Evaluations(some))
        send(Done(await unread_in(account, evaluator, everybody)))
    except BrokenPipeError:
        raise  # the app has ended
    except Exception as error:
        from iam.account.json_file import SnapshotError

        expected = isinstance(error, AwsError | SnapshotError)
        send(Failed(error if expected else ReaderError(write_crash_report())))


def _send_page(reader: AccountReader, send: _Sender, page: Account) -> None:
    send(Expected(reader.expected))
    empty = replace(page, principals={}, groups={}, policies={}, unread=())
    for entities in _some(page.entities):
        send(Page(empty.with_entities(entities)))


def _some(items: Sequence[_T], at_once: int = _AT_ONCE) -> Iterator[Sequence[_T]]:
    for start in range(0, len(items), at_once):
        yield items[start : start + at_once]


def _end_with_parent() -> None:
    """End as soon as the app's end of the pipe closes, however the app ended."""
    sys.stdin.buffer.read()
    leave_nothing()
    os._exit(0)
