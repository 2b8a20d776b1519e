"""`bedrock-tui audit`, `save` and `keys`: a report or a file, without the screen."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from iam.account.json_file import SnapshotError
from iam.counts import counted
from iam.demo.launcher import DemoError
from iam.errors import AwsError
from iam.reports.audit import Audit, narrowed
from iam.reports.formats import FORMATS, Options, ReportFormat, Terminal
from iam.verdicts.principal_filter import parse_filter
from tui.cli_exit import Ending
from tui.diagnostics.crash_report import write_crash_report
from tui.options import Launch
from tui.output_file import check_writable, write_whole
from tui.session.api_keys import key_report
from tui.session.session import Session
from tui.signals import woken_by_signals

if TYPE_CHECKING:
    from iam.account.unread import Unread
    from iam.reports.key_report import KeyReport


class Failure(Exception):
    """Why there is no report, on one line."""


def run_audit(launch: Launch, form: str, options: Options) -> tuple[Iterable[str], Ending]:
    """Audit an account.

    Args:
        launch: What to audit.
        form: The name of a format of `FORMATS`.
        options: How it is written.

    Returns:
        The report in pieces, and how it was made.

    Raises:
        Failure: There is no report.
    """
    with _failures():
        audit = _run(launch)
        ending = Ending(_missing(audit), *_verification(audit, FORMATS[form]))
        return _guarded(FORMATS[form].write(audit, options)), ending


def _guarded(report: Iterable[str]) -> Iterator[str]:
    """A report whose pieces are made while they are written; what goes wrong is a `Failure`."""
    with _failures():
        yield from report


def run_save(launch: Launch, output: str) -> str:
    """Save an account with its organization to a file.

    Args:
        launch: What to save.
        output: The file.

    Returns:
        What could not be read, in a few words; empty if everything could.

    Raises:
        Failure: It could not be saved.
    """
    with _failures():
        audit = _run(launch)
        from iam.account.save import save_account

        try:
            save_account(Path(output), audit.account, audit.generated_at)
        except OSError as error:
            raise Failure(f"cannot write {output}: {error.strerror or error}") from error
        return _missing(audit)


def run_keys(launch: Launch, form: str, terminal: Terminal | None) -> tuple[Iterable[str], str]:
    """Report the Bedrock API keys of an account.

    Args:
        launch: Whose account.
        form: The name of a format of `KEY_FORMATS`.
        terminal: What a table is fitted to; None for full width.

    Returns:
        The report, and what could not be read, in a few words; empty if everything could.

    Raises:
        Failure: There is no report.
    """
    with _failures():
        found: list[KeyReport] = []
        asyncio.run(_keys(launch, found))
        (report,) = found
        return [report.written(form, terminal)], _named(report.unread)


async def _keys(launch: Launch, result: list[KeyReport]) -> None:
    async with _read(launch) as session:
        result.append(await key_report(session))


def _run(launch: Launch) -> Audit:
    # Not returned by the coroutine: when asyncio.run restores the handler of Ctrl-C, it formats
    # an error message that nobody sees, with the repr of the result: a gigabyte of text.
    result: list[Audit] = []
    asyncio.run(_audit(launch, result))
    return result[0]


@contextmanager
def _failures() -> Iterator[None]:
    """Turn whatever goes wrong into a `Failure`."""
    try:
        yield
    except Failure:
        raise
    except (AwsError, DemoError, SnapshotError) as error:
        raise Failure(" ".join(str(error).split())) from error
    except Exception as error:
        raise Failure(write_crash_report()) from error


def _missing(audit: Audit) -> str:
    missing = [words] if (words := _named(audit.unread)) else []
    if audit.filtered and audit.filtered.undecided:
        missing.append(f"principals left undecided by the filter: {audit.filtered.undecided:,}")
    if audit.verified is not None and not audit.verified.complete:
        error = audit.verified.error
        why = f": {error}" if error is not None else ""
        missing.append(f"AWS's simulator did not answer everything{why}")
    return "; ".join(missing)


def _verification(audit: Audit, form: ReportFormat) -> tuple[str, bool]:
    """Say how AWS's answers compare with the verdicts, and whether one disagrees."""
    if audit.verified is None:
        return "", False
    from iam.verdicts.simulation import Outcome, by_outcome, counts_in_words

    comparisons = audit.verified.comparisons
    asked = counted(len(audit.verified.verified), "principal")
    words = f"verified {asked} with seed {audit.verified.seed}"
    words += f", {counts_in_words(comparisons)}"
    disagrees = by_outcome(comparisons)[Outcome.DIFFERS] > 0
    if disagrees and not form.lists_differences:
        words += f"; {form.name} does not list these, the other formats do"
    return words, disagrees


def _named(gaps: Sequence[Unread]) -> str:
    """Name the first of what could not be read; empty if there is nothing."""
    if not gaps:
        return ""
    more = f" and {len(gaps) - 2} more" if len(gaps) > 2 else ""
    names = ", ".join(gap.what for gap in gaps[:2])
    return f"{names}{more} could not be read or understood"


async def _audit(launch: Launch, result: list[Audit]) -> None:
    async with _read(launch) as session:
        if launch.last_used:
            await session.last_use.ask()
        audit = await (session.audit() if launch.model is None else _audit_routes(session))
        if launch.filter:
            audit = narrowed(audit, parse_filter(launch.filter))
        if launch.verify:
            verified = await session.simulator.verify(audit, launch.verify, launch.seed)
            audit = replace(audit, verified=verified)
        result.append(audit)


async def _audit_routes(session: Session) -> Audit:
    from iam.reports.route_audit import NoSuchModel, RouteQuestion
    from iam.verdicts.routes import INVOKE, STREAMING

    launch = session.launch
    assert launch.model is not None
    streaming = launch.action is not None and launch.action.lower() == STREAMING.lower()
    action = STREAMING if streaming else INVOKE
    try:
        return await session.models.audit(RouteQuestion(launch.model, action, launch.source_region))
    except NoSuchModel as error:
        raise Failure(str(error)) from error


@asynccontextmanager
async def _read(launch: Launch) -> AsyncIterator[Session]:
    """Read an account, with all that the reports say of it."""
    session = Session(launch)
    with woken_by_signals():
        try:
            await session.open()
            await session.load()
            await asyncio.gather(session.load_organization(), session.load_api_keys())
            yield session
        finally:
            session.close()


def check_output(output: str | None) -> None:
    """Find out whether a file can be written, before the account is read.

    Args:
        output: The file; None or `-` for standard output.

    Raises:
        Failure: It cannot: its folder is missing, or nothing may be written there.
    """
    if output in (None, "-"):
        return
    path = Path(output)
    with _writing(output):
        if _is_special(path):
            if not os.access(path, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        else:
            check_writable(path)


def write_file(report: Iterable[str], output: str) -> None:
    """Write a report to a file, replacing it completely or not at all.

    Only its owner may read a new file; one that is replaced keeps its mode.

    Raises:
        Failure: It could not be written.
    """
    path = Path(output)
    with _writing(output):
        if _is_special(path):
            with path.open("w", encoding="utf-8") as file:
                file.writelines(report)
            return
        write_whole(path, report)


@contextmanager
def _writing(output: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Failure(f"cannot write {output}: {error.strerror or error}") from error


def _is_special(path: Path) -> bool:
    """Whether it is a pipe, a device, or anything else that is not replaced by a file."""
    return path.exists() and not path.is_file() and not path.is_dir()
