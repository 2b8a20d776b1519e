"""Time `bedrock-tui audit` of a saved account, compared with what any program would need.

`python -m benchmarks.audit [PRINCIPALS]` prints seconds and peak memory on this machine; it is not
a test. It is compared with a script that reads the same file with `json.load` and writes as many
bytes as the report has with `json.dump`: the saved account, again and again. A second script uses
`json.dumps`, which needs all of the text in memory and a quarter of the time. All run in processes
of their own, in turn, and the best run of each counts.

On two cores of a small cloud machine that others used as well (2026-11), 341 MB of JSON took 8 s to
a file and 13 s to a pipe, `json.dump` took 20 s and `json.dumps` 5 s; peak memory was 310 MB. Of 7
s of processor time, the verdicts took 4.5 s and the text 0.8 s; reading, writing and start-up took
0.3 s each.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from benchmarks.company import company

RUNS = 3
_AUDIT = "from tui.cli import main; main()"
_YARDSTICK = """
import json, sys
saved, report, times, dump = sys.argv[1:]
with open(saved) as file:
    account = json.load(file)
with open(report, "w") as file:
    if dump == "dump":
        json.dump([account] * int(times), file)
    else:
        file.write(json.dumps([account] * int(times)))
"""


class Run(NamedTuple):
    """What one run took; the best of several runs is the smallest."""

    seconds: float
    megabytes: float
    """Peak memory."""


def run(program: str, *arguments: str, into: Path | None = None) -> Run:
    """Run a Python program in a process of its own, with a pipe to a file if one is given."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdout=subprocess.PIPE if into else None,
    )
    if into:
        with into.open("wb") as file:
            subprocess.run(["cat"], stdin=process.stdout, stdout=file, check=True)
        assert process.stdout is not None
        process.stdout.close()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"it failed: {program} {' '.join(arguments)}")
    return Run(time.perf_counter() - began, usage.ru_maxrss / 1024)


def measure(folder: Path, principals: int) -> None:
    """Create the files, run everything in turn, and print a table."""
    saved, report, other = folder / "saved.json", folder / "report.json", folder / "other"
    account = company(principals)
    saved.write_text(json.dumps(account, indent=4))
    audit = ("audit", "--snapshot", str(saved), "--format")
    run(_AUDIT, *audit, "json", "--output", str(report))
    size = report.stat().st_size
    times = str(-(-size // len(json.dumps(account))))
    print(f"{principals} principals, {_mb(saved)} read, {_mb(report)} of JSON written")

    runs: dict[str, Callable[[], Run]] = {
        "json.load and json.dump": lambda: run(_YARDSTICK, str(saved), str(other), times, "dump"),
        "json.load and json.dumps": lambda: run(_YARDSTICK, str(saved), str(other), times, "dumps"),
        "audit, JSON to a file": lambda: run(_AUDIT, *audit, "json", "--output", str(report)),
        "audit, JSON to a pipe": lambda: run(_AUDIT, *audit, "json", into=report),
        "audit, CSV to a file": lambda: run(_AUDIT, *audit, "csv", "--output", str(other)),
    }
    taken: dict[str, list[Run]] = {what: [] for what in runs}
    for _ in range(RUNS):
        for what, once in runs.items():
            taken[what].append(once())
            assert report.stat().st_size == size
    yardstick = min(taken["json.load and json.dump"])
    for what, each in taken.items():
        best = min(each)
        ratio = best.seconds / yardstick.seconds
        print(f"{best.seconds:8.2f} s {ratio:6.2f} x {best.megabytes:6.0f} MB  {what}")


def _mb(path: Path) -> str:
    return f"{path.stat().st_size / 1e6:.0f} MB"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
