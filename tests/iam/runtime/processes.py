"""Another process that holds a file or a folder, and files to look at."""

from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import ROOT


@contextmanager
def other_process(program: str, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Another process of ours, and what it says once it has begun; killed in the end."""
    with subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
        process.kill()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def some_file(path: Path, bits: int = 0o600) -> Path:
    path.write_text("what it holds")
    path.chmod(bits)
    return path
