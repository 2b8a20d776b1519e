"""Report an unexpected error in one sentence, and write where it happened to a file.

Nobody is shown a traceback, and the file has no values.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator


def write_crash_report() -> str:
    """Write where the current exception comes from to a file.

    Returns:
        What happened and where the file is, for the operator.
    """
    from iam.runtime.folders import state_folder
    from iam.runtime.private_file import make_private_folder, open_private

    error = sys.exc_info()[1]
    name = type(error).__name__ if error else "unknown"
    try:
        path = state_folder() / "crash.log"
        make_private_folder(path.parent)
        file = open_private(path, os.O_WRONLY | os.O_CREAT, refused=0)
        with os.fdopen(file, "w", encoding="utf-8", errors="backslashreplace") as report:
            os.fchmod(file, 0o600)
            os.ftruncate(file, 0)
            report.writelines(f"{line}\n" for line in _traceback_of(error))
    except OSError as failure:
        return f"unexpected error ({name}); {failure.strerror or failure}"
    return f"unexpected error ({name}); please report it with {path}"


def _traceback_of(error: BaseException | None) -> Iterator[str]:
    """The types of an exception and its causes, the causes first, and where each was raised.

    Messages are left out: they may have values of credentials and of the account.
    """
    exceptions: dict[int, BaseException] = {}
    waiting = [error]
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in exceptions:
            continue
        exceptions[id(each)] = each
        waiting += [each.__cause__, each.__context__]
        if isinstance(each, BaseExceptionGroup):
            waiting += each.exceptions
    for each in reversed(exceptions.values()):
        yield f"{type(each).__module__}.{type(each).__qualname__}"
        for frame, line in traceback.walk_tb(each.__traceback__):
            code = frame.f_code
            yield f"  {code.co_filename}:{line} in {code.co_qualname}"
