"""`bedrock-tui audit` and `save`: the whole account in a report or a file, without the screen."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from iam.account.json_file import SnapshotError
from iam.demo.launcher import DemoError
from iam.errors import AwsError
from iam.reports.audit import Audit, narrowed
from iam.reports.formats import FORMATS
from iam.runtime.atomic_write import atomic_write
from iam.verdicts.principal_filter import parse_filter
from tui.diagnostics.crash_report import write_crash_report
from tui.options import Launch
from tui.session.session import Session


class Failure(Exception):
    """Why there is no report, on one line."""


def run_audit(launch: Launch, form: str) -> tuple[Iterable[str], str]:
    """Audit an account.

    Args:
        launch: What to audit.
        form: The name of a format of `FORMATS`.

    Returns:
        The report in pieces, and what could not be read, in a few words; empty if everything could.

    Raises:
        Failure: There is no report.
    """
    with _failures():
        audit = _run(launch)
        if launch.filter:
            audit = narrowed(audit, parse_filter(launch.filter))
        return FORMATS[form].write(audit), _missing(audit)


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
    names = [unread.what for unread in audit.unread]
    missing = []
    if names:
        more = f" and {len(names) - 2} more" if len(names) > 2 else ""
        missing.append(f"{', '.join(names[:2])}{more} could not be read or understood")
    if audit.filtered and audit.filtered.undecided:
        missing.append(f"principals left undecided by the filter: {audit.filtered.undecided:,}")
    return "; ".join(missing)


async def _audit(launch: Launch, result: list[Audit]) -> None:
    session = Session(launch)
    try:
        await session.open()
        await session.load()
        await session.load_organization()
        result.append(await session.audit())
    finally:
        session.close()


def write_file(report: Iterable[str], output: str) -> None:
    """Write a report to a file, replacing it completely or not at all.

    Raises:
        Failure: It could not be written.
    """
    path = Path(output)
    try:
        if path.exists() and not path.is_file():
            with path.open("w", encoding="utf-8") as file:  # a pipe or a device
                file.writelines(report)
            return
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        with atomic_write(path, mode) as file:
            file.writelines(piece.encode("utf-8", "replace") for piece in report)
    except OSError as error:
        raise Failure(f"cannot write {output}: {error.strerror or error}") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
