"""`bedrock-tui audit`: the audit without the screen."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path

from iam.audit import Audit
from iam.demo import DemoError
from iam.errors import AwsError
from iam.report import FORMATS
from iam.snapshot import SnapshotError
from tui.fault import kept_for_a_report
from tui.launch import Launch
from tui.session import Session


class Failure(Exception):
    """Why there is no audit, on one line."""


def run_audit(launch: Launch, form: str) -> tuple[str, str]:
    """Audit an account.

    Args:
        launch: What to audit.
        form: One of `table`, `json`, `csv`, `markdown`.

    Returns:
        The report, and what could not be read, in a few words; empty if everything could.

    Raises:
        Failure: There is no report.
    """
    try:
        audit = asyncio.run(_audit(launch))
        return FORMATS[form](audit), _missing(audit)
    except (AwsError, DemoError, SnapshotError) as error:
        raise Failure(" ".join(str(error).split())) from error
    except Exception as error:
        raise Failure(kept_for_a_report()) from error


def _missing(audit: Audit) -> str:
    names = [unread.what for unread in audit.unread]
    if not names:
        return ""
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return f"{', '.join(names[:2])}{more} could not be read or understood"


async def _audit(launch: Launch) -> Audit:
    session = Session(launch)
    try:
        await session.open()
        await session.load()
        return await session.audit()
    finally:
        session.close()


def write_file(text: str, output: str) -> None:
    """Write a report in place of a file, complete or not at all.

    Raises:
        Failure: It could not be written.
    """
    path = Path(output)
    try:
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8")  # a pipe or a device
            return
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(text)
            mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
            Path(temporary).chmod(mode)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise Failure(f"cannot write {output}: {error.strerror or error}") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
