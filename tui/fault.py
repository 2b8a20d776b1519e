"""A fault in the program, told in a sentence: nobody is shown a traceback, and its file holds no
values."""

from __future__ import annotations

import sys
import traceback

from iam.endpoint import without_secrets


def kept_for_a_report() -> str:
    """Write the exception under way to a file, without the values of variables.

    Returns:
        What happened and where the file is, for the operator.
    """
    from platformdirs import user_state_path

    kind = sys.exc_info()[0]
    name = kind.__name__ if kind else "fault"
    path = user_state_path("bedrock-tui", appauthor=False) / "crash.log"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        told = without_secrets(traceback.format_exc())
        path.write_text(told, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        return f"a fault in the program ended it ({name}); {error.strerror}"
    return f"a fault in the program ended it ({name}); please report it with {path}"
