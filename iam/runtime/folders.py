"""Where the platform has the app keep its files. Light: platformdirs is imported when asked for.

A relative `$XDG_STATE_HOME` or `$XDG_CACHE_HOME` is ignored, as the specification has it:
https://specifications.freedesktop.org/basedir-spec/latest/
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

_APP = "bedrock-tui"


class NoHome(OSError):
    """There is no home folder; a few words, for the middle of a sentence."""

    def __init__(self) -> None:
        super().__init__(
            f"there is no home folder: HOME is not set, and the system has no user {os.getuid()}"
        )


def state_folder() -> Path:
    """For what is to outlive the app, such as the journal.

    Raises:
        NoHome: There is none.
    """
    from platformdirs import user_state_path

    return _found(user_state_path)


def cache_folder() -> Path:
    """For what can be made anew.

    Raises:
        NoHome: There is none.
    """
    from platformdirs import user_cache_path

    return _found(user_cache_path)


def _found(find: Callable[..., Path]) -> Path:
    try:
        return find(_APP, appauthor=False)
    except RuntimeError as error:
        raise NoHome from error
