"""The theme chosen in the command palette, kept in a small file of the state folder.

The configuration file belongs to the operator and is never written to. A choice holds until the
theme in that file is changed.
"""

from __future__ import annotations

from pathlib import Path

from iam.runtime.folders import state_folder

_FILE = "theme.json"
_MOST_BYTES = 1000


def chosen_theme(configured: str) -> str:
    """The theme that was chosen last; empty if there is none, or it no longer holds.

    Args:
        configured: The theme of the configuration file.
    """
    try:
        if not _path().exists():
            return ""
        # Once there is something to read: the first frame does not need them.
        import json
        import os

        from iam.runtime.private_file import open_private

        with os.fdopen(open_private(_path(), os.O_RDONLY), "rb") as file:
            choice = json.loads(file.read(_MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return ""  # none was chosen; a file that cannot be read is written anew with the next one
    if not isinstance(choice, dict) or choice.get("configured") != configured:
        return ""
    theme = choice.get("theme")
    return theme if isinstance(theme, str) else ""


def keep_theme(theme: str, configured: str) -> None:
    """Keep a choice.

    Args:
        theme: Its name.
        configured: The theme of the configuration file.

    Raises:
        OSError: It cannot be written.
    """
    import json

    from iam.runtime.atomic_write import atomic_write
    from iam.runtime.private_file import make_private_folder

    path = _path()
    make_private_folder(path.parent)
    with atomic_write(path) as file:
        file.write(json.dumps({"theme": theme, "configured": configured}).encode())


def _path() -> Path:
    """Where it is kept.

    Raises:
        NoHome: There is no home folder.
    """
    return state_folder() / _FILE
