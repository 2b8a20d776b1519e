"""The folders for the app's files. Light: platformdirs is imported on use.

A relative `$XDG_STATE_HOME` or the like is ignored, as the specification requires:
https://specifications.freedesktop.org/basedir-spec/latest/
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

_APP = "bedrock-tui"


class NoHome(OSError):
    """There is no home folder; the message is for the middle of a sentence."""

    def __init__(self) -> None:
        super().__init__(
            f"there is no home folder: HOME is not set, and the system has no user {os.getuid()}"
        )


def state_folder() -> Path:
    """The folder for persistent files, such as the journal.

    Raises:
        NoHome: There is no home folder.
    """
    from platformdirs import user_state_path

    return _folder(user_state_path)


def cache_folder() -> Path:
    """The folder for files that can be recreated.

    Raises:
        NoHome: There is no home folder.
    """
    from platformdirs import user_cache_path

    return _folder(user_cache_path)


def config_folder() -> Path:
    """The folder for files that the operator writes.

    Raises:
        NoHome: There is no home folder.
    """
    from platformdirs import user_config_path

    return _folder(user_config_path)


def _folder(find: Callable[..., Path]) -> Path:
    try:
        return find(_APP, appauthor=False)
    except RuntimeError as error:
        raise NoHome from error
