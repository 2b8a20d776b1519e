"""Time the start-up, compared with a Textual hello-world: `python -m benchmarks.start`.

Both run in ptys, in turn, and are timed from exec; the ratios are what counts. It prints the times
of the first useful line, the first frame (the hello-world's text, the heading of the app's list),
the footer with the keys, and the answer to a key pressed at the first frame. It also prints the
delay of the event loop while boto3 is imported, and the time of the first name of an account of
10,000, compared with the least time that any program with boto3 needs for it.

    python -m benchmarks.start [RUNS]
"""

from __future__ import annotations

import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.probe import CREDENTIALS, HELLO, Probe, lateness, plain_environment
from benchmarks.server import running

RUNS = 15
_BIN = Path(sys.executable).parent
_BARE = """
import boto3

iam = boto3.client("iam", endpoint_url={url!r})
page = iam.get_account_authorization_details()
print(page["UserDetailList"][0]["UserName"], flush=True)
"""
Times = dict[str, list[float]]


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    times: Times = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder, running(10_000) as url:
        place = Path(folder)
        (home := place / "home").mkdir()
        environment = plain_environment(home, **CREDENTIALS)
        hello, bare = place / "hello.py", place / "bare.py"
        hello.write_text(HELLO)
        bare.write_text(_BARE.format(url=url))
        app = [str(_BIN / "bedrock-tui"), "--read-only", "--endpoint-url", url]
        turns: list[Callable[[], None]] = [
            lambda: _hello([sys.executable, str(hello)], environment, times),
            lambda: _app(app, environment, times),
            lambda: _once("bare", [sys.executable, str(bare)], environment, times),
            lambda: _once("rows", app, environment, times),
            lambda: _gaps(app, environment, place / "beats", times),
        ]
        for turn in [*turns, *turns * runs]:
            turn()
    _tell({name: found[1:] for name, found in times.items()})  # the first fills the disk's cache


def _hello(command: list[str], environment: dict[str, str], times: Times) -> None:
    with Probe(command, environment) as probe:
        frame = probe.until(b"Hello, world")
        pressed = probe.send(b"\x10")
        answered = probe.until(b"earch for commands")
        times["hello: frame"].append(frame - probe.began)
        times["hello: key"].append(answered - pressed)
    with Probe(command, environment) as probe:
        times["hello: foot"].append(probe.until(b" palette") - probe.began)


def _app(command: list[str], environment: dict[str, str], times: Times) -> None:
    with Probe(command, environment) as probe:
        splash = probe.until(b"READ-ONLY")
        frame = probe.until(b"Name")
        pressed = probe.send(b"?")
        answered = probe.until(b"esc close")
        times["splash"].append(splash - probe.began)
        times["frame"].append(frame - probe.began)
        times["key"].append(answered - pressed)
    with Probe(command, environment) as probe:
        times["foot"].append(probe.until(b"quit") - probe.began)


def _once(what: str, command: list[str], environment: dict[str, str], times: Times) -> None:
    """Time the first name of the account."""
    with Probe(command, environment) as probe:
        times[what].append(probe.until(b"user-00000") - probe.began)


def _gaps(command: list[str], environment: dict[str, str], file: Path, times: Times) -> None:
    """Record the delays of the event loop while boto3 and pydantic were imported."""
    file.unlink(missing_ok=True)
    with Probe(command, {**environment, "BEDROCK_TUI_HEARTBEAT": str(file)}) as probe:
        frame = probe.until(b"Name")
        imported = probe.until(b"reading")
        probe.send(b"q")
        probe.ended()
    gaps = [late / 1000 for late in lateness(file, frame, imported)]
    times["gaps: p95"].append(gaps[len(gaps) * 95 // 100])
    times["gaps: worst"].append(gaps[-1])


_RATIOS = (
    ("something useful on the screen", "splash", ("hello: frame",)),
    ("first frame", "frame", ("hello: frame",)),
    ("foot of the screen", "foot", ("hello: foot",)),
    ("a key answered, from the first frame", "key", ("hello: key",)),
    ("first rows of 10,000", "rows", ("hello: frame", "bare")),
)


def _tell(times: Times) -> None:
    for name, found in times.items():
        print(f"{name:<14} best {min(found):.3f} s   median {median(found):.3f} s")
    print()
    for title, ours, theirs in _RATIOS:
        ratios = (
            take(times[ours]) / sum(take(times[name]) for name in theirs) for take in (min, median)
        )
        told = "   median ".join(f"{ratio:.2f}" for ratio in ratios)
        print(f"{title:<37} best {told}   of {' + '.join(theirs)}")


if __name__ == "__main__":
    main()
