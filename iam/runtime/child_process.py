"""Start a Python process of our own, which runs our modules and nothing else. Light."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO

_RUN = """
import ast, importlib, sys
sys.path[:] = ast.literal_eval(sys.argv.pop(1))
importlib.import_module(sys.argv.pop(1)).main()
"""


def start_python(
    module: str, *arguments: str, stderr: IO[bytes] | int, env: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a process that runs the `main` of a module of ours.

    The process finds modules where this one does, except in the working folder: neither that
    folder nor the environment can put code of their own in the place of ours.

    Args:
        module: Its name.
        arguments: For `sys.argv`.
        stderr: Where standard error goes.
        env: The environment; None for the one of this process.

    Returns:
        The process, with pipes for standard input and output.

    Raises:
        OSError: The system does not allow it.
    """
    places = [place for place in sys.path if Path(place).is_absolute()]
    ours = str(Path(__file__).parents[2])
    if ours not in places:
        places.append(ours)
    return subprocess.Popen(
        # -I: isolated from the working folder, PYTHONPATH and the user's site-packages.
        [sys.executable, "-I", "-c", _RUN, repr(places), module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        env=env,
        start_new_session=True,  # the terminal, its keys and its signals are for the app
    )
