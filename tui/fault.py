"""A fault in the program, told in a sentence: nobody is shown a traceback, and its file holds no
values."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator


def kept_for_a_report() -> str:
    """Write where the exception under way comes from to a file.

    Returns:
        What happened and where the file is, for the operator.
    """
    from iam.folders import state_folder
    from iam.private_file import make_private_folder, open_private

    error = sys.exc_info()[1]
    name = type(error).__name__ if error else "fault"
    try:
        path = state_folder() / "crash.log"
        make_private_folder(path.parent)
        file = open_private(path, os.O_WRONLY | os.O_CREAT, refused=0)
        with os.fdopen(file, "w", encoding="utf-8", errors="backslashreplace") as report:
            os.fchmod(file, 0o600)
            os.ftruncate(file, 0)
            report.writelines(f"{line}\n" for line in _told(error, set()))
    except OSError as failure:
        return f"a fault in the program ended it ({name}); {failure.strerror or failure}"
    return f"a fault in the program ended it ({name}); please report it with {path}"


def _told(error: BaseException | None, known: set[int]) -> Iterator[str]:
    """The type of an exception and where it was raised, after those that it comes from.

    Messages are left out: they hold values, of credentials and of the account.
    """
    if error is None or id(error) in known:
        return
    known.add(id(error))
    yield from _told(error.__cause__ or error.__context__, known)
    for each in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        yield from _told(each, known)
    yield f"{type(error).__module__}.{type(error).__qualname__}"
    for frame, line in traceback.walk_tb(error.__traceback__):
        code = frame.f_code
        yield f"  {code.co_filename}:{line} in {code.co_qualname}"
