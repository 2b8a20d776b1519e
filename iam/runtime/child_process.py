"""Start a Python child process that runs a module of this app. Light: it imports nothing heavy."""

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
    """Start a process that runs the `main` function of a module.

    The process has the module path of this one, without the working folder: neither that folder
    nor the environment can replace modules of the app.

    Args:
        module: The name of the module.
        arguments: For `sys.argv`.
        stderr: Where standard error goes.
        env: The environment; None for that of this process.

    Returns:
        The process, with pipes for standard input and output.

    Raises:
        OSError: The process cannot be started.
    """
    folders = [folder for folder in sys.path if Path(folder).is_absolute()]
    ours = str(Path(__file__).parents[2])
    if ours not in folders:
        folders.append(ours)
    return subprocess.Popen(
        # -I: isolated from the working folder, PYTHONPATH and the user's site-packages.
        [sys.executable, "-I", "-c", _RUN, repr(folders), module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        env=env,
        start_new_session=True,  # the terminal and its signals are for the app only
    )
