"""Write a report of what the app shows: in threads, and so that it can be watched and stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from iam.account.unread import Unread
from iam.runtime.gc_control import no_garbage
from iam.runtime.threads import in_thread
from tui.output_file import write_whole

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from iam.account.model import Principal
    from iam.reports.audit import Audit, Filtered, Watch
    from tui.session.session import Session

_T = TypeVar("_T")


class Chosen(NamedTuple):
    """What a report is about."""

    arns: tuple[str, ...]
    """The principals, in order."""
    filtered: Filtered | None
    """How they were chosen; None if they are all."""
    audit: Callable[[Watch], Awaitable[Audit]]
    """Evaluates them, and maybe others."""


class Exported(NamedTuple):
    """A report that has been written."""

    path: Path
    principals: int
    complete: bool
    """Whether everything in the account could be read and understood."""


class Stopped(Exception):
    """The operator has stopped the work."""


class Work:
    """How far something in a thread has come; it can be stopped between two items."""

    def __init__(self) -> None:
        self.words = ""
        """How far it has come."""
        self.stopped = False

    def stop(self) -> None:
        """Have the thread raise `Stopped` before the next item."""
        self.stopped = True

    def watch(self, items: Iterable[_T], of: int, what: str) -> Iterator[_T]:
        """Pass items on one by one.

        Args:
            items: The items.
            of: How many there are, about.
            what: What is done with them.

        Raises:
            Stopped: The operator has stopped the work, maybe after the last item.
        """
        for done, item in enumerate(items):
            self._go_on()
            self.words = f"{min(done, of):,} of {of:,} {what}"
            yield item
        self._go_on()

    def _go_on(self) -> None:
        if self.stopped:
            raise Stopped


async def export_report(
    session: Session, chosen: Chosen, form: str, path: Path, work: Work, *, replace: bool
) -> Exported:
    """Write a report, completely or not at all.

    Args:
        session: The session, whose account has been read.
        chosen: What it is about.
        form: The name of a format of `FORMATS`.
        path: The file.
        work: Follows the progress.
        replace: Whether the file may be there already.

    Raises:
        OSError: The file could not be written. `FileExistsError`: it is not to be replaced.
        Stopped: The operator has stopped it; nothing has been written.
    """
    doubts = _doubts(session)

    def watch(principals: Sequence[Principal]) -> Iterable[Principal]:
        return work.watch(principals, len(principals), "principals evaluated")

    try:
        # A collection of all the verdicts would block the event loop.
        with no_garbage():
            taken = await chosen.audit(watch)

            def write() -> Exported:
                from iam.reports.audit import with_only
                from iam.reports.formats import FORMATS

                audit = with_only(taken, chosen.arns, chosen.filtered, doubts)
                work.words = "preparing the report …"
                count = len(audit.results)
                pieces = work.watch(FORMATS[form].write(audit), count, "principals written")
                whole = write_whole(path, pieces, replace=replace)
                return Exported(whole, count, audit.complete)

            return await in_thread(write)
    except asyncio.CancelledError:
        work.stop()
        raise


def _doubts(session: Session) -> list[Unread]:
    """Why the account may no longer be as it was read, which only the app knows."""
    doubts: list[Unread] = []
    if (since := session.stale_since) is not None:
        when = f"{since:%Y-%m-%d %H:%M} UTC"
        doubts.append(
            Unread("the account", "Stale", f"it was read at {when} and could not be read again")
        )
    doubts += [
        Unread(f"the last change to {arn}", "Unconfirmed", "AWS has not confirmed it")
        for arn in sorted(session.unconfirmed)
    ]
    return doubts
