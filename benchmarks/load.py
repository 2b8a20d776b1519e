"""Time the load of a whole account, compared with boto3's paginator: `python -m benchmarks.load`.

This runs the real program in a pty, on a server that returns an account of 10,000 principals (or
the number given) in pages and delays each call. It prints the time from exec until all principals
are on the screen with a verdict, the part of it after the first frame, the calls, the delays of the
event loop, and the memory that the program uses in the end.

    python -m benchmarks.load [PRINCIPALS [MILLISECONDS]]
"""

from __future__ import annotations

import gc
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.probe import CREDENTIALS, HELLO, Probe, lateness, plain_environment
from benchmarks.server import calls_to, running

_BIN = Path(sys.executable).parent
_PAGES = """
import sys, time
import boto3

iam = boto3.client("iam", endpoint_url=sys.argv[1])
began = time.monotonic()
pages = list(iam.get_paginator("get_account_authorization_details").paginate())
print(time.monotonic() - began)
"""
_DICTS = """
import sys
from benchmarks.load import resident
import boto3, gc

iam = boto3.client("iam", endpoint_url=sys.argv[1])
next(iter(iam.get_paginator("get_account_authorization_details").paginate()))
gc.collect()
before = resident()
size = {"PageSize": 1000}
paginator = iam.get_paginator("get_account_authorization_details")
pages = list(paginator.paginate(PaginationConfig=size))
print(resident() - before)
"""


def resident(pid: int | str = "self") -> float:
    """The memory of a process in MB."""
    gc.collect()
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def main() -> None:
    principals = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    delay = int(sys.argv[2]) if len(sys.argv) > 2 else 80
    with tempfile.TemporaryDirectory() as folder, running(principals, delay) as url:
        place = Path(folder)
        (home := place / "home").mkdir()
        environment = plain_environment(home, **CREDENTIALS)
        python = [sys.executable, "-c"]
        print(f"{principals:,} principals, {delay} ms added to a call")

        def said_by(script: str) -> float:
            ran = subprocess.run(
                [*python, script, url], env=environment, capture_output=True, text=True, check=True
            )
            return float(ran.stdout)

        pages = said_by(_PAGES)
        calls = calls_to(url)["GetAccountAuthorizationDetails"]
        print(f"{pages:7.2f} s  boto3's paginator, {calls} calls")
        if (aws := shutil.which("aws")) is not None:
            print(_aws_cli(aws, url, environment))
        calls_to(url)
        command = [str(_BIN / "bedrock-tui"), "--read-only", "--endpoint-url", url]
        beats = place / "beats"
        beating = {**environment, "BEDROCK_TUI_HEARTBEAT": str(beats)}
        with Probe(command, beating) as probe:
            # Only the cells that differ are sent, so that no whole word is sure to arrive.
            probe.quiet(3)
            made = calls_to(url)
            memory = resident(probe.pid)
            frame = probe.when(lambda text: "Name" in text)
            rows = probe.when(lambda text: "user-00000" in text)
            whole = probe.when(lambda text: re.search(r"of [\d,]+ evaluated", text))
            # From then on the organization is being read, which the counts wait for.
            evaluated = probe.when(lambda text: "SCP …" in text or "◆ " in text)
            sent = sum(len(came.data) for came in probe.came if frame < came.at <= evaluated)
            probe.send(b"q")
            probe.ended()
        print(f"{rows - frame:7.2f} s  first rows, after the first frame")
        for what, took in (
            ("all rows, after the first frame", whole - frame),
            ("all evaluated", evaluated - frame),
            ("the same from exec", evaluated - probe.began),
        ):
            print(f"{took:7.2f} s  {what}: {took / pages:.2f} x the paginator")
        print(f"{sum(made.values()):7}    calls {made}")
        print(f"{sent:7,}    bytes to the terminal meanwhile")
        with Probe([*python, HELLO], environment) as probe:
            probe.until(b"Hello, world")
            time.sleep(0.5)
            hello = resident(probe.pid)
        dicts = said_by(_DICTS)
        print(
            f"{memory:7.0f} MB resident; hello-world {hello:.0f} MB, the answer as dicts "
            f"{dicts:.0f} MB: {memory / (hello + dicts):.2f} x"
        )
        _tell_pauses(beats, frame, evaluated)


def _aws_cli(aws: str, url: str, environment: dict[str, str]) -> str:
    began = time.monotonic()
    ran = subprocess.run(
        [aws, "iam", "get-account-authorization-details", "--endpoint-url", url],
        env=environment,
        capture_output=True,
        check=False,
    )
    took = time.monotonic() - began
    return (
        f"{took:7.2f} s  the AWS CLI" if ran.returncode == 0 else "           no AWS CLI that runs"
    )


def _tell_pauses(beats: Path, frame: float, evaluated: float) -> None:
    """Print the delays of the event loop between the first frame and the last verdict."""
    late = lateness(beats, frame, evaluated)
    p95, p99 = (late[int(len(late) * part)] for part in (0.95, 0.99))
    print(
        f"{late[-1]:7.0f} ms the longest pause of the event loop; "
        f"p95 {p95:.1f} ms, p99 {p99:.1f} ms of {len(late)}"
    )


if __name__ == "__main__":
    main()
