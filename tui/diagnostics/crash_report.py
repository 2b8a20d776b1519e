"""A fault in the program, told in a sentence: nobody is shown a traceback, and its file holds no
values."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator


def write_crash_report() -> str:
    """Write where the exception under way comes from to a file.

    Returns:
        What happened and where the file is, for the operator.
    """
    from iam.runtime.folders import state_folder
    from iam.runtime.private_file import make_private_folder, open_private

    error = sys.exc_info()[1]
    name = type(error).__name__ if error else "fault"
    try:
        path = state_folder() / "crash.log"
        make_private_folder(path.parent)
        file = open_private(path, os.O_WRONLY | os.O_CREAT, refused=0)
        with os.fdopen(file, "w", encoding="utf-8", errors="backslashreplace") as report:
            os.fchmod(file, 0o600)
            os.ftruncate(file, 0)
            report.writelines(f"{line}\n" for line in _told(error))
    except OSError as failure:
        return f"unexpected error ({name}); {failure.strerror or failure}"
    return f"unexpected error ({name}); please report it with {path}"


def _told(error: BaseException | None) -> Iterator[str]:
    """The type of an exception and where it was raised, after those that it comes from.

    Messages are left out: they hold values, of credentials and of the account.
    """
    found: dict[int, BaseException] = {}
    waiting = [error]
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in found:
            continue
        found[id(each)] = each
        waiting += [each.__cause__, each.__context__]
        if isinstance(each, BaseExceptionGroup):
            waiting += each.exceptions
    for each in reversed(found.values()):
        yield f"{type(each).__module__}.{type(each).__qualname__}"
        for frame, line in traceback.walk_tb(each.__traceback__):
            code = frame.f_code
            yield f"  {code.co_filename}:{line} in {code.co_qualname}"
